"""Lecturers' wishes to teach courses."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, update

from absense_server.adapters.db.conflicts import add_unless_taken
from absense_server.adapters.db.courses import COURSE_COLUMNS, COURSE_TABLES, to_courses
from absense_server.adapters.db.rows import AnySelect, labelled
from absense_server.adapters.db.tables import course_claims, courses, users
from absense_server.adapters.db.users import person_columns, to_person
from absense_server.domain.course_claims import CourseClaim, CourseClaimState
from absense_server.domain.errors.courses import CourseClaimNotFound
from absense_server.domain.ids import CourseClaimId, CourseId, UserId
from absense_server.ports.findings import Race

_deciders = users.alias("deciders")
_CLAIMS = select(
    *labelled("claim_", course_claims),
    *person_columns(users, "lecturer"),
    *person_columns(_deciders, "decider"),
    *COURSE_COLUMNS,
).select_from(
    course_claims.join(users, users.c.id == course_claims.c.lecturer_id)
    .outerjoin(_deciders, _deciders.c.id == course_claims.c.decided_by)
    .join(COURSE_TABLES, courses.c.id == course_claims.c.course_id)
)


class SqlCourseClaims:
    """ports.data.CourseClaims."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, claim_id: CourseClaimId) -> CourseClaim:
        found = self._all(_CLAIMS.where(course_claims.c.id == claim_id))
        if not found:
            raise CourseClaimNotFound
        return found[0]

    def pending(self, lecturer_id: UserId, course_id: CourseId) -> CourseClaim | None:
        found = self._all(
            _CLAIMS.where(
                course_claims.c.lecturer_id == lecturer_id,
                course_claims.c.course_id == course_id,
                course_claims.c.state == CourseClaimState.PENDING,
            )
        )
        return found[0] if found else None

    def add(self, claim: CourseClaim) -> None:
        added = add_unless_taken(
            self._connection,
            course_claims,
            id=claim.id,
            course_id=claim.course.id,
            lecturer_id=claim.lecturer.id,
            note=claim.note,
            state=claim.state,
            created_at=claim.created_at,
            decision_note=claim.decision_note,
        )
        if not added:
            raise Race

    def decide(self, claim_id: CourseClaimId, state: CourseClaimState, by: UserId, at: datetime, note: str) -> bool:
        decided = self._connection.execute(
            update(course_claims)
            .where(course_claims.c.id == claim_id, course_claims.c.state == CourseClaimState.PENDING)
            .values(state=state, decided_by=by, decided_at=at, decision_note=note)
        )
        return decided.rowcount > 0

    def list(self, state: CourseClaimState | None, *, after: UUID | None, limit: int) -> Sequence[CourseClaim]:
        query = _CLAIMS if state is None else _CLAIMS.where(course_claims.c.state == state)
        return self._page(query, after, limit)

    def list_of(self, lecturer_id: UserId, *, after: UUID | None, limit: int) -> Sequence[CourseClaim]:
        return self._page(_CLAIMS.where(course_claims.c.lecturer_id == lecturer_id), after, limit)

    def _page(self, query: AnySelect, after: UUID | None, limit: int) -> Sequence[CourseClaim]:
        if after is not None:
            query = query.where(course_claims.c.id > after)
        return self._all(query.order_by(course_claims.c.id).limit(limit))

    def _all(self, query: AnySelect) -> Sequence[CourseClaim]:
        rows = self._connection.execute(query).all()
        return [
            CourseClaim(
                id=row.claim_id,
                course=course,
                lecturer=to_person(row, "lecturer"),
                note=row.claim_note,
                state=row.claim_state,
                created_at=row.claim_created_at,
                decided_at=row.claim_decided_at,
                decided_by=None if row.decider_id is None else to_person(row, "decider"),
                decision_note=row.claim_decision_note,
            )
            for row, course in zip(rows, to_courses(self._connection, rows), strict=True)
        ]
