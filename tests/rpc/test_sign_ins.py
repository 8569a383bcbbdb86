"""Sign-ins through the contract: how they begin, go on and end."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import re
import threading
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import grpc.aio
import jwt
import passlib.crypto.digest
import passlib.handlers.pbkdf2
import pytest
from google.protobuf import field_mask_pb2
from google.rpc import error_details_pb2
from sqlalchemy import Table, func, select

from absense.v1 import admin_service_pb2, role_pb2, sign_in_pb2, user_pb2
from absense.v1 import auth_service_pb2 as pb
from absense_server.adapters.db.tables import audit_events, mail_queue, refresh_tokens, revocations, sign_ins, users
from absense_server.adapters.refresh_tokens import RandomRefreshTokens
from absense_server.domain.audit import Action
from absense_server.domain.ids import UserId
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Role, UserState
from absense_server.services.sign_ins import MOST_OF_A_USER
from tests.rpc.test_accounts import NOBODY, address, current, set_state, violations
from tests.rpc.test_qr_codes import Screen
from tests.rpc.test_uploads import refusal
from tests.support.hall import PASSWORD, Hall, Person, Student, detail, reason_of, timestamp

DAY = 24 * 3600
NEW_PASSWORD = "another good password"
Status = grpc.StatusCode


def exchange(hall: Hall, token: str, request_id: uuid.UUID | None = None) -> Any:
    return hall.auth.RefreshToken(
        pb.RefreshTokenRequest(refresh_token=token, request_id=str(request_id or uuid.uuid4()))
    )


async def why_not(call: Any) -> tuple[Status, str]:
    error = await refusal(call)
    return error.code(), reason_of(error)


def password_time(token: str) -> datetime:
    claims = jwt.decode(token, options={"verify_signature": False})
    return datetime.fromtimestamp(claims["auth_time"], UTC)


async def listed(person: Person, size: int = 0, page: str = "") -> pb.ListSignInsResponse:
    request = pb.ListSignInsRequest(page_size=size, page_token=page)
    return await person.hall.auth.ListSignIns(request, metadata=person.metadata)


async def again(person: Student, device_name: str = "") -> Student:
    """The same person, signed in on another device."""
    request = pb.LoginRequest(login=person.email, password=PASSWORD, device_name=device_name)
    login = await person.hall.auth.Login(request)
    return replace(person, token=login.access_token, refresh_token=login.refresh_token, sign_in_id=login.sign_in_id)


def change(hall: Hall, person: Person, state: UserState | None = None, role: Role | None = None) -> None:
    """A new password, or another state or role, as it is done: the account held, its sign-ins ended."""
    with hall.app.uow() as tx:
        user_id = UserId(uuid.UUID(person.id))
        tx.users.hold(user_id)
        user = tx.users.get(user_id)
        assert user is not None
        if state is None and role is None:
            tx.users.set_password(user_id, hall.app.outside.passwords.hash(NEW_PASSWORD))
        tx.users.save(replace(user, state=state or user.state, role=role or user.role))
        tx.sign_ins.end_all(user_id, hall.clock.now())
        tx.commit()


def rows(hall: Hall, table: Table) -> int:
    with hall.app.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def audited(hall: Hall, person: Person, action: Action) -> int:
    query = select(func.count()).where(
        audit_events.c.action == action, audit_events.c.subject_id == uuid.UUID(person.id)
    )
    with hall.app.engine.connect() as connection:
        return connection.execute(query).scalar_one()


# Beginning


async def test_a_login_begins_a_sign_in(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    request = pb.LoginRequest(login=ama.email, password=PASSWORD, device_name="Ama's Pixel")
    login = await hall.auth.Login(request)
    now = hall.clock.now()
    assert re.fullmatch(r"absr_[\w-]{43}", login.refresh_token)
    assert login.refresh_token_expire_time == timestamp(now + timedelta(days=30))
    assert uuid.UUID(login.sign_in_id).version == 7
    newest = (await listed(ama)).sign_ins[0]
    assert newest == sign_in_pb2.SignIn(
        id=login.sign_in_id,
        device_name="Ama's Pixel",
        start_time=timestamp(now),
        last_use_time=timestamp(now),
        expire_time=timestamp(now + timedelta(days=180)),
        password_time=timestamp(now),
    )
    kept = refresh_tokens.select().where(refresh_tokens.c.sign_in_id == uuid.UUID(login.sign_in_id))
    with hall.app.engine.connect() as connection:
        (row,) = connection.execute(kept)
    assert login.refresh_token.encode() not in b"".join(value for value in row if isinstance(value, bytes))


async def test_an_unknown_user_costs_one_hash_of_equal_rounds(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    ama = await hall.student(phone=False)
    real: Callable[..., bytes] = passlib.crypto.digest.pbkdf2_hmac
    rounds: list[int] = []

    def counted(digest: str, secret: bytes, salt: bytes, number: int, keylen: int) -> bytes:
        rounds.append(number)
        return real(digest, secret, salt, number, keylen)

    monkeypatch.setattr(passlib.handlers.pbkdf2, "pbkdf2_hmac", counted)
    found = {}
    for login, password in ((ama.email, PASSWORD), (ama.email, "wrong"), (address(), PASSWORD), ("4711", "wrong")):
        rounds.clear()
        await asyncio.gather(hall.login(login, password), return_exceptions=True)
        found[login, password] = list(rounds)
    assert list(found.values()) == [[1]] * 4


async def test_a_hash_of_other_rounds_is_made_anew_when_the_password_is_given(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    hall.app.outside.passwords._context.update(pbkdf2_sha256__rounds=3)

    def kept() -> str:
        with hall.app.engine.connect() as connection:
            return str(connection.scalar(select(users.c.password_hash).where(users.c.id == uuid.UUID(ama.id))))

    before = kept()
    assert before.startswith("$pbkdf2-sha256$1$")
    assert await why_not(hall.login(ama.email, "wrong")) == (Status.UNAUTHENTICATED, "BAD_CREDENTIALS")
    assert kept() == before
    await hall.login(ama.email)
    after = kept()
    assert after.startswith("$pbkdf2-sha256$3$")
    await hall.login(ama.email)
    assert kept() == after


async def test_two_who_give_the_right_password_at_once_both_sign_in_while_it_is_hashed_anew(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    ama = await hall.student(phone=False)
    hall.app.outside.passwords._context.update(pbkdf2_sha256__rounds=3)
    verify, barrier, old = hall.app.outside.passwords.verify, threading.Barrier(2, timeout=10), "$pbkdf2-sha256$1$"

    def verify_together(password: str, hashed: str | None) -> bool:
        right = verify(password, hashed)
        if hashed is not None and hashed.startswith(old):
            barrier.wait()
        return right

    monkeypatch.setattr(hall.app.use_cases.sign_ins, "_hashing_threads", hall.app.outside.db_threads)
    monkeypatch.setattr(hall.app.outside.passwords, "verify", verify_together)
    logins = await asyncio.gather(hall.login(ama.email), hall.login(ama.email))
    assert {login.user.id for login in logins} == {ama.id}
    assert audited(hall, ama, Action.SIGN_IN_REFUSED) == 0


async def test_who_is_not_active_is_told_the_state(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    set_state(hall, ama.id, UserState.PENDING_EMAIL)
    error = await refusal(hall.login(ama.email))
    info = detail(error, error_details_pb2.ErrorInfo)
    assert (info.reason, dict(info.metadata)) == ("ACCOUNT_NOT_ACTIVE", {"user_state": "PENDING_EMAIL"})


@pytest.mark.parametrize("state", [None, UserState.DEACTIVATED, UserState.ERASED])
async def test_a_login_that_races_a_change_of_the_account_does_not_outlive_it(
    hall: Hall, state: UserState | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password was right when it was checked; then the account changes before, or while, the sign-in begins."""
    verify, barrier = hall.app.outside.passwords.verify, threading.Barrier(2, timeout=10)
    met: set[str | None] = set()
    waits: list[bool] = []

    def verify_then_meet(password: str, hashed: str | None) -> bool:
        right = verify(password, hashed)
        if right and hashed not in met:  # what is looked at again, by now wrong, meets nobody
            met.add(hashed)
            barrier.wait()
            if waits[-1]:
                barrier.wait()
        return right

    def meet_then_change(person: Person, *, first: bool) -> None:
        """`first`: the sign-in does not begin before."""
        barrier.wait()
        change(hall, person, state)
        if first:
            barrier.wait()

    people = [await hall.student(phone=False) for _ in range(2)]
    monkeypatch.setattr(hall.app.outside.passwords, "verify", verify_then_meet)
    answers = []
    for ama, first in zip(people, (False, True), strict=True):
        waits.append(first)
        login, changed = await asyncio.gather(
            hall.login(ama.email), asyncio.to_thread(meet_then_change, ama, first=first), return_exceptions=True
        )
        assert changed is None
        await hall.turn(1)
        if isinstance(login, pb.LoginResponse):
            assert await why_not(current(hall, login.access_token)) == (Status.UNAUTHENTICATED, "SIGN_IN_ENDED")
            assert await why_not(exchange(hall, login.refresh_token)) == (
                Status.UNAUTHENTICATED,
                "REFRESH_TOKEN_INVALID",
            )
        answers.append(login)
    assert isinstance(answers[1], grpc.aio.AioRpcError)
    refused = "ACCOUNT_NOT_ACTIVE" if state is UserState.DEACTIVATED else "BAD_CREDENTIALS"
    assert reason_of(answers[1]) == refused
    assert rows(hall, sign_ins) == 1  # the lecturer's


async def test_of_more_than_fifty_the_one_unused_for_longest_ends(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    await hall.turn(60)
    second = await again(ama)
    await hall.turn(60)
    await ama.refresh()
    for _ in range(MOST_OF_A_USER - 1):  # beside the contract, which does not take so many
        await hall.app.use_cases.sign_ins.login(NOBODY, ama.email, PASSWORD, "")
        hall.clock.turn(60)
    await hall.app.jobs.poll_revocations()
    assert await why_not(current(hall, second.token)) == (Status.UNAUTHENTICATED, "TOKEN_EXPIRED")
    assert await why_not(exchange(hall, second.refresh_token)) == (Status.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID")
    await ama.refresh()
    found = (await listed(ama, 200)).sign_ins
    assert len(found) == MOST_OF_A_USER
    assert second.sign_in_id not in {one.id for one in found}
    assert audited(hall, ama, Action.SIGN_IN_ENDED) == 1


# Going on


async def test_a_refresh_token_is_exchanged_for_others(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    begun = hall.clock.now()
    first, first_token = ama.refresh_token, ama.token
    await hall.turn(14 * 60)
    answer = await ama.refresh()
    now = hall.clock.now()
    assert answer.user.id == ama.id
    assert answer.refresh_token != first
    assert answer.access_token_expire_time == timestamp(now + timedelta(minutes=15))
    assert answer.refresh_token_expire_time == timestamp(now + timedelta(days=30))
    # it is no recent sign-in, and ends nothing
    assert password_time(answer.access_token) == begun
    for token in (first_token, answer.access_token):
        assert (await current(hall, token)).id == ama.id
    (only,) = (await listed(ama)).sign_ins
    assert (only.id, only.current) == (ama.sign_in_id, True)
    assert (only.start_time, only.last_use_time) == (timestamp(begun), timestamp(now))
    # with an access token that is no longer good sent along
    await hall.turn(16 * 60)
    request = pb.RefreshTokenRequest(refresh_token=ama.refresh_token, request_id=str(uuid.uuid4()))
    assert (await hall.auth.RefreshToken(request, metadata=ama.metadata)).access_token


async def test_a_sign_in_ends_by_itself_unused_and_however_much_it_is_used(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle, busy = await hall.student(phone=False), await hall.student(phone=False)
    hall.clock.turn(30 * DAY - 1)
    await idle.refresh()
    hall.clock.turn(30 * DAY)
    assert await why_not(exchange(hall, idle.refresh_token)) == (Status.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID")
    busy = await again(busy)
    ends_at = hall.clock.now() + timedelta(days=180)
    for _ in range(8):
        hall.clock.turn(20 * DAY)
        await busy.refresh()
    assert (await busy.refresh()).refresh_token_expire_time == timestamp(ends_at)
    hall.clock.turn(20 * DAY - 60)
    await hall.app.jobs.poll_revocations()
    last = await busy.refresh()
    assert last.access_token_expire_time == last.refresh_token_expire_time == timestamp(ends_at)
    assert (await listed(busy)).sign_ins[0].expire_time == timestamp(ends_at)
    with monkeypatch.context() as shorter:  # SIGN_IN_EXPIRE_DAYS, set anew
        tokens = hall.app.use_cases.token_exchange._tokens
        shorter.setattr(tokens, "_lives", replace(tokens._lives, sign_in=timedelta(days=179)))
        assert (await why_not(exchange(hall, busy.refresh_token)))[1] == "REFRESH_TOKEN_INVALID"
    hall.clock.turn(60)
    assert await why_not(exchange(hall, busy.refresh_token)) == (Status.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID")


async def test_of_two_who_use_one_token_at_once_one_wins_and_the_sign_in_ends(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    ama = await hall.student(phone=False)
    barrier, real = threading.Barrier(2, timeout=10), RandomRefreshTokens.hash

    def together(tokens: RandomRefreshTokens, text: str) -> bytes | None:
        barrier.wait()
        return real(tokens, text)

    monkeypatch.setattr(RandomRefreshTokens, "hash", together)
    answers = await asyncio.gather(
        exchange(hall, ama.refresh_token), exchange(hall, ama.refresh_token), return_exceptions=True
    )
    monkeypatch.undo()
    (won,) = (one for one in answers if isinstance(one, pb.RefreshTokenResponse))
    (lost,) = (one for one in answers if isinstance(one, grpc.aio.AioRpcError))
    assert (lost.code(), reason_of(lost)) == (Status.UNAUTHENTICATED, "REFRESH_TOKEN_REUSED")
    await hall.turn(1)
    assert await why_not(current(hall, won.access_token)) == (Status.UNAUTHENTICATED, "SIGN_IN_ENDED")
    assert await why_not(exchange(hall, won.refresh_token)) == (Status.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID")


async def test_two_retries_of_one_exchange_at_once_are_one(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    ama, request_id = await hall.student(phone=False), uuid.uuid4()
    barrier, real = threading.Barrier(2, timeout=10), RandomRefreshTokens.hash
    waiting = iter((True, True))

    def together(tokens: RandomRefreshTokens, text: str) -> bytes | None:
        if next(waiting, False):
            barrier.wait()
        return real(tokens, text)

    monkeypatch.setattr(RandomRefreshTokens, "hash", together)
    one, other = await asyncio.gather(*(exchange(hall, ama.refresh_token, request_id) for _ in range(2)))
    assert one.refresh_token == other.refresh_token
    await hall.turn(1)
    assert (await current(hall, one.access_token)).id == (await current(hall, other.access_token)).id == ama.id


async def test_who_did_not_get_the_answer_gets_it_again_for_two_minutes(hall: Hall) -> None:
    ama, request_id = await hall.student(phone=False), uuid.uuid4()
    lost = await exchange(hall, ama.refresh_token, request_id)
    await hall.turn(120)
    retried = await exchange(hall, ama.refresh_token, request_id)
    assert retried.refresh_token == lost.refresh_token
    assert retried.refresh_token_expire_time == lost.refresh_token_expire_time
    assert retried.access_token_expire_time == timestamp(hall.clock.now() + timedelta(minutes=15))
    assert (await current(hall, retried.access_token)).id == ama.id
    await hall.turn(1)
    assert await why_not(exchange(hall, ama.refresh_token, request_id)) == (
        Status.UNAUTHENTICATED,
        "REFRESH_TOKEN_REUSED",
    )


@pytest.mark.parametrize("same_request", [True, False])
async def test_a_token_used_again_ends_its_sign_in_and_the_user_is_told(hall: Hall, *, same_request: bool) -> None:
    session = await hall.open_session()
    ama = await hall.student()
    ama, other = await again(ama, "Ama's Pixel"), ama
    stolen, request_id = ama.refresh_token, uuid.uuid4()
    first = await exchange(hall, stolen, request_id)
    if same_request:  # within two minutes, but somebody has used the answer
        await exchange(hall, first.refresh_token)
    watch = await ama.submit(session, fix=None)
    stream = ama.watch(watch.record)
    await anext(stream)
    found = await why_not(exchange(hall, stolen, request_id if same_request else None))
    assert found == (Status.UNAUTHENTICATED, "REFRESH_TOKEN_REUSED")
    await hall.turn(1)
    assert await why_not(anext(stream)) == (Status.UNAUTHENTICATED, "SIGN_IN_ENDED")
    assert await why_not(current(hall, first.access_token)) == (Status.UNAUTHENTICATED, "SIGN_IN_ENDED")
    for token in (stolen, first.refresh_token):
        assert await why_not(exchange(hall, token)) == (Status.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID")
    assert (await current(hall, other.token)).id == ama.id
    assert audited(hall, ama, Action.REFRESH_TOKEN_REUSED) == 1
    with hall.app.engine.connect() as connection:
        (mail,) = connection.execute(select(mail_queue).where(mail_queue.c.kind == MailKind.SIGN_IN_REUSED))
    assert str(mail.user_id) == ama.id
    assert "The device:\n\n> Ama's Pixel\n" in (await hall.mail_to(ama.email, MailKind.SIGN_IN_REUSED)).text


async def test_texts_that_are_no_refresh_token(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    good = ama.refresh_token
    last = good[-1]
    wrong = [
        ama.token[:200],
        good.removeprefix("absr_"),
        good[:-1],
        good + "A",
        good + "\n",
        good.swapcase(),
        good[:-1] + chr(ord(last) + 1),  # says the same bytes, or others
        "absr_" + "A" * 43,
        "absr_",
        "\0",
    ]
    found = [await why_not(exchange(hall, text)) for text in ("", *wrong)]
    assert found == [(Status.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID")] * (1 + len(wrong))
    assert await why_not(current(hall, good)) == (Status.UNAUTHENTICATED, "TOKEN_INVALID")
    await ama.refresh()
    for field, request in {
        "refresh_token": pb.RefreshTokenRequest(refresh_token=201 * "a", request_id=str(uuid.uuid4())),
        "request_id": pb.RefreshTokenRequest(refresh_token=good, request_id="1"),
    }.items():
        error = await refusal(hall.auth.RefreshToken(request))
        assert violations(error)[0][0] == field


async def test_what_changed_of_the_account_counts_at_the_next_exchange(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    with hall.app.uow() as tx:
        user = tx.users.get(UserId(uuid.UUID(ama.id)))
        assert user is not None
        tx.users.save(replace(user, role=Role.LECTURER))
        tx.commit()
    answer = await ama.refresh()
    assert jwt.decode(answer.access_token, options={"verify_signature": False})["role"] == "LECTURER"
    for state in (UserState.DEACTIVATED, UserState.PENDING_APPROVAL):
        set_state(hall, ama.id, state)
        assert await why_not(exchange(hall, ama.refresh_token)) == (Status.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID")
    set_state(hall, ama.id, UserState.ACTIVE)
    await ama.refresh()  # it was left as it was


@pytest.mark.parametrize("how", ["deactivation", "logout"])
async def test_an_exchange_that_races_the_end_of_its_sign_in_does_not_outlive_it(
    hall: Hall, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await hall.student(phone=False) for _ in range(4)]
    barrier, real = threading.Barrier(2, timeout=10), RandomRefreshTokens.hash

    def together(tokens: RandomRefreshTokens, text: str) -> bytes | None:
        barrier.wait()
        return real(tokens, text)

    def end(person: Person) -> None:
        barrier.wait()
        if how == "deactivation":
            change(hall, person, UserState.DEACTIVATED)

    async def log_out(person: Person) -> None:
        if how == "logout":
            await person.logout()

    monkeypatch.setattr(RandomRefreshTokens, "hash", together)
    answers = [
        await asyncio.gather(
            exchange(hall, person.refresh_token),
            asyncio.to_thread(end, person),
            log_out(person),
            return_exceptions=True,
        )
        for person in people
    ]
    monkeypatch.undo()
    await hall.turn(1)
    assert rows(hall, sign_ins) == 1  # the lecturer's
    for answer, *_ in answers:
        if isinstance(answer, grpc.aio.AioRpcError):
            assert reason_of(answer) == "REFRESH_TOKEN_INVALID"
        else:
            assert isinstance(answer, pb.RefreshTokenResponse)
            assert await why_not(current(hall, answer.access_token)) == (Status.UNAUTHENTICATED, "SIGN_IN_ENDED")


async def test_the_password_given_again_counts_as_just_signed_in(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    await hall.turn(601)
    assert await why_not(ama.bind()) == (Status.UNAUTHENTICATED, "RECENT_SIGN_IN_REQUIRED")
    error = await refusal(hall.auth.Reauthenticate(pb.ReauthenticateRequest(password="wrong"), metadata=ama.metadata))
    assert (error.code(), reason_of(error)) == (Status.INVALID_ARGUMENT, "WRONG_PASSWORD")
    assert violations(error) == [("password", "is wrong")]
    answer = await hall.auth.Reauthenticate(pb.ReauthenticateRequest(password=PASSWORD), metadata=ama.metadata)
    now = hall.clock.now()
    assert answer.access_token_expire_time == timestamp(now + timedelta(minutes=15))
    before, ama.token = ama.token, answer.access_token
    await ama.bind()
    assert (await current(hall, before)).id == ama.id
    await hall.turn(60)
    refreshed = await ama.refresh()
    assert password_time(refreshed.access_token) == now
    (only,) = (await listed(ama)).sign_ins
    assert (only.password_time, only.last_use_time) == (timestamp(now), timestamp(hall.clock.now()))
    assert (audited(hall, ama, Action.REAUTHENTICATED), audited(hall, ama, Action.SIGN_IN_REFUSED)) == (1, 1)


async def test_the_password_is_not_taken_again_for_a_sign_in_that_has_ended(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    ama, kofi = await hall.student(phone=False), await hall.student(phone=False)
    request = pb.ReauthenticateRequest(password=PASSWORD)
    await ama.logout()  # not polled yet
    assert await why_not(hall.auth.Reauthenticate(request, metadata=ama.metadata)) == (
        Status.UNAUTHENTICATED,
        "SIGN_IN_ENDED",
    )
    verify = hall.app.outside.passwords.verify

    def verify_then_change(password: str, hashed: str | None) -> bool:
        right = verify(password, hashed)
        change(hall, kofi)
        return right

    monkeypatch.setattr(hall.app.outside.passwords, "verify", verify_then_change)
    assert await why_not(hall.auth.Reauthenticate(request, metadata=kofi.metadata)) == (
        Status.UNAUTHENTICATED,
        "SIGN_IN_ENDED",
    )


# Ending


async def test_every_way_of_ending_a_sign_in_ends_its_tokens_and_streams_at_the_next_poll(hall: Hall) -> None:
    session, admin, auth = await hall.open_session(), await hall.admin(), hall.auth

    async def revoke(ama: Student, other: Student) -> None:
        await auth.RevokeSignIn(pb.RevokeSignInRequest(sign_in_id=ama.sign_in_id), metadata=other.metadata)

    async def change_password(ama: Student, other: Student) -> None:
        request = pb.ChangePasswordRequest(current_password=PASSWORD, new_password=NEW_PASSWORD)
        assert (await auth.ChangePassword(request, metadata=other.metadata)).ended_sign_in_count == 1

    async def reset_password(ama: Student, _: Student) -> None:
        await auth.RequestPasswordReset(pb.RequestPasswordResetRequest(login=ama.email))
        token = (await hall.mail_to(ama.email)).token
        await auth.ResetPassword(pb.ResetPasswordRequest(token=token, new_password=NEW_PASSWORD))

    async def update_user(ama: Student, **change: Any) -> None:
        mask = field_mask_pb2.FieldMask(paths=list(change))
        request = admin_service_pb2.UpdateUserRequest(user_id=ama.id, update_mask=mask, **change)
        await admin.stub.UpdateUser(request, metadata=admin.metadata)

    async def erase(ama: Student, _: Student) -> None:
        request = admin_service_pb2.EraseUserRequest(user_id=ama.id, reason="asked for it")
        await admin.stub.EraseUser(request, metadata=admin.metadata)

    async def delete_account(_: Student, other: Student) -> None:
        await auth.DeleteAccount(pb.DeleteAccountRequest(password=PASSWORD), metadata=other.metadata)

    async def use_again(ama: Student, _: Student) -> None:
        stolen = ama.refresh_token
        await ama.refresh()
        assert (await why_not(exchange(hall, stolen)))[1] == "REFRESH_TOKEN_REUSED"

    ways: list[Callable[[Student, Student], Awaitable[None]]] = [
        lambda ama, _: ama.logout(),
        revoke,
        change_password,
        reset_password,
        lambda ama, _: update_user(ama, state=user_pb2.USER_STATE_DEACTIVATED),
        lambda ama, _: update_user(ama, role=role_pb2.ROLE_LECTURER),
        erase,
        delete_account,
        use_again,
    ]
    for way in ways:
        ama = await hall.student()
        other = await again(ama)
        stream = ama.watch((await ama.submit(session, fix=None)).record)
        await anext(stream)
        await way(ama, other)
        await hall.turn(1)
        assert await why_not(anext(stream)) == (Status.UNAUTHENTICATED, "SIGN_IN_ENDED"), way
        assert await why_not(current(hall, ama.token)) == (Status.UNAUTHENTICATED, "SIGN_IN_ENDED"), way
        assert (await why_not(exchange(hall, ama.refresh_token)))[1] == "REFRESH_TOKEN_INVALID", way


async def test_logging_out_ends_this_sign_in_with_its_streams_and_no_other(hall: Hall) -> None:
    session = await hall.open_session()
    other = replace(hall.teacher, token=(await hall.login(hall.teacher.email)).access_token)
    screen, other_screen = Screen(session), Screen(replace(session, lecturer=other))
    await screen.code()
    await other_screen.code()
    await hall.teacher.logout()
    # until the next poll the token is good, and the sign-in has ended all the same
    assert await why_not(hall.teacher.logout()) == (Status.UNAUTHENTICATED, "SIGN_IN_ENDED")
    await hall.turn(1)
    assert await why_not(hall.teacher.logout()) == (Status.UNAUTHENTICATED, "SIGN_IN_ENDED")
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await screen.code()
    assert reason_of(error.value) == "SIGN_IN_ENDED"
    assert await why_not(exchange(hall, hall.teacher.refresh_token)) == (
        Status.UNAUTHENTICATED,
        "REFRESH_TOKEN_INVALID",
    )
    await replace(session, lecturer=other).rotate()
    assert (await other_screen.code()).generation == 2
    assert audited(hall, hall.teacher, Action.SIGN_IN_ENDED) == 1


async def test_a_sign_in_is_ended_from_another(hall: Hall) -> None:
    ama, kofi = await hall.student(phone=False), await hall.student(phone=False)
    phone = await again(ama, "lost phone")

    def revoke(person: Person, sign_in_id: str) -> Any:
        return hall.auth.RevokeSignIn(pb.RevokeSignInRequest(sign_in_id=sign_in_id), metadata=person.metadata)

    missing = (Status.NOT_FOUND, "SIGN_IN_NOT_FOUND")
    assert await why_not(revoke(kofi, phone.sign_in_id)) == missing
    assert (await current(hall, phone.token)).id == ama.id
    await revoke(ama, phone.sign_in_id)
    assert await why_not(revoke(ama, phone.sign_in_id)) == missing
    assert await why_not(revoke(ama, str(uuid.uuid4()))) == missing
    await hall.turn(1)
    assert await why_not(current(hall, phone.token)) == (Status.UNAUTHENTICATED, "SIGN_IN_ENDED")
    assert await why_not(exchange(hall, phone.refresh_token)) == (Status.UNAUTHENTICATED, "REFRESH_TOKEN_INVALID")
    assert [one.id for one in (await listed(ama)).sign_ins] == [ama.sign_in_id]
    idle = await again(ama)
    for _ in range(2):
        await hall.turn(16 * DAY)
        await ama.refresh()
    assert await why_not(revoke(ama, idle.sign_in_id)) == missing  # it has ended by itself
    await revoke(ama, ama.sign_in_id)  # its own, too
    await hall.turn(1)
    assert await why_not(current(hall, ama.token)) == (Status.UNAUTHENTICATED, "SIGN_IN_ENDED")


async def test_sign_ins_come_in_pages_newest_first(hall: Hall) -> None:
    ama, kofi = await hall.student(phone=False), await hall.student(phone=False)
    names = [f"device {number}" for number in range(4)]
    for name in names:
        await hall.turn(1)
        await again(ama, name)
    first = await listed(ama, 2)
    assert [one.device_name for one in first.sign_ins] == names[:1:-1]
    rest = await listed(ama, 3, first.next_page_token)
    assert [(one.device_name, one.current) for one in rest.sign_ins] == [
        (names[1], False),
        (names[0], False),
        ("", True),
    ]
    assert rest.next_page_token == ""
    assert await why_not(listed(kofi, 2, first.next_page_token)) == (Status.INVALID_ARGUMENT, "PAGE_TOKEN_INVALID")


async def test_what_is_over_is_deleted_once_nobody_can_miss_it(hall: Hall) -> None:
    jobs, teacher = hall.app.jobs, hall.teacher
    await teacher.refresh()
    gone = await hall.student(phone=False)
    await gone.logout()
    assert (rows(hall, sign_ins), rows(hall, refresh_tokens), rows(hall, revocations)) == (1, 2, 1)
    hall.clock.turn(DAY)
    await jobs.remove_old_sign_ins()
    assert rows(hall, revocations) == 1
    hall.clock.turn(15 * 60 + 1)
    await jobs.remove_old_sign_ins()
    assert rows(hall, revocations) == 0
    hall.clock.turn(29 * DAY)  # the first token has expired
    await jobs.remove_old_sign_ins()
    assert (rows(hall, sign_ins), rows(hall, refresh_tokens)) == (1, 1)
    hall.clock.turn(DAY)
    await jobs.remove_old_sign_ins()
    assert (rows(hall, sign_ins), rows(hall, refresh_tokens)) == (0, 0)
