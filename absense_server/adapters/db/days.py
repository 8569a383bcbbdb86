"""Figures of each local day."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from absense_server.adapters.db.counting import count_expected_by_status, count_verdicts
from absense_server.adapters.db.rows import AnySelect
from absense_server.adapters.db.session_states import is_in
from absense_server.adapters.db.tables import attendance_sessions, courses, day_figures, day_verdicts, terms
from absense_server.domain.courses import TermState
from absense_server.domain.figures import Tally
from absense_server.domain.sessions import SessionState
from absense_server.ports.figures import DayCounts, DayFigures, VerdictCount


class SqlDays:
    """ports.data.figures.Days."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, start: datetime, end: datetime, now: datetime) -> DayCounts:
        sessions = attendance_sessions.c
        which = [sessions.opens_at >= start, sessions.opens_at < end, is_in(SessionState.CLOSED, now)]
        number = self._connection.execute(select(func.count()).select_from(attendance_sessions).where(*which))
        return DayCounts(
            number.scalar_one(),
            count_expected_by_status(self._connection, *which),
            count_verdicts(self._connection, *which),
        )

    def save(self, figures: DayFigures, zone: str) -> bool:
        day = figures.day.isoformat()
        if not figures.sessions:
            gone = delete(day_figures).where(day_figures.c.day == day, day_figures.c.made_at <= figures.made_at)
            return self._connection.execute(gone).rowcount > 0
        if not self._put(figures, zone):
            return False
        self._connection.execute(delete(day_verdicts).where(day_verdicts.c.day == day))
        if figures.verdicts:
            self._connection.execute(
                insert(day_verdicts),
                [
                    {"day": day, "check_name": found.check, "outcome": found.outcome, "count": found.number}
                    for found in figures.verdicts
                ],
            )
        return True

    def _put(self, figures: DayFigures, zone: str) -> bool:
        tally = figures.tally
        values = {
            "made_at": figures.made_at,
            "zone": zone,
            "session_count": figures.sessions,
            "present": tally.present,
            "late": tally.late,
            "excused": tally.excused,
            "undecided": tally.undecided,
            "absent": tally.absent,
        }
        # of two who made it at once, the one who looked later is right
        older = day_figures.c.made_at <= figures.made_at
        new = {"day": figures.day.isoformat(), **values}
        statement: postgresql.Insert | sqlite.Insert
        if self._connection.dialect.name == "postgresql":
            statement = (
                postgresql.insert(day_figures)
                .values(new)
                .on_conflict_do_update(index_elements=["day"], set_=values, where=older)
            )
        else:
            statement = (
                sqlite.insert(day_figures)
                .values(new)
                .on_conflict_do_update(index_elements=["day"], set_=values, where=older)
            )
        return self._connection.execute(statement.returning(day_figures.c.day)).one_or_none() is not None

    def have_other_zone(self, zone: str) -> bool:
        other = select(day_figures.c.day).where(day_figures.c.zone != zone).limit(1)
        return self._connection.execute(other).one_or_none() is not None

    def first_session(self) -> datetime | None:
        return self._first(select(func.min(attendance_sessions.c.opens_at)))

    def first_of_terms(self, ended_after: datetime) -> datetime | None:
        counted = or_(terms.c.state == TermState.OPEN, terms.c.ends_at > ended_after)
        began = select(func.min(terms.c.starts_at)).where(counted)
        opened = (
            select(func.min(attendance_sessions.c.opens_at))
            .join(courses, courses.c.id == attendance_sessions.c.course_id)
            .join(terms, terms.c.id == courses.c.term_id)
            .where(counted)
        )
        found = [self._first(began), self._first(opened)]
        return min((instant for instant in found if instant is not None), default=None)

    def _first(self, query: AnySelect) -> datetime | None:
        first: datetime | None = self._connection.execute(query).scalar_one()
        return first

    def read(self, first: date | None, last: date | None, zone: str) -> Sequence[DayFigures]:
        rows = self._connection.execute(
            select(day_figures).where(*_within(first, last, zone)).order_by(day_figures.c.day)
        )
        return [
            DayFigures(
                date.fromisoformat(row.day),
                row.made_at,
                row.session_count,
                Tally(row.present, row.late, row.excused, row.undecided, row.absent),
            )
            for row in rows
        ]

    def verdicts(self, first: date | None, last: date | None, zone: str) -> Sequence[VerdictCount]:
        check, outcome = day_verdicts.c.check_name, day_verdicts.c.outcome
        rows = self._connection.execute(
            select(check, outcome, func.sum(day_verdicts.c.count).label("number"))
            .join(day_figures, day_figures.c.day == day_verdicts.c.day)
            .where(*_within(first, last, zone))
            .group_by(check, outcome)
            .order_by(check, outcome)
        )
        return [VerdictCount(row.check_name, row.outcome, int(row.number)) for row in rows]


def _within(first: date | None, last: date | None, zone: str) -> list[ColumnElement[bool]]:
    return [
        day_figures.c.zone == zone,
        *([] if first is None else [day_figures.c.day >= first.isoformat()]),
        *([] if last is None else [day_figures.c.day <= last.isoformat()]),
    ]
