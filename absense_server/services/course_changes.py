"""Courses made and changed, whoever does it: their lecturers or administrators."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from absense_server.domain import audit
from absense_server.domain.audit import Action, AuditEvent
from absense_server.domain.course_changes import CourseChange, changed, differences, lecturer_ids
from absense_server.domain.courses import Course, NewCourse, Term, TermState
from absense_server.domain.errors.accounts import UserNotFound
from absense_server.domain.errors.calls import RevisionMismatch
from absense_server.domain.errors.courses import NoCurrentTerm, NotALecturer, ProgrammeNotFound, TermNotFound
from absense_server.domain.ids import CourseId, ProgrammeId, UserId
from absense_server.domain.people import Caller, Person, Role, User, UserState
from absense_server.ports.data import Transaction


@dataclass(frozen=True, slots=True)
class Written:
    """A course as it was written, and what has to hear of it."""

    course: Course
    topics: Sequence[UUID] = ()
    """Of sessions that ended with it."""


def current_term(tx: Transaction, now: datetime) -> Term | None:
    """The open term that new courses belong to: the one that administrators chose, else the one that is running."""
    chosen = tx.institution.get().current_term_id
    if chosen is None:
        return tx.courses.current_term(now)
    term = tx.courses.term(chosen)
    return None if term is None or term.state is TermState.CLOSED else term


def make_course(
    tx: Transaction, course_id: CourseId, wish: NewCourse, lecturers: tuple[Person, ...], now: datetime
) -> Course:
    """The course asked for, not added yet; its term stays open meanwhile.

    Raises NoCurrentTerm, TermNotFound, TermClosed, ProgrammeNotFound, EnrollmentWindowInvalid.
    """
    course = Course(
        id=course_id,
        code=wish.code,
        title=wish.title,
        term=_open_term(tx, wish, now),
        created_at=now,
        level=wish.level,
        programme_ids=wish.programme_ids,
        lecturers=lecturers,
        enrollment_open=wish.enrollment_open,
        enrollment_from_at=wish.enrollment_from_at,
        enrollment_until_at=wish.enrollment_until_at,
    )
    course.require_sound()
    require_programmes(tx, wish.programme_ids)
    return course


def _open_term(tx: Transaction, wish: NewCourse, now: datetime) -> Term:
    if wish.term_id is None:
        term = current_term(tx, now)
        if term is None:
            raise NoCurrentTerm
    else:
        term = tx.courses.term(wish.term_id)
        if term is None:
            raise TermNotFound
    held = tx.terms.share(term.id)
    held.require_open()
    return held


def require_programmes(tx: Transaction, ids: Collection[ProgrammeId]) -> None:
    """Raise ProgrammeNotFound unless all of them are there."""
    if ids and tx.courses.known_programmes(ids) != frozenset(ids):
        raise ProgrammeNotFound


def hold_course(tx: Transaction, course_id: CourseId) -> Course:
    """The course as it is now; nobody else changes it, or closes its term, before the transaction ends.

    Raises CourseNotFound.
    """
    tx.sessions.lock_course(course_id)
    course = tx.courses.get(course_id)
    return replace(course, term=tx.terms.share(course.term.id))


def hold_people(tx: Transaction, ids: Collection[UserId]) -> None:
    """Hold these accounts, in one order: before the course, as whoever erases an account does."""
    for user_id in sorted(ids):
        tx.users.hold(user_id)


def lecturers_of(tx: Transaction, ids: Collection[UserId]) -> dict[UserId, Person]:
    """These lecturers, who are held.

    Raises UserNotFound, NotALecturer.
    """
    return {user_id: require_lecturer(tx.users.get(user_id)).person for user_id in sorted(ids)}


def require_lecturer(user: User | None) -> User:
    """The user, who is an active lecturer.

    Raises UserNotFound, NotALecturer.
    """
    if user is None:
        raise UserNotFound
    if (user.role, user.state) != (Role.LECTURER, UserState.ACTIVE):
        raise NotALecturer
    return user


def write_change(tx: Transaction, caller: Caller, before: Course, change: CourseChange, now: datetime) -> Written:
    """Make `change` of a course that is held; where everything is so already nothing is written.

    Who comes to teach it has to be held. A course that comes to be archived is left without open sessions, and without
    sessions to come. Raises RevisionMismatch, TermClosed, ProgrammeNotFound, EnrollmentWindowInvalid, CourseCodeTaken,
    NotALecturer, UserNotFound.
    """
    after = changed(before, change)
    if change.lecturer_ids is not None and change.lecturer_ids != lecturer_ids(before):
        known = {lecturer.id: lecturer for lecturer in before.lecturers}
        known |= lecturers_of(tx, set(change.lecturer_ids) - set(known))
        after = replace(after, lecturers=tuple(known[user_id] for user_id in change.lecturer_ids))
    if after == before:
        return Written(before)
    if before.revision != change.expected_revision:
        raise RevisionMismatch
    before.term.require_open()
    require_programmes(tx, after.programme_ids - before.programme_ids)
    return write(tx, caller, before, after, now)


def write(tx: Transaction, caller: Caller, before: Course, after: Course, now: datetime) -> Written:
    """Write what differs, with its audit events. Raises CourseCodeTaken."""
    after = replace(after, revision=before.revision + 1)
    tx.courses.save(before, after)
    events = list(_events(caller, before, after, now))
    topics: list[UUID] = []
    if after.archived and not before.archived:
        closed, cancelled = tx.sessions.end_all(after.id, now)
        topics += [*closed, *cancelled]
        because = Action.COURSE_ARCHIVED.value
        events += [audit.event(Action.SESSION_CLOSED, caller, now, one, because=because) for one in closed]
        events += [audit.event(Action.SESSION_CANCELLED, caller, now, one, because=because) for one in cancelled]
    tx.audit.add(*events)
    return Written(after, topics)


def _events(caller: Caller, before: Course, after: Course, now: datetime) -> Iterator[AuditEvent]:
    names = differences(before, after)
    archived = after.archived and not before.archived
    if archived:
        yield audit.event(Action.COURSE_ARCHIVED, caller, now, after.id)
        names.remove("archived")
    old, new = lecturer_ids(before), lecturer_ids(after)
    if names or (old != new and set(old) == set(new)):
        yield audit.event(Action.COURSE_CHANGED, caller, now, after.id, changed=" ".join(names) or "lecturers")
    for action, users in (
        (Action.LECTURER_ADDED, [one for one in new if one not in old]),
        (Action.LECTURER_REMOVED, [one for one in old if one not in new]),
    ):
        for user_id in users:
            yield audit.event(action, caller, now, after.id, lecturer=str(user_id))
