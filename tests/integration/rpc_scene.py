"""People and lists of a certain length, and for each RPC of the contract a call that finds all of it."""

from __future__ import annotations  # the stubs' async types exist for type checkers only

import hashlib
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeAlias

import grpc.aio
from google.protobuf import field_mask_pb2
from google.protobuf.message import Message

from absense.v1 import (
    admin_service_pb2,
    admin_service_pb2_grpc,
    appeal_pb2,
    auth_service_pb2,
    auth_service_pb2_grpc,
    course_pb2,
    device_pb2,
    face_pb2,
    file_import_pb2,
    lecturer_service_pb2,
    lecturer_service_pb2_grpc,
    role_pb2,
    student_service_pb2,
    student_service_pb2_grpc,
    user_pb2,
)
from absense_server.domain.faces import FaceModel
from absense_server.domain.ids import UserId
from absense_server.domain.people import Caller
from absense_server.domain.resume_tokens import Position
from absense_server.domain.verdicts import Check, Reason, inconclusive
from absense_server.ports.findings import MatchEntry, MatchKind
from absense_server.services.sign_in_tokens import SignedIn
from tests.support.hall import (
    CONSENT,
    PASSWORD,
    Admin,
    Hall,
    Lecturer,
    Person,
    Record,
    Session,
    Student,
    announce,
    chunks_of,
    geofence_at,
    iter_async,
    parts,
)

_STUBS = {
    "AdminService": admin_service_pb2_grpc.AdminServiceStub,
    "AuthService": auth_service_pb2_grpc.AuthServiceStub,
    "LecturerService": lecturer_service_pb2_grpc.LecturerServiceStub,
    "StudentService": student_service_pb2_grpc.StudentServiceStub,
}
Asked: TypeAlias = tuple[Person | None, Message | list[Any]]
"""Who asks, and what; the messages of a stream as a list."""
Prepare: TypeAlias = Callable[["Scene"], Awaitable[Asked]]


@dataclass
class Scene:
    """Each list in it has `size` rows."""

    hall: Hall
    size: int
    portraits: dict[str, bytes]
    admin: Admin
    teacher: Lecturer
    ama: Student
    """In every course; has a phone."""
    courses: list[course_pb2.Course] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    """One in each course, open now."""
    records: list[Record] = field(default_factory=list)
    """In the first session: flagged, two tries each."""

    @property
    def course(self) -> course_pb2.Course:
        return self.courses[0]

    @property
    def session(self) -> Session:
        return self.sessions[0]

    @property
    def photograph(self) -> bytes:
        return self.portraits["obama"]

    @classmethod
    async def make(cls, hall: Hall, size: int, portraits: dict[str, bytes]) -> Scene:
        """Through the contract."""
        people = await hall.admin(), await hall.lecturer(), await hall.student(enrolled=False)
        scene = cls(hall, size, portraits, *people)
        for _ in range(size):
            course = await scene.teacher.course(title=f"Rows {size}")
            await scene.ama.enroll(course)
            scene.courses.append(course)
            scene.sessions.append(await scene.teacher.open_session(course))
        for _ in range(size):
            student = await scene.student()
            await student.submit(scene.session, fix=None)
            scene.records.append((await student.submit(scene.session, fix=None)).record)
        return scene

    async def student(self, *, phone: bool = True) -> Student:
        """A student of the first course."""
        student = await self.hall.student(enrolled=False, phone=phone)
        await student.enroll(self.course)
        return student

    async def student_with_face(self) -> tuple[Student, face_pb2.FaceTemplate, list[str]]:
        """One with so many enrolled photographs, as far as there are some; their ids."""
        student = await self.student()
        for name in ("obama", "obama2", "obama3")[: self.size]:
            template = (await student.enroll_face(self.portraits[name])).template
        request = admin_service_pb2.GetFaceTemplateRequest(user_id=student.id)
        found = await self.admin.stub.GetFaceTemplate(request, metadata=self.admin.metadata)
        return student, template, list(found.image_ids)

    async def call(self, rpc: str, asked: Asked, *more: tuple[str, str]) -> list[Message]:
        """Call "Service/Method"; returns what it answers, of what never ends by itself the first message.

        `more`: metadata.
        """
        service, method = rpc.split("/")
        call = getattr(_STUBS[service](self.hall.channel), method)
        person, request = asked
        sent = iter_async(request) if isinstance(request, list) else request
        answer = call(sent, metadata=(*(() if person is None else person.metadata), *more))
        if not isinstance(answer, grpc.aio.UnaryStreamCall):
            unary: Message = await answer
            return [unary]
        if not method.startswith("Watch"):
            return [part async for part in answer]
        first = await answer.read()
        answer.cancel()
        assert isinstance(first, Message)
        return [first]


def _by(who: str, request: Callable[[Scene], Message]) -> Prepare:
    """A call by one of the scene's people that needs nothing else."""

    async def prepare(scene: Scene) -> Asked:
        return getattr(scene, who), request(scene)

    return prepare


async def _register(scene: Scene) -> Asked:
    email = f"{uuid.uuid4().hex}@example.edu"
    return None, auth_service_pb2.RegisterRequest(
        email=email, password=PASSWORD, full_name="Efua", role=role_pb2.ROLE_STUDENT
    )


async def _another_sign_in(scene: Scene) -> SignedIn:
    """Ama's, beside the contract, which does not take so many."""
    caller = Caller(request_id="tests", address="127.0.0.1")
    return await scene.hall.app.use_cases.sign_ins.login(caller, scene.ama.email, PASSWORD, "")


async def _signed_in_often(scene: Scene) -> Asked:
    for _ in range(scene.size):
        await _another_sign_in(scene)
    return scene.ama, auth_service_pb2.ListSignInsRequest(page_size=200)


async def _refresh(scene: Scene) -> Asked:
    token = (await _another_sign_in(scene)).refresh.text
    return None, auth_service_pb2.RefreshTokenRequest(refresh_token=token, request_id=str(uuid.uuid4()))


async def _logout(scene: Scene) -> Asked:
    token = (await _another_sign_in(scene)).access.text
    return replace(scene.ama, token=token), auth_service_pb2.LogoutRequest()


async def _revoke_sign_in(scene: Scene) -> Asked:
    sign_in = (await _another_sign_in(scene)).sign_in
    return scene.ama, auth_service_pb2.RevokeSignInRequest(sign_in_id=str(sign_in.id))


async def _reset_token(scene: Scene) -> str:
    """Of a new student."""
    student = await scene.student(phone=False)
    await scene.hall.auth.RequestPasswordReset(auth_service_pb2.RequestPasswordResetRequest(login=student.email))
    return (await scene.hall.mail_to(student.email)).token


async def _reset_password(scene: Scene) -> Asked:
    return None, auth_service_pb2.ResetPasswordRequest(token=await _reset_token(scene), new_password="another one")


async def _change_password(scene: Scene) -> Asked:
    student = await scene.student(phone=False)
    await scene.hall.login(student.email)
    return student, auth_service_pb2.ChangePasswordRequest(current_password=PASSWORD, new_password="another one")


async def _update_profile(scene: Scene) -> Asked:
    email = f"{uuid.uuid4().hex}@example.edu"
    mask = field_mask_pb2.FieldMask(paths=["full_name", "email"])
    return await scene.student(phone=False), auth_service_pb2.UpdateProfileRequest(
        full_name="Efua", email=email, update_mask=mask
    )


async def _confirm_email(scene: Scene) -> Asked:
    student, request = await _update_profile(scene)
    assert student is not None
    assert isinstance(request, auth_service_pb2.UpdateProfileRequest)
    await scene.hall.auth.UpdateProfile(request, metadata=student.metadata)
    return None, auth_service_pb2.ConfirmEmailRequest(token=(await scene.hall.mail_to(request.email)).token)


async def _bind_device(scene: Scene) -> Asked:
    student = await scene.student(phone=False)
    return student, student_service_pb2.BindDeviceRequest(
        identifier=student.identifier, platform=device_pb2.DEVICE_PLATFORM_ANDROID, model="Pixel"
    )


async def _enroll_in_course(scene: Scene) -> Asked:
    return scene.ama, student_service_pb2.EnrollInCourseRequest(course_id=(await scene.teacher.course()).id)


async def _drop_course(scene: Scene) -> Asked:
    course = await scene.teacher.course()
    await scene.ama.enroll(course)
    return scene.ama, student_service_pb2.DropCourseRequest(course_id=course.id)


async def _scan(scene: Scene) -> Asked:
    return scene.ama, student_service_pb2.ScanQrRequest(scanned_text=(await scene.session.code()).text)


async def _enroll_face(scene: Scene) -> Asked:
    header = student_service_pb2.EnrollFaceHeader(
        enrollment=face_pb2.FaceEnrollment(consent_version=CONSENT.version), photograph=announce(scene.photograph)
    )
    return await scene.student(), [
        student_service_pb2.EnrollFaceRequest(header=header),
        *(student_service_pb2.EnrollFaceRequest(chunk=chunk) for chunk in chunks_of(scene.photograph)),
    ]


async def _enroll_face_inline(scene: Scene) -> Asked:
    wish = face_pb2.FaceEnrollment(consent_version=CONSENT.version)
    return await scene.student(), student_service_pb2.EnrollFaceInlineRequest(
        enrollment=wish, photograph=scene.photograph
    )


async def _verify_face(scene: Scene) -> Asked:
    student, _, _ = await scene.student_with_face()
    header = student_service_pb2.VerifyFaceHeader(photograph=announce(scene.photograph))
    return student, [
        student_service_pb2.VerifyFaceRequest(header=header),
        *(student_service_pb2.VerifyFaceRequest(chunk=chunk) for chunk in chunks_of(scene.photograph)),
    ]


async def _verify_face_inline(scene: Scene) -> Asked:
    student, _, _ = await scene.student_with_face()
    return student, student_service_pb2.VerifyFaceInlineRequest(photograph=scene.photograph)


async def _withdraw(scene: Scene) -> Asked:
    student, _, _ = await scene.student_with_face()
    return student, student_service_pb2.WithdrawFaceConsentRequest()


async def _request_reset(scene: Scene) -> Asked:
    return await scene.student(), student_service_pb2.RequestDeviceResetRequest(reason="I lost it")


async def _another_session(scene: Scene) -> Session:
    """In the first course, so that its students are expected."""
    return await scene.teacher.open_session(scene.course, allow_parallel=True)


async def _absentees(scene: Scene) -> Asked:
    session = await _another_session(scene)
    return scene.teacher, lecturer_service_pb2.ListAbsenteesRequest(session_id=session.id, page_size=200)


async def _history(scene: Scene) -> Asked:
    for _ in range(scene.size):
        await (await _another_session(scene)).close()
    return scene.ama, student_service_pb2.ListAttendanceHistoryRequest(page_size=200)


async def _list_resets(scene: Scene) -> Asked:
    for _ in range(scene.size):
        await (await scene.student()).request_reset()
    return scene.admin, admin_service_pb2.ListDeviceResetRequestsRequest(page_size=200)


async def _approve_reset(scene: Scene) -> Asked:
    reset = await (await scene.student()).request_reset()
    return scene.admin, admin_service_pb2.ApproveDeviceResetRequest(reset_request_id=reset.id)


async def _reject_reset(scene: Scene) -> Asked:
    reset = await (await scene.student()).request_reset()
    return scene.admin, admin_service_pb2.RejectDeviceResetRequest(reset_request_id=reset.id, note="Come by")


async def _create_user(scene: Scene) -> Asked:
    request_id, email = str(uuid.uuid4()), f"{uuid.uuid4().hex}@example.edu"
    return scene.admin, admin_service_pb2.CreateUserRequest(
        request_id=request_id, email=email, full_name="Efua", role=role_pb2.ROLE_LECTURER
    )


def _file(text: str) -> tuple[file_import_pb2.ImportFile, bytes]:
    data = text.encode()
    return file_import_pb2.ImportFile(size=len(data), sha256=hashlib.sha256(data).digest()), data


async def _import_users_inline(scene: Scene) -> Asked:
    lines = [f"Efua,{uuid.uuid4().hex}@example.edu" for _ in range(scene.size)]
    file, data = _file("\n".join(["full_name,email", *lines]))
    header = admin_service_pb2.ImportUsersHeader(
        format=admin_service_pb2.USER_IMPORT_FORMAT_CSV, file=file, send_invitations=True
    )
    return scene.admin, admin_service_pb2.ImportUsersInlineRequest(header=header, file=data)


async def _import_users(scene: Scene) -> Asked:
    admin, inline = await _import_users_inline(scene)
    assert isinstance(inline, admin_service_pb2.ImportUsersInlineRequest)
    request = admin_service_pb2.ImportUsersRequest
    return admin, [request(header=inline.header), request(chunk=inline.file)]


async def _import_enrollments_inline(scene: Scene) -> Asked:
    users = [await scene.admin.create_user() for _ in range(scene.size)]
    file, data = _file("\n".join(["email", *(user.email for user in users)]))
    header = lecturer_service_pb2.ImportEnrollmentsHeader(course_id=scene.course.id, file=file)
    return scene.teacher, lecturer_service_pb2.ImportEnrollmentsInlineRequest(header=header, file=data)


async def _import_enrollments(scene: Scene) -> Asked:
    teacher, inline = await _import_enrollments_inline(scene)
    assert isinstance(inline, lecturer_service_pb2.ImportEnrollmentsInlineRequest)
    request = lecturer_service_pb2.ImportEnrollmentsRequest
    return teacher, [request(header=inline.header), request(chunk=inline.file)]


async def _update_user(scene: Scene) -> Asked:
    """Everything that costs something: to another role, off, at another address."""
    admin = await scene.hall.admin()
    request = admin_service_pb2.UpdateUserRequest(
        user_id=admin.id,
        role=role_pb2.ROLE_LECTURER,
        state=user_pb2.USER_STATE_DEACTIVATED,
        email=f"{uuid.uuid4().hex}@example.edu",
        institution_number=uuid.uuid4().hex,
    )
    request.update_mask.paths.extend(["role", "state", "email", "institution_number"])
    return scene.admin, request


async def _send_reset(scene: Scene) -> Asked:
    return scene.admin, admin_service_pb2.SendPasswordResetRequest(user_id=scene.ama.id)


async def _get_template(scene: Scene) -> Asked:
    student, _, _ = await scene.student_with_face()
    return scene.admin, admin_service_pb2.GetFaceTemplateRequest(user_id=student.id)


async def _vouch(scene: Scene) -> Asked:
    student, template, image_ids = await scene.student_with_face()
    return scene.admin, admin_service_pb2.VerifyFaceTemplateRequest(
        user_id=student.id, template_id=template.id, image_ids=image_ids
    )


async def _clear(scene: Scene) -> Asked:
    student, template, _ = await scene.student_with_face()
    return scene.admin, admin_service_pb2.ClearFaceReferenceRequest(
        user_id=student.id, template_id=template.id, reason="somebody else's"
    )


async def _admin_image(scene: Scene) -> Asked:
    _, _, image_ids = await scene.student_with_face()
    return scene.admin, admin_service_pb2.AdminServiceGetImageRequest(image_id=image_ids[0])


async def _image(scene: Scene) -> Asked:
    student, _, _ = await scene.student_with_face()
    await student.submit(scene.session, selfie=scene.photograph)
    (claim,) = (await scene.session.record_of(student)).claims
    return scene.teacher, lecturer_service_pb2.LecturerServiceGetImageRequest(image_id=claim.image_id)


async def _erase(scene: Scene) -> Asked:
    student, _, _ = await scene.student_with_face()
    await student.submit(scene.session, selfie=scene.photograph)
    return scene.admin, admin_service_pb2.EraseUserRequest(user_id=student.id, reason="left in summer")


async def _delete_account(scene: Scene) -> Asked:
    student, _, _ = await scene.student_with_face()
    await student.submit(scene.session, selfie=scene.photograph)
    return student, auth_service_pb2.DeleteAccountRequest(password=PASSWORD)


async def _submit(scene: Scene) -> Asked:
    student = await scene.student()
    return student, parts(await student.header(scene.session), b"")


async def _submit_inline(scene: Scene) -> Asked:
    student = await scene.student()
    header = await student.header(scene.session)
    return student, student_service_pb2.SubmitAttendanceInlineRequest(header=header)


async def _submit_face(scene: Scene) -> Asked:
    student, _, _ = await scene.student_with_face()
    header = await student.header(scene.session, selfie=scene.photograph)
    return student, parts(header, scene.photograph)


async def _submit_another_try(scene: Scene) -> Asked:
    student = await scene.student()
    await student.submit(scene.session, fix=None)
    return student, parts(await student.header(scene.session), b"")


async def _submit_again(scene: Scene) -> Asked:
    student = await scene.student()
    header = await student.header(scene.session)
    await student.send(header)
    return student, parts(header, b"")


async def _own_record(scene: Scene) -> Asked:
    student = await scene.student()
    await student.submit(scene.session)
    return student, student_service_pb2.StudentServiceGetAttendanceRecordRequest(session_id=scene.session.id)


async def _watch_record(scene: Scene) -> Asked:
    student = await scene.student()
    record = (await student.submit(scene.session)).record
    return student, student_service_pb2.WatchAttendanceRecordRequest(record_id=record.id)


async def _create_session(scene: Scene) -> Asked:
    course = await scene.teacher.course()
    request_id = str(uuid.uuid4())
    return scene.teacher, lecturer_service_pb2.CreateSessionRequest(request_id=request_id, course_id=course.id)


async def _close_session(scene: Scene) -> Asked:
    session = await scene.teacher.open_session(await scene.teacher.course())
    return scene.teacher, lecturer_service_pb2.LecturerServiceCloseSessionRequest(session_id=session.id)


async def _confirm(scene: Scene) -> Asked:
    student = await scene.student()
    record = (await student.submit(scene.session, fix=None)).record
    return scene.teacher, lecturer_service_pb2.ConfirmAttendanceRequest(
        record_id=record.id, expected_revision=record.revision, reason="I saw her"
    )


async def _list_looks(scene: Scene) -> Asked:
    student = await scene.student()
    ids, now = scene.hall.app.ids, scene.hall.clock.now()
    verdict, model = inconclusive(Check.FACE, Reason.NO_FACE), FaceModel("SFace", "yunet", 0.593, "tests")
    with scene.hall.app.uow() as tx:
        tx.verifications.log(
            [
                MatchEntry(ids.new(), MatchKind.TRIAL, UserId(uuid.UUID(student.id)), now, verdict, model, timedelta())
                for _ in range(scene.size)
            ]
        )
        tx.commit()
    return scene.admin, admin_service_pb2.ListVerificationLogsRequest(student_id=student.id, page_size=200)


async def _verify_log(scene: Scene) -> Asked:
    scene.hall.app.use_cases.audit_log.seal()
    return scene.admin, admin_service_pb2.VerifyAuditLogRequest()


async def _flagged(scene: Scene, *, appealed: bool = False) -> tuple[Student, Record]:
    student = await scene.student()
    record = (await student.submit(scene.session, fix=None)).record
    if appealed:
        request = student_service_pb2.FileAppealRequest(session_id=scene.session.id, text="I was there")
        await student.stub.FileAppeal(request, metadata=student.metadata)
    return student, record


async def _reject(scene: Scene) -> Asked:
    _, record = await _flagged(scene)
    return scene.teacher, lecturer_service_pb2.RejectAttendanceRequest(
        record_id=record.id, expected_revision=record.revision, reason="Not there"
    )


async def _lesson(scene: Scene) -> tuple[Student, Session]:
    """A session, and a student who has no record there."""
    student = await scene.student()
    return student, await scene.teacher.open_session(scene.course, allow_parallel=True)


async def _mark(scene: Scene) -> Asked:
    student, session = await _lesson(scene)
    return scene.teacher, lecturer_service_pb2.MarkAttendanceRequest(
        session_id=session.id, student_id=student.id, status="RECORD_STATUS_CONFIRMED", reason="On paper"
    )


async def _set_status(scene: Scene) -> Asked:
    student, session = await _lesson(scene)
    key = admin_service_pb2.SessionStudent(session_id=session.id, student_id=student.id)
    return scene.admin, admin_service_pb2.SetAttendanceStatusRequest(
        session_student=key, status="RECORD_STATUS_EXCUSED", reason="On paper"
    )


async def _batch(scene: Scene) -> Asked:
    """As many as there are, some of them with an appeal that waits."""
    request = lecturer_service_pb2.BatchDecideAttendanceRequest(status="RECORD_STATUS_CONFIRMED", reason="By sight")
    for number in range(scene.size):
        _, record = await _flagged(scene, appealed=number < 2)
        request.records.add(record_id=record.id, expected_revision=record.revision)
    return scene.teacher, request


async def _look_again(scene: Scene) -> Asked:
    record = scene.records[0]
    return scene.admin, admin_service_pb2.VerifyAttendanceRequest(
        record_id=record.id, expected_revision=record.revision, confirm=True, reason="I know her"
    )


async def _file_appeal(scene: Scene) -> Asked:
    student, _ = await _flagged(scene)
    return student, student_service_pb2.FileAppealRequest(session_id=scene.session.id, text="I was there")


async def _appeal(scene: Scene) -> appeal_pb2.Appeal:
    student, _ = await _flagged(scene)
    request = student_service_pb2.FileAppealRequest(session_id=scene.session.id, text="I was there")
    return (await student.stub.FileAppeal(request, metadata=student.metadata)).appeal


async def _decide_appeal(scene: Scene) -> Asked:
    appeal = await _appeal(scene)
    return scene.teacher, lecturer_service_pb2.LecturerServiceDecideAppealRequest(
        appeal_id=appeal.id, outcome="APPEAL_OUTCOME_PRESENT", expected_revision=appeal.record_revision, reason="Yes"
    )


async def _admin_decides_appeal(scene: Scene) -> Asked:
    appeal = await _appeal(scene)
    return scene.admin, admin_service_pb2.AdminServiceDecideAppealRequest(
        appeal_id=appeal.id, outcome="APPEAL_OUTCOME_DECLINED", expected_revision=appeal.record_revision, reason="No"
    )


async def _appealed(scene: Scene) -> None:
    for _ in range(scene.size):
        await _appeal(scene)


async def _list_appeals(scene: Scene) -> Asked:
    await _appealed(scene)
    return scene.teacher, lecturer_service_pb2.LecturerServiceListAppealsRequest(
        course_id=scene.course.id, page_size=200
    )


async def _admin_lists_appeals(scene: Scene) -> Asked:
    await _appealed(scene)
    return scene.admin, admin_service_pb2.AdminServiceListAppealsRequest(term_id=scene.course.term_id, page_size=200)


async def _unclaimed(scene: Scene) -> course_pb2.Course:
    """A course that nobody teaches."""
    request = admin_service_pb2.AdminServiceCreateCourseRequest(code=uuid.uuid4().hex[:8], title="Unclaimed")
    return (await scene.admin.stub.CreateCourse(request, metadata=scene.admin.metadata)).course


async def _claim_course(scene: Scene) -> Asked:
    return scene.teacher, lecturer_service_pb2.ClaimCourseRequest(course_id=(await _unclaimed(scene)).id)


async def _claimed(scene: Scene) -> str:
    _, request = await _claim_course(scene)
    assert isinstance(request, lecturer_service_pb2.ClaimCourseRequest)
    return (await scene.teacher.stub.ClaimCourse(request, metadata=scene.teacher.metadata)).course_claim.id


async def _list_own_claims(scene: Scene) -> Asked:
    for _ in range(scene.size):
        await _claimed(scene)
    return scene.teacher, lecturer_service_pb2.ListMyCourseClaimsRequest(page_size=200)


async def _list_claims(scene: Scene) -> Asked:
    for _ in range(scene.size):
        await _claimed(scene)
    return scene.admin, admin_service_pb2.ListCourseClaimsRequest(page_size=200)


async def _approve_claim(scene: Scene) -> Asked:
    return scene.admin, admin_service_pb2.ApproveCourseClaimRequest(course_claim_id=await _claimed(scene))


async def _reject_claim(scene: Scene) -> Asked:
    return scene.admin, admin_service_pb2.RejectCourseClaimRequest(course_claim_id=await _claimed(scene), note="No")


async def _add_lecturer(scene: Scene) -> Asked:
    return scene.teacher, lecturer_service_pb2.AddCourseLecturerRequest(
        course_id=(await scene.teacher.course()).id, user_id=(await scene.hall.lecturer()).id
    )


async def _remove_lecturer(scene: Scene) -> Asked:
    _, request = await _add_lecturer(scene)
    assert isinstance(request, lecturer_service_pb2.AddCourseLecturerRequest)
    await scene.teacher.stub.AddCourseLecturer(request, metadata=scene.teacher.metadata)
    return scene.teacher, lecturer_service_pb2.RemoveCourseLecturerRequest(
        course_id=request.course_id, user_id=request.user_id
    )


async def _update_own_course(scene: Scene) -> Asked:
    request = lecturer_service_pb2.LecturerServiceUpdateCourseRequest(
        course_id=(await scene.teacher.course()).id, expected_revision=1, title="Logic"
    )
    request.update_mask.paths.append("title")
    return scene.teacher, request


async def _update_course(scene: Scene) -> Asked:
    request = admin_service_pb2.AdminServiceUpdateCourseRequest(
        course_id=(await scene.teacher.course()).id, expected_revision=1, title="Logic", archived=True
    )
    request.lecturer_ids.append((await scene.hall.lecturer()).id)
    request.update_mask.paths.extend(["title", "archived", "lecturer_ids"])
    return scene.admin, request


async def _archive_course(scene: Scene) -> Asked:
    course = await scene.teacher.course()
    await scene.teacher.open_session(course)
    return scene.admin, admin_service_pb2.ArchiveCourseRequest(course_id=course.id)


async def _programme(scene: Scene) -> str:
    request = admin_service_pb2.CreateProgrammeRequest(code=uuid.uuid4().hex, name="Law")
    return (await scene.admin.stub.CreateProgramme(request, metadata=scene.admin.metadata)).programme.id


async def _list_programmes(scene: Scene) -> Asked:
    for _ in range(scene.size):
        await _programme(scene)
    return scene.ama, admin_service_pb2.ListProgrammesRequest(page_size=200)


async def _delete_programme(scene: Scene) -> Asked:
    return scene.admin, admin_service_pb2.DeleteProgrammeRequest(programme_id=await _programme(scene))


def _new_term(scene: Scene) -> admin_service_pb2.CreateTermRequest:
    request = admin_service_pb2.CreateTermRequest(request_id=str(uuid.uuid4()), name="Next")
    request.start_time.FromDatetime(scene.hall.clock.now() + timedelta(days=400))
    request.end_time.FromDatetime(scene.hall.clock.now() + timedelta(days=500))
    return request


async def _term(scene: Scene) -> str:
    return (await scene.admin.stub.CreateTerm(_new_term(scene), metadata=scene.admin.metadata)).term.id


async def _list_terms(scene: Scene) -> Asked:
    for _ in range(scene.size):
        await _term(scene)
    return scene.ama, admin_service_pb2.ListTermsRequest(page_size=200)


async def _update_term(scene: Scene) -> Asked:
    request = admin_service_pb2.UpdateTermRequest(term_id=await _term(scene), name="Summer")
    request.update_mask.paths.append("name")
    return scene.admin, request


async def _close_term(scene: Scene) -> Asked:
    return scene.admin, admin_service_pb2.CloseTermRequest(term_id=await _term(scene))


async def _update_settings(scene: Scene) -> Asked:
    request = admin_service_pb2.UpdateSettingsRequest()
    request.settings.at_risk_threshold = 1 / scene.size
    request.update_mask.paths.append("at_risk_threshold")
    return scene.admin, request


async def _update_session(scene: Scene) -> Asked:
    """With all records of the session judged again."""
    session = await scene.teacher.open_session(scene.course, allow_parallel=True)
    for _ in range(scene.size):
        await (await scene.student()).submit(session)
    request = lecturer_service_pb2.UpdateSessionRequest(
        session_id=session.id,
        expected_revision=session.message.revision,
        geofence=geofence_at((5.6, -0.1)),
        update_mask=field_mask_pb2.FieldMask(paths=["geofence"]),
    )
    return scene.teacher, request


async def _reopen_session(scene: Scene) -> Asked:
    session = await scene.teacher.open_session(await scene.teacher.course())
    await session.close()
    return scene.teacher, lecturer_service_pb2.ReopenSessionRequest(session_id=session.id)


async def _cancel_session(scene: Scene) -> Asked:
    session = await scene.teacher.open_session(await scene.teacher.course())
    return scene.teacher, lecturer_service_pb2.LecturerServiceCancelSessionRequest(session_id=session.id, reason="Ill")


async def _watch_attendance(scene: Scene) -> Asked:
    """Resumed after the whole list: one read, then it waits."""
    position = Position(scene.hall.clock.now(), whole=True)
    within = ("watch", scene.session.id, scene.teacher.id)
    token = scene.hall.app.outside.resumptions.write(position, *within)
    return scene.teacher, lecturer_service_pb2.WatchAttendanceRequest(session_id=scene.session.id, resume_token=token)


async def _close_any_session(scene: Scene) -> Asked:
    session = await scene.teacher.open_session(await scene.teacher.course())
    return scene.admin, admin_service_pb2.AdminServiceCloseSessionRequest(session_id=session.id)


async def _cancel_any_session(scene: Scene) -> Asked:
    session = await scene.teacher.open_session(await scene.teacher.course())
    return scene.admin, admin_service_pb2.AdminServiceCancelSessionRequest(session_id=session.id, reason="Ill")


CALLS: dict[str, Prepare] = {
    "AdminService/ApproveCourseClaim": _approve_claim,
    "AdminService/ArchiveCourse": _archive_course,
    "AdminService/CloseTerm": _close_term,
    "AdminService/CreateCourse": _by(
        "admin",
        lambda s: admin_service_pb2.AdminServiceCreateCourseRequest(
            request_id=str(uuid.uuid4()), code=uuid.uuid4().hex[:8], title="Logic", lecturer_ids=[s.teacher.id]
        ),
    ),
    "AdminService/CreateProgramme": _by(
        "admin", lambda s: admin_service_pb2.CreateProgrammeRequest(code=uuid.uuid4().hex, name="Law")
    ),
    "AdminService/CreateTerm": _by("admin", _new_term),
    "AdminService/DeleteProgramme": _delete_programme,
    "AdminService/GetSettings": _by("admin", lambda s: admin_service_pb2.GetSettingsRequest()),
    "AdminService/ListCourseClaims": _list_claims,
    "AdminService/ListCourses": _by("admin", lambda s: admin_service_pb2.AdminServiceListCoursesRequest(page_size=200)),
    "AdminService/ListProgrammes": _list_programmes,
    "AdminService/ListTerms": _list_terms,
    "AdminService/RejectCourseClaim": _reject_claim,
    "AdminService/UpdateCourse": _update_course,
    "AdminService/UpdateSettings": _update_settings,
    "AdminService/UpdateTerm": _update_term,
    "LecturerService/AddCourseLecturer": _add_lecturer,
    "LecturerService/ClaimCourse": _claim_course,
    "LecturerService/ListEnrollments": _by(
        "teacher", lambda s: lecturer_service_pb2.ListEnrollmentsRequest(course_id=s.course.id, page_size=200)
    ),
    "LecturerService/ListMyCourseClaims": _list_own_claims,
    "LecturerService/RemoveCourseLecturer": _remove_lecturer,
    "LecturerService/UpdateCourse": _update_own_course,
    "AdminService/DecideAppeal": _admin_decides_appeal,
    "AdminService/GetAttendanceRecord": _by(
        "admin", lambda s: admin_service_pb2.AdminServiceGetAttendanceRecordRequest(record_id=s.records[1].id)
    ),
    "AdminService/ListAppeals": _admin_lists_appeals,
    "AdminService/ListAttendance": _by(
        "admin",
        lambda s: admin_service_pb2.AdminServiceListAttendanceRequest(session_id=s.session.id, page_size=200),
    ),
    "AdminService/ListFlagged": _by(
        "admin",
        lambda s: admin_service_pb2.AdminServiceListFlaggedRequest(
            term_id=s.course.term_id, include_pending=True, page_size=200
        ),
    ),
    "AdminService/SetAttendanceStatus": _set_status,
    "AdminService/VerifyAttendance": _look_again,
    "LecturerService/BatchDecideAttendance": _batch,
    "LecturerService/DecideAppeal": _decide_appeal,
    "LecturerService/ListAppeals": _list_appeals,
    "LecturerService/MarkAttendance": _mark,
    "LecturerService/RejectAttendance": _reject,
    "StudentService/FileAppeal": _file_appeal,
    "AdminService/CancelSession": _cancel_any_session,
    "AdminService/CloseSession": _close_any_session,
    "AdminService/GetSession": _by(
        "admin", lambda s: admin_service_pb2.AdminServiceGetSessionRequest(session_id=s.session.id)
    ),
    "AdminService/ListSessions": _by(
        "admin", lambda s: admin_service_pb2.AdminServiceListSessionsRequest(page_size=200)
    ),
    "LecturerService/CancelSession": _cancel_session,
    "LecturerService/RegenerateSessionCode": _by(
        "teacher", lambda s: lecturer_service_pb2.RegenerateSessionCodeRequest(session_id=s.session.id)
    ),
    "LecturerService/ReopenSession": _reopen_session,
    "LecturerService/UpdateSession": _update_session,
    "LecturerService/WatchAttendance": _watch_attendance,
    "AdminService/ApproveDeviceReset": _approve_reset,
    "AdminService/ClearFaceReference": _clear,
    "AdminService/CreateUser": _create_user,
    "AdminService/EraseUser": _erase,
    "AdminService/GetAnalytics": _by("admin", lambda s: admin_service_pb2.GetAnalyticsRequest()),
    "AdminService/GetFaceTemplate": _get_template,
    "AdminService/GetImage": _admin_image,
    "AdminService/GetUser": _by("admin", lambda s: admin_service_pb2.GetUserRequest(user_id=s.ama.id)),
    "AdminService/ExportAttendance": _by(
        "admin", lambda s: admin_service_pb2.AdminServiceExportAttendanceRequest(course_id=s.course.id)
    ),
    "AdminService/ImportUsers": _import_users,
    "AdminService/ImportUsersInline": _import_users_inline,
    "AdminService/ListAuditEvents": _by("admin", lambda s: admin_service_pb2.ListAuditEventsRequest(page_size=200)),
    "AdminService/ListDeviceResetRequests": _list_resets,
    "AdminService/ListUsers": _by("admin", lambda s: admin_service_pb2.ListUsersRequest(page_size=200)),
    "AdminService/ListVerificationLogs": _list_looks,
    "AdminService/RejectDeviceReset": _reject_reset,
    "AdminService/SendPasswordReset": _send_reset,
    "AdminService/UpdateUser": _update_user,
    "AdminService/VerifyAuditLog": _verify_log,
    "AdminService/VerifyFaceTemplate": _vouch,
    "AuthService/ChangePassword": _change_password,
    "AuthService/ConfirmEmail": _confirm_email,
    "AuthService/DeleteAccount": _delete_account,
    "AuthService/GetCurrentUser": _by("ama", lambda s: auth_service_pb2.GetCurrentUserRequest()),
    "AuthService/GetServerInfo": _by("ama", lambda s: auth_service_pb2.GetServerInfoRequest()),
    "AuthService/Login": _by("ama", lambda s: auth_service_pb2.LoginRequest(login=s.ama.email, password=PASSWORD)),
    "AuthService/ListSignIns": _signed_in_often,
    "AuthService/ListSigningKeys": _by("ama", lambda s: auth_service_pb2.ListSigningKeysRequest()),
    "AuthService/Logout": _logout,
    "AuthService/Reauthenticate": _by("ama", lambda s: auth_service_pb2.ReauthenticateRequest(password=PASSWORD)),
    "AuthService/RefreshToken": _refresh,
    "AuthService/Register": _register,
    "AuthService/RevokeSignIn": _revoke_sign_in,
    "AuthService/RequestPasswordReset": _by(
        "ama", lambda s: auth_service_pb2.RequestPasswordResetRequest(login=s.ama.email)
    ),
    "AuthService/ResetPassword": _reset_password,
    "AuthService/UpdateProfile": _update_profile,
    "LecturerService/CloseSession": _close_session,
    "LecturerService/ConfirmAttendance": _confirm,
    "LecturerService/CreateCourse": _by(
        "teacher",
        lambda s: lecturer_service_pb2.LecturerServiceCreateCourseRequest(
            request_id=str(uuid.uuid4()), code=uuid.uuid4().hex[:8], title="Logic"
        ),
    ),
    "LecturerService/CreateSession": _create_session,
    "LecturerService/ExportAttendance": _by(
        "teacher", lambda s: lecturer_service_pb2.LecturerServiceExportAttendanceRequest(course_id=s.course.id)
    ),
    "LecturerService/GetAttendanceRecord": _by(
        "teacher", lambda s: lecturer_service_pb2.LecturerServiceGetAttendanceRecordRequest(record_id=s.records[0].id)
    ),
    "LecturerService/GetCourse": _by("teacher", lambda s: lecturer_service_pb2.GetCourseRequest(course_id=s.course.id)),
    "LecturerService/GetCourseReport": _by(
        "teacher", lambda s: lecturer_service_pb2.GetCourseReportRequest(course_id=s.course.id)
    ),
    "LecturerService/GetDashboard": _by("teacher", lambda s: lecturer_service_pb2.LecturerServiceGetDashboardRequest()),
    "LecturerService/GetImage": _image,
    "LecturerService/GetQrCode": _by(
        "teacher", lambda s: lecturer_service_pb2.GetQrCodeRequest(session_id=s.session.id)
    ),
    "LecturerService/GetQrStatus": _by(
        "teacher", lambda s: lecturer_service_pb2.GetQrStatusRequest(session_id=s.session.id)
    ),
    "LecturerService/GetSession": _by(
        "teacher", lambda s: lecturer_service_pb2.LecturerServiceGetSessionRequest(session_id=s.session.id)
    ),
    "LecturerService/ImportEnrollments": _import_enrollments,
    "LecturerService/ImportEnrollmentsInline": _import_enrollments_inline,
    "LecturerService/GetSessionAnalytics": _by(
        "teacher", lambda s: lecturer_service_pb2.GetSessionAnalyticsRequest(session_id=s.session.id)
    ),
    "LecturerService/ListAbsentees": _absentees,
    "LecturerService/ListAttendance": _by(
        "teacher",
        lambda s: lecturer_service_pb2.LecturerServiceListAttendanceRequest(session_id=s.session.id, page_size=200),
    ),
    "LecturerService/ListCourses": _by(
        "teacher", lambda s: lecturer_service_pb2.LecturerServiceListCoursesRequest(page_size=200)
    ),
    "LecturerService/ListFlagged": _by(
        "teacher",
        lambda s: lecturer_service_pb2.LecturerServiceListFlaggedRequest(
            session_id=s.session.id, course_id=s.course.id, page_size=200
        ),
    ),
    "LecturerService/ListSessions": _by(
        "teacher", lambda s: lecturer_service_pb2.LecturerServiceListSessionsRequest(page_size=200)
    ),
    "LecturerService/RotateQrCode": _by(
        "teacher", lambda s: lecturer_service_pb2.RotateQrCodeRequest(session_id=s.session.id)
    ),
    "LecturerService/WatchQrCodes": _by(
        "teacher", lambda s: lecturer_service_pb2.WatchQrCodesRequest(session_id=s.session.id)
    ),
    "StudentService/BindDevice": _bind_device,
    "StudentService/DropCourse": _drop_course,
    "StudentService/EnrollFace": _enroll_face,
    "StudentService/EnrollFaceInline": _enroll_face_inline,
    "StudentService/EnrollInCourse": _enroll_in_course,
    "StudentService/ExportMyData": _by("ama", lambda s: student_service_pb2.ExportMyDataRequest()),
    "StudentService/GetAttendanceRecord": _own_record,
    "StudentService/GetDashboard": _by("ama", lambda s: student_service_pb2.StudentServiceGetDashboardRequest()),
    "StudentService/GetDevice": _by("ama", lambda s: student_service_pb2.GetDeviceRequest()),
    "StudentService/ListAttendanceHistory": _history,
    "StudentService/ListMyCourses": _by("ama", lambda s: student_service_pb2.ListMyCoursesRequest(page_size=200)),
    "StudentService/ListOpenSessions": _by("ama", lambda s: student_service_pb2.ListOpenSessionsRequest(page_size=200)),
    "StudentService/RequestDeviceReset": _request_reset,
    "StudentService/ScanQr": _scan,
    "StudentService/SearchCourses": _by(
        "ama", lambda s: student_service_pb2.SearchCoursesRequest(query=f"Rows {s.size}", page_size=200)
    ),
    "StudentService/SubmitAttendance": _submit,
    "StudentService/SubmitAttendanceInline": _submit_inline,
    "StudentService/VerifyFace": _verify_face,
    "StudentService/VerifyFaceInline": _verify_face_inline,
    "StudentService/WatchAttendanceRecord": _watch_record,
    "StudentService/WithdrawFaceConsent": _withdraw,
}
"""A call of each RPC."""

CLAIMS: dict[str, Prepare] = {
    "a first claim": _submit,
    "with a face to look at": _submit_face,
    "another try": _submit_another_try,
    "the same claim sent again": _submit_again,
}
"""Calls of SubmitAttendance."""
