"""What each RPC leaves in the audit log, in the transaction in which it does what it does."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import grpc.aio
import pytest
from google.protobuf.descriptor_pb2 import MethodOptions
from sqlalchemy import Engine, func, select, text

from absense_server.adapters.db.audit import SqlAudit
from absense_server.adapters.db.tables import audit_events, metadata
from absense_server.domain.audit import AuditEvent
from absense_server.domain.errors.calls import BackendUnavailable
from tests.integration.rpc_scene import CALLS, Scene
from tests.integration.test_rpc_costs import hall  # noqa: F401 - a fixture
from tests.rpc.faces.conftest import engine, portraits, real_engine  # noqa: F401 - fixtures
from tests.rpc.walls.calls import RPCS
from tests.support.hall import Hall

NOTHING: Final[Mapping[str, str]] = {
    "AuthService/RefreshToken": "it goes on with a sign-in that is in the log; what is amiss with it is written down",
    "StudentService/ScanQr": "a code that is good changes nothing; one that is not is written down",
    "StudentService/VerifyFace": "it changes nothing; the look is in the verification log",
    "StudentService/VerifyFaceInline": "the same",
}
"""What is no read, and leaves no event when all is well: why."""

ACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "AdminService/ApproveCourseClaim": ("LECTURER_ADDED", "COURSE_CLAIM_APPROVED"),
    "AdminService/ApproveDeviceReset": ("DEVICE_RESET_APPROVED",),
    "AdminService/ArchiveCourse": ("COURSE_ARCHIVED", "SESSION_CLOSED"),
    "AdminService/CancelSession": ("SESSION_CANCELLED",),
    "AdminService/ClearFaceReference": ("FACE_CLEARED",),
    "AdminService/CloseSession": ("SESSION_CLOSED",),
    "AdminService/CloseTerm": ("TERM_CLOSED",),
    "AdminService/CreateCourse": ("COURSE_CREATED",),
    "AdminService/CreateProgramme": ("PROGRAMME_CREATED",),
    "AdminService/CreateTerm": ("TERM_CREATED",),
    "AdminService/CreateUser": ("USER_CREATED",),
    "AdminService/DecideAppeal": ("RECORD_REJECTED", "APPEAL_DECLINED"),
    "AdminService/DeleteProgramme": ("PROGRAMME_DELETED",),
    "AdminService/EraseUser": ("USER_ERASED", "ENROLLMENT_ENDED"),
    "AdminService/ExportAttendance": (
        "ATTENDANCE_EXPORTED",
        "ATTENDANCE_EXPORTED",
    ),  # begun, and ended
    "AdminService/GetImage": ("IMAGE_SEEN",),
    "AdminService/ImportUsers": ("USER_CREATED", "USER_CREATED", "USERS_IMPORTED"),
    "AdminService/ImportUsersInline": ("USER_CREATED", "USER_CREATED", "USERS_IMPORTED"),
    "AdminService/RejectCourseClaim": ("COURSE_CLAIM_REJECTED",),
    "AdminService/RejectDeviceReset": ("DEVICE_RESET_REJECTED",),
    "AdminService/SendPasswordReset": ("PASSWORD_RESET_REQUESTED",),
    "AdminService/SetAttendanceStatus": ("RECORD_MARKED",),
    "AdminService/UpdateCourse": ("COURSE_ARCHIVED", "COURSE_CHANGED", "LECTURER_ADDED", "LECTURER_REMOVED"),
    "AdminService/UpdateSettings": ("SETTINGS_CHANGED",),
    "AdminService/UpdateTerm": ("TERM_CHANGED",),
    "AdminService/UpdateUser": ("USER_CHANGED",),
    "AdminService/VerifyAttendance": ("RECORD_CONFIRMED",),
    "AdminService/VerifyAuditLog": ("AUDIT_VERIFIED",),
    "AdminService/VerifyFaceTemplate": ("FACE_VERIFIED",),
    "AuthService/ChangePassword": ("PASSWORD_CHANGED",),
    "AuthService/ConfirmEmail": ("EMAIL_CONFIRMED",),
    "AuthService/DeleteAccount": ("USER_ERASED", "ENROLLMENT_ENDED"),
    "AuthService/Login": ("SIGNED_IN",),
    "AuthService/Logout": ("SIGN_IN_ENDED",),
    "AuthService/Reauthenticate": ("REAUTHENTICATED",),
    "AuthService/Register": ("USER_REGISTERED",),
    "AuthService/RequestPasswordReset": ("PASSWORD_RESET_REQUESTED",),
    "AuthService/ResetPassword": ("PASSWORD_RESET",),
    "AuthService/RevokeSignIn": ("SIGN_IN_ENDED",),
    "AuthService/UpdateProfile": ("PROFILE_CHANGED",),
    "LecturerService/AddCourseLecturer": ("LECTURER_ADDED",),
    "LecturerService/BatchDecideAttendance": ("RECORD_CONFIRMED",) * 2 + ("APPEAL_ACCEPTED",) * 2,
    "LecturerService/CancelSession": ("SESSION_CANCELLED",),
    "LecturerService/ClaimCourse": ("COURSE_CLAIMED",),
    "LecturerService/CloseSession": ("SESSION_CLOSED",),
    "LecturerService/ConfirmAttendance": ("RECORD_CONFIRMED",),
    "LecturerService/CreateCourse": ("COURSE_CREATED",),
    "LecturerService/CreateSession": ("SESSION_CREATED",),
    "LecturerService/DecideAppeal": ("RECORD_CONFIRMED", "APPEAL_ACCEPTED"),
    "LecturerService/ExportAttendance": (
        "ATTENDANCE_EXPORTED",
        "ATTENDANCE_EXPORTED",
    ),  # begun, and ended
    "LecturerService/GetImage": ("IMAGE_SEEN",),
    "LecturerService/ImportEnrollments": ("ENROLLED", "ENROLLED", "ENROLLMENTS_IMPORTED"),
    "LecturerService/ImportEnrollmentsInline": ("ENROLLED", "ENROLLED", "ENROLLMENTS_IMPORTED"),
    "LecturerService/MarkAttendance": ("RECORD_MARKED",),
    "LecturerService/RegenerateSessionCode": ("SESSION_CODE_CHANGED",),
    "LecturerService/RejectAttendance": ("RECORD_REJECTED",),
    "LecturerService/RemoveCourseLecturer": ("LECTURER_REMOVED",),
    "LecturerService/ReopenSession": ("SESSION_REOPENED",),
    "LecturerService/RotateQrCode": ("QR_ROTATED",),
    "LecturerService/UpdateCourse": ("COURSE_CHANGED",),
    "LecturerService/UpdateSession": ("SESSION_CHANGED", "RECORD_JUDGED_AGAIN", "RECORD_JUDGED_AGAIN"),
    "StudentService/BindDevice": ("DEVICE_BOUND",),
    "StudentService/DropCourse": ("ENROLLMENT_ENDED",),
    "StudentService/EnrollFace": ("FACE_ENROLLED",),
    "StudentService/EnrollFaceInline": ("FACE_ENROLLED",),
    "StudentService/EnrollInCourse": ("ENROLLED",),
    "StudentService/ExportMyData": ("DATA_EXPORTED",),
    "StudentService/FileAppeal": ("APPEAL_FILED",),
    "StudentService/RequestDeviceReset": ("DEVICE_RESET_REQUESTED",),
    "StudentService/SubmitAttendance": ("CLAIM_KEPT",),
    "StudentService/SubmitAttendanceInline": ("CLAIM_KEPT",),
    "StudentService/WithdrawFaceConsent": ("FACE_CONSENT_WITHDRAWN",),
}
"""The events of a call of each RPC, as rpc_scene.py makes it."""

MARK: Final = "audited-act"
READS: Final = {rpc.name for rpc in RPCS if rpc.method.GetOptions().idempotency_level == MethodOptions.NO_SIDE_EFFECTS}


def test_every_rpc_that_is_no_read_says_what_it_leaves() -> None:
    assert {*ACTS, *NOTHING} == {rpc.name for rpc in RPCS} - READS


async def test_what_each_rpc_leaves_in_the_log(
    hall: Hall,  # noqa: F811
    portraits: dict[str, bytes],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Exactly its events, by who called, with the call's id; where they cannot be written nothing at all is done."""
    scene, ours = await Scene.make(hall, 2, portraits), hall.app.engine
    left, done = {}, {}
    for rpc, prepare in CALLS.items():
        asked = await prepare(scene)
        before, last = contents(ours), last_event(ours)
        if rpc in ACTS:
            with monkeypatch.context() as patched:
                patched.setattr(SqlAudit, "add", _added_in_vain)
                with pytest.raises(grpc.aio.AioRpcError) as refused:
                    await scene.call(rpc, asked)
            assert refused.value.code() is grpc.StatusCode.UNAVAILABLE, rpc
            done[rpc] = changed(before, contents(ours))
        await scene.call(rpc, asked, ("x-request-id", MARK))
        if rpc in READS:
            done[rpc] = changed(before, contents(ours))
        events = events_after(ours, last)
        left[rpc] = tuple(event.action.value for event in events)
        callers = {None} if asked[0] is None else {uuid.UUID(asked[0].id)}
        assert {event.actor_id for event in events} <= callers, rpc
        assert {event.request_id for event in events} <= {MARK}, rpc
    assert left == {rpc: ACTS.get(rpc, ()) for rpc in CALLS}
    assert {rpc: tables for rpc, tables in done.items() if tables} == {}


_ADD: Final = SqlAudit.add


def _added_in_vain(audit: SqlAudit, *new: AuditEvent) -> None:
    _ADD(audit, *new)
    raise BackendUnavailable


def last_event(engine: Engine) -> int:  # noqa: F811
    with engine.connect() as connection:
        return int(connection.execute(select(func.coalesce(func.max(audit_events.c.seq), 0))).scalar_one())


def events_after(engine: Engine, last: int) -> Sequence[Any]:  # noqa: F811
    with engine.connect() as connection:
        newer = select(audit_events).where(audit_events.c.seq > last).order_by(audit_events.c.seq)
        return connection.execute(newer).all()


def contents(engine: Engine) -> dict[str, str]:  # noqa: F811
    """Of each table, a digest of all that is in it."""
    of_table = "SELECT '{0}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {0} t"
    each = (of_table.format(name) for name in metadata.tables)
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text(" UNION ALL ".join(each)))}


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """Tables."""
    return {name for name in before if before[name] != after[name]}
