"""Messages to domain objects. The contract's shape rules have been checked; what they cannot say is checked here."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar
from uuid import UUID

from google.protobuf import duration_pb2, timestamp_pb2
from google.protobuf.message import DecodeError, Message
from google.type import latlng_pb2

from absense.v1 import (
    attendance_session_pb2,
    auth_service_pb2,
    claim_upload_pb2,
    device_pb2,
    fix_pb2,
    image_pb2,
    lecturer_service_pb2,
    student_service_pb2,
)
from absense_server.domain.claims import Announcement, ClaimHeader, SignedClaim
from absense_server.domain.devices import (
    BindingStatement,
    ClaimStatement,
    DeviceKey,
    NewDevice,
    Platform,
    SignedBytes,
)
from absense_server.domain.errors.base import FieldViolation
from absense_server.domain.errors.calls import InvalidRequest
from absense_server.domain.errors.claims import UploadOutOfOrder
from absense_server.domain.errors.devices import KeyProofInvalid
from absense_server.domain.ids import ClaimId, CourseId, ProgrammeId, RecordId, SessionId
from absense_server.domain.pages import DEFAULT_SIZE, PageRequest
from absense_server.domain.people import NewUser, Role
from absense_server.domain.places import DEFAULT_RADIUS_M, Fix, Geofence, LatLng
from absense_server.domain.policy import PolicyWishes, RecordStatus
from absense_server.domain.proofs import Proof, ScannedProof, TicketProof, TypedProof
from absense_server.domain.sessions import NewSession
from absense_server.ports.findings import SessionFilter
from absense_server.rpc.convert import pairs
from absense_server.services.profile import ProfileChange
from absense_server.services.requests import RequestKey

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOS = 1_000_000_000
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800  # 2000 and 2100, as in the contract


class _Paged(Protocol):
    @property
    def page_size(self) -> int: ...
    @property
    def page_token(self) -> str: ...


class _Chunked(Protocol):
    @property
    def chunk(self) -> bytes: ...
    def WhichOneof(self, oneof_group: Any, /) -> Any: ...


Part = TypeVar("Part", bound=Message)


def page(request: _Paged) -> PageRequest:
    """Which page a list request asks for."""
    return PageRequest(request.page_size or DEFAULT_SIZE, request.page_token)


def request_key(request: Message, request_id: str) -> RequestKey | None:
    """What makes a retry known as one: its id and the SHA-256 of all it asks for."""
    if not request_id:
        return None
    asked = type(request)()
    asked.CopyFrom(request)
    asked.ClearField("request_id")
    return RequestKey(UUID(request_id), fingerprint(asked))


def fingerprint(message: Message) -> bytes:
    """SHA-256 of the message's type and content."""
    kind = message.DESCRIPTOR.full_name.encode()
    return hashlib.sha256(kind + b"\0" + message.SerializeToString(deterministic=True)).digest()


def time(timestamp: timestamp_pb2.Timestamp, field: str) -> datetime:
    """An aware datetime, microseconds.

    Raises InvalidRequest for one that is no point in time between 2000 and 2100.
    """
    if not (_EARLIEST <= timestamp.seconds < _LATEST and 0 <= timestamp.nanos < _NANOS):
        raise InvalidRequest(FieldViolation(field, "must be a point in time between 2000 and 2100"))
    return _EPOCH + timedelta(seconds=timestamp.seconds, microseconds=timestamp.nanos // 1000)


def span(duration: duration_pb2.Duration, field: str) -> timedelta:
    """A timedelta, microseconds.

    Raises InvalidRequest for one that is no duration.
    """
    if abs(duration.nanos) >= _NANOS:
        raise InvalidRequest(FieldViolation(field, "must be a duration"))
    return timedelta(seconds=duration.seconds, microseconds=duration.nanos // 1000)


def new_user(request: auth_service_pb2.RegisterRequest) -> NewUser:
    """The account asked for."""
    return NewUser(
        email=request.email,
        password=request.password,
        full_name=request.full_name,
        role=pairs.ROLE.member(request.role) or Role.STUDENT,
        claimed_number=request.institution_number,
    )


def profile_change(request: auth_service_pb2.UpdateProfileRequest) -> ProfileChange:
    """What the mask names."""
    named = set(request.update_mask.paths)
    return ProfileChange(
        full_name=request.full_name if "full_name" in named else None, email=request.email if "email" in named else None
    )


def new_session(request: lecturer_service_pb2.CreateSessionRequest) -> NewSession:
    """The session asked for."""
    return NewSession(
        course_id=CourseId(UUID(request.course_id)),
        room=request.room.strip(),
        programme_id=ProgrammeId(UUID(request.programme_id)) if request.programme_id else None,
        opens_at=time(request.open_time, "open_time") if request.HasField("open_time") else None,
        duration=span(request.duration, "duration") if request.HasField("duration") else None,
        late_after=span(request.late_after, "late_after") if request.HasField("late_after") else None,
        geofence=geofence(request.geofence) if request.HasField("geofence") else None,
        policy=policy_wishes(request.policy),
        code_life=span(request.code_life, "code_life") if request.HasField("code_life") else None,
        code_overlap=span(request.code_overlap, "code_overlap") if request.HasField("code_overlap") else None,
        typed_code_allowed=request.typed_code_allowed if request.HasField("typed_code_allowed") else True,
        allow_parallel=request.allow_parallel,
    )


def geofence(message: attendance_session_pb2.Geofence) -> Geofence:
    """A circle; radius 0: the default."""
    return Geofence(lat_lng(message.center), message.radius_meters or DEFAULT_RADIUS_M)


def lat_lng(message: latlng_pb2.LatLng) -> LatLng:
    """A point."""
    return LatLng(message.latitude, message.longitude)


def policy_wishes(message: attendance_session_pb2.CheckPolicy) -> PolicyWishes:
    """A policy as asked for; unset: the default."""
    return PolicyWishes(
        device=pairs.REQUIREMENT.member(message.device),
        location=pairs.REQUIREMENT.member(message.location),
        face=pairs.REQUIREMENT.member(message.face),
        liveness=pairs.REQUIREMENT.member(message.liveness),
    )


def session_filter(request: lecturer_service_pb2.LecturerServiceListSessionsRequest) -> SessionFilter:
    """Which sessions to list."""
    states = (pairs.SESSION_STATE.member(number) for number in request.states)
    return SessionFilter(
        course_id=CourseId(UUID(request.course_id)) if request.course_id else None,
        states=frozenset(state for state in states if state is not None),
        opens_from=time(request.from_time, "from_time") if request.HasField("from_time") else None,
        opens_until=time(request.until_time, "until_time") if request.HasField("until_time") else None,
    )


def statuses(numbers: Sequence[int]) -> frozenset[RecordStatus]:
    """Which statuses to list; none: all."""
    members = (pairs.STATUS.member(number) for number in numbers)
    return frozenset(member for member in members if member is not None)


def record_key(
    request: student_service_pb2.StudentServiceGetAttendanceRecordRequest,
) -> tuple[RecordId | None, SessionId | None]:
    """How a record is named: by its id or by its session."""
    if request.record_id:
        return RecordId(UUID(request.record_id)), None
    return None, SessionId(UUID(request.session_id))


def new_device(request: student_service_pb2.BindDeviceRequest) -> NewDevice:
    """The phone to be bound.

    Raises KeyProofInvalid when the signed statement cannot be read.
    """
    return NewDevice(
        identifier=request.identifier,
        platform=pairs.PLATFORM.member(request.platform) or Platform.OTHER,
        model=request.model,
        key=_device_key(request.key) if request.HasField("key") else None,
    )


def _device_key(message: device_pb2.DeviceKey) -> DeviceKey:
    statement = device_pb2.BindingStatement()
    try:
        statement.ParseFromString(message.statement)
        signed_at = time(statement.sign_time, "sign_time") if statement.HasField("sign_time") else None
    except (DecodeError, InvalidRequest) as error:
        raise KeyProofInvalid("the statement is not a serialized BindingStatement") from error
    return DeviceKey(
        public_key=message.public_key,
        signed=SignedBytes(message.statement, message.signature),
        statement=BindingStatement(statement.user_id, statement.device_identifier, signed_at),
    )


def scan_proof(request: student_service_pb2.ScanQrRequest) -> ScannedProof | TypedProof:
    """The code to look at; not for a session code, which proves nothing."""
    if request.HasField("typed_code"):
        return _typed(request.typed_code)
    return ScannedProof(request.scanned_text)


def claim_header(message: claim_upload_pb2.ClaimHeader) -> ClaimHeader:
    """A claim without the selfie's bytes.

    Raises InvalidRequest.
    """
    return ClaimHeader(
        claim_id=ClaimId(UUID(message.claim_id)),
        proof=_proof(message.proof),
        fingerprint=fingerprint(message),
        fix=_fix(message.fix, "header.fix") if message.HasField("fix") else None,
        device_identifier=message.device_identifier,
        signed=_signed(message.signed_statement) if message.HasField("signed_statement") else None,
        selfie=announcement(message.selfie) if message.HasField("selfie") else None,
    )


def announcement(message: image_pb2.ImageUpload) -> Announcement:
    """What is said about a photograph that follows."""
    return Announcement(message.size, message.sha256)


def _proof(message: claim_upload_pb2.CodeProof) -> Proof:
    if message.HasField("scan_ticket"):
        return TicketProof(message.scan_ticket)
    if message.HasField("scanned_text"):
        return ScannedProof(message.scanned_text)
    return _typed(message.typed_code)


def _typed(message: claim_upload_pb2.TypedCode) -> TypedProof:
    if message.session_id:
        return TypedProof(message.digits, session_id=SessionId(UUID(message.session_id)))
    return TypedProof(message.digits, session_code=message.session_code.upper())


def _fix(message: fix_pb2.LocationFix, field: str) -> Fix:
    return Fix(
        lat_lng(message.position),
        message.accuracy_meters,
        time(message.fix_time, f"{field}.fix_time"),
        message.mock,
    )


def _signed(message: claim_upload_pb2.SignedStatement) -> SignedClaim:
    signed = SignedBytes(message.statement, message.signature)
    statement = claim_upload_pb2.ClaimStatement()
    try:
        statement.ParseFromString(message.statement)
        fix = _fix(statement.fix, "statement.fix") if statement.HasField("fix") else None
    except (DecodeError, InvalidRequest):
        return SignedClaim(signed, None)
    return SignedClaim(
        signed,
        ClaimStatement(
            claim_id=statement.claim_id,
            student_id=statement.student_id,
            session_id=statement.session_id,
            proof=statement.proof,
            device_identifier=statement.device_identifier,
            fix=fix,
            selfie_sha256=statement.selfie_sha256,
        ),
    )


def whole_announcement(data: bytes) -> Announcement:
    """What is said about a photograph that has come already."""
    return Announcement(len(data), hashlib.sha256(data).digest())


async def first_header(
    parts: AsyncIterator[student_service_pb2.SubmitAttendanceRequest],
) -> claim_upload_pb2.ClaimHeader:
    """The header that a claim's stream begins with.

    Raises UploadOutOfOrder.
    """
    return (await first(parts)).header


async def first_enrollment(
    parts: AsyncIterator[student_service_pb2.EnrollFaceRequest],
) -> student_service_pb2.EnrollFaceHeader:
    """The header that an enrollment's stream begins with.

    Raises UploadOutOfOrder.
    """
    return (await first(parts)).header


async def first_announcement(parts: AsyncIterator[student_service_pb2.VerifyFaceRequest]) -> Announcement:
    """What a trial's stream begins with.

    Raises UploadOutOfOrder.
    """
    return announcement((await first(parts)).header.photograph)


async def first(parts: AsyncIterator[Part]) -> Part:
    """The message that a stream begins with: it holds the header.

    Raises UploadOutOfOrder.
    """
    part = await anext(parts, None)
    if part is None:
        raise UploadOutOfOrder("nothing was sent")
    if not part.HasField("header"):
        raise UploadOutOfOrder("a chunk came before the header")
    return part


async def chunks(parts: AsyncIterator[_Chunked]) -> AsyncIterator[bytes]:
    """The chunks that follow an upload's header.

    Raises UploadOutOfOrder.
    """
    async for part in parts:
        if part.WhichOneof("part") != "chunk":
            raise UploadOutOfOrder("a second header came")
        yield part.chunk


async def whole(data: bytes) -> AsyncIterator[bytes]:
    """A photograph that came in one message, as chunks."""
    if data:
        yield data
