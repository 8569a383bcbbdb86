"""Who is enrolled where, and when."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, FromClause, and_, insert, or_, select, update

from absense_server.adapters.db.courses import COURSE_COLUMNS, COURSE_TABLES, to_courses
from absense_server.adapters.db.errors import unless_taken
from absense_server.adapters.db.rows import AnySelect, labelled, sorted_after
from absense_server.adapters.db.tables import courses, enrollments, users
from absense_server.adapters.db.users import person_columns, to_person
from absense_server.domain.courses import Enrollment
from absense_server.domain.ids import CourseId, EnrollmentId, UserId
from absense_server.ports.findings import Race

_COLUMNS = (
    *labelled("enrollment_", enrollments, "id", "from_at", "until_at", "programme_id", "level"),
    *person_columns(users, "student"),
    *COURSE_COLUMNS,
)
_TABLES = enrollments.join(users, users.c.id == enrollments.c.student_id).join(
    COURSE_TABLES, courses.c.id == enrollments.c.course_id
)


class SqlEnrollments:
    """ports.data.Enrollments."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def running(self, student_id: UserId, course_id: CourseId) -> Enrollment | None:
        return self._first(_of(student_id).where(enrollments.c.course_id == course_id, is_running(enrollments)))

    def latest(self, student_id: UserId, course_id: CourseId) -> Enrollment | None:
        return self._first(
            _of(student_id)
            .where(enrollments.c.course_id == course_id)
            .order_by(enrollments.c.from_at.desc(), enrollments.c.id.desc())
            .limit(1)
        )

    def add(self, enrollment: Enrollment) -> None:
        with unless_taken(uq_enrollments_running_student_id_course_id=Race):
            self._connection.execute(
                insert(enrollments).values(
                    id=enrollment.id,
                    student_id=enrollment.student.id,
                    course_id=enrollment.course.id,
                    programme_id=enrollment.programme_id,
                    level=enrollment.level,
                    from_at=enrollment.from_at,
                    until_at=enrollment.until_at,
                )
            )

    def end(self, enrollment_id: EnrollmentId, at: datetime) -> bool:
        ended = self._connection.execute(
            update(enrollments).where(enrollments.c.id == enrollment_id, is_running(enrollments)).values(until_at=at)
        )
        return ended.rowcount > 0

    def resume(self, enrollment_id: EnrollmentId) -> None:
        with unless_taken(uq_enrollments_running_student_id_course_id=Race):
            resumed = self._connection.execute(
                update(enrollments)
                .where(enrollments.c.id == enrollment_id, ~is_running(enrollments))
                .values(until_at=None)
            )
        if resumed.rowcount == 0:
            raise Race

    def list_running(self, student_id: UserId, *, after: UUID | None, limit: int) -> Sequence[Enrollment]:
        query = _of(student_id).where(is_running(enrollments)).order_by(enrollments.c.id).limit(limit)
        return self._all(query if after is None else query.where(enrollments.c.id > after))

    def list_of_course(
        self, course_id: CourseId, now: datetime, *, include_ended: bool, after: UUID | None, limit: int
    ) -> Sequence[Enrollment]:
        conditions = [enrollments.c.course_id == course_id]
        if not include_ended:
            conditions.append(or_(is_running(enrollments), enrollments.c.until_at > now))
        if after is not None:
            conditions.append(enrollments.c.id > after)
        page = select(enrollments.c.id).where(*conditions).order_by(sorted_after(enrollments.c.id)).limit(limit)
        found = select(*_COLUMNS).select_from(_TABLES).where(enrollments.c.id.in_(page))
        return self._all(found.order_by(enrollments.c.id))

    def _first(self, query: AnySelect) -> Enrollment | None:
        found = self._all(query)
        return found[0] if found else None

    def _all(self, query: AnySelect) -> list[Enrollment]:
        rows = self._connection.execute(query).all()
        return [
            Enrollment(
                id=row.enrollment_id,
                student=to_person(row, "student"),
                course=course,
                from_at=row.enrollment_from_at,
                until_at=row.enrollment_until_at,
                programme_id=row.enrollment_programme_id,
                level=row.enrollment_level,
            )
            for row, course in zip(rows, to_courses(self._connection, rows), strict=True)
        ]


def _of(student_id: UserId) -> AnySelect:
    return select(*_COLUMNS).select_from(_TABLES).where(enrollments.c.student_id == student_id)


def is_running(enrollment: FromClause) -> ColumnElement[bool]:
    """Whether it has no end."""
    return enrollment.c.until_at.is_(None)


def covers(enrollment: FromClause, session: FromClause) -> ColumnElement[bool]:
    """Whether an enrollment overlaps a session as it was planned: closing early takes nobody out of it."""
    return and_(
        enrollment.c.from_at < session.c.ends_at,
        or_(enrollment.c.until_at.is_(None), enrollment.c.until_at > session.c.opens_at),
    )


def in_scope(enrollment: FromClause, session: FromClause) -> ColumnElement[bool]:
    """AttendanceSession.admits: whether an enrollment's programme is in a session's scope."""
    return or_(session.c.programme_id.is_(None), session.c.programme_id == enrollment.c.programme_id)
