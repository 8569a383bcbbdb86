"""What the database has of a person, erased."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select, union, update

from absense_server.adapters.db.sessions import end_sessions
from absense_server.adapters.db.tables import (
    appeals,
    attendance_records,
    attendance_sessions,
    audit_events,
    audit_private,
    claims,
    course_claims,
    course_lecturers,
    courses,
    decisions,
    device_reset_requests,
    devices,
    enrollments,
    mail_queue,
    mail_tokens,
    requests,
    source_ids,
    terms,
    typed_code_tries,
    users,
)
from absense_server.domain.audit import Action
from absense_server.domain.courses import TermState
from absense_server.domain.erasure import KEPT_AFTER_TERM
from absense_server.domain.ids import CourseId, SessionId, UserId
from absense_server.domain.imports import SourceKind
from absense_server.domain.mails import MailKind
from absense_server.domain.people import UserState
from absense_server.ports.findings import ErasedRows

_NOBODY = {
    "email": None,
    "institution_number": None,
    "claimed_number": "",
    "full_name": "",
    "full_name_folded": "",
    "programme_id": None,
    "level": 0,
}
_NOWHERE = {
    "fix_latitude": None,
    "fix_longitude": None,
    "fix_accuracy_m": None,
    "fix_at": None,
    "fix_mock": None,
    "identifier_mac": None,
    "fingerprint": b"",
}


class SqlErasures:
    """ports.data.Erasures."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self, user_id: UserId) -> None:
        # the whole row: a foreign key that names it waits too
        self._connection.execute(select(users.c.id).where(users.c.id == user_id).with_for_update())

    def account(self, user_id: UserId, at: datetime) -> ErasedRows:
        self._connection.execute(
            update(users).where(users.c.id == user_id).values(state=UserState.ERASED, erased_at=at, password_hash=None)
        )
        phone = self._belongings(user_id)
        ended = self._connection.execute(
            update(enrollments)
            .where(enrollments.c.student_id == user_id, enrollments.c.until_at.is_(None))
            .values(until_at=at)
            .returning(enrollments.c.id)
        )
        closed, cancelled = self._lessons(user_id, at)
        return ErasedRows(phone, tuple(sorted(ended.scalars())), closed, cancelled)

    def _belongings(self, user_id: UserId) -> bool:
        """What the account alone has; returns whether a phone was bound."""
        asked = select(device_reset_requests.c.id).where(device_reset_requests.c.student_id == user_id)
        self._forget(audit_events.c.subject_id.in_(asked))
        wished = select(course_claims.c.id).where(course_claims.c.lecturer_id == user_id)
        self._forget(audit_events.c.subject_id.in_(wished))
        # reset requests go with the phones that they were about
        gone = self._connection.execute(
            delete(devices).where(devices.c.student_id == user_id).returning(devices.c.unbound_at)
        )
        phone = any(unbound_at is None for unbound_at in gone.scalars())
        whose = select(users.c.email, users.c.institution_number).where(users.c.id == user_id)
        names = [name for name in self._connection.execute(whose).one() if name is not None]
        # the last note is on its way
        waiting = or_(
            and_(mail_queue.c.user_id == user_id, mail_queue.c.kind != MailKind.ACCOUNT_ERASED),
            func.lower(mail_queue.c.login).in_([name.lower() for name in names]),
        )
        for table, its in (
            (mail_queue, waiting),
            (mail_tokens, mail_tokens.c.user_id == user_id),
            (requests, requests.c.user_id == user_id),
            (typed_code_tries, typed_code_tries.c.student_id == user_id),
            (course_claims, course_claims.c.lecturer_id == user_id),
        ):
            self._connection.execute(delete(table).where(its))
        return phone

    def _lessons(self, user_id: UserId, at: datetime) -> tuple[tuple[SessionId, ...], tuple[SessionId, ...]]:
        """The sessions of courses that have no lecturer left: which were closed, and which cancelled."""
        taught: Sequence[CourseId] = (
            self._connection.execute(
                delete(course_lecturers)
                .where(course_lecturers.c.lecturer_id == user_id)
                .returning(course_lecturers.c.course_id)
            )
            .scalars()
            .all()
        )
        if not taught:
            return (), ()
        # of several who teach together and go at once the last one sees that all others have gone
        held = select(courses.c.id).where(courses.c.id.in_(taught)).order_by(courses.c.id)
        self._connection.execute(held.with_for_update(key_share=True))
        sessions = attendance_sessions.c
        left = exists().where(course_lecturers.c.course_id == sessions.course_id)
        return end_sessions(self._connection, at, sessions.course_id.in_(taught), ~left)

    def is_bound_to_open_term(self, user_id: UserId, now: datetime) -> bool:
        open_terms = select(terms.c.id).where(terms.c.state == TermState.OPEN, terms.c.ends_at > now - KEPT_AFTER_TERM)
        records, sessions = attendance_records, attendance_sessions
        # each by an index of its own: a user has little, and the tables are large
        parts = (
            select(records.c.course_id).where(records.c.student_id == user_id),
            select(enrollments.c.course_id).where(enrollments.c.student_id == user_id),
            select(sessions.c.course_id).where(sessions.c.created_by == user_id),
            select(records.c.course_id)
            .join(decisions, decisions.c.record_id == records.c.id)
            .where(decisions.c.decided_by == user_id),
            select(appeals.c.course_id).where(appeals.c.decided_by == user_id),
        )
        part_in = union(*parts).subquery()
        found = select(courses.c.id).join(part_in, part_in.c.course_id == courses.c.id)
        return self._connection.execute(found.where(courses.c.term_id.in_(open_terms)).limit(1)).first() is not None

    def unfinished(self, erased_until: datetime, *, after: UserId | None, limit: int) -> Sequence[UserId]:
        kept = [
            users.c.erased_at.is_not(None),
            users.c.identity_erased_at.is_(None),
            users.c.erased_at <= erased_until,
        ]
        if after is not None:
            kept.append(users.c.id > after)
        return (
            self._connection.execute(select(users.c.id).where(*kept).order_by(users.c.id).limit(limit)).scalars().all()
        )

    def identity(self, user_id: UserId) -> bool:
        named = or_(users.c.full_name != "", users.c.email.is_not(None), users.c.institution_number.is_not(None))
        known = self._connection.execute(select(users.c.id).where(users.c.id == user_id, named)).first()
        self._belongings(user_id)
        own = select(attendance_records.c.id).where(attendance_records.c.student_id == user_id)
        self._connection.execute(update(claims).where(claims.c.student_id == user_id).values(**_NOWHERE))
        self._connection.execute(update(decisions).where(decisions.c.record_id.in_(own)).values(reason=""))
        self._connection.execute(update(appeals).where(appeals.c.student_id == user_id).values(text="", reason=""))
        self._forget(audit_events.c.actor_id == user_id)
        # why somebody else erased the account is that person's to answer for
        self._forget(audit_events.c.subject_id == user_id, audit_events.c.action != Action.USER_ERASED)
        self._forget(audit_events.c.subject_id.in_(own))
        whose = and_(source_ids.c.kind == SourceKind.USER, source_ids.c.local_id == user_id)
        self._connection.execute(delete(source_ids).where(whose))
        self._connection.execute(update(users).where(users.c.id == user_id).values(**_NOBODY))
        return known is not None

    def finish(self, user_id: UserId, at: datetime) -> None:
        self._connection.execute(update(users).where(users.c.id == user_id).values(identity_erased_at=at))

    def never_confirmed(self, user_ids: Collection[UserId]) -> None:
        self._forget(audit_events.c.subject_id.in_(user_ids))

    def _forget(self, *which: ColumnElement[bool]) -> None:
        """Delete what may be erased of some events; the events stay."""
        events = select(audit_events.c.id).where(*which)
        self._connection.execute(delete(audit_private).where(audit_private.c.event_id.in_(events)))
