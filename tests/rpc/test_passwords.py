"""Passwords set anew, and what people change of their own accounts, through the contract."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import unicodedata
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf import field_mask_pb2

from absense.v1 import auth_service_pb2, user_pb2
from absense_server.domain.ids import UserId
from absense_server.domain.mails import MailKind, token_hash
from absense_server.domain.people import UserState
from tests.rpc.test_accounts import (
    COMMON,
    SHORT,
    Status,
    address,
    current,
    register,
    retry_after,
    set_state,
    violations,
    vouched_for,
)
from tests.rpc.test_registration import reason
from tests.rpc.test_uploads import refusal
from tests.support.busy import every_thread_busy, waiting
from tests.support.hall import PASSWORD, Hall, Person, reason_of

NEW, NEWER = "a new and better one", "the one after that"
RESET, CHANGE = MailKind.RESET_PASSWORD, MailKind.CHANGE_EMAIL
State = user_pb2.UserState


async def ask_for_reset(hall: Hall, login: str) -> auth_service_pb2.RequestPasswordResetResponse:
    return await hall.auth.RequestPasswordReset(auth_service_pb2.RequestPasswordResetRequest(login=login))


async def reset_token(hall: Hall, email: str) -> str:
    await ask_for_reset(hall, email)
    return (await hall.mail_to(email, RESET)).token


async def reset(hall: Hall, token: str, password: str = NEW) -> user_pb2.User:
    request = auth_service_pb2.ResetPasswordRequest(token=token, new_password=password)
    return (await hall.auth.ResetPassword(request)).user


async def change(person: Person, new: str = NEW, old: str = PASSWORD) -> int:
    request = auth_service_pb2.ChangePasswordRequest(current_password=old, new_password=new)
    return (await person.hall.auth.ChangePassword(request, metadata=person.metadata)).ended_sign_in_count


async def update(person: Person, *paths: str, **fields: Any) -> auth_service_pb2.UpdateProfileResponse:
    mask = field_mask_pb2.FieldMask(paths=paths or fields)
    request = auth_service_pb2.UpdateProfileRequest(update_mask=mask, **fields)
    return await person.hall.auth.UpdateProfile(request, metadata=person.metadata)


async def confirm(hall: Hall, token: str) -> user_pb2.User:
    return (await hall.auth.ConfirmEmail(auth_service_pb2.ConfirmEmailRequest(token=token))).user


async def again(hall: Hall, person: Person, password: str = PASSWORD) -> Person:
    """The same person, signed in once more."""
    login = await hall.login(person.email, password)
    return Person(hall, person.id, person.email, login.access_token)


async def kinds_to(hall: Hall, email: str) -> list[MailKind]:
    return [mail.kind for mail in await hall.mails() if mail.to == email]


def hashing(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is hashed or checked from now on."""
    done: list[str] = []

    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            done.append(name)
            return real(*args)

        return call

    for name in ("hash", "verify"):
        real = getattr(hall.app.outside.passwords, name)
        monkeypatch.setattr(hall.app.outside.passwords, name, counted(name, real))
    return done


# Lost


async def test_who_has_lost_the_password_sets_another_by_mail(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    ama = await hall.student(phone=False)
    second = await again(hall, ama)
    other, token = await reset_token(hall, ama.email), await reset_token(hall, ama.email)
    hashed = hashing(hall, monkeypatch)
    for weak, faults in {"123456": [SHORT, COMMON], ama.email.upper(): ["it is the e-mail address"]}.items():
        error = await refusal(reset(hall, token, weak))
        assert (error.code(), reason_of(error)) == (Status.INVALID_ARGUMENT, "WEAK_PASSWORD")
        assert violations(error) == [("new_password", fault) for fault in faults]
    assert await reason(reset(hall, token[:-1])) == "MAIL_TOKEN_INVALID"
    assert hashed == [], "nothing is hashed for what is refused"
    user = await reset(hall, token)
    assert (user.id, user.state, hashed) == (ama.id, State.USER_STATE_ACTIVE, ["hash"])
    await hall.turn(1)
    assert {await reason(current(hall, one.token)) for one in (ama, second)} == {"SIGN_IN_ENDED"}
    assert await reason(hall.login(ama.email)) == "BAD_CREDENTIALS"
    assert await reason(hall.login(ama.email, NEW)) == "OK"
    for used_or_void in (token, other):
        assert await reason(reset(hall, used_or_void, NEWER)) == "MAIL_TOKEN_INVALID"
    assert await kinds_to(hall, ama.email) == [RESET, RESET, MailKind.PASSWORD_CHANGED]


async def test_nobody_learns_who_has_an_account(hall: Hall) -> None:
    number = uuid.uuid4().hex[:8]
    email = vouched_for(hall, number)
    erased = await hall.student(phone=False)
    set_state(hall, erased.id, UserState.ERASED)
    answers = [await ask_for_reset(hall, login) for login in (f" {number} ", address(), "%", erased.email)]
    assert {answer.SerializeToString() for answer in answers} == {b""}
    assert [(mail.to, mail.kind) for mail in await hall.mails()] == [(email, RESET)]
    # asked for without end, it is refused; for who has none just the same
    for login in (email, address()):
        reasons = [await reason(ask_for_reset(hall, login)) for _ in range(6)]
        assert reasons == ["OK"] * 5 + ["RATE_LIMITED"]


async def test_what_a_reset_makes_of_an_account(hall: Hall) -> None:
    expected = {
        UserState.PENDING_EMAIL: (RESET, State.USER_STATE_ACTIVE),
        UserState.PENDING_APPROVAL: (RESET, State.USER_STATE_PENDING_APPROVAL),
        UserState.INVITED: (MailKind.INVITATION, State.USER_STATE_ACTIVE),
        UserState.ACTIVE: (RESET, State.USER_STATE_ACTIVE),
    }
    for state in UserState:
        email = address()
        user = await register(hall, email, institution_number=(number := uuid.uuid4().hex[:8]))
        set_state(hall, user.id, state)
        await ask_for_reset(hall, email)
        if state not in expected:
            assert await kinds_to(hall, email) == [], state
            continue
        kind, after = expected[state]
        token = (await hall.mail_to(email, kind)).token
        # switched off meanwhile, the account is not opened with it
        set_state(hall, user.id, UserState.DEACTIVATED)
        assert await reason(reset(hall, token)) == "MAIL_TOKEN_INVALID"
        set_state(hall, user.id, state)
        user = await reset(hall, token)
        assert user.state == after
        # of a first password nobody says that it was changed
        told = MailKind.PASSWORD_CHANGED in await kinds_to(hall, email)
        assert told is (state is not UserState.INVITED)
        assert user.institution_number == (number if state is UserState.PENDING_EMAIL else "")


async def test_of_two_who_use_one_token_at_once_one_wins(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    token = await reset_token(hall, ama.email)
    passwords = [f"{NEW} {n}" for n in range(4)]
    found = await asyncio.gather(*(reason(reset(hall, token, password)) for password in passwords))
    assert sorted(found) == ["MAIL_TOKEN_INVALID"] * 3 + ["OK"]
    logins = [await reason(hall.login(ama.email, password)) for password in passwords]
    assert [login == "OK" for login in logins] == [one == "OK" for one in found]


async def test_a_token_is_kept_as_its_hash_and_is_good_for_an_hour(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    token = await reset_token(hall, ama.email)
    with hall.app.uow(read_only=True) as tx:
        assert tx.mails.token(token_hash(token)) is not None
        assert tx.mails.token(token.encode()) is None
    hall.clock.turn(3599.999)
    assert await reason(reset(hall, token, "short")) == "WEAK_PASSWORD"
    hall.clock.turn(0.001)
    assert await reason(reset(hall, token)) == "MAIL_TOKEN_INVALID"


async def test_characters_of_every_kind_make_a_password(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    chosen = [
        "nul\0in\0between",
        "\0" * 8,
        "𝓐𝓶𝓪 🔑 מפתח",
        "ﷺ" * 14,
        "\u0301" * 8,
        "  spaces around  ",
        "\u202eright to left",
    ]
    for number, password in enumerate(chosen):
        await reset(hall, await reset_token(hall, ama.email), password)
        same = unicodedata.normalize("NFKD", password)
        assert await reason(hall.login(ama.email, same)) == "OK"
        assert await reason(hall.login(ama.email, f"{password}\0")) == "BAD_CREDENTIALS"
        hall.clock.turn(60 * 2**number)
    token = await reset_token(hall, ama.email)
    for impossible in ("ﷺ" * 1365, "\ufdfa" * 15, "e" * 4096):
        assert await reason(reset(hall, token, impossible)) == "WEAK_PASSWORD"
        assert await reason(hall.login(ama.email, impossible)) == "BAD_CREDENTIALS"
    # half a character is no UTF-8, so no message of ours
    broken: Any = hall.channel.unary_unary("/absense.v1.AuthService/Login")
    assert await reason(broken(b"\x0a\x03ama\x12\x0a\xed\xa0\x80password")) == "INVALID_REQUEST"


# Changed


async def test_changing_the_password_ends_every_other_sign_in(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    others = [await again(hall, ama) for _ in range(2)]
    token = await reset_token(hall, ama.email)
    error = await refusal(change(ama, old=NEW))
    assert (reason_of(error), violations(error)) == ("WRONG_PASSWORD", [("current_password", "is wrong")])
    error = await refusal(change(ama, "12345678"))
    assert (reason_of(error), violations(error)) == ("WEAK_PASSWORD", [("new_password", COMMON)])
    assert await change(ama) == 2
    await hall.turn(1)
    assert {await reason(current(hall, other.token)) for other in others} == {"SIGN_IN_ENDED"}
    assert (await current(hall, ama.token)).id == ama.id
    assert await reason(reset(hall, token)) == "MAIL_TOKEN_INVALID"
    assert (await kinds_to(hall, ama.email))[-1] is MailKind.PASSWORD_CHANGED
    assert await reason(change(ama)) == "WRONG_PASSWORD", "after a lost answer"
    assert await reason(hall.login(ama.email, NEW)) == "OK"


async def test_whoever_holds_the_phone_does_not_find_the_password_out_with_it(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    for _ in range(5):
        assert await reason(change(ama, old="a guess")) == "WRONG_PASSWORD"
    waits = []
    for _ in range(4):
        wait = retry_after(await refusal(change(ama)))  # though it were the right one
        waits.append(wait.total_seconds() / 60)
        await hall.turn(wait.total_seconds())
        assert await reason(change(ama, old="a guess")) == "WRONG_PASSWORD"
    assert waits == [1, 1, 2, 4]
    # every call that takes the password is counted with the others
    delete = auth_service_pb2.DeleteAccountRequest(password="a guess")
    assert await reason(hall.auth.DeleteAccount(delete, metadata=ama.metadata)) == "RATE_LIMITED"
    again = auth_service_pb2.ReauthenticateRequest(password="a guess")
    assert await reason(hall.auth.Reauthenticate(again, metadata=ama.metadata)) == "RATE_LIMITED"


async def test_of_two_who_change_one_password_at_once_one_wins(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    wishes = [f"{NEW} {n}" for n in range(2)]
    found = await asyncio.gather(*(reason(change(ama, wish)) for wish in wishes))
    assert sorted(found) == ["OK", "WRONG_PASSWORD"]
    assert [await reason(hall.login(ama.email, wish)) == "OK" for wish in wishes] == [one == "OK" for one in found]


async def test_who_was_switched_off_changes_nothing(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    set_state(hall, ama.id, UserState.DEACTIVATED)
    for call in (change(ama), update(ama, full_name="Ama"), update(ama, email=address())):
        assert await reason(call) == "SIGN_IN_ENDED"


# Their own accounts


async def test_a_new_address_counts_from_when_it_is_confirmed(hall: Hall) -> None:
    ama, new = await hall.student(phone=False), address()
    answer = await update(ama, full_name=" Ama  Mensah ", email=new.upper())
    assert (answer.user.full_name, answer.user.email, answer.pending_email) == ("Ama  Mensah", ama.email, new)
    assert (await kinds_to(hall, new), await kinds_to(hall, ama.email)) == ([CHANGE], [MailKind.EMAIL_CHANGED])
    assert (await update(ama, full_name="Ama")).pending_email == new
    assert await reason(hall.login(new)) == "BAD_CREDENTIALS"
    old_reset, token = await reset_token(hall, ama.email), (await hall.mail_to(new, CHANGE)).token
    assert await reason(reset(hall, token)) == "MAIL_TOKEN_INVALID"
    assert (await confirm(hall, token)).email == new
    assert await reason(confirm(hall, token)) == "MAIL_TOKEN_INVALID"
    assert (await hall.login(new)).user.full_name == "Ama"
    assert await reason(hall.login(ama.email)) == "BAD_CREDENTIALS"
    assert await reason(reset(hall, old_reset)) == "MAIL_TOKEN_INVALID", "it went to who has the old address"
    assert (await update(ama, full_name="Ama")).pending_email == ""


async def test_the_last_new_address_is_the_one(hall: Hall) -> None:
    ama, first, second = await hall.student(phone=False), address(), address()
    for _ in range(2):  # sent again
        assert (await update(ama, email=first)).pending_email == first
    assert await kinds_to(hall, first) == [CHANGE] * 2
    assert await kinds_to(hall, ama.email) == [MailKind.EMAIL_CHANGED]
    tokens = [mail.token for mail in await hall.mails() if mail.to == first]
    assert (await update(ama, email=second)).pending_email == second
    assert {await reason(confirm(hall, token)) for token in tokens} == {"MAIL_TOKEN_INVALID"}
    token = (await hall.mail_to(second, CHANGE)).token
    assert (await update(ama, email=ama.email)).pending_email == "", "so it is taken back"
    assert await reason(confirm(hall, token)) == "MAIL_TOKEN_INVALID"
    # what is queued and not yet sent is taken back too, by a change of the password
    await update(ama, email=first)
    await change(ama)
    assert len(await kinds_to(hall, first)) == 2


async def test_an_address_that_is_somebodys(hall: Hall) -> None:
    ama, kofi, free = await hall.student(phone=False), await hall.student(phone=False), address()
    error = await refusal(update(ama, email=kofi.email.upper()))
    assert (error.code(), reason_of(error)) == (Status.ALREADY_EXISTS, "EMAIL_TAKEN")
    assert await reason(update(ama, email="ama@localhost.local")) == "EMAIL_NOT_ACCEPTED"
    # two who want the same, at once
    for person in (ama, kofi):
        await update(person, email=free)
    tokens = [mail.token for mail in await hall.mails() if mail.to == free]
    found = await asyncio.gather(*(reason(confirm(hall, token)) for token in tokens))
    assert sorted(found) == ["EMAIL_TAKEN", "OK"]
    # one whose owner never confirmed it holds nothing
    pending = await register(hall, address())
    set_state(hall, pending.id, UserState.PENDING_EMAIL)
    await update(ama, email=pending.email)
    assert (await confirm(hall, (await hall.mail_to(pending.email, CHANGE)).token)).id == ama.id
    with hall.app.uow(read_only=True) as tx:
        assert tx.users.get(UserId(uuid.UUID(pending.id))) is None


async def test_masks_that_are_none_and_sign_ins_that_are_old(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    wrong = [update(ama, "role"), update(ama, "full_name"), update(ama, "email"), update(ama, full_name="---")]
    assert {await reason(call) for call in wrong} == {"INVALID_REQUEST"}
    await hall.turn(601)
    assert await reason(update(ama, full_name="Ama")) == "RECENT_SIGN_IN_REQUIRED"


# A rush


async def test_a_rush_of_logins_slows_logins_and_nothing_else(hall: Hall) -> None:
    ama, email = await hall.student(phone=False), address()
    pool, others = hall.app.outside.login_threads, hall.app.outside.register_threads
    async with every_thread_busy(pool):
        rush = [asyncio.create_task(hall.login(ama.email, f"guess {n}")) for n in range(5)]
        await waiting(pool, 5)
        assert (await current(hall, ama.token)).id == ama.id
        assert (await register(hall, email)).email == email
        assert (await hall.open_session()).message.id
        assert (await ama.enroll(await hall.teacher.course())).course.id
        async with every_thread_busy(others):  # nor does a rush of those who register
            await reset(hall, await reset_token(hall, ama.email))
        assert not any(task.done() for task in rush)
    assert {await reason(task) for task in rush} == {"BAD_CREDENTIALS"}
    assert await reason(hall.login(email)) == "OK"
