"""Where a session stands, in SQL."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_

from absense_server.adapters.db.tables import attendance_sessions
from absense_server.domain.sessions import SessionState


def is_in(state: SessionState, now: datetime) -> ColumnElement[bool]:
    """AttendanceSession.state of rows of attendance_sessions."""
    sessions = attendance_sessions.c
    running = and_(sessions.ends_at > now, or_(sessions.closed_at.is_(None), sessions.closed_at > now))
    return {
        SessionState.CANCELLED: sessions.cancelled_at.is_not(None),
        SessionState.CLOSED: and_(sessions.cancelled_at.is_(None), has_ended(now)),
        SessionState.OPEN: and_(sessions.cancelled_at.is_(None), running, sessions.opens_at <= now),
        SessionState.SCHEDULED: and_(sessions.cancelled_at.is_(None), running, sessions.opens_at > now),
    }[state]


def has_ended(now: datetime) -> ColumnElement[bool]:
    """Whether its time is over or it was closed, be it cancelled or not."""
    sessions = attendance_sessions.c
    return or_(sessions.ends_at <= now, and_(sessions.closed_at.is_not(None), sessions.closed_at <= now))
