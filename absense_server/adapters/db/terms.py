"""Terms, and what keeps one from being closed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, literal_column, or_, select, update

from absense_server.adapters.db.courses import to_term
from absense_server.adapters.db.tables import appeals, attendance_records, attendance_sessions, courses, terms
from absense_server.domain.courses import Term, TermState
from absense_server.domain.ids import TermId
from absense_server.ports.findings import InTheWay

_CLAIMS_ARRIVE: Final = timedelta(minutes=30)
"""No claim comes in longer after its session has ended: its ticket and its upload have run out by then."""
_UNDECIDED: Final = tuple(
    # written out, not bound: SQLite takes a partial index only when it sees the value
    attendance_records.c.status == literal_column(f"'{status}'")
    for status in ("FLAGGED", "PENDING_VERIFICATION")
)


class SqlTerms:
    """ports.data.Terms."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list(self, state: TermState | None, *, after: UUID | None, limit: int) -> Sequence[Term]:
        query = select(terms).order_by(terms.c.id.desc()).limit(limit)
        if state is not None:
            query = query.where(terms.c.state == state)
        if after is not None:
            query = query.where(terms.c.id < after)
        return [to_term(row) for row in self._connection.execute(query)]

    def share(self, term_id: TermId) -> Term:
        # many may at once; SQLite's one writer holds everything anyway
        return to_term(
            self._connection.execute(select(terms).where(terms.c.id == term_id).with_for_update(read=True)).one()
        )

    def hold(self, term_id: TermId) -> Term | None:
        held = select(terms).where(terms.c.id == term_id).with_for_update(key_share=True)
        row = self._connection.execute(held).one_or_none()
        return None if row is None else to_term(row)

    def save(self, term: Term) -> None:
        self._connection.execute(
            update(terms)
            .where(terms.c.id == term.id)
            .values(name=term.name, starts_at=term.starts_at, ends_at=term.ends_at, state=term.state)
        )

    def hold_sessions(self, term_id: TermId, now: datetime) -> None:
        # the whole rows: a new record's foreign key waits for them, and those that have been added are waited for
        sessions = attendance_sessions.c
        recent = sessions.course_id.in_(_courses_of(term_id)), sessions.ends_at > now - _CLAIMS_ARRIVE
        held = select(sessions.id).where(*recent).order_by(sessions.id).with_for_update()
        self._connection.execute(held)

    def in_the_way(self, term_id: TermId, now: datetime) -> InTheWay:
        sessions, records = attendance_sessions.c, attendance_records.c
        not_cancelled = sessions.cancelled_at.is_(None)
        # each status by a partial index of its own
        undecided = sum(
            self._number(
                select(func.count())
                .select_from(attendance_records)
                .join(attendance_sessions, sessions.id == records.session_id)
                .where(records.course_id.in_(_courses_of(term_id)), status, records.enrolled, not_cancelled)
            )
            for status in _UNDECIDED
        )
        waiting = self._number(
            select(func.count())
            .select_from(appeals)
            .where(appeals.c.course_id.in_(_courses_of(term_id)), appeals.c.state == literal_column("'PENDING'"))
        )
        running = or_(sessions.closed_at.is_(None), sessions.closed_at > now)
        unfinished = self._number(
            select(func.count())
            .select_from(attendance_sessions)
            .where(sessions.course_id.in_(_courses_of(term_id)), not_cancelled, sessions.ends_at > now, running)
        )
        return InTheWay(undecided, waiting, unfinished)

    def _number(self, query: object) -> int:
        return int(self._connection.execute(query).scalar_one())  # type: ignore[call-overload]


def _courses_of(term_id: TermId) -> ColumnElement[UUID]:
    return select(courses.c.id).where(courses.c.term_id == term_id)  # type: ignore[return-value]
