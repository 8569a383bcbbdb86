"""Courses: made and seen by their lecturers."""

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.courses import Course, NewCourse, Term
from absense_server.domain.errors.courses import NoCurrentTerm, ProgrammeNotFound, TermNotFound
from absense_server.domain.ids import CourseId
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller, Person
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.outside import Clock, Ids
from absense_server.services.callers import hold_caller
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

        Raises CourseCodeTaken, NoCurrentTerm, TermNotFound, TermClosed, ProgrammeNotFound, RequestIdReused,
        SignInEnded.
        """

        def attempt() -> Course:
            with self._uow() as tx:
                hold_caller(tx, caller)
                made = made_before(tx, caller.id, request)
                if made is not None:
                    return tx.courses.for_lecturer(caller.id, CourseId(made))
                term = self._term(tx, wish)
                term.require_open()
                if tx.courses.known_programmes(wish.programme_ids) != wish.programme_ids:
                    raise ProgrammeNotFound
                course = Course(
                    id=CourseId(self._ids.new()),
                    code=wish.code,
                    title=wish.title,
                    term=term,
                    created_at=self._clock.now(),
                    level=wish.level,
                    programme_ids=wish.programme_ids,
                    lecturers=(Person(caller.id, ""),),
                    enrollment_open=wish.enrollment_open,
                )
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

    def list(self, caller: Caller, page: PageRequest, include_archived: bool) -> Page[Course]:
        """The caller's courses, oldest first.

        Raises PageTokenInvalid.
        """
        filters = ("courses", caller.id, include_archived)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            rows = tx.courses.list_for_lecturer(
                caller.id, include_archived=include_archived, after=after, limit=page.size + 1
            )
        return self._pages.page(rows, page.size, lambda course: course.id, *filters)

    def _term(self, tx: Transaction, wish: NewCourse) -> Term:
        if wish.term_id is None:
            current = tx.courses.current_term(self._clock.now())
            if current is None:
                raise NoCurrentTerm
            return current
        term = tx.courses.term(wish.term_id)
        if term is None:
            raise TermNotFound
        return term
