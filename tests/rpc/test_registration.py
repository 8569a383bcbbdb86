"""Registering where the settings say who may, and addresses have to be confirmed; through the contract."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import grpc.aio
import pytest

from absense.v1 import admin_service_pb2 as pb
from absense.v1 import auth_service_pb2, role_pb2, user_pb2
from absense_server.domain.errors.accounts import EmailTaken, MailTokenInvalid
from absense_server.domain.mails import MailKind
from absense_server.domain.people import NewUser, Role, User
from absense_server.settings import Settings
from tests.rpc.test_accounts import LECTURER, NOBODY, STUDENT, Status, address, register, violations
from tests.rpc.test_uploads import refusal
from tests.support.hall import PASSWORD, Hall, reason_of
from tests.support.traces import traces

State = user_pb2.UserState
CONFIRM = MailKind.CONFIRM_EMAIL
OTHER_PASSWORD = "another good password"


@pytest.fixture
def make_settings(make_settings: Callable[..., Settings]) -> Callable[..., Settings]:
    """Of a university that knows whom it wants."""
    return partial(
        make_settings,
        email_confirmation=True,
        student_email_domains="example.edu,*.Example.edu",
        lecturer_email_domains="staff.example.edu",
        student_number_pattern="|S[0-9]{7}",
        lecturer_number_pattern="L[0-9]{4}",
    )


def a_number() -> str:
    return f"S{uuid.uuid4().int % 10**7:07}"


async def confirm(hall: Hall, token: str, password: str = PASSWORD) -> user_pb2.User:
    return (await hall.auth.ConfirmEmail(auth_service_pb2.ConfirmEmailRequest(token=token, password=password))).user


async def token_for(hall: Hall, email: str) -> str:
    return (await hall.mail_to(email, CONFIRM)).token


async def reason(call: Any) -> str:
    """What came of a call: OK, or the reason why it failed."""
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return reason_of(error)
    return "OK"


async def test_the_rules_are_told_before_anybody_registers(hall: Hall) -> None:
    info = await hall.auth.GetServerInfo(auth_service_pb2.GetServerInfoRequest())
    assert info.confirms_email
    told = [(rule.role, list(rule.email_domains), rule.number_pattern) for rule in info.registration_rules]
    assert told == [
        (STUDENT, ["example.edu", "*.example.edu"], "|S[0-9]{7}"),
        (LECTURER, ["staff.example.edu"], "L[0-9]{4}"),
    ]


async def test_who_does_not_fit_the_rules_is_told_where(hall: Hall) -> None:
    wrong = {
        ("ama@example.org", STUDENT, "", "EMAIL_NOT_ACCEPTED", "email"),
        ("ama@example.edu.org", STUDENT, "", "EMAIL_NOT_ACCEPTED", "email"),
        ("ama@notexample.edu", STUDENT, "", "EMAIL_NOT_ACCEPTED", "email"),
        ("kofi@example.edu", LECTURER, "L1234", "EMAIL_NOT_ACCEPTED", "email"),
        ("kofi@cs.staff.example.edu", LECTURER, "L1234", "EMAIL_NOT_ACCEPTED", "email"),
        ("ama@example.edu", STUDENT, "S123456", "NUMBER_NOT_ACCEPTED", "institution_number"),
        ("ama@example.edu", STUDENT, "xS1234567", "NUMBER_NOT_ACCEPTED", "institution_number"),
        ("kofi@staff.example.edu", LECTURER, "", "NUMBER_NOT_ACCEPTED", "institution_number"),
    }
    for email, role, number, expected, field in wrong:
        error = await refusal(register(hall, email, role=role, institution_number=number))
        assert (error.code(), reason_of(error)) == (Status.INVALID_ARGUMENT, expected), email
        assert [found for found, _ in violations(error)] == [field]
    assert await hall.mails() == []


async def test_a_student_confirms_and_holds_the_number(hall: Hall) -> None:
    email, number = address(), a_number()
    user = await register(hall, email, institution_number=f" {number} ")
    assert (user.state, user.institution_number, user.claimed_number) == (State.USER_STATE_PENDING_EMAIL, "", number)
    assert await reason(hall.login(email)) == "ACCOUNT_NOT_ACTIVE"
    assert await reason(hall.login(number)) == "BAD_CREDENTIALS"
    token = await token_for(hall, email)
    # whoever has the mail, but has not registered, confirms nothing; and whoever has is not kept out by it
    for guess in ("", OTHER_PASSWORD):
        error = await refusal(confirm(hall, token, guess))
        assert (error.code(), reason_of(error)) == (Status.INVALID_ARGUMENT, "WRONG_PASSWORD")
    user = await confirm(hall, token)
    assert (user.state, user.institution_number, user.claimed_number) == (State.USER_STATE_ACTIVE, number, "")
    assert (await hall.login(number)).user == user
    assert await reason(confirm(hall, token)) == "MAIL_TOKEN_INVALID"
    assert await reason(register(hall, email, OTHER_PASSWORD)) == "EMAIL_TAKEN"


async def test_a_lecturer_confirms_and_then_waits_for_an_administrator(hall: Hall) -> None:
    email = "kofi@staff.example.edu"
    await register(hall, email, role=LECTURER, institution_number="L1234")
    user = await confirm(hall, await token_for(hall, email))
    assert (user.state, user.institution_number) == (State.USER_STATE_PENDING_APPROVAL, "L1234")
    error = await refusal(hall.login("L1234"))
    assert (reason_of(error), "administrator" in str(error.details())) == ("ACCOUNT_NOT_ACTIVE", True)


async def test_a_token_is_good_for_an_hour_and_for_nothing_else(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    email = address()
    await register(hall, email)
    token = await token_for(hall, email)
    reset = auth_service_pb2.ResetPasswordRequest(token=token, new_password=OTHER_PASSWORD)
    assert await reason(hall.auth.ResetPassword(reset)) == "MAIL_TOKEN_INVALID"
    monkeypatch.setattr(hall.app.outside.passwords, "verify", None)  # nothing is hashed for a bad one
    assert await reason(confirm(hall, "no token at all")) == "MAIL_TOKEN_INVALID"
    hall.clock.turn(3600)
    error = await refusal(confirm(hall, token))
    assert (error.code(), reason_of(error)) == (Status.INVALID_ARGUMENT, "MAIL_TOKEN_INVALID")
    monkeypatch.undo()
    # another mail: its token sets a password, which confirms the address too
    await hall.auth.RequestPasswordReset(auth_service_pb2.RequestPasswordResetRequest(login=email.upper()))
    token = (await hall.mail_to(email, MailKind.RESET_PASSWORD)).token
    reset = auth_service_pb2.ResetPasswordRequest(token=token, new_password=OTHER_PASSWORD)
    assert (await hall.auth.ResetPassword(reset)).user.state == State.USER_STATE_ACTIVE
    assert (await hall.login(email, OTHER_PASSWORD)).user.email == email


async def test_an_account_that_was_never_confirmed_gives_way(hall: Hall) -> None:
    email, number = address(), a_number()
    first = await register(hall, email, "the password of an impostor", institution_number=number)
    stolen = await token_for(hall, email)
    second = await register(hall, email.upper(), institution_number=number)
    assert first.id != second.id
    assert await reason(confirm(hall, stolen, "the password of an impostor")) == "MAIL_TOKEN_INVALID"
    token = await token_for(hall, email)
    assert await reason(confirm(hall, token, "the password of an impostor")) == "WRONG_PASSWORD"
    assert (await confirm(hall, token)).id == second.id


async def test_it_gives_way_to_whom_administrators_want_too(hall: Hall) -> None:
    admin, emails = await hall.admin(), [address() for _ in range(3)]
    for email in emails:
        await register(hall, email, "the password of an impostor")
    invited = await admin.create_user(email=emails[0])
    assert (invited.email, invited.state) == (emails[0], State.USER_STATE_INVITED)
    assert (await admin.update_user(invited.id, email=emails[1])).email == emails[1]
    wish = NewUser(emails[2], PASSWORD, "Abena Admin", Role.ADMIN)
    assert (await hall.app.accounts.create(NOBODY, wish)).email == emails[2]
    assert (await hall.login(emails[2])).user.role == role_pb2.ROLE_ADMIN
    assert {await reason(admin.create_user(email=email)) for email in emails[1:]} == {"EMAIL_TAKEN"}


async def test_of_many_who_register_one_address_at_once_one_is_left(hall: Hall) -> None:
    email = address()
    registration = hall.app.use_cases.registration  # beside the contract, which takes ten a minute for one address

    def attempts() -> list[Any]:
        return [
            registration.register(NOBODY, NewUser(email, f"{PASSWORD} {n}", f"Twin {n}", Role.STUDENT))
            for n in range(6)
        ]

    users = await asyncio.gather(*attempts())
    with hall.app.uow(read_only=True) as tx:
        found = tx.users.credentials(email)
        assert found is not None
        assert found.user in users
        assert [tx.users.get(user.id) for user in users if user != found.user] == [None] * 5
    # and while one of them is being confirmed
    token, password = await token_for(hall, email), f"{PASSWORD} {users.index(found.user)}"
    confirming = hall.app.use_cases.confirmation.confirm(NOBODY, token, password)
    confirmed, *others = await asyncio.gather(confirming, *attempts(), return_exceptions=True)
    if isinstance(confirmed, User):
        assert {type(other) for other in others} <= {User, EmailTaken}
        with hall.app.uow(read_only=True) as tx:
            assert tx.users.get(confirmed.id) == confirmed
    else:
        assert isinstance(confirmed, MailTokenInvalid)
        assert {type(other) for other in others} == {User}


async def test_of_many_who_claim_one_number_one_holds_it(hall: Hall) -> None:
    emails, number = [address() for _ in range(8)], a_number()
    for email in emails:
        await register(hall, email, institution_number=number)
    tokens = [await token_for(hall, email) for email in emails]
    users = await asyncio.gather(*(confirm(hall, token) for token in tokens))
    assert {user.state for user in users} == {State.USER_STATE_ACTIVE}
    (holder,) = (user for user in users if user.institution_number)
    assert (await hall.login(number)).user == holder
    assert {user.claimed_number for user in users if user != holder} == {number}


async def test_what_was_not_confirmed_within_a_week_is_gone(hall: Hall) -> None:
    early, late, confirmed = address(), address(), address()
    for email in (early, confirmed):
        await register(hall, email)
    await confirm(hall, await token_for(hall, confirmed))
    hall.clock.turn(3600)
    await register(hall, late)
    hall.clock.turn(7 * 24 * 3600 - 3600)
    await hall.app.jobs.expire_registrations()
    assert await reason(hall.login(early)) == "ACCOUNT_NOT_ACTIVE", "a week to the second"
    hall.clock.turn(1)
    await hall.app.jobs.expire_registrations()
    assert [await reason(hall.login(email)) for email in (early, late, confirmed)] == [
        "BAD_CREDENTIALS", "ACCOUNT_NOT_ACTIVE", "OK",
    ]  # fmt: skip


@pytest.mark.parametrize("gone", ["expired", "gave way"])
async def test_what_an_administrator_changed_of_it_is_gone_too(hall: Hall, gone: str) -> None:
    admin, email = await hall.admin(), address()
    await register(hall, email, full_name="Efua Mistyped")
    (user,) = (await admin.stub.ListUsers(pb.ListUsersRequest(query=email), metadata=admin.metadata)).users
    await admin.update_user(user.id, full_name="Efua Spelt")
    if gone == "expired":
        hall.clock.turn(7 * 24 * 3600 + 1)
        await hall.app.jobs.expire_registrations()
    else:
        await register(hall, email, full_name="Yaa Owner")
    assert traces(hall.app.engine, "Efua") == set()


async def test_nobody_registers_as_an_administrator_whatever_the_address(hall: Hall) -> None:
    assert await reason(register(hall, "ama@example.org", role=role_pb2.ROLE_ADMIN)) == "ROLE_NOT_OPEN"
