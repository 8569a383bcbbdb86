"""Those who look at records and decide: lecturers in the courses they teach, administrators everywhere."""

from absense_server.domain.appeals import Appeal
from absense_server.domain.errors.courses import TermClosed
from absense_server.domain.errors.sessions import SessionNotFound
from absense_server.domain.ids import AppealId, CourseId, RecordId, SessionId
from absense_server.domain.people import Caller, Role
from absense_server.domain.records import AttendanceRecord
from absense_server.domain.sessions import AttendanceSession
from absense_server.ports.data import Transaction
from absense_server.services.administrators import require_admin
from absense_server.services.callers import hold_caller


def hold_reviewer(tx: Transaction, caller: Caller) -> None:
    """Raise SignInEnded unless the caller is still who may write."""
    if caller.role is Role.ADMIN:
        require_admin(tx, caller)
    else:
        hold_caller(tx, caller)


def record_for(tx: Transaction, caller: Caller, record_id: RecordId) -> AttendanceRecord:
    """Raises RecordNotFound, also for one that is not the caller's to see."""
    if caller.role is Role.ADMIN:
        return tx.records.get(record_id)
    return tx.records.for_lecturer(caller.id, record_id)


def session_for(tx: Transaction, caller: Caller, session_id: SessionId) -> AttendanceSession:
    """Raises SessionNotFound, also for one that is not the caller's to see."""
    if caller.role is not Role.ADMIN:
        return tx.sessions.for_lecturer(caller.id, session_id)
    session = tx.sessions.find(session_id)
    if session is None:
        raise SessionNotFound
    return session


def appeal_for(tx: Transaction, caller: Caller, appeal_id: AppealId) -> Appeal:
    """Raises AppealNotFound, also for one that is not the caller's to see."""
    if caller.role is Role.ADMIN:
        return tx.appeals.get(appeal_id)
    return tx.appeals.for_lecturer(caller.id, appeal_id)


def require_course_for(tx: Transaction, caller: Caller, course_id: CourseId) -> None:
    """Raise CourseNotFound unless it is there for the caller to see."""
    if caller.role is Role.ADMIN:
        tx.courses.get(course_id)
    else:
        tx.courses.for_lecturer(caller.id, course_id)


def require_changeable(tx: Transaction, caller: Caller, course_id: CourseId) -> None:
    """Raise TermClosed if the course's records are changed by administrators only, and the caller is none."""
    if caller.role is not Role.ADMIN and tx.courses.closed([course_id]):
        raise TermClosed
