"""Every method that reads, on its own and as its lists are asked: by each filter, and from the middle of a page on."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from absense_server.adapters.db.unit_of_work import SqlTransaction
from absense_server.domain.appeals import Appeal, AppealState
from absense_server.domain.audit import Action
from absense_server.domain.course_claims import CourseClaimState
from absense_server.domain.courses import Course, Enrollment
from absense_server.domain.devices import DeviceReset, ResetState
from absense_server.domain.errors.courses import CourseClaimNotFound
from absense_server.domain.exports import Part
from absense_server.domain.faces import ConsentEnd
from absense_server.domain.ids import ClaimId, CourseClaimId, CourseId, ImageId, MailId, ProgrammeId, SignInId, UserId
from absense_server.domain.imports import SourceKind
from absense_server.domain.intervals import Bounds
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Role, User, UserState
from absense_server.domain.policy import Attention, RecordStatus
from absense_server.domain.records import AttendanceRecord
from absense_server.domain.sessions import AttendanceSession, SessionState
from absense_server.domain.verdicts import Outcome
from absense_server.ports.data.tables import Place
from absense_server.ports.findings import (
    AppealFilter,
    AuditFilter,
    ClaimKey,
    CourseFilter,
    FlaggedFilter,
    MatchFilter,
    MatchKind,
    QueuedMail,
    SessionFilter,
    StoredImage,
    UserFilter,
)
from tests.integration.db.loaded import key
from tests.integration.db.world import NOW, World, a_claim, a_decision, an_appeal

Read: TypeAlias = tuple[int, Callable[[SqlTransaction], object]]
Page: TypeAlias = Callable[[SqlTransaction, UUID | None], Sequence[Any]]

DAY = timedelta(days=1)
LATER = NOW + timedelta(hours=1)
"""When the sessions of a small term are over."""

LARGE = {
    "users",
    "sign_ins",
    "refresh_tokens",
    "mail_tokens",
    "requests",
    "revocations",
    "devices",
    "device_reset_requests",
    "enrollments",
    "attendance_sessions",
    "images",
    "face_consents",
    "face_templates",
    "face_views",
    "verification_log",
    "attendance_records",
    "claims",
    "verdicts",
    "decisions",
    "appeals",
    "audit_events",
    "audit_private",
}
"""Tables that nothing may read from end to end."""

FROM_ITS_END = {
    "audit_log.list",
    "audit_log.has_unsealed",
    "appeals.list everywhere",
    "audit_log.ends",
    "records.list_flagged everywhere",
    "records.list_flagged everywhere, with those that wait for a verdict",
    "terms.in_the_way",
}
"""A page from the end of an index, or an index of what waits: SQLite calls that a scan, too."""

READS_ALL = {"days.first_of_terms", "images.key_ids", "programmes.is_used", "verifications.backlog"}
"""What is asked once a day, what only the doctor asks, how long a queue is, what names a programme to be deleted."""

DO_NOT_READ = {
    "users": {
        "hold",
        "hold_admins",
        "add",
        "save",
        "set_password",
        "set_state",
        "remove_pending",
        "remove_unconfirmed",
    },
    "sign_ins": {
        "add",
        "save",
        "exchange",
        "end",
        "end_all",
        "end_idlest",
        "remove_ended",
        "remove_tokens",
        "remove_revocations",
    },
    "mails": {
        "queue",
        "take",
        "postpone",
        "remove",
        "add_token",
        "token",
        "remove_tokens",
        "remove_expired",
    },
    "requests": {"add"},
    "courses": {"add_term", "add_programme", "add", "save", "closed"},
    "terms": {"share", "hold", "hold_sessions", "save"},
    "programmes": {"hold", "remove"},
    "course_claims": {"add", "decide"},
    "institution": {"hold", "save"},
    "enrollments": {"add", "end", "resume"},
    "reports": set(),
    "dashboards": set(),
    "absences": set(),
    "days": {"save"},
    "sessions": {
        "add",
        "hold",
        "hold_at",
        "end_all",
        "save",
        "lock_course",
        "close",
        "start_generation",
        "count_typed_try",
        "seal_ended",
    },
    "devices": {"hold_identifiers", "add", "unbind"},
    "device_resets": {"add", "decide"},
    "records": {"hold_of", "add", "save", "save_all", "hold", "decide"},
    "appeals": {"add", "decide"},
    "faces": {"add", "add_view", "renew_consent", "set_trust", "touch", "remove"},
    "verifications": {"add", "take", "postpone", "end", "cancel", "log"},
    "images": {"add", "remove", "defer_doomed", "forget_doomed"},
    "erasures": {"hold", "account", "identity", "finish", "never_confirmed"},
    "exports": set(),
    "attendance_tables": set(),
    "chores": {"begin"},
    "imports": {
        "add_users",
        "save_users",
        "remove_pending",
        "end_sign_ins",
        "void_mails",
        "add_enrollments",
        "save_enrollments",
        "add_source_ids",
        "add_courses",
        "save_courses",
        "set_lecturers",
    },
    "audit": {"add"},
    "audit_log": {"try_hold", "unsealed", "seal"},
}
"""The methods that write."""


LOOK = key("log", 9_000)
_NO_MAIL = MailId(UUID(int=0))


@dataclass(frozen=True, slots=True)
class Term:
    """A lecturer with courses, sessions, students and their records; somewhere in it an image of a claim."""

    lecturer: User
    courses: Sequence[Course]
    sessions: Sequence[AttendanceSession]
    students: Sequence[User]
    """The first has a record in the first session, judged without an enrollment, and an enrolled face."""
    enrollments: Sequence[Enrollment]
    """The first student's."""
    records: Sequence[AttendanceRecord]
    image: StoredImage
    reset: DeviceReset
    """The first student's wish for another phone, that waits."""
    appeal: Appeal
    """About a record in one of the courses."""
    mail_id: MailId = _NO_MAIL
    """A mail that waits."""

    @classmethod
    def small(cls, world: World) -> "Term":
        """One with a dozen records, of two tries each."""
        lecturer, term = world.lecturer(), world.term()
        programme = world.programme()
        courses = [
            world.course(lecturer, world.lecturer(), term=term, programme_ids=frozenset({programme.id}))
            for _ in range(3)
        ]
        sessions = [world.session(course, lecturer) for course in courses]
        students = [world.user() for _ in range(4)]
        phones = [world.device(student) for student in students]
        resets = [world.device_reset(*pair) for pair in zip(students, phones, strict=True)]
        enrollments = [world.enrollment(student, course) for student in students for course in courses]
        image = world.image(students[0])
        world.face(students[0], views=2)
        records = [
            world.record(
                session,
                student,
                claims=(a_claim(1, image_id=image.id), a_claim(2)),
                decisions=(a_decision(lecturer.person),),
                revision=2,
                enrolled=student is not students[0],
            )
            for session in sessions
            for student in students
        ]
        mail = QueuedMail(MailId(uuid4()), MailKind.APPROVED, NOW, students[0].id)
        with world.uow() as tx:
            tx.mails.queue(mail)
            tx.appeals.add(appeal := an_appeal(records[0]))
            tx.commit()
        own = enrollments[: len(courses)]
        return cls(lecturer, courses, sessions, students, own, records, image, resets[0], appeal, mail.id)


def reads(term: Term) -> dict[str, Read]:
    """By name: how many statements it takes, and a call that finds something."""
    student, course, session, record = term.students[0], term.courses[0], term.sessions[0], term.records[0]
    lecturer, claim_id = term.lecturer.id, record.claims[0].claim_id
    return _first_pages(_lists(term)) | {
        "users.get": (1, lambda tx: tx.users.get(student.id)),
        "mails.changing_to": (1, lambda tx: [tx.mails.changing_to(student.id, NOW)]),
        "mails.is_due": (1, lambda tx: tx.mails.is_due(NOW)),
        "mails.waits": (1, lambda tx: tx.mails.waits(term.mail_id)),
        "users.credentials": (1, lambda tx: tx.users.credentials(student.email)),
        "users.credentials_of": (1, lambda tx: tx.users.credentials_of(student.id)),
        "erasures.is_bound_to_open_term": (1, lambda tx: tx.erasures.is_bound_to_open_term(student.id, NOW)),
        "courses.term": (1, lambda tx: tx.courses.term(course.term.id)),
        "courses.current_term": (1, lambda tx: tx.courses.current_term(NOW)),
        "terms.in_the_way": (4, lambda tx: tx.terms.in_the_way(course.term.id, NOW)),
        "programmes.is_used": (4, lambda tx: [tx.programmes.is_used(ProgrammeId(uuid4()))]),
        "institution.get": (1, lambda tx: tx.institution.get()),
        "courses.known_programmes": (1, lambda tx: tx.courses.known_programmes(course.programme_ids)),
        "courses.get": (3, lambda tx: tx.courses.get(course.id)),
        "courses.by_code": (3, lambda tx: tx.courses.by_code(course.term.id, course.code)),
        "courses.for_lecturer": (3, lambda tx: tx.courses.for_lecturer(lecturer, course.id)),
        "enrollments.running": (3, lambda tx: tx.enrollments.running(student.id, course.id)),
        "enrollments.latest": (3, lambda tx: tx.enrollments.latest(student.id, course.id)),
        "sessions.find": (2, lambda tx: tx.sessions.find(session.id)),
        "sessions.for_lecturer": (2, lambda tx: tx.sessions.for_lecturer(lecturer, session.id)),
        "sessions.expects": (1, lambda tx: tx.sessions.expects(session.id, student.id)),
        "sessions.overlapping": (1, lambda tx: tx.sessions.overlapping(course.id, None, NOW, session.ends_at)),
        "sessions.generations": (1, lambda tx: tx.sessions.generations(session.id)),
        "sessions.expected_counts": (1, lambda tx: tx.sessions.expected_counts([session.id])),
        "sessions.counts": (1, lambda tx: tx.sessions.counts([one.id for one in term.sessions[:5]])),
        **_figures(term),
        "devices.active": (1, lambda tx: tx.devices.active(student.id)),
        "device_resets.get": (1, lambda tx: tx.device_resets.get(term.reset.id)),
        "device_resets.pending": (1, lambda tx: tx.device_resets.pending(student.id)),
        "device_resets.latest_of": (1, lambda tx: tx.device_resets.latest_of(term.reset.device.id)),
        "records.view": (
            4,
            lambda tx: tx.records.view(student.id, claim_id, session_id=session.id, session_code=None),
        ),
        "records.views": (
            4,
            lambda tx: tx.records.views([ClaimKey(student.id, claim_id, session_id=session.id)]),
        ),
        "records.for_student": (4, lambda tx: tx.records.for_student(student.id, session_id=session.id)),
        "records.for_lecturer": (4, lambda tx: tx.records.for_lecturer(lecturer, record.id)),
        "records.get": (4, lambda tx: tx.records.get(record.id)),
        "records.find": (4, lambda tx: tx.records.find(session.id, student.id)),
        "records.of_lecturer": (4, lambda tx: tx.records.of_lecturer(lecturer, [one.id for one in term.records[:12]])),
        "records.reviewed": (3, lambda tx: tx.records.reviewed(term.records[:12])),
        "appeals.get": (1, lambda tx: tx.appeals.get(term.appeal.id)),
        "appeals.for_lecturer": (1, lambda tx: tx.appeals.for_lecturer(lecturer, term.appeal.id)),
        "appeals.find": (1, lambda tx: tx.appeals.find(term.appeal.session_id, term.appeal.student.id)),
        "appeals.waiting": (1, lambda tx: tx.appeals.waiting(term.records[:12])),
        "records.changed_since": (1, lambda tx: tx.records.changed_since(session.id, NOW)),
        "records.with_ids": (4, lambda tx: tx.records.with_ids([one.id for one in term.records[:12]])),
        "records.list_unenrolled": (4, lambda tx: tx.records.list_unenrolled(student.id, course.id)),
        "records.count_unenrolled": (1, lambda tx: tx.records.count_unenrolled(student.id, NOW - timedelta(days=1))),
        "faces.templates": (2, lambda tx: tx.faces.templates([one.id for one in term.students[:12]])),
        "faces.find": (2, lambda tx: tx.faces.find(student.id)),
        "faces.unused_since": (2, lambda tx: tx.faces.unused_since(NOW + timedelta(days=1), 100)),
        "images.get": (1, lambda tx: tx.images.get(term.image.id)),
        "images.known": (1, lambda tx: tx.images.known({term.image.id: "", ImageId(uuid4()): "other"})),
        "images.of_owner": (1, lambda tx: tx.images.of_owner(student.id)),
        "images.selfies_before": (1, lambda tx: tx.images.selfies_before(NOW + timedelta(days=1), 100)),
        "images.key_ids": (1, lambda tx: tx.images.key_ids()),
        "attendance_tables.course": (1, lambda tx: tx.attendance_tables.course(course.id)),
        "attendance_tables.courses": (
            1,
            lambda tx: tx.attendance_tables.courses(course.term.id, None, after=None, limit=200),
        ),
        "attendance_tables.page": (
            2,
            lambda tx: tx.attendance_tables.page(course.id, None, NOW, after=None, limit=1000)[0],
        ),
        "images.for_lecturer": (1, lambda tx: tx.images.for_lecturer(lecturer, term.image.id)),
    }


def _figures(term: Term) -> dict[str, Read]:
    """What reports count, when all sessions are over."""
    student, course, session, lecturer = term.students[0], term.courses[0], term.sessions[0], term.lecturer.id
    courses = [one.id for one in term.courses[:2]]
    day = Bounds(NOW - DAY, NOW + DAY)
    return {
        "reports.sessions": (1, lambda tx: tx.reports.sessions(course.id, day, LATER)),
        "reports.students": (2, lambda tx: tx.reports.students(course.id, day, LATER)),
        "reports.of_session": (1, lambda tx: tx.reports.of_session(session.id)),
        "reports.first_claims": (1, lambda tx: tx.reports.first_claims(session.id)),
        "dashboards.taught": (4, lambda tx: tx.dashboards.taught(lecturer, 100)),
        "dashboards.counts": (4, lambda tx: tx.dashboards.counts(courses, LATER)),
        "dashboards.due": (3, lambda tx: tx.dashboards.due(lecturer, NOW, NOW + DAY, 50)),
        "dashboards.own": (5, lambda tx: tx.dashboards.own(student.id, LATER, 100)),
        "dashboards.count_open": (1, lambda tx: tx.dashboards.count_open(student.id, NOW)),
    }


def more_reads(term: Term) -> dict[str, Read]:
    """What a small term has nothing of, and what is asked in another way: at most so many statements."""
    student, session, record = term.students[0], term.sessions[0], term.records[0]
    lists, filtered = _lists(term), _filtered_lists(term)
    return (
        _first_pages(filtered)
        | _later_pages(term, lists | filtered)
        | {
            "sign_ins.revocations_since": (1, lambda tx: tx.sign_ins.revocations_since(NOW - timedelta(seconds=30))),
            "sign_ins.find": (1, lambda tx: tx.sign_ins.find(student.id, SignInId(uuid4()))),
            "sign_ins.with_token": (1, lambda tx: tx.sign_ins.with_token(b"\0" * 32)),
            "sign_ins.list": (1, lambda tx: tx.sign_ins.list(student.id, NOW, after=None, limit=50)),
            "sign_ins.list, a later page": (1, lambda tx: tx.sign_ins.list(student.id, NOW, after=uuid4(), limit=50)),
            "requests.find": (1, lambda tx: tx.requests.find(student.id, uuid4())),
            "course_claims.get": (1, partial(_no_claim, CourseClaimId(uuid4()))),
            "course_claims.pending": (1, lambda tx: tx.course_claims.pending(student.id, session.course.id)),
            "course_claims.list": (1, lambda tx: tx.course_claims.list(None, after=None, limit=50)),
            "course_claims.list, of a state": (
                1,
                lambda tx: tx.course_claims.list(CourseClaimState.PENDING, after=uuid4(), limit=50),
            ),
            "course_claims.list_of": (1, lambda tx: tx.course_claims.list_of(student.id, after=None, limit=50)),
            "courses.programme_by_code": (1, lambda tx: tx.courses.programme_by_code("none")),
            "devices.is_bound": (1, lambda tx: tx.devices.is_bound([b"\0", b"\1"])),
            "records.view by code": (
                4,
                lambda tx: tx.records.view(
                    student.id, ClaimId(uuid4()), session_id=None, session_code=session.session_code
                ),
            ),
            "records.for_student by id": (4, lambda tx: tx.records.for_student(student.id, record_id=record.id)),
            "faces.has_ended": (1, lambda tx: tx.faces.has_ended(student.id, frozenset(ConsentEnd), since=NOW)),
            "verifications.of_student": (1, lambda tx: tx.verifications.of_student(student.id)),
            "verifications.backlog": (1, lambda tx: tx.verifications.backlog()),
            "reports.verdicts": (1, lambda tx: tx.reports.verdicts(session.id)),
            "days.count": (3, lambda tx: tx.days.count(NOW - DAY, NOW + DAY, LATER)),
            "days.have_other_zone": (1, lambda tx: tx.days.have_other_zone("UTC")),
            "days.first_session": (1, lambda tx: tx.days.first_session()),
            "days.first_of_terms": (2, lambda tx: tx.days.first_of_terms(NOW)),
            "days.read": (1, lambda tx: tx.days.read(NOW.date(), NOW.date(), "UTC")),
            "days.verdicts": (1, lambda tx: tx.days.verdicts(NOW.date(), NOW.date(), "UTC")),
            **{f"exports.page {part.name}": (1, partial(_part, part, student.id)) for part in Part},
            "attendance_tables.courses of a lecturer": (
                1,
                lambda tx: tx.attendance_tables.courses(term.courses[0].term.id, term.lecturer.id, after="c", limit=20),
            ),
            "attendance_tables.page of a session": (
                2,
                lambda tx: tx.attendance_tables.page(
                    session.course.id,
                    session.id,
                    NOW,
                    after=Place(session.opens_at, session.id, "", student.id),
                    limit=1000,
                ),
            ),
            "erasures.unfinished": (1, lambda tx: tx.erasures.unfinished(NOW, after=None, limit=100)),
            "images.doomed": (1, lambda tx: tx.images.doomed(100)),
        }
        | _logs(student)
        | _imports(term)
    )


def _imports(term: Term) -> dict[str, Read]:
    student, course = term.students[0], term.courses[0]
    return {
        "imports.named": (2, lambda tx: tx.imports.named([student.institution_number or "1"], [student.email])),
        "imports.users": (1, lambda tx: tx.imports.users([student.id], hold=False)),
        "imports.programmes": (1, lambda tx: tx.imports.programmes()),
        "imports.enrollments": (1, lambda tx: tx.imports.enrollments([course.id])),
        "imports.unenrolled": (6, lambda tx: tx.imports.unenrolled([course.id], [student.id])),
        "imports.source_ids": (1, lambda tx: [tx.imports.source_ids(SourceKind.USER, ["u1"])]),
        "imports.terms": (1, lambda tx: tx.imports.terms()),
        "imports.courses": (4, lambda tx: tx.imports.courses([course.id], [course.term.id])),
    }


def _logs(student: User) -> dict[str, Read]:
    """The logs, by each filter and from the middle of a page on."""
    days = {"from_at": NOW - timedelta(days=40), "until_at": NOW - timedelta(days=20)}
    two = frozenset({Action.CLAIM_KEPT, Action.TERM_CLOSED})
    events: dict[str, dict[str, Any]] = {
        "": {},
        " of some days": days,
        " by somebody": {"actor_id": student.id, **days, "actions": two},
        " about something": {"subject_id": student.id},
        " of two kinds": {"actions": two},
        " of two kinds and some days": {"actions": two, **days},
    }
    looks: dict[str, dict[str, Any]] = {
        "": {},
        " of some days": days,
        " of a student": {"student_id": student.id, "outcome": Outcome.PASSED, "kind": MatchKind.CLAIM},
        " that are rare": {"kind": MatchKind.TRIAL, "outcome": Outcome.FAILED},
    }

    def list_events(after: int | None, fields: dict[str, Any], tx: SqlTransaction) -> object:
        return tx.audit_log.list(AuditFilter(**fields), after=after, limit=50)

    def list_looks(after: UUID | None, fields: dict[str, Any], tx: SqlTransaction) -> object:
        return tx.verifications.list_log(MatchFilter(**fields), after=after, limit=50)

    logged: dict[str, Read] = {}
    for page, seq, look in (("", None, None), (", a later page", 9_000, LOOK)):
        logged |= {f"audit_log.list{name}{page}": (2, partial(list_events, seq, by)) for name, by in events.items()}
        logged |= {
            f"verifications.list_log{name}{page}": (1, partial(list_looks, look, by)) for name, by in looks.items()
        }
    return logged | {
        "audit_log.has_unsealed": (1, lambda tx: [tx.audit_log.has_unsealed()]),
        "audit_log.head": (1, lambda tx: tx.audit_log.head()),
        "audit_log.ends": (3, lambda tx: tx.audit_log.ends()),
        "audit_log.sealed": (1, lambda tx: tx.audit_log.sealed(5_000, 100)),
        "audit_log.seal_at": (1, lambda tx: tx.audit_log.seal_at(5_000)),
    }


def _lists(term: Term) -> dict[str, tuple[int, Page]]:
    """Each list: how many statements a page takes, and a page after a key."""
    student, session, lecturer = term.students[0], term.sessions[0], term.lecturer.id
    return {
        "users.list": (1, lambda tx, after: tx.users.list(UserFilter(), after=after, limit=50)),
        "device_resets.list": (1, lambda tx, after: tx.device_resets.list(None, None, after=after, limit=50)),
        "courses.list_for_lecturer": (
            3,
            lambda tx, after: tx.courses.list_for_lecturer(lecturer, include_archived=False, after=after, limit=50),
        ),
        "courses.list": (3, lambda tx, after: tx.courses.list(CourseFilter(), after=after, limit=50)),
        "terms.list": (1, lambda tx, after: tx.terms.list(None, after=after, limit=50)),
        "programmes.list": (1, lambda tx, after: tx.programmes.list(after=after, limit=50)),
        "enrollments.list_of_course": (
            3,
            lambda tx, after: tx.enrollments.list_of_course(
                term.courses[0].id, NOW, include_ended=False, after=after, limit=50
            ),
        ),
        "courses.search": (3, lambda tx, after: tx.courses.search("c", after=after, limit=50)),
        "enrollments.list_running": (
            3,
            lambda tx, after: tx.enrollments.list_running(student.id, after=after, limit=50),
        ),
        "sessions.list_all": (
            2,
            lambda tx, after: tx.sessions.list_all(
                SessionFilter(course_id=session.course.id), NOW, after=after, limit=50
            ),
        ),
        "sessions.list_for_lecturer": (
            2,
            lambda tx, after: tx.sessions.list_for_lecturer(lecturer, SessionFilter(), NOW, after=after, limit=50),
        ),
        "sessions.list_open_for_student": (
            2,
            lambda tx, after: tx.sessions.list_open_for_student(student.id, NOW, after=after, limit=50),
        ),
        "records.list_of_session": (
            4,
            lambda tx, after: tx.records.list_of_session(session.id, frozenset(), after=after, limit=50),
        ),
        "absences.of_session": (
            2,
            lambda tx, after: tx.absences.of_session(session.id, frozenset(RecordStatus), after=after, limit=50),
        ),
        "absences.history": (
            3,
            lambda tx, after: tx.absences.history(student.id, None, LATER, appealed_only=False, after=after, limit=50),
        ),
        "records.list_flagged": (
            5,
            lambda tx, after: tx.records.list_flagged(lecturer, FlaggedFilter(), after=after, limit=50),
        ),
        "appeals.list": (2, lambda tx, after: tx.appeals.list(lecturer, AppealFilter(), after=after, limit=50)),
    }


def _filtered_lists(term: Term) -> dict[str, tuple[int, Page]]:
    """The lists as they are asked with filters."""
    lecturer, course, session = term.lecturer.id, term.courses[0], term.sessions[0]

    def sessions(**fields: object) -> Page:
        which = replace(SessionFilter(), **fields)  # type: ignore[arg-type]
        return lambda tx, after: tx.sessions.list_for_lecturer(lecturer, which, NOW, after=after, limit=50)

    def all_sessions(**fields: object) -> Page:
        which = replace(SessionFilter(), **fields)  # type: ignore[arg-type]
        return lambda tx, after: tx.sessions.list_all(which, NOW, after=after, limit=50)

    def records(*statuses: RecordStatus) -> Page:
        return lambda tx, after: tx.records.list_of_session(session.id, frozenset(statuses), after=after, limit=50)

    def flagged(**fields: object) -> Page:
        which = replace(FlaggedFilter(), **fields)  # type: ignore[arg-type]
        return lambda tx, after: tx.records.list_flagged(lecturer, which, after=after, limit=50)

    def flagged_everywhere(**fields: object) -> Page:
        which = replace(FlaggedFilter(), **fields)  # type: ignore[arg-type]
        return lambda tx, after: tx.records.list_flagged(None, which, after=after, limit=50)

    def appeals(of: UserId | None, **fields: object) -> Page:
        which = replace(AppealFilter(), **fields)  # type: ignore[arg-type]
        return lambda tx, after: tx.appeals.list(of, which, after=after, limit=50)

    def users(**fields: object) -> Page:
        which = replace(UserFilter(), **fields)  # type: ignore[arg-type]
        return lambda tx, after: tx.users.list(which, after=after, limit=50)

    def resets(state: ResetState | None, of: UserId | None = None) -> Page:
        return lambda tx, after: tx.device_resets.list(state, of, after=after, limit=50)

    def history(course_id: CourseId | None, *, appealed_only: bool) -> Page:
        return lambda tx, after: tx.absences.history(
            term.students[0].id, course_id, LATER, appealed_only=appealed_only, after=after, limit=50
        )

    some_days = {"opens_from": NOW - timedelta(days=2), "opens_until": NOW + timedelta(days=1)}
    return {
        "absences.history of a course": (3, history(course.id, appealed_only=False)),
        "absences.history with appeals": (3, history(None, appealed_only=True)),
        **{f"users.list {role.name}": (1, users(role=role)) for role in Role},
        **{f"users.list {state.name}": (1, users(states=frozenset({state}))) for state in UserState},
        "users.list of two kinds": (
            1,
            users(role=Role.STUDENT, states=frozenset({UserState.ACTIVE, UserState.INVITED})),
        ),
        "users.list by text": (1, users(query="lecturer-7@")),
        **{f"device_resets.list {state.name}": (1, resets(state)) for state in ResetState},
        "device_resets.list of a student": (1, resets(None, term.students[0].id)),
        "device_resets.list of a student, PENDING": (1, resets(ResetState.PENDING, term.students[0].id)),
        "courses.list_for_lecturer with archived ones": (
            3,
            lambda tx, after: tx.courses.list_for_lecturer(lecturer, include_archived=True, after=after, limit=50),
        ),
        "courses.list of a term, that nobody teaches": (
            3,
            lambda tx, after: tx.courses.list(
                CourseFilter(course.term.id, "c", without_lecturers=True, open_terms=True), after=after, limit=50
            ),
        ),
        "enrollments.list_of_course with ended ones": (
            3,
            lambda tx, after: tx.enrollments.list_of_course(course.id, NOW, include_ended=True, after=after, limit=50),
        ),
        "sessions.list_for_lecturer of a course": (2, sessions(course_id=course.id)),
        "sessions.list_for_lecturer of some days": (2, sessions(**some_days)),
        **{
            f"sessions.list_for_lecturer {state.name}": (2, sessions(states=frozenset({state})))
            for state in SessionState
        },
        **{
            f"sessions.list_all {state.name}": (2, all_sessions(states=frozenset({state})))
            for state in SessionState
            if state in {SessionState.SCHEDULED, SessionState.OPEN}
        },
        **{f"records.list_of_session {status.name}": (4, records(status)) for status in RecordStatus},
        "records.list_flagged of a session": (5, flagged(session_id=session.id)),
        "records.list_flagged of a course": (5, flagged(course_id=course.id)),
        **{f"records.list_flagged {kind.name}": (5, flagged(attention=kind)) for kind in Attention},
        "records.list_flagged everywhere": (4, flagged_everywhere()),
        "records.list_flagged everywhere, with those that wait for a verdict": (
            4,
            flagged_everywhere(include_pending=True),
        ),
        "records.list_flagged of a term": (4, flagged_everywhere(term_id=course.term.id)),
        **{f"appeals.list {state.name}": (2, appeals(lecturer, state=state)) for state in AppealState},
        **{f"appeals.list everywhere, {state.name}": (1, appeals(None, state=state)) for state in AppealState},
        "appeals.list everywhere": (1, appeals(None)),
        "appeals.list of a course": (1, appeals(None, course_id=course.id)),
        "appeals.list of a term": (1, appeals(None, term_id=course.term.id)),
        "records.list_flagged by everything": (
            5,
            flagged(session_id=session.id, course_id=course.id, attention=Attention.NEEDS_LOOK),
        ),
    }


def _first_pages(lists: Mapping[str, tuple[int, Page]]) -> dict[str, Read]:
    return {name: (number, partial(_page, page, None)) for name, (number, page) in lists.items()}


def _later_pages(term: Term, lists: Mapping[str, tuple[int, Page]]) -> dict[str, Read]:
    middles = {
        collection: sorted(row.id for row in rows)[len(rows) // 2]
        for collection, rows in (
            ("courses", term.courses),
            ("sessions", term.sessions),
            ("records", term.records),
            ("absences", term.sessions),
            ("enrollments", term.enrollments),
            ("users", term.students),
            ("device_resets", [term.reset]),
            ("appeals", [term.appeal]),
            ("terms", [course.term for course in term.courses]),
            ("programmes", term.courses),
        )
    }
    return {
        f"{name}, a later page": (number, partial(_page, page, middles[name.split(".")[0]]))
        for name, (number, page) in lists.items()
    }


def _no_claim(claim_id: CourseClaimId, tx: SqlTransaction) -> None:
    with suppress(CourseClaimNotFound):
        tx.course_claims.get(claim_id)


def _page(page: Page, after: UUID | None, tx: SqlTransaction) -> object:
    return page(tx, after)


def _part(part: Part, user_id: UserId, tx: SqlTransaction) -> object:
    return tx.exports.page(part, user_id, after=None, limit=200)
