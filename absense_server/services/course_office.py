"""Courses as administrators make, change and end them."""

from dataclasses import replace

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.course_changes import CourseChange
from absense_server.domain.courses import Course, NewCourse
from absense_server.domain.errors.courses import TermNotFound
from absense_server.domain.ids import CourseId, UserId
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller
from absense_server.ports.data import UnitOfWork
from absense_server.ports.findings import CourseFilter
from absense_server.ports.outside import Clock, EventBus, Ids
from absense_server.services.administrators import require_admin
from absense_server.services.course_changes import (
    Written,
    hold_course,
    hold_people,
    lecturers_of,
    make_course,
    write,
    write_change,
)
from absense_server.services.requests import RequestKey, made_before
from absense_server.services.settle import settle


class CourseOffice:
    """Use cases of administrators."""

    def __init__(self, *, uow: UnitOfWork, events: EventBus, clock: Clock, ids: Ids, pages: PageTokens) -> None:
        self._uow = uow
        self._events = events
        self._clock = clock
        self._ids = ids
        self._pages = pages

    def list(self, which: CourseFilter, page: PageRequest) -> Page[Course]:
        """Courses, oldest first.

        Raises PageTokenInvalid, TermNotFound.
        """
        filters = ("all courses", which)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            if which.term_id is not None and tx.courses.term(which.term_id) is None:
                raise TermNotFound
            rows = tx.courses.list(which, after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda course: course.id, *filters)

    def create(
        self, caller: Caller, wish: NewCourse, lecturer_ids: tuple[UserId, ...], request: RequestKey | None = None
    ) -> Course:
        """Make a course with these lecturers, in this order; none: nobody teaches it yet.

        Raises CourseCodeTaken, NoCurrentTerm, TermNotFound, TermClosed, ProgrammeNotFound, UserNotFound, NotALecturer,
        EnrollmentWindowInvalid, RequestIdReused, SignInEnded.
        """

        def attempt() -> Course:
            with self._uow() as tx:
                require_admin(tx, caller)
                made = made_before(tx, caller.id, request)
                if made is not None:
                    return tx.courses.get(CourseId(made))
                hold_people(tx, lecturer_ids)
                people = lecturers_of(tx, lecturer_ids)
                lecturers = tuple(people[user_id] for user_id in lecturer_ids)
                course = make_course(tx, CourseId(self._ids.new()), wish, lecturers, self._clock.now())
                if request is not None:
                    # first: of two retries at once the later one waits here, not at the course's code
                    tx.requests.add(caller.id, request.id, request.done(course.id), course.created_at)
                tx.courses.add(course)
                tx.audit.add(audit.event(Action.COURSE_CREATED, caller, course.created_at, course.id))
                tx.commit()
            return course

        return settle(attempt)

    def update(self, caller: Caller, change: CourseChange) -> Course:
        """Change a course, its lecturers too; where everything is so already it stays as it is.

        Raises CourseNotFound, RevisionMismatch, TermClosed, CourseCodeTaken, ProgrammeNotFound, UserNotFound,
        NotALecturer, EnrollmentWindowInvalid, SignInEnded.
        """

        def attempt() -> Written:
            with self._uow() as tx:
                require_admin(tx, caller)
                hold_people(tx, change.lecturer_ids or ())
                before = hold_course(tx, change.course_id)
                written = write_change(tx, caller, before, change, self._clock.now())
                tx.commit()
            return written

        return self._published(settle(attempt))

    def archive(self, caller: Caller, course_id: CourseId) -> Course:
        """End a course: open sessions are closed, those to come are cancelled; an archived one stays as it is.

        Raises CourseNotFound, SignInEnded.
        """

        def attempt() -> Written:
            with self._uow() as tx:
                require_admin(tx, caller)
                before = hold_course(tx, course_id)
                if before.archived:
                    return Written(before)
                written = write(tx, caller, before, replace(before, archived=True), self._clock.now())
                tx.commit()
            return written

        return self._published(settle(attempt))

    def _published(self, written: Written) -> Course:
        self._events.publish(*written.topics)
        return written.course
