"""Who teaches a course: its lecturers add and remove each other."""

from dataclasses import replace

from absense_server.domain.courses import Course
from absense_server.domain.errors.courses import LastLecturer
from absense_server.domain.ids import CourseId, UserId
from absense_server.domain.people import Caller, User, normalize_email
from absense_server.ports.data import Transaction, UnitOfWork
from absense_server.ports.outside import Clock
from absense_server.services.callers import hold_caller
from absense_server.services.course_changes import hold_people, require_lecturer, write
from absense_server.services.courses import hold_own_course
from absense_server.services.settle import settle


class CourseStaff:
    """Use cases of those who teach together."""

    def __init__(self, uow: UnitOfWork, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    def add(self, caller: Caller, course_id: CourseId, user: UserId | str) -> Course:
        """Make another lecturer, named by id or address, manage the course; who does already stays.

        Raises CourseNotFound, CourseArchived, TermClosed, UserNotFound, NotALecturer, SignInEnded.
        """

        def attempt() -> Course:
            with self._uow() as tx:
                tx.courses.for_lecturer(caller.id, course_id)  # first: nobody looks for people with another's course
                found = self._found(tx, user)
                # in one order: two who add each other do not wait for each other
                hold_people(tx, {caller.id} | ({found.id} if found else set()))
                hold_caller(tx, caller)
                before = hold_own_course(tx, caller, course_id)
                if found is not None and before.is_taught_by(found.id):
                    return before
                before.require_teachable()
                lecturer = require_lecturer(None if found is None else tx.users.get(found.id))
                after = replace(before, lecturers=(*before.lecturers, lecturer.person))
                written = write(tx, caller, before, after, self._clock.now())
                tx.commit()
            return written.course

        return settle(attempt)

    def remove(self, caller: Caller, course_id: CourseId, user_id: UserId) -> Course:
        """Take a lecturer, or the caller, off the course; who does not teach it is off it.

        Raises CourseNotFound, TermClosed, LastLecturer, SignInEnded.
        """

        def attempt() -> Course:
            with self._uow() as tx:
                hold_caller(tx, caller)
                before = hold_own_course(tx, caller, course_id)
                if not before.is_taught_by(user_id):
                    return before
                before.term.require_open()
                left = tuple(lecturer for lecturer in before.lecturers if lecturer.id != user_id)
                if not left:
                    raise LastLecturer
                written = write(tx, caller, before, replace(before, lecturers=left), self._clock.now())
                tx.commit()
            return written.course

        return settle(attempt)

    def _found(self, tx: Transaction, user: UserId | str) -> User | None:
        if not isinstance(user, str):
            return tx.users.get(user)
        address = normalize_email(user)
        known = tx.users.credentials(address)
        # somebody's number may read like an address
        return known.user if known is not None and known.user.email == address else None
