"""A lecture hall for tests: a real server on loopback, its clock turned by hand, and people with real clients."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import hashlib
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import grpc
import grpc.aio
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.protobuf import duration_pb2, timestamp_pb2
from google.rpc import error_details_pb2
from google.type import latlng_pb2
from grpc_status import rpc_status

from absense.v1 import (
    admin_service_pb2,
    admin_service_pb2_grpc,
    attendance_record_pb2,
    attendance_session_pb2,
    auth_service_pb2,
    auth_service_pb2_grpc,
    claim_upload_pb2,
    course_pb2,
    device_pb2,
    error_reason_pb2,
    face_pb2,
    fix_pb2,
    image_pb2,
    lecturer_service_pb2,
    lecturer_service_pb2_grpc,
    qr_code_pb2,
    role_pb2,
    student_service_pb2,
    student_service_pb2_grpc,
    user_pb2,
)
from absense_server.app import App
from absense_server.domain.consent import consent_text
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Caller, NewUser, Role
from tests.support.clock import HandClock
from tests.support.mails import ReadMail, mails_in

GREAT_HALL = (5.6506, -0.1869)
TWO_KM_AWAY = (5.6686, -0.1869)
PASSWORD = "correct horse battery"
CONSENT = consent_text(selfie_days=30, face_days=365)
"""As the default settings have it."""
HERE = "here"
"""The fix of a phone in the great hall, now."""
CHUNK = 65_536
_NOBODY = Caller(request_id="tests", address="127.0.0.1")

Status = attendance_record_pb2.RecordStatus
Record = attendance_record_pb2.AttendanceRecord
Response = student_service_pb2.SubmitAttendanceResponse | student_service_pb2.SubmitAttendanceInlineResponse


def timestamp(instant: datetime) -> timestamp_pb2.Timestamp:
    message = timestamp_pb2.Timestamp()
    message.FromDatetime(instant)
    return message


def seconds(number: float) -> duration_pb2.Duration:
    message = duration_pb2.Duration()
    message.FromTimedelta(timedelta(seconds=number))
    return message


def fix_at(place: tuple[float, float], instant: datetime, **fields: Any) -> fix_pb2.LocationFix:
    position = latlng_pb2.LatLng(latitude=place[0], longitude=place[1])
    return fix_pb2.LocationFix(position=position, fix_time=timestamp(instant), **{"accuracy_meters": 8.0, **fields})


def geofence_at(place: tuple[float, float], radius: float = 100) -> attendance_session_pb2.Geofence:
    center = latlng_pb2.LatLng(latitude=place[0], longitude=place[1])
    return attendance_session_pb2.Geofence(center=center, radius_meters=radius)


def reason_of(error: grpc.aio.AioRpcError) -> str:
    """The reason in the error's ErrorInfo."""
    info = detail(error, error_details_pb2.ErrorInfo)
    assert info is not None, error
    assert info.domain == "absense"
    return str(info.reason)


def detail(error: grpc.aio.AioRpcError, kind: type[Any]) -> Any:
    """The error's detail of one kind, or None."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]  # reads the same three attributes
    for packed in [] if status is None else status.details:
        message = kind()
        if packed.Unpack(message):
            return message
    return None


def verdicts(record: Record, number: int = -1) -> dict[str, tuple[str, str]]:
    """What each check found in one of the record's claims: outcome and reason."""
    from absense.v1 import verdict_pb2 as pb  # noqa: PLC0415 - only here

    return {
        pb.Check.Name(v.check).removeprefix("CHECK_"): (
            pb.Outcome.Name(v.outcome).removeprefix("OUTCOME_"),
            pb.VerdictReason.Name(v.reason).removeprefix("VERDICT_REASON_"),
        )
        for v in record.claims[number].verdicts
    }


@dataclass
class Session:
    """An attendance session, in its lecturer's hands."""

    lecturer: Lecturer
    message: attendance_session_pb2.AttendanceSession

    @property
    def id(self) -> str:
        return self.message.id

    async def code(self) -> qr_code_pb2.QrCode:
        """The code on the screen now."""
        request = lecturer_service_pb2.GetQrCodeRequest(session_id=self.id)
        return (await self.lecturer.stub.GetQrCode(request, metadata=self.lecturer.metadata)).code

    async def rotate(self) -> qr_code_pb2.QrCode:
        request = lecturer_service_pb2.RotateQrCodeRequest(session_id=self.id)
        return (await self.lecturer.stub.RotateQrCode(request, metadata=self.lecturer.metadata)).code

    async def close(self) -> None:
        request = lecturer_service_pb2.LecturerServiceCloseSessionRequest(session_id=self.id)
        await self.lecturer.stub.CloseSession(request, metadata=self.lecturer.metadata)

    async def reload(self) -> attendance_session_pb2.AttendanceSession:
        request = lecturer_service_pb2.LecturerServiceGetSessionRequest(session_id=self.id)
        return (await self.lecturer.stub.GetSession(request, metadata=self.lecturer.metadata)).session

    async def records(self) -> list[Record]:
        request = lecturer_service_pb2.LecturerServiceListAttendanceRequest(session_id=self.id, page_size=200)
        return list((await self.lecturer.stub.ListAttendance(request, metadata=self.lecturer.metadata)).records)

    async def record_of(self, student: Student) -> Record:
        return next(record for record in await self.records() if record.student.user_id == student.id)


@dataclass
class Person:
    """Somebody who has signed in."""

    hall: Hall
    id: str
    email: str
    token: str
    refresh_token: str = ""
    sign_in_id: str = ""

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self.token}"),)

    @property
    def caller(self) -> Caller:
        """As use cases see them."""
        claims = self.hall.app.outside.tokens.read(self.token, self.hall.clock.now())
        return Caller(
            "request", "127.0.0.1", claims.user_id, claims.sign_in_id, claims.role, signed_in_at=claims.signed_in_at
        )

    async def refresh(self) -> auth_service_pb2.RefreshTokenResponse:
        """Exchange the refresh token, and go on with what came for it."""
        request = auth_service_pb2.RefreshTokenRequest(refresh_token=self.refresh_token, request_id=str(uuid.uuid4()))
        answer = await self.hall.auth.RefreshToken(request)
        self.token, self.refresh_token = answer.access_token, answer.refresh_token
        return answer

    async def logout(self) -> None:
        await self.hall.auth.Logout(auth_service_pb2.LogoutRequest(), metadata=self.metadata)


@dataclass
class Lecturer(Person):
    """A lecturer with a client."""

    @property
    def stub(self) -> lecturer_service_pb2_grpc.LecturerServiceAsyncStub:
        return lecturer_service_pb2_grpc.LecturerServiceStub(self.hall.channel)

    async def course(self, **fields: Any) -> course_pb2.Course:
        wish = {"code": f"CS{uuid.uuid4().hex[:6]}", "title": "Introduction to Computing", **fields}
        request = lecturer_service_pb2.LecturerServiceCreateCourseRequest(**wish)
        return (await self.stub.CreateCourse(request, metadata=self.metadata)).course

    async def open_session(self, course: course_pb2.Course | None = None, **fields: Any) -> Session:
        """A session of the hall's course, open now for 15 minutes; `place` gives it a geofence."""
        course = course or self.hall.course
        if (place := fields.pop("place", GREAT_HALL)) is not None:
            fields["geofence"] = geofence_at(place)
        request = lecturer_service_pb2.CreateSessionRequest(course_id=course.id, room="Great Hall", **fields)
        return Session(self, (await self.stub.CreateSession(request, metadata=self.metadata)).session)

    async def confirm(self, record: Record, reason: str = "I saw her") -> Record:
        request = lecturer_service_pb2.ConfirmAttendanceRequest(
            record_id=record.id, expected_revision=record.revision, reason=reason
        )
        return (await self.stub.ConfirmAttendance(request, metadata=self.metadata)).record

    async def image(self, image_id: str, *, by_url: bool = False) -> tuple[image_pb2.ImageHeader, bytes]:
        request = lecturer_service_pb2.LecturerServiceGetImageRequest(image_id=image_id, accept_download_url=by_url)
        parts = [part async for part in self.stub.GetImage(request, metadata=self.metadata)]
        return parts[0].header, b"".join(part.chunk for part in parts[1:])


@dataclass
class Admin(Person):
    """An administrator with a client."""

    @property
    def stub(self) -> admin_service_pb2_grpc.AdminServiceAsyncStub:
        return admin_service_pb2_grpc.AdminServiceStub(self.hall.channel)

    async def user(self, user_id: str) -> user_pb2.User:
        request = admin_service_pb2.GetUserRequest(user_id=user_id)
        return (await self.stub.GetUser(request, metadata=self.metadata)).user

    async def create_user(self, **fields: Any) -> user_pb2.User:
        """An account, by default a student's."""
        wish = {"email": f"user-{uuid.uuid4().hex}@example.edu", "full_name": "Esi New", "role": role_pb2.ROLE_STUDENT}
        request = admin_service_pb2.CreateUserRequest(**{**wish, **fields})
        return (await self.stub.CreateUser(request, metadata=self.metadata)).user

    async def update_user(self, user_id: str, **fields: Any) -> user_pb2.User:
        """Change what is named."""
        request = admin_service_pb2.UpdateUserRequest(user_id=user_id, **fields)
        request.update_mask.paths.extend(fields)
        return (await self.stub.UpdateUser(request, metadata=self.metadata)).user

    async def approve_reset(self, reset_id: str, note: str = "") -> device_pb2.DeviceResetRequest:
        request = admin_service_pb2.ApproveDeviceResetRequest(reset_request_id=reset_id, note=note)
        return (await self.stub.ApproveDeviceReset(request, metadata=self.metadata)).reset_request

    async def reject_reset(self, reset_id: str, note: str = "Come by") -> device_pb2.DeviceResetRequest:
        request = admin_service_pb2.RejectDeviceResetRequest(reset_request_id=reset_id, note=note)
        return (await self.stub.RejectDeviceReset(request, metadata=self.metadata)).reset_request


@dataclass
class Student(Person):
    """A student with a phone."""

    identifier: str = field(default_factory=lambda: f"installation-{uuid.uuid4()}")
    key: ec.EllipticCurvePrivateKey | None = None

    @property
    def stub(self) -> student_service_pb2_grpc.StudentServiceAsyncStub:
        return student_service_pb2_grpc.StudentServiceStub(self.hall.channel)

    async def bind(self, *, with_key: bool = True, identifier: str | None = None) -> device_pb2.Device:
        """Bind the phone, with a new key."""
        identifier = identifier or self.identifier
        key = ec.generate_private_key(ec.SECP256R1()) if with_key else None
        request = student_service_pb2.BindDeviceRequest(
            identifier=identifier, platform=device_pb2.DEVICE_PLATFORM_ANDROID, model="Pixel"
        )
        if key is not None:
            request.key.CopyFrom(self.device_key(key, identifier))
        device = (await self.stub.BindDevice(request, metadata=self.metadata)).device
        self.key = key
        return device

    def device_key(self, key: ec.EllipticCurvePrivateKey, identifier: str, **fields: Any) -> device_pb2.DeviceKey:
        said = {"user_id": self.id, "device_identifier": identifier, "sign_time": timestamp(self.hall.clock.now())}
        statement = device_pb2.BindingStatement(**{**said, **fields}).SerializeToString()
        return device_pb2.DeviceKey(
            public_key=key.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
            statement=statement,
            signature=key.sign(b"absense.binding.v1\0" + statement, ec.ECDSA(hashes.SHA256())),
        )

    async def request_reset(self, reason: str = "I lost it") -> device_pb2.DeviceResetRequest:
        request = student_service_pb2.RequestDeviceResetRequest(reason=reason)
        return (await self.stub.RequestDeviceReset(request, metadata=self.metadata)).reset_request

    async def enroll(self, course: course_pb2.Course | None = None) -> course_pb2.Enrollment:
        request = student_service_pb2.EnrollInCourseRequest(course_id=(course or self.hall.course).id)
        return (await self.stub.EnrollInCourse(request, metadata=self.metadata)).enrollment

    async def enroll_face(
        self, photograph: bytes, *, replace: bool = False, consent: str = CONSENT.version
    ) -> student_service_pb2.EnrollFaceResponse:
        wish = face_pb2.FaceEnrollment(consent_version=consent, replace=replace)
        header = student_service_pb2.EnrollFaceHeader(enrollment=wish, photograph=announce(photograph))
        messages = [
            student_service_pb2.EnrollFaceRequest(header=header),
            *(student_service_pb2.EnrollFaceRequest(chunk=chunk) for chunk in chunks_of(photograph)),
        ]
        return await self.stub.EnrollFace(iter_async(messages), metadata=self.metadata)

    async def try_face(self, photograph: bytes) -> face_pb2.FaceTrial:
        request = student_service_pb2.VerifyFaceInlineRequest(photograph=photograph)
        return (await self.stub.VerifyFaceInline(request, metadata=self.metadata)).trial

    async def withdraw_face(self) -> face_pb2.ErasedFace:
        request = student_service_pb2.WithdrawFaceConsentRequest()
        return (await self.stub.WithdrawFaceConsent(request, metadata=self.metadata)).erased

    async def watch(self, record: Record) -> AsyncIterator[student_service_pb2.WatchAttendanceRecordResponse]:
        request = student_service_pb2.WatchAttendanceRecordRequest(record_id=record.id)
        async for response in self.stub.WatchAttendanceRecord(request, metadata=self.metadata):
            yield response

    async def scan(self, text: str) -> student_service_pb2.ScanQrResponse:
        return await self.stub.ScanQr(student_service_pb2.ScanQrRequest(scanned_text=text), metadata=self.metadata)

    async def header(self, session: Session | None = None, **fields: Any) -> claim_upload_pb2.ClaimHeader:
        """A claim's header: by default the code on the screen, a fix in the great hall, this phone, signed.

        Fields: proof (a CodeProof or scanned text), fix (None, a place or a LocationFix), identifier, selfie (bytes),
        signed (False: not), statement (overrides for the ClaimStatement), claim_id, media_type.
        """
        proof = fields.get("proof")
        if proof is None:
            assert session is not None
            proof = (await session.code()).text
        if isinstance(proof, str):
            proof = claim_upload_pb2.CodeProof(scanned_text=proof)
        header = claim_upload_pb2.ClaimHeader(
            claim_id=fields.get("claim_id", str(uuid.uuid4())),
            proof=proof,
            device_identifier=fields.get("identifier", self.identifier),
        )
        fix = fields.get("fix", HERE)
        if fix is not None:
            place = GREAT_HALL if fix is HERE else fix
            now = self.hall.clock.now()
            header.fix.CopyFrom(place if isinstance(place, fix_pb2.LocationFix) else fix_at(place, now))
        if (selfie := fields.get("selfie")) is not None:
            header.selfie.CopyFrom(announce(selfie, fields.get("media_type", "image/jpeg")))
        if self.key is not None and fields.get("signed", True):
            header.signed_statement.CopyFrom(self.sign(header, session, **fields.get("statement", {})))
        return header

    def sign(
        self, header: claim_upload_pb2.ClaimHeader, session: Session | None, **overrides: Any
    ) -> claim_upload_pb2.SignedStatement:
        assert self.key is not None
        proof = header.proof
        statement = claim_upload_pb2.ClaimStatement(
            claim_id=header.claim_id,
            student_id=self.id,
            session_id="" if session is None else session.id,
            proof=proof.scan_ticket or proof.scanned_text or proof.typed_code.digits,
            device_identifier=header.device_identifier,
            sign_time=timestamp(self.hall.clock.now()),
            fix=header.fix if header.HasField("fix") else None,
            selfie_sha256=header.selfie.sha256,
        )
        statement.MergeFrom(claim_upload_pb2.ClaimStatement(**overrides))
        content = statement.SerializeToString()
        signature = self.key.sign(b"absense.claim.v1\0" + content, ec.ECDSA(hashes.SHA256()))
        return claim_upload_pb2.SignedStatement(statement=content, signature=signature)

    async def submit(self, session: Session | None = None, **fields: Any) -> Response:
        """Make and send a claim; fields as for `header`."""
        return await self.send(await self.header(session, **fields), fields.get("selfie"))

    async def send(self, header: claim_upload_pb2.ClaimHeader, selfie: bytes | None = None) -> Response:
        return await self.stream(parts(header, selfie or b""))

    async def stream(
        self, messages: Iterable[Any] | AsyncIterator[Any], deadline: float | None = None
    ) -> student_service_pb2.SubmitAttendanceResponse:
        """Send the messages of a claim as they are."""
        return await self.stub.SubmitAttendance(iter_async(messages), metadata=self.metadata, timeout=deadline)

    async def send_inline(self, header: claim_upload_pb2.ClaimHeader, selfie: bytes = b"") -> Response:
        request = student_service_pb2.SubmitAttendanceInlineRequest(header=header, selfie=selfie)
        return await self.stub.SubmitAttendanceInline(request, metadata=self.metadata)

    async def record(self, session: Session) -> Record:
        request = student_service_pb2.StudentServiceGetAttendanceRecordRequest(session_id=session.id)
        return (await self.stub.GetAttendanceRecord(request, metadata=self.metadata)).record


def announce(data: bytes, media_type: str = "image/jpeg") -> image_pb2.ImageUpload:
    return image_pb2.ImageUpload(media_type=media_type, size=len(data), sha256=hashlib.sha256(data).digest())


def parts(header: claim_upload_pb2.ClaimHeader, selfie: bytes) -> list[student_service_pb2.SubmitAttendanceRequest]:
    """The messages of a claim."""
    return [
        student_service_pb2.SubmitAttendanceRequest(header=header),
        *(student_service_pb2.SubmitAttendanceRequest(chunk=chunk) for chunk in chunks_of(selfie)),
    ]


def chunks_of(data: bytes) -> Iterator[bytes]:
    return (data[start : start + CHUNK] for start in range(0, len(data), CHUNK))


async def iter_async(items: Iterable[Any] | AsyncIterator[Any]) -> AsyncIterator[Any]:
    if isinstance(items, AsyncIterator):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


class Hall:
    """A running server, a course, and the people in it."""

    def __init__(self, app: App, clock: HandClock, channel: grpc.aio.Channel, port: int) -> None:
        self.app = app
        self.clock = clock
        self.channel = channel
        self.port = port
        self.auth: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(channel)
        app.mail_delivery._at_once = 1  # so that mails are in the outbox in the order in which they were asked for
        self._lecturer: Lecturer | None = None
        self._course: course_pb2.Course | None = None

    @property
    def teacher(self) -> Lecturer:
        """The lecturer of the hall's course."""
        assert self._lecturer is not None
        return self._lecturer

    @property
    def course(self) -> course_pb2.Course:
        assert self._course is not None
        return self._course

    async def furnish(self, **course: Any) -> None:
        """A term, a lecturer, a course."""
        self.app.seeding.seed_term()
        self._lecturer = await self.lecturer()
        self._course = await self._lecturer.course(**course)

    async def turn(self, by: float) -> None:
        """Turn the clock, and do what the server's jobs do by themselves."""
        self.clock.turn(by)
        self.app.alarms.tick()
        await self.app.jobs.poll_revocations()

    async def mails(self) -> list[ReadMail]:
        """Every mail that was sent so far, the newest last; what is due is sent first."""
        while await self.app.mail_delivery.deliver():
            pass
        return mails_in(self.app.settings.mail_outbox_folder)

    async def mail_to(self, address: str, kind: MailKind | None = None) -> ReadMail:
        """The newest mail to the address, of that kind if it is said."""
        found = [mail for mail in await self.mails() if mail.to == address and kind in {None, mail.kind}]
        assert found, f"no mail to {address}"
        return found[-1]

    async def admin(self) -> Admin:
        email = f"admin-{uuid.uuid4().hex}@example.edu"
        await self.app.accounts.create(_NOBODY, NewUser(email, PASSWORD, "Adjoa Admin", Role.ADMIN))
        login = await self.login(email)
        return Admin(self, **signed_in(email, login))

    async def lecturer(self) -> Lecturer:
        email = f"lecturer-{uuid.uuid4().hex}@example.edu"
        await self.app.accounts.create(_NOBODY, NewUser(email, PASSWORD, "Kofi Lecturer", Role.LECTURER))
        login = await self.login(email)
        return Lecturer(self, **signed_in(email, login))

    async def student(
        self, name: str = "Ama Student", *, enrolled: bool = True, phone: bool = True, with_key: bool = True
    ) -> Student:
        """A student, by default enrolled and with a phone bound."""
        email = f"student-{uuid.uuid4().hex}@example.edu"
        await self.auth.Register(
            auth_service_pb2.RegisterRequest(email=email, password=PASSWORD, full_name=name, role=role_pb2.ROLE_STUDENT)
        )
        login = await self.login(email)
        student = Student(self, **signed_in(email, login))
        if enrolled:
            await student.enroll()
        if phone:
            await student.bind(with_key=with_key)
        return student

    async def login(self, email: str, password: str = PASSWORD) -> auth_service_pb2.LoginResponse:
        return await self.auth.Login(auth_service_pb2.LoginRequest(login=email, password=password))

    async def open_session(self, **fields: Any) -> Session:
        return await self.teacher.open_session(**fields)


def signed_in(email: str, login: auth_service_pb2.LoginResponse) -> dict[str, Any]:
    """What a Person has of a sign-in."""
    return {
        "id": login.user.id,
        "email": email,
        "token": login.access_token,
        "refresh_token": login.refresh_token,
        "sign_in_id": login.sign_in_id,
    }


def reason_number(reason: str) -> int:
    """The number of an error reason in the contract."""
    return error_reason_pb2.ErrorReason.Value(f"ERROR_REASON_{reason}")
