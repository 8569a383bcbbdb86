"""Accounts and sign-ins, through the contract: who gets one, who gets in, and what a token is good for."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import asyncio
import base64
import json
import unicodedata
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import grpc
import grpc.aio
import jwt
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.rpc import error_details_pb2

from absense.v1 import (
    auth_service_pb2,
    device_pb2,
    lecturer_service_pb2,
    role_pb2,
    student_service_pb2,
    user_pb2,
)
from absense_server.app import SERVICES
from absense_server.domain.errors.accounts import EmailTaken
from absense_server.domain.ids import SignInId, UserId
from absense_server.domain.people import Caller, NewUser, Role, User, UserState
from absense_server.rpc.policy import AccessPolicy, AccessRule, find_service, path_of
from absense_server.rpc.rate_limits import LIMITS
from tests.rpc.interceptors.rig import KINDS, Rig, path
from tests.rpc.test_uploads import refusal
from tests.support.hall import CONSENT, PASSWORD, Hall, Person, detail, reason_of, seconds, timestamp

STUDENT = role_pb2.ROLE_STUDENT
LECTURER = role_pb2.ROLE_LECTURER
METHODS = {path_of(method): method for name in SERVICES for method in find_service(name).methods}
RULES = AccessPolicy.from_services(SERVICES).rules
BIND_DEVICE = "/absense.v1.StudentService/BindDevice"
PASSWORD_AGAIN = {
    "AdminService/ApproveDeviceReset",
    "AdminService/ClearFaceReference",
    "AdminService/CloseTerm",
    "AdminService/CreateUser",
    "AdminService/EraseUser",
    "AdminService/ImportUsers",
    "AdminService/ImportUsersInline",
    "AdminService/RejectDeviceReset",
    "AdminService/SendPasswordReset",
    "AdminService/UpdateSettings",
    "AdminService/UpdateUser",
    "AdminService/VerifyFaceTemplate",
    "AuthService/UpdateProfile",
    "StudentService/BindDevice",
    "StudentService/EnrollFace",
    "StudentService/EnrollFaceInline",
    "StudentService/ExportMyData",
    "StudentService/RequestDeviceReset",
    "StudentService/WithdrawFaceConsent",
}
"""What wants a recent sign-in."""
NOBODY = Caller(request_id="tests", address="127.0.0.1")
Status = grpc.StatusCode


def address() -> str:
    return f"{uuid.uuid4().hex}@example.edu"


async def register(hall: Hall, email: str, password: str = PASSWORD, **fields: Any) -> user_pb2.User:
    wish = {"full_name": "Ama Student", "role": STUDENT, **fields}
    request = auth_service_pb2.RegisterRequest(email=email, password=password, **wish)
    return (await hall.auth.Register(request)).user


async def current(hall: Hall, token: str) -> user_pb2.User:
    metadata = (("authorization", f"Bearer {token}"),)
    return (await hall.auth.GetCurrentUser(auth_service_pb2.GetCurrentUserRequest(), metadata=metadata)).user


def violations(error: grpc.aio.AioRpcError) -> list[tuple[str, str]]:
    bad = detail(error, error_details_pb2.BadRequest)
    return [] if bad is None else [(found.field, found.description) for found in bad.field_violations]


def retry_after(error: grpc.aio.AioRpcError) -> timedelta:
    info = detail(error, error_details_pb2.RetryInfo)
    assert info is not None, error
    delay: timedelta = info.retry_delay.ToTimedelta()
    return delay


def what_it_says(error: grpc.aio.AioRpcError) -> tuple[Status, str | None, str]:
    return error.code(), error.details(), reason_of(error)


def vouched_for(hall: Hall, number: str) -> str:
    """A student whose number a roster has brought; returns the address."""
    email = address()
    user = User(
        id=UserId(hall.app.ids.new()),
        email=email,
        full_name="Ama Student",
        role=Role.STUDENT,
        state=UserState.ACTIVE,
        created_at=hall.clock.now(),
        institution_number=number,
    )
    with hall.app.uow() as tx:
        tx.users.add(user, hall.app.outside.passwords.hash(PASSWORD))
        tx.commit()
    return email


def set_state(hall: Hall, user_id: str, state: UserState) -> None:
    with hall.app.uow() as tx:
        tx.users.set_state(UserId(uuid.UUID(user_id)), state)
        tx.commit()


async def to_the_end(stream: Any) -> None:
    """Whatever still comes, until nothing does."""
    while await stream.read() is not grpc.aio.EOF:
        pass


def end_sign_ins(hall: Hall, person: Person, sign_in: SignInId | None = None) -> None:
    """All of the person's, or one."""
    with hall.app.uow() as tx:
        user_id, now = UserId(uuid.UUID(person.id)), hall.clock.now()
        tx.users.hold(user_id)
        if sign_in is None:
            tx.sign_ins.end_all(user_id, now)
        else:
            tx.sign_ins.end(user_id, sign_in, now)
        tx.commit()


def sign_in_of(hall: Hall, token: str) -> SignInId:
    return hall.app.outside.tokens.read(token, hall.clock.now()).sign_in_id


async def ask(hall: Hall, method: MethodDescriptor, metadata: tuple[tuple[str, str], ...] = ()) -> str:
    """Call any RPC with an empty message: the status and reason it fails with."""
    sends, receives = method.client_streaming, method.server_streaming
    call: Any = {
        (False, False): hall.channel.unary_unary,
        (False, True): hall.channel.unary_stream,
        (True, False): hall.channel.stream_unary,
        (True, True): hall.channel.stream_stream,
    }[sends, receives](path_of(method))
    answer = call(nothing() if sends else b"", metadata=metadata)
    try:
        if receives:
            assert await answer.read() is not grpc.aio.EOF
        else:
            await answer
    except grpc.aio.AioRpcError as error:
        return f"{error.code().name} {reason_of(error)}"
    return "OK"


async def nothing() -> AsyncIterator[bytes]:
    messages: list[bytes] = []
    for message in messages:
        yield message


# Facts


async def test_the_server_tells_anyone_what_it_is_takes_and_demands(hall: Hall) -> None:
    info = await hall.auth.GetServerInfo(auth_service_pb2.GetServerInfoRequest())
    settings = hall.app.settings
    assert info.server_time == timestamp(hall.clock.now())
    assert info.version
    assert info.upload.max_image_bytes == 5 * 1024 * 1024 == settings.upload_max_bytes
    assert list(info.upload.image_types) == ["image/jpeg", "image/png"]
    assert (info.upload.max_chunk_bytes, info.upload.max_image_pixels) == (65_536, 50_000_000)
    assert (info.features.face_verification, info.features.liveness) == (False, False)
    assert (info.consent.version, info.consent.text) == (CONSENT.version, CONSENT.text)
    rules = info.password_rules
    assert (rules.min_length, rules.max_length, rules.refuses_common) == (8, 256, True)
    assert info.oldest_client_version == ""


# Registering


async def test_a_student_registers_and_signs_in(hall: Hall) -> None:
    email = address()
    user = await register(hall, email, full_name="  Ama Mensah ", institution_number="10987654")
    assert (user.email, user.full_name, user.role, user.state) == (
        email, "Ama Mensah", STUDENT, user_pb2.USER_STATE_ACTIVE,
    )  # fmt: skip
    assert uuid.UUID(user.id).version == 7
    assert user.create_time == timestamp(hall.clock.now())
    assert (user.institution_number, user.programme_id, user.level) == ("", "", 0)
    login = await hall.login(email)
    assert login.user == user
    assert login.access_token_expire_time == timestamp(hall.clock.now() + timedelta(minutes=15))
    assert await current(hall, login.access_token) == user


async def test_a_lecturer_registers_and_waits_for_an_administrator(hall: Hall) -> None:
    email = address()
    user = await register(hall, email, role=LECTURER)
    assert user.state == user_pb2.USER_STATE_PENDING_APPROVAL
    error = await refusal(hall.login(email))
    assert (error.code(), reason_of(error)) == (Status.FAILED_PRECONDITION, "ACCOUNT_NOT_ACTIVE")
    assert "administrator" in (error.details() or "")
    assert reason_of(await refusal(hall.login(email, "not the password"))) == "BAD_CREDENTIALS"
    set_state(hall, user.id, UserState.ACTIVE)
    assert (await hall.login(email)).user.role == LECTURER


async def test_nobody_registers_as_an_administrator(hall: Hall) -> None:
    email = address()
    error = await refusal(register(hall, email, role=role_pb2.ROLE_ADMIN))
    assert (error.code(), reason_of(error)) == (Status.PERMISSION_DENIED, "ROLE_NOT_OPEN")
    assert reason_of(await refusal(hall.login(email))) == "BAD_CREDENTIALS"


async def test_an_address_is_one_address_whatever_its_case(hall: Hall) -> None:
    email = address()
    user = await register(hall, email.title())
    assert user.email == email
    for again in (email, email.upper()):
        error = await refusal(register(hall, again, password="another good password"))
        assert (error.code(), reason_of(error)) == (Status.ALREADY_EXISTS, "EMAIL_TAKEN")
    assert (await hall.login(email.upper())).user.id == user.id


async def test_of_twenty_who_register_one_address_at_once_one_wins(hall: Hall) -> None:
    email = address()
    registration = hall.app.use_cases.registration  # beside the contract, which takes ten a minute for one address
    answers = await asyncio.gather(
        *(
            registration.register(NOBODY, NewUser(email, f"{PASSWORD} {n}", f"Twin {n}", Role.STUDENT))
            for n in range(20)
        ),
        return_exceptions=True,
    )
    (winner,) = (n for n, answer in enumerate(answers) if isinstance(answer, User))
    assert sum(isinstance(answer, EmailTaken) for answer in answers) == 19
    assert (await hall.login(email, f"{PASSWORD} {winner}")).user.full_name == f"Twin {winner}"
    assert reason_of(await refusal(hall.login(email, f"{PASSWORD} {(winner + 1) % 20}"))) == "BAD_CREDENTIALS"


SHORT = "it has fewer than 8 characters"
LONG = "it has more than 256 characters"
COMMON = "it is on a list of common passwords"
ADDRESS = "it is the e-mail address"


async def test_weak_passwords(hall: Hall) -> None:
    weak = {
        "zq7!kfw": [SHORT],
        "🔑🔒🗝️🚪🏛": [SHORT],
        "123456": [SHORT, COMMON],
        "password": [COMMON],
        "PassWord1": [COMMON],
        "ｐａｓｓｗｏｒｄ": [COMMON],  # noqa: RUF001 - full width, the same password after NFKC
        "x" * 257: [LONG],
        "ﷺ" * 20: [LONG],  # 18 characters each, after NFKC
        "ama.mensah": [ADDRESS],
        "AMA.Mensah@Example.edu": [ADDRESS],
    }
    found = {}
    for password in weak:
        error = await refusal(register(hall, "ama.mensah@example.edu", password))
        assert (error.code(), reason_of(error)) == (Status.INVALID_ARGUMENT, "WEAK_PASSWORD")
        assert {field for field, _ in violations(error)} == {"password"}
        found[password] = [description for _, description in violations(error)]
        hall.clock.turn(10)  # ten a minute for one address
    assert found == weak


async def test_a_password_has_at_most_256_characters_of_any_kind(hall: Hall) -> None:
    email = address()
    longest = "ọ🔑" * 128
    await register(hall, email, longest)
    assert (await hall.login(email, longest)).user.email == email
    assert reason_of(await refusal(hall.login(email, longest[:-1]))) == "BAD_CREDENTIALS"
    # what could not be a password of any length is refused for its size
    error = await refusal(register(hall, address(), "x" * 4097))
    assert (reason_of(error), violations(error)[0][0]) == ("INVALID_REQUEST", "password")


async def test_a_password_is_the_same_however_it_is_composed(hall: Hall) -> None:
    composed = unicodedata.normalize("NFC", "crème brûlée é")
    decomposed = unicodedata.normalize("NFD", composed)
    assert composed != decomposed
    for chosen in (composed, decomposed):
        email = address()
        await register(hall, email, chosen)
        for typed in (composed, decomposed):
            assert (await hall.login(email, typed)).user.email == email
        assert reason_of(await refusal(hall.login(email, composed.upper()))) == "BAD_CREDENTIALS"


async def test_names_that_are_none(hall: Hall) -> None:
    names = [
        "", " ", "---", "\u0301", "Ama\nMensah", "Ama\x00", "\tAma", "Ama\x7f", "Ama\x85", "\u202eAma", "Ama\u202a",
        "Ama \u2066Mensah\u2069", "A" * 201,
    ]  # fmt: skip
    found = {}
    for name in names:
        error = await refusal(register(hall, address(), full_name=name))
        assert (error.code(), reason_of(error)) == (Status.INVALID_ARGUMENT, "INVALID_REQUEST"), name
        found[name] = violations(error)[0][0]
    assert found == dict.fromkeys(names, "full_name")


async def test_names_that_are(hall: Hall) -> None:
    names = ["Ama", "Nguyễn Thị Ánh", "李小龍", "محمد علي", "O'Brien-Smith, Jr.", "X Æ A-12", "👩 Ama", "A" * 200]
    assert [(await register(hall, address(), full_name=name)).full_name for name in names] == names


async def test_requests_that_are_none(hall: Hall) -> None:
    good: dict[str, Any] = {"email": address(), "password": PASSWORD, "full_name": "Ama", "role": STUDENT}
    wrong: list[tuple[str, Any]] = [
        ("email", ""),
        ("email", "ama"),
        ("email", "ama@"),
        ("email", "ama@example.edu\n"),
        ("email", f"{'a' * 64}@{'b' * 60}.{'c' * 63}.{'d' * 63}.edu"),
        ("password", ""),
        ("role", 0),
        ("role", 99),
        ("institution_number", "1" * 65),
        ("institution_number", "1\u202e2"),
    ]
    for field, value in wrong:
        error = await refusal(register(hall, **{**good, field: value}))
        assert (error.code(), reason_of(error)) == (Status.INVALID_ARGUMENT, "INVALID_REQUEST"), value
        assert violations(error)[0][0] == field


# Signing in


async def test_a_number_signs_in_only_once_it_is_vouched_for(hall: Hall) -> None:
    await register(hall, address(), institution_number="S-2001")
    assert reason_of(await refusal(hall.login("S-2001"))) == "BAD_CREDENTIALS"
    email = vouched_for(hall, "S-2002")
    login = await hall.login(" S-2002 ")
    assert (login.user.email, login.user.institution_number) == (email, "S-2002")


async def test_a_number_that_somebody_claims_does_not_take_it_from_its_holder(hall: Hall) -> None:
    email = vouched_for(hall, "S-2003")
    await register(hall, address(), "the password of an impostor", institution_number="S-2003")
    assert (await hall.login("S-2003")).user.email == email
    assert reason_of(await refusal(hall.login("S-2003", "the password of an impostor"))) == "BAD_CREDENTIALS"


async def test_a_number_in_other_letters_is_another_number(hall: Hall) -> None:
    capital, small = vouched_for(hall, "AB-7"), vouched_for(hall, "ab-7")
    assert (await hall.login("AB-7")).user.email == capital
    assert (await hall.login("ab-7")).user.email == small


async def test_unknown_user_and_wrong_password_are_told_alike(hall: Hall) -> None:
    email = address()
    await register(hall, email)
    erased = await register(hall, erased_email := address())
    set_state(hall, erased.id, UserState.ERASED)
    errors = [
        await refusal(hall.login(email, "wrong")),
        await refusal(hall.login(address(), "wrong")),
        await refusal(hall.login("no number at all", "wrong")),
        await refusal(hall.login(erased_email)),
        await refusal(hall.login("%")),
    ]
    assert {what_it_says(error) for error in errors} == {
        (Status.UNAUTHENTICATED, "E-mail address, number or password is wrong.", "BAD_CREDENTIALS")
    }
    keys = [sorted(key for key, _ in error.trailing_metadata() or ()) for error in errors]
    assert keys == [keys[0]] * 5


async def test_every_login_costs_one_hash(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    email, waiting = address(), address()
    await register(hall, email)
    await register(hall, waiting, role=LECTURER)
    calls: list[str] = []

    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            calls.append(name)
            return real(*args)

        return call

    for name in ("hash", "verify"):
        monkeypatch.setattr(hall.app.outside.passwords, name, counted(name, getattr(hall.app.outside.passwords, name)))
    cost = {}
    for login, password in ((email, PASSWORD), (email, "wrong"), (address(), PASSWORD), (waiting, PASSWORD)):
        calls.clear()
        await asyncio.gather(hall.login(login, password), return_exceptions=True)
        cost[login, password] = list(calls)
    assert list(cost.values()) == [["verify"]] * 4


async def test_only_active_accounts_sign_in(hall: Hall) -> None:
    email = address()
    user = await register(hall, email)
    expected = dict.fromkeys(UserState, "ACCOUNT_NOT_ACTIVE") | {
        UserState.ACTIVE: "OK",
        UserState.ERASED: "BAD_CREDENTIALS",
    }
    found = {}
    for state in UserState:
        set_state(hall, user.id, state)
        try:
            await hall.login(email)
            found[state] = "OK"
        except grpc.aio.AioRpcError as error:
            found[state] = reason_of(error)
    assert found == expected


async def test_guessing_is_slowed_down_and_nobody_else_notices(hall: Hall) -> None:
    ama, kofi = address(), address()
    await register(hall, ama)
    await register(hall, kofi)
    reasons = [reason_of(await refusal(hall.login(ama, f"guess {n}"))) for n in range(12)]
    assert reasons == ["BAD_CREDENTIALS"] * 10 + ["RATE_LIMITED"] * 2
    for minutes in (1, 1, 2, 4, 8, 16, 28):
        error = await refusal(hall.login(f" {ama.upper()}"))  # the right one, written another way: no way around
        assert (error.code(), reason_of(error)) == (Status.RESOURCE_EXHAUSTED, "RATE_LIMITED")
        assert retry_after(error) == timedelta(minutes=minutes)
        assert (await hall.login(kofi)).user.email == kofi
        hall.clock.turn(60 * minutes)
        assert reason_of(await refusal(hall.login(ama, "a guess"))) == "BAD_CREDENTIALS"
    hall.clock.turn(3600)
    assert (await hall.login(ama)).user.email == ama


# What every hall does at once, from one address.
@pytest.mark.parametrize(("kind", "rpc"), [("StreamUnary", "SubmitAttendance"), ("UnaryUnary", "ScanQr")])
async def test_five_hundred_students_behind_one_address_do_not_limit_each_other(kind: str, rpc: str) -> None:
    students = AccessRule(roles=frozenset({Role.STUDENT}))
    limits = LIMITS[f"/absense.v1.StudentService/{rpc}"]
    rig = Rig(rules={path(kind): students for kind in KINDS}, limits={path(kind): limits for kind in KINDS})
    async with rig.running():
        hall_full = [rig.signed_in() for _ in range(500)]
        answers = await asyncio.gather(*(rig.call(kind, metadata=student) for student in hall_full))
        assert {answer.code for answer in answers} == {Status.OK}
        # and one of them sends all three tries, each four times
        tries = [await rig.call(kind, metadata=hall_full[0]) for _ in range(12)]
        assert {answer.code for answer in tries} == {Status.OK}


# Access tokens


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


async def test_tokens_that_are_not_ours(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    header, payload, signature = ama.token.split(".")
    fields = json.loads(base64.urlsafe_b64decode(payload + "=="))
    key_id = jwt.get_unverified_header(ama.token)
    as_lecturer = base64url(json.dumps({**fields, "role": "LECTURER"}).encode())
    none = base64url(json.dumps({**key_id, "alg": "none"}).encode())
    forged = {
        "garbage": "garbage",
        "three parts of garbage": "a.b.c",
        "changed payload": f"{header}.{as_lecturer}.{signature}",
        "no signature": f"{header}.{payload}.",
        "alg none": f"{none}.{payload}.",
        "alg none, signed": f"{none}.{payload}.{signature}",
        "another key": jwt.encode(fields, "another key, thirty-two bytes long", "HS256", key_id),
        "another algorithm": jwt.encode(fields, "x" * 64, "HS512", key_id),
        "twice": f"{ama.token}.{signature}",
    }
    found = {}
    for name, token in forged.items():
        error = await refusal(current(hall, token))
        found[name] = (error.code(), reason_of(error))
    assert found == dict.fromkeys(forged, (Status.UNAUTHENTICATED, "TOKEN_INVALID"))
    assert (await current(hall, ama.token)).id == ama.id


async def test_a_token_is_good_for_fifteen_minutes(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    await hall.turn(15 * 60 - 1)
    assert (await current(hall, ama.token)).id == ama.id
    await hall.turn(1 + 10)  # ten seconds for clocks that differ
    error = await refusal(current(hall, ama.token))
    assert (error.code(), reason_of(error)) == (Status.UNAUTHENTICATED, "TOKEN_EXPIRED")
    # where anyone may call, an old token is no obstacle
    info = auth_service_pb2.GetServerInfoRequest()
    assert (await hall.auth.GetServerInfo(info, metadata=ama.metadata)).version
    login = auth_service_pb2.LoginRequest(login=ama.email, password=PASSWORD)
    assert (await hall.auth.Login(login, metadata=ama.metadata)).user.id == ama.id


async def test_ending_a_users_sign_ins_ends_them_all_and_no_later_one(hall: Hall) -> None:
    ama, kofi = await hall.student(phone=False), await hall.student(phone=False)
    second = (await hall.login(ama.email)).access_token
    await hall.turn(1)
    end_sign_ins(hall, ama)
    await hall.turn(1)
    for token in (ama.token, second):
        error = await refusal(current(hall, token))
        assert (error.code(), reason_of(error)) == (Status.UNAUTHENTICATED, "SIGN_IN_ENDED")
    assert (await current(hall, (await hall.login(ama.email)).access_token)).id == ama.id
    assert (await current(hall, kofi.token)).id == kofi.id


async def test_ending_one_sign_in_leaves_the_others(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    second = (await hall.login(ama.email)).access_token
    end_sign_ins(hall, ama, sign_in_of(hall, ama.token))
    await hall.turn(1)
    assert reason_of(await refusal(current(hall, ama.token))) == "SIGN_IN_ENDED"
    assert (await current(hall, second)).id == ama.id


async def test_open_streams_end_with_their_sign_in(hall: Hall) -> None:
    session = await hall.open_session()
    ama, kofi = await hall.student(), await hall.student()
    records = {student.id: (await student.submit(session, fix=None)).record for student in (ama, kofi)}
    screen = hall.teacher.stub.WatchQrCodes(
        lecturer_service_pb2.WatchQrCodesRequest(session_id=session.id), metadata=hall.teacher.metadata
    )
    watches = {
        student.id: student.stub.WatchAttendanceRecord(
            student_service_pb2.WatchAttendanceRecordRequest(record_id=records[student.id].id),
            metadata=student.metadata,
        )
        for student in (ama, kofi)
    }
    streams: list[Any] = [screen, *watches.values()]
    for stream in streams:
        assert await stream.read() is not grpc.aio.EOF
    end_sign_ins(hall, hall.teacher)
    end_sign_ins(hall, ama)
    await hall.turn(1)
    for stream in streams[:2]:
        error = await refusal(stream.read())
        assert (error.code(), reason_of(error)) == (Status.UNAUTHENTICATED, "SIGN_IN_ENDED")
    assert not watches[kofi.id].done()
    watches[kofi.id].cancel()


async def test_open_streams_end_however_long_nothing_was_known(hall: Hall) -> None:
    session = await hall.open_session(duration=seconds(2 * 3600))
    screen = hall.teacher.stub.WatchQrCodes(
        lecturer_service_pb2.WatchQrCodesRequest(session_id=session.id), metadata=hall.teacher.metadata
    )
    await screen.read()
    end_sign_ins(hall, hall.teacher)
    hall.clock.turn(3600)  # an hour in which the database did not answer, longer than any token lives
    await hall.app.jobs.poll_revocations()
    assert reason_of(await refusal(to_the_end(screen))) == "SIGN_IN_ENDED"


async def test_a_stream_outlives_its_access_token(hall: Hall) -> None:
    session = await hall.open_session(duration=seconds(3600), code_life=seconds(300))
    screen = hall.teacher.stub.WatchQrCodes(
        lecturer_service_pb2.WatchQrCodesRequest(session_id=session.id), metadata=hall.teacher.metadata
    )
    for step in range(5):
        event = await screen.read()
        assert isinstance(event, lecturer_service_pb2.WatchQrCodesResponse)
        assert event.code.step == step
        await hall.turn(290)
    assert reason_of(await refusal(current(hall, hall.teacher.token))) == "TOKEN_EXPIRED"
    screen.cancel()


async def test_nobody_is_let_in_while_it_is_not_known_who_was_signed_out(hall: Hall) -> None:
    ama = await hall.student(phone=False)
    hall.clock.turn(10)
    assert (await current(hall, ama.token)).id == ama.id
    hall.clock.turn(0.001)
    error = await refusal(current(hall, ama.token))
    assert (error.code(), reason_of(error)) == (Status.UNAVAILABLE, "BACKEND_UNAVAILABLE")
    assert timedelta(0) < retry_after(error) <= timedelta(seconds=10)
    await hall.app.jobs.poll_revocations()
    assert (await current(hall, ama.token)).id == ama.id


# Who may call what


async def test_what_wants_the_password_again_wants_it_after_ten_minutes(hall: Hall) -> None:
    fresh = {name for name, rule in RULES.items() if rule.recent_sign_in}
    assert {name.removeprefix("/absense.v1.") for name in fresh} == PASSWORD_AGAIN
    ama = await hall.student(phone=False)
    await hall.turn(600)
    assert await ask(hall, METHODS[BIND_DEVICE], ama.metadata) == "INVALID_ARGUMENT INVALID_REQUEST"
    await hall.turn(1)
    assert await ask(hall, METHODS[BIND_DEVICE], ama.metadata) == "UNAUTHENTICATED RECENT_SIGN_IN_REQUIRED"
    assert (await current(hall, ama.token)).id == ama.id
    ama.token = (await hall.login(ama.email)).access_token
    assert (await ama.bind()).platform == device_pb2.DEVICE_PLATFORM_ANDROID
