"""Nothing that is secret, or that names a person, is in the log: of a run through the contract, with faults in it."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import base64
import io
import logging
import re
import sys
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
import structlog
from sqlalchemy import LargeBinary, Text, event, select

import absense_server
from absense.v1 import (
    admin_service_pb2,
    auth_service_pb2,
    device_pb2,
    role_pb2,
    student_service_pb2,
    user_pb2,
)
from absense_server.adapters import logs
from absense_server.adapters.db.tables import audit_events, metadata
from absense_server.adapters.keys import KeyRing
from absense_server.domain.audit import Action
from absense_server.domain.mails import MailKind
from absense_server.rpc import cookies
from tests.rpc.test_refresh_cookies import set_cookies
from tests.support.hall import Admin, Hall, Student, reason_of, signed_in

SECRET_KEY = "7d1f-one-that-writes-and-signs-and-nobody-knows-0001"
OLDER_KEY = "9c44-one-that-only-reads-and-nobody-knows-either-0002"
SMTP_PASSWORD = "of-the-mail-server-9917"
IMEI = "490154203237518"
ADDRESS = "203.0.113.77"
NOTED = {
    Action.DATA_EXPORTED,
    Action.DEVICE_BOUND,
    Action.DEVICE_RESET_APPROVED,
    Action.DEVICE_RESET_REQUESTED,
    Action.EMAIL_CONFIRMED,
    Action.MAIL_SENT,
    Action.PASSWORD_CHANGED,
    Action.PASSWORD_RESET,
    Action.PASSWORD_RESET_REQUESTED,
    Action.PROFILE_CHANGED,
    Action.REAUTHENTICATED,
    Action.REFRESH_TOKEN_REUSED,
    Action.SIGNED_IN,
    Action.SIGN_IN_REFUSED,
    Action.USER_CHANGED,
    Action.USER_CREATED,
    Action.USER_ERASED,
    Action.USER_REGISTERED,
}
"""What was done about accounts is in the audit log instead."""
SHORTEST = 6
"""What is shorter stands in any log."""


@pytest.fixture
def face_settings() -> dict[str, object]:
    return {
        "secret_key": SECRET_KEY,
        "older_secret_keys": OLDER_KEY,
        "smtp_user": "absense",
        "smtp_password": SMTP_PASSWORD,
        "email_confirmation": True,
        "trusted_proxies": "127.0.0.1",
    }


@pytest.fixture(params=["console", "json"])
def log(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """All that the server writes to standard error, as it would with LOG_LEVEL=DEBUG."""
    root = logging.getLogger()
    before, handlers, level = structlog.get_config(), root.handlers, root.level
    monkeypatch.setattr(sys, "stderr", text := io.StringIO())
    logs.configure("DEBUG", as_json=request.param == "json")
    structlog.configure(cache_logger_on_first_use=False)  # loggers outlive this test
    yield text
    structlog.configure(**before)
    root.handlers = handlers
    root.setLevel(level)


@dataclass
class Run:
    """A run through the contract, and what came up in it that may stand nowhere."""

    hall: Hall
    photograph: bytes
    secrets: dict[str, str | bytes] = field(default_factory=dict)
    """By what they are."""

    def keep(self, **secrets: str | bytes) -> None:
        for name, secret in secrets.items():
            assert len(secret) >= SHORTEST, name
            self.secrets[f"{name} {len(self.secrets)}"] = secret

    def keep_rows(self) -> None:
        """Every hash, key, salt and ciphertext that is in the database now."""
        with self.hall.app.engine.connect() as connection:
            for table in metadata.tables.values():
                for column in table.columns:
                    if isinstance(column.type, LargeBinary) or (
                        isinstance(column.type, Text) and column.name.endswith("hash")
                    ):
                        values = {value for value in connection.scalars(select(column)) if value}
                        self.keep(**{f"{column} {n}": value for n, value in enumerate(values)})

    def keep_keys(self) -> None:
        """SECRET_KEYs, and all that is derived from them."""
        source = "".join(path.read_text() for path in Path(absense_server.__file__).parent.rglob("*.py"))
        purposes = set(re.findall(r'"(absense/[a-z0-9/-]+)"', source))
        assert len(purposes) > 8
        ring = KeyRing(SECRET_KEY, [OLDER_KEY])
        for purpose in purposes:
            for key_id, key in ring.derive_all(purpose).items():
                self.keep(**{f"{purpose} {key_id}": key})
        self.keep(secret_key=SECRET_KEY, older_key=OLDER_KEY, smtp_password=SMTP_PASSWORD, address=ADDRESS)

    async def register(self, name: str, password: str, number: str = "") -> str:
        """Somebody whose address is confirmed; returns the address."""
        email = f"{name.split(maxsplit=1)[0].lower()}-{uuid.uuid4().hex[:8]}@people.example.edu"
        self.keep(name=name, email=email, password=password, **({"number": number} if number else {}))
        await self.hall.auth.Register(
            auth_service_pb2.RegisterRequest(
                email=email, password=password, full_name=name, role=role_pb2.ROLE_STUDENT, institution_number=number
            )
        )
        token = (await self.hall.mail_to(email, MailKind.CONFIRM_EMAIL)).token
        self.keep(mail_token=token)
        await self.hall.auth.ConfirmEmail(auth_service_pb2.ConfirmEmailRequest(token=token, password=password))
        return email

    async def sign_in(self, email: str, password: str) -> Student:
        request = auth_service_pb2.LoginRequest(login=email, password=password, device_name="Pixel of Abena")
        login = await self.hall.auth.Login(request, metadata=[("x-forwarded-for", ADDRESS)])
        return self.known(Student(self.hall, **signed_in(email, login)))

    def known(self, person: Student) -> Student:
        self.keep(access_token=person.token, refresh_token=person.refresh_token)
        return person

    async def refused(self, call: Awaitable[Any]) -> str:
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await call
        return reason_of(error.value)

    async def lose_and_find_a_password(self) -> Student:
        """Wrong tries, tokens exchanged and used twice, passwords changed and reset, an address changed."""
        auth = self.hall.auth
        first, second, third = "a first pass phrase 11", "a second pass phrase 22", "a third pass phrase 33"
        email = await self.register("Abena Quarteyson", first, "20/778899")
        self.keep(wrong_password="not her pass phrase", second=second, third=third)
        for login in (email, "20/778899", "nobody-at-all@people.example.edu"):
            request = auth_service_pb2.LoginRequest(login=login, password="not her pass phrase")
            assert await self.refused(auth.Login(request)) == "BAD_CREDENTIALS"
        self.keep(no_token="what-somebody-pasted-here-5521")
        pasted = [("authorization", "Bearer what-somebody-pasted-here-5521")]
        asked = auth.GetCurrentUser(auth_service_pb2.GetCurrentUserRequest(), metadata=pasted)
        assert await self.refused(asked) == "TOKEN_INVALID"
        abena = await self.sign_in(email, first)
        used = abena.refresh_token
        await abena.refresh()
        self.known(abena)
        await self.hall.turn(60)
        again = auth_service_pb2.RefreshTokenRequest(request_id=str(uuid.uuid4()))
        exchanged = auth.RefreshToken(again, metadata=by_page(abena.refresh_token))
        (cookie,) = set_cookies(await exchanged.initial_metadata())
        self.keep(cookie=cookie.partition(";")[0].removeprefix(f"{cookies.NAME}="))
        reused = auth.RefreshToken(again, metadata=by_page(used))
        assert await self.refused(reused) == "REFRESH_TOKEN_REUSED"

        abena = await self.sign_in(email, first)
        await auth.Reauthenticate(auth_service_pb2.ReauthenticateRequest(password=first), metadata=abena.metadata)
        change = auth_service_pb2.ChangePasswordRequest(current_password=first, new_password=second)
        await auth.ChangePassword(change, metadata=abena.metadata)
        await auth.RequestPasswordReset(auth_service_pb2.RequestPasswordResetRequest(login=email))
        token = (await self.hall.mail_to(email, MailKind.RESET_PASSWORD)).token
        self.keep(reset_token=token)
        await auth.ResetPassword(auth_service_pb2.ResetPasswordRequest(token=token, new_password=third))
        used_up = auth.ResetPassword(auth_service_pb2.ResetPasswordRequest(token=token, new_password=third))
        assert await self.refused(used_up) == "MAIL_TOKEN_INVALID"

        abena = await self.sign_in(email, third)
        other = "abena.elsewhere@people.example.edu"
        self.keep(other_address=other)
        profile = auth_service_pb2.UpdateProfileRequest(email=other, full_name="Abena Quarteyson-Mills")
        profile.update_mask.paths.extend(["email", "full_name"])
        await auth.UpdateProfile(profile, metadata=abena.metadata)
        token = (await self.hall.mail_to(other, MailKind.CHANGE_EMAIL)).token
        self.keep(address_token=token)
        await auth.ConfirmEmail(auth_service_pb2.ConfirmEmailRequest(token=token))
        return await self.sign_in(other, third)

    async def claim(self, abena: Student, admin: Admin) -> None:
        """A phone bound, unbound and bound again, a face, a claim."""
        self.keep(imei=IMEI)
        await abena.enroll()
        await abena.bind(identifier=IMEI)
        reset = student_service_pb2.RequestDeviceResetRequest(reason="Dropped it at Labadi beach")
        self.keep(reason=reset.reason)
        asked = (await abena.stub.RequestDeviceReset(reset, metadata=abena.metadata)).reset_request
        approval = admin_service_pb2.ApproveDeviceResetRequest(reset_request_id=asked.id)
        await admin.stub.ApproveDeviceReset(approval, metadata=admin.metadata)
        abena.identifier = IMEI
        await abena.bind()
        await abena.enroll_face(self.photograph)
        session = await self.hall.open_session()
        code = await session.code()
        scanned = await abena.scan(code.text)
        self.keep(code=code.text, typed_code=code.typed_code, ticket=scanned.scan_ticket)
        header = await abena.header(session, selfie=self.photograph)
        self.keep(signature=header.signed_statement.signature, latitude=str(header.fix.position.latitude))
        await abena.send(header, self.photograph)

    async def administer(self, admin: Admin) -> None:
        """An account made, found, changed, mailed and erased."""
        email, name, number = "kwabena.invited@people.example.edu", "Kwabena Invitedson", "31/556677"
        self.keep(email=email, name=name, number=number, why="The office made it by mistake")
        made = admin_service_pb2.CreateUserRequest(
            email=email, full_name=name, role=role_pb2.ROLE_STUDENT, institution_number=number
        )
        user_id = (await admin.stub.CreateUser(made, metadata=admin.metadata)).user.id
        assert await self.refused(admin.stub.CreateUser(made, metadata=admin.metadata)) == "EMAIL_TAKEN"
        for query in (email, name, number):
            await admin.stub.ListUsers(admin_service_pb2.ListUsersRequest(query=query), metadata=admin.metadata)
        mail = admin_service_pb2.SendPasswordResetRequest(user_id=user_id)
        await admin.stub.SendPasswordReset(mail, metadata=admin.metadata)
        self.keep(invitation=(await self.hall.mail_to(email, MailKind.INVITATION)).token)
        off = admin_service_pb2.UpdateUserRequest(user_id=user_id, state=user_pb2.USER_STATE_DEACTIVATED)
        off.update_mask.paths.append("state")
        await admin.stub.UpdateUser(off, metadata=admin.metadata)
        self.keep_rows()
        erase = admin_service_pb2.EraseUserRequest(user_id=user_id, reason="The office made it by mistake")
        await admin.stub.EraseUser(erase, metadata=admin.metadata)

    async def break_off(self, abena: Student) -> set[str]:
        """The database fails in the middle of calls; returns what clients hear."""
        auth, heard = self.hall.auth, set()
        someone = "efua.unlucky@people.example.edu"
        self.keep(unlucky=someone, unlucky_password="a pass phrase that fails", phone="installation-efua-7788")
        calls: list[Callable[[], Awaitable[Any]]] = [
            lambda: auth.Login(auth_service_pb2.LoginRequest(login=someone, password="a pass phrase that fails")),
            lambda: auth.Register(
                auth_service_pb2.RegisterRequest(
                    email=someone,
                    password="a pass phrase that fails",
                    full_name="Efua Unluckyson",
                    role=role_pb2.ROLE_STUDENT,
                )
            ),
            lambda: auth.RequestPasswordReset(auth_service_pb2.RequestPasswordResetRequest(login=someone)),
            abena.refresh,
            lambda: abena.stub.BindDevice(
                student_service_pb2.BindDeviceRequest(
                    identifier="installation-efua-7788", platform=device_pb2.DEVICE_PLATFORM_ANDROID
                ),
                metadata=abena.metadata,
            ),
        ]
        for fault, said in (
            ("OperationalError", f"canceled\nCONTEXT:  while looking for {someone}"),
            ("IntegrityError", f"duplicate key\nDETAIL:  Key (email)=({someone}) already exists.\n"),
            ("DataError", f'no number: "{someone}"\nLINE 1: {someone}'),
        ):
            for call in calls:
                with failing(self.hall, fault, said):
                    heard.add(await self.refused(call()))
        return heard


@contextmanager
def failing(hall: Hall, error: str, said: str) -> Iterator[None]:
    """Every statement that changes or reads accounts fails, with what a database says of it."""
    engine = hall.app.engine

    def fail(_cursor: object, statement: str, *_: object) -> None:
        if re.search(r"\b(users|refresh_tokens|devices|mail)", statement):
            raise getattr(engine.dialect.dbapi, error)(said)

    for name in ("do_execute", "do_executemany"):
        event.listen(engine, name, fail)
    try:
        yield
    finally:
        for name in ("do_execute", "do_executemany"):
            event.remove(engine, name, fail)


def by_page(refresh_token: str) -> tuple[tuple[str, str], ...]:
    return ((cookies.GRPC_WEB_KEY, "1"), (cookies.COOKIE_KEY, f"{cookies.NAME}={refresh_token}"))


def forms(secret: str | bytes) -> set[str]:
    """What it may look like in a log."""
    data = secret if isinstance(secret, bytes) else secret.encode()
    found = {
        data.hex(),
        base64.b64encode(data).decode().rstrip("="),
        base64.urlsafe_b64encode(data).decode().rstrip("="),
    }
    return found | ({secret} if isinstance(secret, str) else {repr(secret)[2:-1]})


async def test_what_is_secret_is_not_in_the_log(hall: Hall, log: io.StringIO, portraits: dict[str, bytes]) -> None:
    run = Run(hall, portraits["obama"])
    run.keep_keys()
    admin = await hall.admin()
    abena = await run.lose_and_find_a_password()
    await run.claim(abena, admin)
    await run.administer(admin)
    assert await run.break_off(abena) >= {"BACKEND_UNAVAILABLE", "INTERNAL"}
    run.keep_rows()
    export = abena.stub.ExportMyData(student_service_pb2.ExportMyDataRequest(), metadata=abena.metadata)
    assert [part async for part in export]
    run.keep(**{f"people {n}": person.token for n, person in enumerate([admin, abena, hall.teacher])})
    delete = auth_service_pb2.DeleteAccountRequest(password="a third pass phrase 33")
    await hall.auth.DeleteAccount(delete, metadata=abena.metadata)
    await hall.turn(60)

    text = log.getvalue()
    assert text.count("AuthService/Login") >= 6
    assert abena.id in text
    assert "Traceback" in text
    assert "duplicate key" in text
    with hall.app.engine.connect() as connection:
        noted = set(connection.scalars(select(audit_events.c.action)))
    assert noted >= NOTED
    lower = text.lower()
    assert {
        name for name, secret in run.secrets.items() if any(form.lower() in lower for form in forms(secret))
    } == set()
