"""Courses: made, seen and changed by their lecturers."""

from dataclasses import replace

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.course_changes import CourseChange, changed
from absense_server.domain.courses import Course, NewCourse
from absense_server.domain.errors.courses import CourseArchived, CourseNotFound
from absense_server.domain.ids import CourseId
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller, Person
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.findings import CourseFilter
from absense_server.ports.outside import Clock, Ids
from absense_server.services.callers import hold_caller
from absense_server.services.course_changes import hold_course, make_course, write_change
from absense_server.services.requests import RequestKey, made_before
from absense_server.services.settle import settle


class Courses:
    """Use cases of courses."""

    def __init__(self, uow: UnitOfWork, clock: Clock, ids: Ids, pages: PageTokens) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._pages = pages

    def create(self, caller: Caller, wish: NewCourse, request: RequestKey | None = None) -> Course:
        """Make a course with the caller as its lecturer.

        Raises CourseCodeTaken, NoCurrentTerm, TermNotFound, TermClosed, ProgrammeNotFound, EnrollmentWindowInvalid,
        RequestIdReused, SignInEnded.
        """

        def attempt() -> Course:
            with self._uow() as tx:
                hold_caller(tx, caller)
                made = made_before(tx, caller.id, request)
                if made is not None:
                    return tx.courses.for_lecturer(caller.id, CourseId(made))
                course_id, lecturers = CourseId(self._ids.new()), (Person(caller.id, ""),)
                course = make_course(tx, course_id, wish, lecturers, self._clock.now())
                if request is not None:
                    # first: of two retries at once the later one waits here, not at the course's code
                    tx.requests.add(caller.id, request.id, request.done(course.id), course.created_at)
                tx.courses.add(course)
                tx.audit.add(audit.event(Action.COURSE_CREATED, caller, course.created_at, course.id))
                whole = tx.courses.for_lecturer(caller.id, course.id)
                tx.commit()
            return whole

        return settle(attempt)

    def get(self, caller: Caller, course_id: CourseId) -> Course:
        """One of the caller's courses.

        Raises CourseNotFound.
        """
        with self._uow(read_only=True) as tx:
            return tx.courses.for_lecturer(caller.id, course_id)

    def list(self, caller: Caller, which: CourseFilter, page: PageRequest) -> Page[Course]:
        """The caller's courses, or those that nobody teaches, oldest first.

        Raises PageTokenInvalid.
        """
        filters = ("courses", caller.id, which)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            if which.without_lecturers:
                rows = tx.courses.list(replace(which, open_terms=True), after=after, limit=page.size + 1)
            else:
                rows = tx.courses.list_for_lecturer(
                    caller.id,
                    include_archived=which.include_archived,
                    query=which.query,
                    after=after,
                    limit=page.size + 1,
                )
        return self._pages.page(rows, page.size, lambda course: course.id, *filters)

    def update(self, caller: Caller, change: CourseChange) -> Course:
        """Change one of the caller's courses; where everything is so already it stays as it is.

        Raises CourseNotFound, RevisionMismatch, CourseArchived, TermClosed, CourseCodeTaken, ProgrammeNotFound,
        EnrollmentWindowInvalid, SignInEnded.
        """

        def attempt() -> Course:
            with self._uow() as tx:
                hold_caller(tx, caller)
                before = hold_own_course(tx, caller, change.course_id)
                if before.archived and changed(before, change) != before:
                    raise CourseArchived
                written = write_change(tx, caller, before, change, self._clock.now())
                tx.commit()
            return written.course

        return settle(attempt)


def hold_own_course(tx: Transaction, caller: Caller, course_id: CourseId) -> Course:
    """`hold_course` of one that the caller teaches.

    Raises CourseNotFound.
    """
    course = hold_course(tx, course_id)
    if not course.is_taught_by(caller.id):
        raise CourseNotFound
    return course
