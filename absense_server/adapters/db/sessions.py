"""Attendance sessions and their generations of codes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from absense_server.adapters.db.courses import teaches
from absense_server.adapters.db.enrollments import in_scope, is_running
from absense_server.adapters.db.errors import unless_taken
from absense_server.adapters.db.expected import count_expected, expects
from absense_server.adapters.db.rows import AnySelect, sorted_after
from absense_server.adapters.db.session_rows import (
    SESSION_COLUMNS,
    SESSION_TABLES,
    from_session,
    to_sessions,
)
from absense_server.adapters.db.session_states import is_in
from absense_server.adapters.db.tables import (
    attendance_records,
    attendance_sessions,
    code_generations,
    courses,
    enrollments,
    typed_code_tries,
)
from absense_server.domain.codes import Generation
from absense_server.domain.errors.sessions import SessionNotFound
from absense_server.domain.ids import CourseId, ProgrammeId, SessionId, UserId
from absense_server.domain.policy import RecordStatus
from absense_server.domain.sessions import AttendanceSession, Counts, SessionState
from absense_server.ports.findings import OpenSession, Race, SessionFilter

_SESSIONS = select(*SESSION_COLUMNS).select_from(SESSION_TABLES)


class SqlSessions:
    """ports.data.Sessions."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: AttendanceSession) -> None:
        with unless_taken(uq_attendance_sessions_session_code=Race):
            self._connection.execute(insert(attendance_sessions), from_session(session))
        self._add_generation(session.id, session.generation)

    def find(self, session_id: SessionId) -> AttendanceSession | None:
        return self._first(_SESSIONS.where(attendance_sessions.c.id == session_id))

    def for_lecturer(self, lecturer_id: UserId, session_id: SessionId) -> AttendanceSession:
        found = self._first(
            _SESSIONS.where(
                attendance_sessions.c.id == session_id, teaches(lecturer_id, attendance_sessions.c.course_id)
            )
        )
        if found is None:
            raise SessionNotFound
        return found

    def expects(self, session_id: SessionId, student_id: UserId) -> bool:
        found = (
            select(enrollments.c.id)
            .join(attendance_sessions, attendance_sessions.c.course_id == enrollments.c.course_id)
            .where(
                attendance_sessions.c.id == session_id,
                enrollments.c.student_id == student_id,
                expects(attendance_sessions, enrollments),
            )
        )
        return self._connection.execute(found.limit(1)).first() is not None

    def hold(self, session_id: SessionId) -> None:
        # FOR UPDATE: who adds records meanwhile (a foreign key's FOR KEY SHARE) waits, and who has begun is waited for
        self._connection.execute(
            select(attendance_sessions.c.id).where(attendance_sessions.c.id == session_id).with_for_update()
        )

    def hold_at(self, session_id: SessionId, revision: int) -> None:
        sessions = attendance_sessions.c
        held = self._connection.execute(
            select(sessions.id)
            .where(sessions.id == session_id, sessions.revision == revision)
            .with_for_update(read=True, key_share=True)
        )
        if held.first() is None:
            raise Race

    def save(self, before: AttendanceSession, after: AttendanceSession) -> None:
        columns = from_session(after)
        if before.closed_at is not None and after.closed_at is None:
            columns["sealed_at"] = None
        with unless_taken(uq_attendance_sessions_session_code=Race):
            saved = self._connection.execute(
                update(attendance_sessions)
                .where(attendance_sessions.c.id == before.id, attendance_sessions.c.revision == before.revision)
                .values(columns)
            )
        if saved.rowcount == 0:
            raise Race
        if after.generation.number != before.generation.number:
            self._add_generation(after.id, after.generation)
        elif after.generation != before.generation:
            self._connection.execute(
                update(code_generations)
                .where(code_generations.c.session_id == after.id, code_generations.c.number == after.generation.number)
                .values(started_at=after.generation.started_at)
            )

    def overlapping(
        self,
        course_id: CourseId,
        programme_id: ProgrammeId | None,
        opens_at: datetime,
        ends_at: datetime,
        *,
        less: SessionId | None = None,
    ) -> bool:
        sessions = attendance_sessions.c
        conditions = [
            sessions.course_id == course_id,
            sessions.closed_at.is_(None),
            sessions.cancelled_at.is_(None),
            sessions.opens_at < ends_at,
            sessions.ends_at > opens_at,
        ]
        if less is not None:
            conditions.append(sessions.id != less)
        if programme_id is not None:
            conditions.append(or_(sessions.programme_id.is_(None), sessions.programme_id == programme_id))
        return self._connection.execute(select(sessions.id).where(*conditions).limit(1)).first() is not None

    def lock_course(self, course_id: CourseId) -> None:
        # On SQLite the writer's lock is held since the transaction began, and this is an ordinary SELECT.
        # FOR NO KEY UPDATE: the foreign keys of other inserts only need the course's key to stay.
        self._connection.execute(select(courses.c.id).where(courses.c.id == course_id).with_for_update(key_share=True))

    def close(self, session_id: SessionId, at: datetime) -> bool:
        closed = self._connection.execute(
            update(attendance_sessions)
            # of two who close it the earlier counts
            .where(
                attendance_sessions.c.id == session_id,
                or_(attendance_sessions.c.closed_at.is_(None), attendance_sessions.c.closed_at > at),
            )
            .values(closed_at=at, revision=attendance_sessions.c.revision + 1)
        )
        return closed.rowcount > 0

    def end_all(self, course_id: CourseId, at: datetime) -> tuple[tuple[SessionId, ...], tuple[SessionId, ...]]:
        return end_sessions(self._connection, at, attendance_sessions.c.course_id == course_id)

    def generations(self, session_id: SessionId) -> Sequence[Generation]:
        rows = self._connection.execute(
            select(code_generations.c.number, code_generations.c.started_at)
            .where(code_generations.c.session_id == session_id)
            .order_by(code_generations.c.number)
        )
        return [Generation(row.number, row.started_at) for row in rows]

    def start_generation(self, session_id: SessionId, generation: Generation) -> None:
        started = self._connection.execute(
            update(attendance_sessions)
            .where(
                attendance_sessions.c.id == session_id,
                attendance_sessions.c.generation == generation.number - 1,
            )
            .values(generation=generation.number, generation_started_at=generation.started_at)
        )
        if started.rowcount == 0:
            raise Race
        self._add_generation(session_id, generation)

    def _add_generation(self, session_id: SessionId, generation: Generation) -> None:
        self._connection.execute(
            insert(code_generations).values(
                session_id=session_id, number=generation.number, started_at=generation.started_at
            )
        )

    def count_typed_try(self, session_id: SessionId, student_id: UserId) -> int:
        key = {"session_id": session_id, "student_id": student_id}
        one_more = {"tries": typed_code_tries.c.tries + 1}
        statement: Insert
        if self._connection.dialect.name == "postgresql":
            statement = (
                postgresql.insert(typed_code_tries)
                .values(**key, tries=1)
                .on_conflict_do_update(index_elements=list(key), set_=one_more)
            )
        else:
            statement = (
                sqlite.insert(typed_code_tries)
                .values(**key, tries=1)
                .on_conflict_do_update(index_elements=list(key), set_=one_more)
            )
        return int(self._connection.execute(statement.returning(typed_code_tries.c.tries)).scalar_one())

    def list_for_lecturer(
        self, lecturer_id: UserId, which: SessionFilter, now: datetime, *, after: UUID | None, limit: int
    ) -> Sequence[AttendanceSession]:
        sessions = attendance_sessions.c
        query = _matching(_SESSIONS.where(teaches(lecturer_id, sessions.course_id)), which, now, after)
        # of one course they lie in order in an index
        newest_first = sessions.id if which.course_id is not None else sorted_after(sessions.id)
        rows = self._connection.execute(query.order_by(newest_first.desc()).limit(limit)).all()
        return to_sessions(self._connection, rows)

    def list_all(
        self, which: SessionFilter, now: datetime, *, after: UUID | None, limit: int
    ) -> Sequence[AttendanceSession]:
        sessions = attendance_sessions.c
        # of those that are over there are many everywhere; all others are few, and in indexes of their own
        if which.course_id is None and which.states and SessionState.CLOSED not in which.states:
            # found first: PostgreSQL would join courses and creators to all that could be on the page
            query = _SESSIONS.where(sessions.id.in_(_page_of_few(which, now, after, limit)))
        else:
            query = _matching(_SESSIONS, which, now, after).limit(limit)
        return to_sessions(self._connection, self._connection.execute(query.order_by(sessions.id.desc())).all())

    def expected_counts(self, session_ids: Collection[SessionId]) -> Mapping[SessionId, int]:
        return count_expected(self._connection, session_ids)

    def list_open_for_student(
        self, student_id: UserId, now: datetime, *, after: UUID | None, limit: int
    ) -> Sequence[OpenSession]:
        sessions, records = attendance_sessions.c, attendance_records.c
        query = (
            select(*SESSION_COLUMNS, records.id.label("record_id"), records.status.label("record_status"))
            .select_from(
                SESSION_TABLES.join(
                    enrollments,
                    and_(
                        enrollments.c.course_id == sessions.course_id,
                        enrollments.c.student_id == student_id,
                        is_running(enrollments),
                    ),
                ).outerjoin(
                    attendance_records,
                    and_(records.session_id == sessions.id, records.student_id == student_id),
                )
            )
            .where(
                is_in(SessionState.OPEN, now),
                in_scope(enrollments, attendance_sessions),
            )
        )
        if after is not None:
            query = query.where(sessions.id > after)
        rows = self._connection.execute(query.order_by(sessions.id).limit(limit)).all()
        found = to_sessions(self._connection, rows)
        return [
            OpenSession(session, row.record_id, row.record_status) for session, row in zip(found, rows, strict=True)
        ]

    def counts(self, session_ids: Collection[SessionId]) -> Mapping[SessionId, Counts]:
        records = attendance_records.c
        found: dict[SessionId, dict[RecordStatus, int]] = {session_id: {} for session_id in session_ids}
        late = dict.fromkeys(session_ids, 0)
        if session_ids:
            for row in self._connection.execute(
                select(records.session_id, records.status, records.late, func.count().label("number"))
                .where(records.session_id.in_(session_ids), records.enrolled)
                .group_by(records.session_id, records.status, records.late)
            ):
                of_session = found[row.session_id]
                of_session[row.status] = of_session.get(row.status, 0) + row.number
                if row.late and row.status is RecordStatus.CONFIRMED:
                    late[row.session_id] += row.number
        return {
            session_id: Counts(
                confirmed=by_status.get(RecordStatus.CONFIRMED, 0),
                late=late[session_id],
                flagged=by_status.get(RecordStatus.FLAGGED, 0),
                pending=by_status.get(RecordStatus.PENDING_VERIFICATION, 0),
                rejected=by_status.get(RecordStatus.REJECTED, 0),
                excused=by_status.get(RecordStatus.EXCUSED, 0),
            )
            for session_id, by_status in found.items()
        }

    def seal_ended(self, now: datetime, limit: int) -> Sequence[SessionId]:
        sessions = attendance_sessions.c
        due = (
            select(sessions.id)
            .where(sessions.sealed_at.is_(None), is_in(SessionState.CLOSED, now))
            .order_by(sessions.ends_at)
            .limit(limit)
            # others seal others meanwhile; the lock looks at the times again
            .with_for_update(skip_locked=True, key_share=True)
            .cte("due")
        )
        sealed = self._connection.execute(
            update(attendance_sessions)
            .where(sessions.id.in_(select(due.c.id)))
            .values(sealed_at=now)
            .returning(sessions.id)
        )
        return sorted(sealed.scalars())

    def _first(self, query: AnySelect) -> AttendanceSession | None:
        rows = self._connection.execute(query).all()
        return to_sessions(self._connection, rows)[0] if rows else None


def end_sessions(
    connection: Connection, at: datetime, *which: ColumnElement[bool]
) -> tuple[tuple[SessionId, ...], tuple[SessionId, ...]]:
    """Close those of them that are open and cancel those to come; returns which were closed, and which cancelled."""
    sessions = attendance_sessions.c
    running = [
        *which,
        sessions.ends_at > at,
        sessions.cancelled_at.is_(None),
        or_(sessions.closed_at.is_(None), sessions.closed_at > at),
    ]
    ended = []
    for begun, values in (
        (sessions.opens_at <= at, {"closed_at": at}),
        (sessions.opens_at > at, {"cancelled_at": at}),
    ):
        ending = update(attendance_sessions).where(*running, begun).values(**values, revision=sessions.revision + 1)
        ended.append(tuple(sorted(connection.execute(ending.returning(sessions.id)).scalars())))
    return ended[0], ended[1]


def _matching(query: AnySelect, which: SessionFilter, now: datetime, after: UUID | None) -> AnySelect:
    sessions = attendance_sessions.c
    if which.course_id is not None:
        query = query.where(sessions.course_id == which.course_id)
    if which.term_id is not None:
        query = query.where(courses.c.term_id == which.term_id)
    if which.states:
        query = query.where(or_(*(_is_listed_in(state, now) for state in which.states)))
    if which.opens_from is not None:
        query = query.where(sessions.opens_at >= which.opens_from)
    if which.opens_until is not None:
        query = query.where(sessions.opens_at < which.opens_until)
    return query if after is None else query.where(sessions.id < after)


def _page_of_few(which: SessionFilter, now: datetime, after: UUID | None, limit: int) -> AnySelect:
    """The ids on a page of sessions that are not over, newest first."""
    sessions = attendance_sessions.c
    page: AnySelect = select(sessions.id)
    if which.term_id is not None:
        page = page.join(courses, courses.c.id == sessions.course_id)
    return _matching(page, which, now, after).order_by(sorted_after(sessions.id).desc()).limit(limit)


def _is_listed_in(state: SessionState, now: datetime) -> ColumnElement[bool]:
    if state in {SessionState.SCHEDULED, SessionState.OPEN}:  # said once more for the index: none of them is sealed
        return and_(attendance_sessions.c.sealed_at.is_(None), is_in(state, now))
    return is_in(state, now)
