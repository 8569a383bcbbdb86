"""What a student does: bind the phone, enroll a face, scan, claim, and see what became of it."""

import hashlib
import uuid
from collections.abc import Iterator

import grpc
from google.protobuf import timestamp_pb2

from absense.v1 import (
    attendance_record_pb2,
    claim_upload_pb2,
    device_pb2,
    face_pb2,
    fix_pb2,
    image_pb2,
    student_service_pb2,
    student_service_pb2_grpc,
)
from examples.phone.account import CALL_SECONDS, Account, Metadata
from examples.phone.calls import CallFailed
from examples.phone.keystore import Keystore

UPLOAD_SECONDS = 60.0
WATCH_SECONDS = 60.0
"""Verdicts come within a minute as a rule; then the student may close the app, and look again later."""


CLAIM_KEPT_SECONDS = 3600.0
"""A claim that waits longer is good for nothing any more, and has a selfie in it."""


class NoClaim(Exception):
    """A claim with this code would not be taken; `str()` says why and what to do."""


class Student:
    """Somebody who has signed in on this phone."""

    def __init__(self, channel: grpc.Channel, keystore: Keystore, account: Account) -> None:
        self._stub = student_service_pb2_grpc.StudentServiceStub(channel)
        self._keystore = keystore
        self._account = account

    def bind(self) -> device_pb2.Device:
        """Make this phone the student's one device; again changes nothing. The password was given a moment ago.

        Raises CallFailed, SignedOut.
        """
        identifier = self._keystore.identifier
        statement = device_pb2.BindingStatement(
            user_id=self._account.user_id, device_identifier=identifier, sign_time=self._now()
        ).SerializeToString()
        request = student_service_pb2.BindDeviceRequest(
            identifier=identifier,
            platform=device_pb2.DEVICE_PLATFORM_OTHER,
            model="Reference client",
            key=device_pb2.DeviceKey(
                public_key=self._keystore.public_key,
                statement=statement,
                signature=self._keystore.sign_binding(statement),
            ),
        )
        answer = self._account.signed(
            lambda metadata: self._stub.BindDevice(request, metadata=metadata, timeout=CALL_SECONDS)
        )
        return answer.device

    def enroll_face(self, photograph: bytes, consent_version: str) -> face_pb2.FaceTemplate:
        """Enroll a photograph of the student, who has read and given the consent of this version.

        Raises CallFailed, SignedOut.
        """
        header = student_service_pb2.EnrollFaceHeader(
            enrollment=face_pb2.FaceEnrollment(consent_version=consent_version), photograph=_announced(photograph)
        )

        def parts() -> Iterator[student_service_pb2.EnrollFaceRequest]:
            yield student_service_pb2.EnrollFaceRequest(header=header)
            for chunk in self._chunks(photograph):
                yield student_service_pb2.EnrollFaceRequest(chunk=chunk)

        answer = self._account.signed(
            lambda metadata: self._stub.EnrollFace(parts(), metadata=metadata, timeout=UPLOAD_SECONDS)
        )
        return answer.template

    def scan(self, code: str | claim_upload_pb2.TypedCode) -> student_service_pb2.ScanQrResponse:
        """What a scanned text, or a typed code, is good for.

        Raises CallFailed, SignedOut, NoClaim.
        """
        request = student_service_pb2.ScanQrRequest()
        if isinstance(code, str):
            request.scanned_text = code
        else:
            request.typed_code.CopyFrom(code)
        # a typed code uses up one of ten tries: not repeated by itself
        seen = self._account.signed(
            lambda metadata: self._stub.ScanQr(request, metadata=metadata, timeout=CALL_SECONDS),
            repeatable=isinstance(code, str),
        )
        if not seen.code_good:
            raise NoClaim(seen.advice)
        return seen

    def prepare(
        self, seen: student_service_pb2.ScanQrResponse, selfie: bytes, position: fix_pb2.LocationFix | None
    ) -> None:
        """Make a claim of what was scanned, signed by this phone, and write it down."""
        claim_id = str(uuid.uuid4())
        header = claim_upload_pb2.ClaimHeader(
            claim_id=claim_id,
            proof=claim_upload_pb2.CodeProof(scan_ticket=seen.scan_ticket),
            fix=position,
            device_identifier=self._keystore.identifier,
            selfie=_announced(selfie) if selfie else None,
        )
        # what is signed says the same as the header; its bytes are sent as they were signed, never made again
        statement = claim_upload_pb2.ClaimStatement(
            claim_id=claim_id,
            student_id=self._account.user_id,
            session_id=seen.session.session_id,
            proof=seen.scan_ticket,
            device_identifier=header.device_identifier,
            sign_time=self._now(),
            fix=position,
            selfie_sha256=header.selfie.sha256,
        ).SerializeToString()
        header.signed_statement.statement = statement
        header.signed_statement.signature = self._keystore.sign_claim(statement)
        self._keystore.claim = student_service_pb2.SubmitAttendanceInlineRequest(header=header, selfie=selfie)

    def has_claim(self) -> bool:
        """Whether a claim of who is signed in is written down that has no answer yet; any other is deleted.

        Raises SignedOut.
        """
        claim = self._keystore.claim
        if claim is None:
            return False
        said = claim_upload_pb2.ClaimStatement.FromString(claim.header.signed_statement.statement)
        age = self._account.now() - said.sign_time.seconds
        if said.student_id == self._account.user_id and age < CLAIM_KEPT_SECONDS:
            return True
        self._keystore.claim = None
        return False

    def send(self) -> student_service_pb2.SubmitAttendanceResponse:
        """Send the claim that is written down, as it is, until there is an answer.

        Raises CallFailed, SignedOut. The claim stays written down unless it was refused for good.
        """
        claim = self._keystore.claim
        if claim is None:
            raise ValueError("prepare comes first")

        def parts() -> Iterator[student_service_pb2.SubmitAttendanceRequest]:
            yield student_service_pb2.SubmitAttendanceRequest(header=claim.header)
            # where the server answers early, gRPC takes no more of these
            for chunk in self._chunks(claim.selfie):
                yield student_service_pb2.SubmitAttendanceRequest(chunk=chunk)

        try:
            answer = self._account.signed(
                lambda metadata: self._stub.SubmitAttendance(parts(), metadata=metadata, timeout=UPLOAD_SECONDS)
            )
        except CallFailed as failed:
            if not failed.may_go_again(repeatable=True):
                self._keystore.claim = None
            raise
        self._keystore.claim = None
        return answer

    def verdict(self, record_id: str) -> student_service_pb2.WatchAttendanceRecordResponse:
        """The record as soon as no verdict is awaited.

        Raises CallFailed (DEADLINE_EXCEEDED: it takes longer, look again later), SignedOut.
        """
        request = student_service_pb2.WatchAttendanceRecordRequest(record_id=record_id)

        def watch(metadata: Metadata) -> student_service_pb2.WatchAttendanceRecordResponse:
            stream = self._stub.WatchAttendanceRecord(request, metadata=metadata, timeout=WATCH_SECONDS)
            # each message has the whole record, so that a stream that broke is simply opened again
            latest = next(stream)
            while is_awaited(latest.record):
                latest = next(stream)
            stream.cancel()
            return latest

        return self._account.signed(watch)

    def _chunks(self, photograph: bytes) -> Iterator[bytes]:
        size = self._account.server.upload.max_chunk_bytes
        return (photograph[start : start + size] for start in range(0, len(photograph), size))

    def _now(self) -> timestamp_pb2.Timestamp:
        return timestamp_pb2.Timestamp(seconds=int(self._account.now()))


def is_awaited(record: attendance_record_pb2.AttendanceRecord) -> bool:
    """Whether a verdict is still to come."""
    return any(claim.awaited_checks for claim in record.claims)


def _announced(photograph: bytes) -> image_pb2.ImageUpload:
    kind = "image/png" if photograph.startswith(b"\x89PNG") else "image/jpeg"
    return image_pb2.ImageUpload(media_type=kind, size=len(photograph), sha256=hashlib.sha256(photograph).digest())
