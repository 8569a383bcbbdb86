"""A student's phone: a key in its keystore, a camera, a place, and a gRPC client."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import base64
import hashlib
import secrets
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import grpc
import grpc.aio
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from absense.v1 import (
    attendance_record_pb2,
    auth_service_pb2,
    auth_service_pb2_grpc,
    claim_upload_pb2,
    course_pb2,
    device_pb2,
    face_pb2,
    fix_pb2,
    image_pb2,
    role_pb2,
    student_service_pb2,
    student_service_pb2_grpc,
)
from demo.camera import Photograph
from demo.wire import CALL_SECONDS, Metadata, Place, bearer, sign_in, timestamp

_BINDING_CONTEXT = b"absense.binding.v1\0"
_CLAIM_CONTEXT = b"absense.claim.v1\0"
_ACCURACY_METERS = 8.0
_WATCH_SECONDS = 60.0


@dataclass(frozen=True)
class Phone:
    """One phone: the app's installation id, and a P-256 key that never leaves it."""

    identifier: str = field(default_factory=lambda: f"installation-{uuid.uuid4()}")
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def device_key(self, user_id: str, server_time: datetime) -> device_pb2.DeviceKey:
        """The public key, with proof that the private one is here."""
        statement = device_pb2.BindingStatement(
            user_id=user_id, device_identifier=self.identifier, sign_time=timestamp(server_time)
        ).SerializeToString()
        return device_pb2.DeviceKey(
            public_key=self.key.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            ),
            statement=statement,
            signature=self._sign(_BINDING_CONTEXT + statement),
        )

    def signed(self, statement: claim_upload_pb2.ClaimStatement) -> claim_upload_pb2.SignedStatement:
        """The statement, signed."""
        content = statement.SerializeToString()
        return claim_upload_pb2.SignedStatement(statement=content, signature=self._sign(_CLAIM_CONTEXT + content))

    def _sign(self, content: bytes) -> bytes:
        return self.key.sign(content, ec.ECDSA(hashes.SHA256()))


@dataclass(frozen=True)
class Claim:
    """A claim ready to be sent, and to be sent again as it is."""

    header: claim_upload_pb2.ClaimHeader
    selfie: bytes

    async def parts(self, chunk_bytes: int) -> AsyncIterator[student_service_pb2.SubmitAttendanceRequest]:
        """The messages of the upload: the header, then the selfie in chunks."""
        yield student_service_pb2.SubmitAttendanceRequest(header=self.header)
        for start in range(0, len(self.selfie), chunk_bytes):
            chunk = self.selfie[start : start + chunk_bytes]
            yield student_service_pb2.SubmitAttendanceRequest(chunk=chunk)


class Student:
    """Somebody with a phone who has signed in."""

    def __init__(
        self,
        channel: grpc.aio.Channel,
        login: auth_service_pb2.LoginResponse,
        info: auth_service_pb2.GetServerInfoResponse,
    ) -> None:
        self.stub: student_service_pb2_grpc.StudentServiceAsyncStub = student_service_pb2_grpc.StudentServiceStub(
            channel
        )
        self.id = login.user.id
        self.metadata: Metadata = bearer(login.access_token)
        self.phone = Phone()
        self._chunk_bytes = info.upload.max_chunk_bytes
        self._consent_version = info.consent.version
        # a phone's clock may be anywhere; what it signs and measures is told in the server's time
        self._ahead: timedelta = datetime.now(UTC) - info.server_time.ToDatetime(UTC)

    @classmethod
    async def register(cls, channel: grpc.aio.Channel, name: str, email: str, password: str | None = None) -> Student:
        """Make an account and sign in."""
        password = password or secrets.token_urlsafe(16)
        auth: auth_service_pb2_grpc.AuthServiceAsyncStub = auth_service_pb2_grpc.AuthServiceStub(channel)
        info = await auth.GetServerInfo(auth_service_pb2.GetServerInfoRequest(), timeout=CALL_SECONDS)
        await auth.Register(
            auth_service_pb2.RegisterRequest(
                email=email, password=password, full_name=name, role=role_pb2.ROLE_STUDENT
            ),
            timeout=CALL_SECONDS,
        )
        return cls(channel, await sign_in(channel, email, password), info)

    def now(self) -> datetime:
        """The server's time, as the phone reckons it."""
        return datetime.now(UTC) - self._ahead

    async def enroll(self, course_code: str) -> course_pb2.Course:
        """Find the course and get on its list."""
        found = await self.stub.SearchCourses(
            student_service_pb2.SearchCoursesRequest(query=course_code), metadata=self.metadata, timeout=CALL_SECONDS
        )
        course = next(course for course in found.courses if course.code == course_code)
        done = await self.stub.EnrollInCourse(
            student_service_pb2.EnrollInCourseRequest(course_id=course.id),
            metadata=self.metadata,
            timeout=CALL_SECONDS,
        )
        return done.enrollment.course

    async def bind(self) -> device_pb2.Device:
        """Make this phone the student's one device."""
        request = student_service_pb2.BindDeviceRequest(
            identifier=self.phone.identifier,
            platform=device_pb2.DEVICE_PLATFORM_ANDROID,
            model="Pixel 9",
            key=self.phone.device_key(self.id, self.now()),
        )
        return (await self.stub.BindDevice(request, metadata=self.metadata, timeout=CALL_SECONDS)).device

    async def enroll_face(self, photograph: Photograph) -> face_pb2.FaceTemplate:
        """Consent, and enroll a photograph of one's face."""
        request = student_service_pb2.EnrollFaceInlineRequest(
            enrollment=face_pb2.FaceEnrollment(consent_version=self._consent_version), photograph=photograph.content
        )
        return (await self.stub.EnrollFaceInline(request, metadata=self.metadata, timeout=CALL_SECONDS)).template

    async def withdraw_face(self) -> face_pb2.ErasedFace:
        """Take the consent back; what was erased."""
        request = student_service_pb2.WithdrawFaceConsentRequest()
        return (await self.stub.WithdrawFaceConsent(request, metadata=self.metadata, timeout=CALL_SECONDS)).erased

    async def scan(self, text: str) -> student_service_pb2.ScanQrResponse:
        """Ask what a scanned text is good for."""
        request = student_service_pb2.ScanQrRequest(scanned_text=text)
        return await self.stub.ScanQr(request, metadata=self.metadata, timeout=CALL_SECONDS)

    def prepare(
        self,
        proof: claim_upload_pb2.CodeProof,
        session_id: str,
        selfie: Photograph | None,
        *,
        place: Place | None,
        phone: Phone | None = None,
    ) -> Claim:
        """A claim of being in the session, signed by the phone; `phone`: another than the student's own."""
        phone = phone or self.phone
        now = timestamp(self.now())
        fix = place and fix_pb2.LocationFix(position=place.message(), accuracy_meters=_ACCURACY_METERS, fix_time=now)
        header = claim_upload_pb2.ClaimHeader(
            claim_id=str(uuid.uuid4()),
            proof=proof,
            fix=fix,
            device_identifier=phone.identifier,
            selfie=None if selfie is None else _announced(selfie),
        )
        statement = claim_upload_pb2.ClaimStatement(
            claim_id=header.claim_id,
            student_id=self.id,
            session_id=session_id,
            proof=proof.scan_ticket or proof.scanned_text or proof.typed_code.digits,
            device_identifier=phone.identifier,
            sign_time=now,
            fix=fix,
            selfie_sha256=header.selfie.sha256,
        )
        header.signed_statement.CopyFrom(phone.signed(statement))
        return Claim(header, b"" if selfie is None else selfie.content)

    async def send(self, claim: Claim) -> student_service_pb2.SubmitAttendanceResponse:
        """Send a claim, the photograph in chunks."""
        try:
            return await self.stub.SubmitAttendance(
                claim.parts(self._chunk_bytes), metadata=self.metadata, timeout=CALL_SECONDS
            )
        except grpc.aio.AioRpcError as error:
            if not _lost_the_answer(error):
                raise
        # a claim may be sent again as it is, as often as needed: the answer is the same
        request = student_service_pb2.SubmitAttendanceInlineRequest(header=claim.header, selfie=claim.selfie)
        answer = await self.stub.SubmitAttendanceInline(request, metadata=self.metadata, timeout=CALL_SECONDS)
        return student_service_pb2.SubmitAttendanceResponse(
            record=answer.record,
            already_recorded=answer.already_recorded,
            can_retry=answer.can_retry,
            tries_left=answer.tries_left,
            advice=answer.advice,
        )

    async def submit(self, claim: Claim) -> student_service_pb2.SubmitAttendanceResponse:
        """Send a claim; where the answer comes before the verdict on the face, watch the record until that is there."""
        answer = await self.send(claim)
        if _is_awaited(answer.record):
            async with aclosing(self.watch(answer.record.id)) as watching:
                async for now in watching:
                    answer = student_service_pb2.SubmitAttendanceResponse(
                        record=now.record,
                        already_recorded=answer.already_recorded,
                        can_retry=now.can_retry,
                        tries_left=now.tries_left,
                        advice=now.advice,
                    )
                    if not _is_awaited(now.record):
                        break
        return answer

    async def watch(self, record_id: str) -> AsyncGenerator[student_service_pb2.WatchAttendanceRecordResponse, None]:
        """The record now and after each change, until nothing more is awaited."""
        request = student_service_pb2.WatchAttendanceRecordRequest(record_id=record_id)
        call = self.stub.WatchAttendanceRecord(request, metadata=self.metadata, timeout=_WATCH_SECONDS)
        try:
            async for response in call:
                yield response
        finally:
            call.cancel()


def scanned(text: str) -> claim_upload_pb2.CodeProof:
    """Proof of having scanned a code."""
    return claim_upload_pb2.CodeProof(scanned_text=text)


def typed(session_code: str, digits: str) -> claim_upload_pb2.CodeProof:
    """Proof of having read the digits under a code."""
    return claim_upload_pb2.CodeProof(typed_code=claim_upload_pb2.TypedCode(session_code=session_code, digits=digits))


def ticket(scan_ticket: str) -> claim_upload_pb2.CodeProof:
    """Proof of a scan that the server has seen."""
    return claim_upload_pb2.CodeProof(scan_ticket=scan_ticket)


def session_of(text: str) -> str:
    """The id of the session that a code's text names."""
    return str(uuid.UUID(bytes=base64.b32decode(text.split(":")[2] + "======")))


def _announced(photograph: Photograph) -> image_pb2.ImageUpload:
    sha256 = hashlib.sha256(photograph.content).digest()
    return image_pb2.ImageUpload(media_type=photograph.media_type, size=len(photograph.content), sha256=sha256)


def _is_awaited(record: attendance_record_pb2.AttendanceRecord) -> bool:
    """Whether a verdict is still to come."""
    return any(claim.awaited_checks for claim in record.claims)


def _lost_the_answer(error: grpc.aio.AioRpcError) -> bool:
    """Whether grpc.aio lost the answer of a server that answered before everything was sent.

    Answering early is normal for Absense; grpc.aio makes up a status of its own where a write then fails
    (https://github.com/grpc/grpc/issues/36066, open as of grpcio 1.85.1).
    """
    return error.code() is grpc.StatusCode.INTERNAL and "Internal error from Core" in (error.details() or "")
