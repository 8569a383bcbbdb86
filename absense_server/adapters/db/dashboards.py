"""What lecturers and students see first: a few statements, however many courses."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, FromClause, and_, func, literal_column, or_, select

from absense_server.adapters.db.counting import STATUS_AND_LATE, counts_by
from absense_server.adapters.db.courses import COURSE_COLUMNS, COURSE_TABLES, taught_by, to_courses
from absense_server.adapters.db.enrollments import in_scope, is_running
from absense_server.adapters.db.expected import expected, is_record_of, records_of
from absense_server.adapters.db.rows import AnyRow
from absense_server.adapters.db.session_rows import SESSION_COLUMNS, SESSION_TABLES, to_sessions
from absense_server.adapters.db.session_states import is_in
from absense_server.adapters.db.tables import (
    appeals,
    attendance_records,
    attendance_sessions,
    courses,
    enrollments,
    terms,
)
from absense_server.domain.appeals import AppealState
from absense_server.domain.courses import Course, TermState
from absense_server.domain.figures import Count
from absense_server.domain.ids import CourseId, UserId
from absense_server.domain.policy import RecordStatus
from absense_server.domain.sessions import AttendanceSession, SessionState
from absense_server.ports.figures import AlikeStudents, CourseCounts, OwnCourse

_OF_RECORDS = [(status, late) for status in RecordStatus for late in (False, True)]
_KINDS = {f"number_{index}": kind for index, kind in enumerate([(None, False), *_OF_RECORDS])}
"""Every kind of record there is, and none, each under the name of the column that counts it."""


class SqlDashboards:
    """ports.data.figures.Dashboards."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def taught(self, lecturer_id: UserId, limit: int) -> Sequence[Course]:
        return self._courses(courses.c.id.in_(taught_by(self._connection, lecturer_id)), limit)

    def counts(self, course_ids: Collection[CourseId], now: datetime) -> Mapping[CourseId, CourseCounts]:
        sessions = self._sessions(course_ids, now)
        students = self._students(course_ids, now)
        records = attendance_records.c
        # written out, not bound: SQLite takes the partial index only when it sees the value
        flagged = self._number(records.course_id, course_ids, records.status == literal_column("'FLAGGED'"))
        pending = self._number(appeals.c.course_id, course_ids, appeals.c.state == AppealState.PENDING)
        return {
            course_id: CourseCounts(
                sessions.get(course_id, 0), students[course_id], flagged.get(course_id, 0), pending.get(course_id, 0)
            )
            for course_id in course_ids
        }

    def due(self, lecturer_id: UserId, now: datetime, until: datetime, limit: int) -> Sequence[AttendanceSession]:
        sessions = attendance_sessions.c
        rows = self._connection.execute(
            select(*SESSION_COLUMNS)
            .select_from(SESSION_TABLES)
            .where(
                sessions.course_id.in_(taught_by(self._connection, lecturer_id)),
                sessions.ends_at > now,
                or_(is_in(SessionState.OPEN, now), is_in(SessionState.SCHEDULED, now)),
                sessions.opens_at < until,
            )
            .order_by(sessions.opens_at, sessions.id)
            .limit(limit)
        ).all()
        return to_sessions(self._connection, rows)

    def own(self, student_id: UserId, now: datetime, limit: int) -> Sequence[OwnCourse]:
        enrolled = select(enrollments.c.course_id).where(enrollments.c.student_id == student_id)
        found = self._courses(courses.c.id.in_(enrolled), limit)
        ids = [course.id for course in found]
        who = expected(
            enrollments.c.student_id == student_id,
            attendance_sessions.c.course_id.in_(ids),
            is_in(SessionState.CLOSED, now),
        )
        rows = self._connection.execute(
            select(who.c.course_id, *STATUS_AND_LATE, func.count().label("number"))
            .select_from(who.outerjoin(attendance_records, is_record_of(who)))
            .group_by(who.c.course_id, *STATUS_AND_LATE)
        )
        sessions, counts = self._sessions(ids, now), counts_by(rows, "course_id")
        return [OwnCourse(course, sessions.get(course.id, 0), counts[course.id]) for course in found]

    def count_open(self, student_id: UserId, now: datetime) -> int:
        return self._connection.execute(
            select(func.count(attendance_sessions.c.id.distinct()))
            .join_from(
                enrollments,
                attendance_sessions,
                and_(
                    attendance_sessions.c.course_id == enrollments.c.course_id,
                    in_scope(enrollments, attendance_sessions),
                ),
            )
            .where(
                enrollments.c.student_id == student_id,
                is_running(enrollments),
                is_in(SessionState.OPEN, now),
            )
        ).scalar_one()

    def _courses(self, which: ColumnElement[bool], limit: int) -> list[Course]:
        rows = self._connection.execute(
            select(*COURSE_COLUMNS)
            .select_from(COURSE_TABLES)
            .where(which, terms.c.state == TermState.OPEN)
            .order_by(courses.c.id.desc())
            .limit(limit)
        ).all()
        return to_courses(self._connection, rows)

    def _sessions(self, course_ids: Collection[CourseId], now: datetime) -> dict[CourseId, int]:
        return self._number(attendance_sessions.c.course_id, course_ids, is_in(SessionState.CLOSED, now))

    def _number(
        self, course_id: ColumnElement[CourseId], course_ids: Collection[CourseId], which: ColumnElement[bool]
    ) -> dict[CourseId, int]:
        """How many rows of a table there are, by course."""
        rows = self._connection.execute(
            select(course_id.label("course_id"), func.count().label("number"))
            .where(course_id.in_(course_ids), which)
            .group_by(course_id)
        )
        return {row.course_id: row.number for row in rows}

    def _students(self, course_ids: Collection[CourseId], now: datetime) -> defaultdict[CourseId, list[AlikeStudents]]:
        """Students by what their sessions come to: far fewer rows than there are students."""
        each = _each_student(course_ids, now)
        running = and_(
            enrollments.c.course_id == each.c.course_id,
            enrollments.c.student_id == each.c.student_id,
            is_running(enrollments),
        )
        is_enrolled = enrollments.c.id.is_not(None)
        numbers = [each.c[name] for name in _KINDS]
        found: defaultdict[CourseId, list[AlikeStudents]] = defaultdict(list)
        for row in self._connection.execute(
            select(each.c.course_id, is_enrolled.label("enrolled"), *numbers, func.count().label("number"))
            .select_from(each.outerjoin(enrollments, running))
            .group_by(each.c.course_id, is_enrolled, *numbers)
        ):
            found[row.course_id].append(AlikeStudents(row.number, bool(row.enrolled), _counts(row)))
        return found


def _each_student(course_ids: Collection[CourseId], now: datetime) -> FromClause:
    """Each student of each course, with the number of their sessions by kind of record."""
    who = expected(attendance_sessions.c.course_id.in_(course_ids), is_in(SessionState.CLOSED, now))
    recorded = records_of(course_ids)
    records = recorded.c
    kinds = (
        func.count()
        .filter(records.id.is_(None) if status is None else and_(records.status == status, records.late.is_(late)))
        .label(name)
        for name, (status, late) in _KINDS.items()
    )
    return (
        select(who.c.course_id, who.c.student_id, *kinds)
        .select_from(who.outerjoin(recorded, is_record_of(who, recorded)))
        .group_by(who.c.course_id, who.c.student_id)
        .subquery("each_student")
    )


def _counts(row: AnyRow) -> list[Count]:
    return [Count(status, late, number) for name, (status, late) in _KINDS.items() if (number := getattr(row, name))]
