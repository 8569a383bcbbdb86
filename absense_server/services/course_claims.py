"""Courses that nobody teaches: lecturers ask for them, administrators decide."""

from dataclasses import replace

from absense_server.domain import audit
from absense_server.domain.audit import Action
from absense_server.domain.course_claims import CourseClaim, CourseClaimState
from absense_server.domain.errors.courses import CourseClaimDecided, CourseHasLecturers
from absense_server.domain.ids import CourseClaimId, CourseId
from absense_server.domain.pages import Page, PageRequest, PageTokens
from absense_server.domain.people import Caller
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.outside import Clock, Ids
from absense_server.services.administrators import require_admin
from absense_server.services.callers import hold_caller
from absense_server.services.course_changes import hold_course, hold_people, lecturers_of, write
from absense_server.services.settle import settle

_ACTIONS = {
    CourseClaimState.APPROVED: Action.COURSE_CLAIM_APPROVED,
    CourseClaimState.REJECTED: Action.COURSE_CLAIM_REJECTED,
}


class CourseClaims:
    """Use cases of wishes to teach courses."""

    def __init__(self, uow: UnitOfWork, clock: Clock, ids: Ids, pages: PageTokens) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._pages = pages

    def claim(self, caller: Caller, course_id: CourseId, note: str) -> CourseClaim:
        """Ask to teach a course; a wish that waits already is returned as it is.

        Raises CourseNotFound, CourseArchived, TermClosed, CourseHasLecturers, SignInEnded.
        """

        def attempt() -> CourseClaim:
            with self._uow() as tx:
                lecturer = hold_caller(tx, caller)
                course = tx.courses.get(course_id)
                if course.lecturers:
                    raise CourseHasLecturers
                waiting = tx.course_claims.pending(caller.id, course_id)
                if waiting is not None:
                    return waiting
                course.require_teachable()
                now = self._clock.now()
                claim_id = CourseClaimId(self._ids.new())
                claim = CourseClaim(claim_id, course, lecturer.person, note, CourseClaimState.PENDING, now)
                tx.course_claims.add(claim)
                event = audit.event(Action.COURSE_CLAIMED, caller, now, claim_id, course=str(course_id))
                tx.audit.add(event.with_note(note))
                tx.commit()
            return claim

        return settle(attempt)

    def list_own(self, caller: Caller, page: PageRequest) -> Page[CourseClaim]:
        """The caller's wishes, the oldest first.

        Raises PageTokenInvalid.
        """
        filters = ("own course claims", caller.id)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            rows = tx.course_claims.list_of(caller.id, after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda claim: claim.id, *filters)

    def list(self, state: CourseClaimState | None, page: PageRequest) -> Page[CourseClaim]:
        """Lecturers' wishes, the oldest first.

        Raises PageTokenInvalid.
        """
        filters = ("course claims", state)
        after = self._pages.read(page.token, *filters)
        with self._uow(read_only=True) as tx:
            rows = tx.course_claims.list(state, after=after, limit=page.size + 1)
        return self._pages.page(rows, page.size, lambda claim: claim.id, *filters)

    def approve(self, caller: Caller, claim_id: CourseClaimId, note: str) -> CourseClaim:
        """Make the lecturer teach the course.

        Raises CourseClaimNotFound, CourseClaimDecided, CourseHasLecturers, NotALecturer, SignInEnded.
        """
        return settle(lambda: self._decide(caller, claim_id, CourseClaimState.APPROVED, note))

    def reject(self, caller: Caller, claim_id: CourseClaimId, note: str) -> CourseClaim:
        """Refuse.

        Raises CourseClaimNotFound, CourseClaimDecided, SignInEnded.
        """
        return settle(lambda: self._decide(caller, claim_id, CourseClaimState.REJECTED, note))

    def _decide(self, caller: Caller, claim_id: CourseClaimId, state: CourseClaimState, note: str) -> CourseClaim:
        """Decide once; the same again changes nothing."""
        with self._uow() as tx:
            require_admin(tx, caller)
            claim = tx.course_claims.get(claim_id)
            if claim.state is state:
                return claim
            if claim.state is not CourseClaimState.PENDING:
                raise CourseClaimDecided
            now = self._clock.now()
            if state is CourseClaimState.APPROVED:
                self._make_teach(tx, caller, claim)
            if not tx.course_claims.decide(claim_id, state, caller.id, now, note):
                raise CourseClaimDecided
            event = audit.event(
                _ACTIONS[state], caller, now, claim_id, course=str(claim.course.id), lecturer=str(claim.lecturer.id)
            )
            tx.audit.add(event.with_note(note))
            decided = tx.course_claims.get(claim_id)
            tx.commit()
        return decided

    def _make_teach(self, tx: Transaction, caller: Caller, claim: CourseClaim) -> None:
        hold_people(tx, {claim.lecturer.id})
        lecturer = lecturers_of(tx, {claim.lecturer.id})[claim.lecturer.id]
        # of two wishes that are granted at once the later one waits here, and finds a lecturer
        course = hold_course(tx, claim.course.id)
        if course.lecturers:
            raise CourseHasLecturers
        write(tx, caller, course, replace(course, lecturers=(lecturer,)), self._clock.now())
