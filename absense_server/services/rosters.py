"""Who is on which course's list: students come and go, and records follow."""

from dataclasses import dataclass, replace

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.courses import Course, Enrollment, rejoins
from absense_server.domain.errors.courses import EnrollmentClosed, NotEnrolled
from absense_server.domain.ids import CourseId, EnrollmentId, RecordId, SessionId
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller, Role, User
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.outside import Clock, EventBus, Ids
from absense_server.services.callers import hold_caller
from absense_server.services.enrolled_records import judge_with_enrollment
from absense_server.services.settle import settle


@dataclass(frozen=True, slots=True)
class _Enrolled:
    enrollment: Enrollment
    changed: tuple[RecordId | SessionId, ...] = ()


class Rosters:
    """Use cases of enrollment by students themselves, and of those who look at the list."""

    def __init__(self, uow: UnitOfWork, events: EventBus, clock: Clock, ids: Ids, pages: PageTokens) -> None:
        self._uow = uow
        self._events = events
        self._clock = clock
        self._ids = ids
        self._pages = pages

    def search(self, query: str, page: PageRequest) -> Page[Course]:
        """Courses of open terms whose code or title contains `query`, oldest first.

        Raises PageTokenInvalid.
        """
        filters = ("search", query)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            rows = tx.courses.search(query, after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda course: course.id, *filters)

    def list_running(self, caller: Caller, page: PageRequest) -> Page[Enrollment]:
        """The caller's running enrollments, oldest first.

        Raises PageTokenInvalid.
        """
        filters = ("enrollments", caller.id)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            rows = tx.enrollments.list_running(caller.id, after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda enrollment: enrollment.id, *filters)

    def enroll(self, caller: Caller, course_id: CourseId) -> Enrollment:
        """Put the caller on the course's list, and judge again the records that this comes to cover.

        One who comes back within the term was never gone: nobody drops out of an absence.
        Raises CourseNotFound, CourseArchived, TermClosed, EnrollmentClosed, WrongProgrammeOrLevel, SignInEnded.
        """

        def attempt() -> _Enrolled:
            with self._uow() as tx:
                # a claim without enrollment that is being kept right now waits, or is waited for and judged again below
                student = hold_caller(tx, caller)
                running = tx.enrollments.running(caller.id, course_id)
                if running is not None:
                    return _Enrolled(running)
                course = tx.courses.get(course_id)
                self._require_open(tx, course)
                # whoever closes the term waits, or is waited for: an enrollment judges records again
                tx.terms.share(course.term.id).require_open()
                course.require_admits(student)
                enrollment = self._begin(tx, student, course)
                now = self._clock.now()
                tx.audit.add(audit.event(Action.ENROLLED, caller, now, enrollment.id, course=str(course_id)))
                unenrolled = tx.records.list_unenrolled(caller.id, course_id)
                changed = judge_with_enrollment(tx, caller, unenrolled, now)
                tx.commit()
            return _Enrolled(enrollment, changed)

        enrolled = settle(attempt)
        self._events.publish(*enrolled.changed)
        return enrolled.enrollment

    def drop(self, caller: Caller, course_id: CourseId) -> Enrollment:
        """End the caller's enrollment now; the past stays as it was.

        Raises CourseNotFound, NotEnrolled, CourseArchived, TermClosed, EnrollmentClosed.
        """
        with self._uow() as tx:
            tx.users.hold(caller.id)
            course = tx.courses.get(course_id)
            running = tx.enrollments.running(caller.id, course_id)
            if running is None:
                raise NotEnrolled
            self._require_open(tx, course)
            now = self._clock.now()
            if not tx.enrollments.end(running.id, now):  # another call was faster
                raise NotEnrolled
            tx.audit.add(audit.event(Action.ENROLLMENT_ENDED, caller, now, running.id, course=str(course_id)))
            tx.commit()
        return replace(running, until_at=now)

    def list_of_course(
        self, caller: Caller, course_id: CourseId, page: PageRequest, include_ended: bool
    ) -> Page[Enrollment]:
        """Who is enrolled in a course, oldest first: for its lecturers, and for administrators.

        Raises CourseNotFound, PageTokenInvalid.
        """
        filters = ("enrollments of", course_id, include_ended)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            if caller.role is Role.ADMIN:
                tx.courses.get(course_id)
            else:
                tx.courses.for_lecturer(caller.id, course_id)
            rows = tx.enrollments.list_of_course(
                course_id, self._clock.now(), include_ended=include_ended, after=after, limit=page.size + 1
            )
        return self._pages.page(rows, page.size, lambda enrollment: enrollment.id, *filters)

    def _require_open(self, tx: Transaction, course: Course) -> None:
        """Raise CourseArchived, TermClosed or EnrollmentClosed unless students may come and go by themselves."""
        course.require_enrollment_open(self._clock.now())
        if not tx.institution.get().enrollment_open:
            raise EnrollmentClosed

    def _begin(self, tx: Transaction, student: User, course: Course) -> Enrollment:
        latest = tx.enrollments.latest(student.id, course.id)
        if latest is not None and rejoins(latest, student.programme_id, student.level):
            tx.enrollments.resume(latest.id)
            return replace(latest, until_at=None)
        gap = None if latest is None else latest.until_at
        enrollment = Enrollment(
            id=EnrollmentId(self._ids.new()),
            student=student.person,
            course=course,
            from_at=gap or self._clock.now(),
            programme_id=student.programme_id,
            level=student.level,
        )
        tx.enrollments.add(enrollment)
        return enrollment
