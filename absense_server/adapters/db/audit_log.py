"""The audit log, read and sealed. It is written by audit.py."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Text,
    bindparam,
    cast,
    func,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from absense_server.adapters.db.rows import AnyRow, AnySelect
from absense_server.adapters.db.tables import audit_events, audit_head, audit_private, users
from absense_server.adapters.db.users import person_columns, to_person
from absense_server.domain.audit import Action
from absense_server.domain.audit_chain import Head, LoggedRow, PrivateRow, Seal, SealedRow
from absense_server.domain.audit_walk import LogEnds
from absense_server.ports.findings import AuditFilter, LoggedEvent, Race

_LOCK = 4_771_230_006_115_201
"""Of PostgreSQL's advisory locks, that of whoever seals the log: any number that nothing else here takes."""
_TIME_FORMAT = "%Y-%m-%d %H:%M:%S.%f"
_ACTIONS: Mapping[str, Action] = {action.value: action for action in Action}

_EVENTS, _PRIVATE = audit_events.c, audit_private.c
# said as the indexes say it
_UNSEALED = text("number IS NULL")
_SEALED = text("number IS NOT NULL")
_WITH_PRIVATE = audit_events.outerjoin(audit_private, _PRIVATE.event_id == _EVENTS.id)
_WITH_ACTOR = _WITH_PRIVATE.outerjoin(users, users.c.id == _EVENTS.actor_id)


def _as_texts(*, on_postgresql: bool) -> list[ColumnElement[Any]]:
    """An event with what stands beside it, as texts that are the same on both databases."""
    at: ColumnElement[Any] = cast(_EVENTS.at, Text)
    if on_postgresql:
        at = func.to_char(func.timezone("UTC", _EVENTS.at), "YYYY-MM-DD HH24:MI:SS.US")
    return [
        *(func.replace(cast(_EVENTS[name], Text), "-", "").label(name) for name in ("id", "actor_id", "subject_id")),
        *(cast(_EVENTS[name], Text).label(name) for name in ("action", "request_id", "facts")),
        at.label("at"),
        cast(_PRIVATE.salt, LargeBinary).label("salt"),
        cast(_PRIVATE.content, Text).label("content"),
    ]


_TEXTS = {on_postgresql: _as_texts(on_postgresql=on_postgresql) for on_postgresql in (False, True)}
# many rows in one text: binding each value would cost more than storing it
_SEAL_MANY = text(
    "UPDATE audit_events AS event"
    " SET number = row.number, seal = row.seal, private_digest = row.private_digest, key_id = row.key_id"
    " FROM json_to_recordset(:rows) AS row(seq bigint, number bigint, seal bytea, private_digest bytea, key_id text)"
    " WHERE event.seq = row.seq AND event.number IS NULL"
)
_SEAL_ONE = (
    update(audit_events)
    .where(_EVENTS.seq == bindparam("of_seq"), _EVENTS.number.is_(None))
    .values({name: bindparam(name) for name in ("number", "seal", "private_digest", "key_id")})
)


class SqlAuditLog:
    """ports.data.AuditLog."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._on_postgresql = connection.dialect.name == "postgresql"
        self._texts = _TEXTS[self._on_postgresql]

    def list(self, which: AuditFilter, *, after: int | None, limit: int) -> Sequence[LoggedEvent]:
        listed = select(
            _EVENTS.seq,
            _EVENTS.number,
            _EVENTS.private_digest,
            *self._texts,
            *person_columns(users, "person"),
        ).select_from(_WITH_ACTOR)
        found = (
            _of_somebody(which, after, limit) if which.actor_id or which.subject_id else _by_time(which, after, limit)
        )
        seqs = self._connection.execute(found).scalars().all()
        rows = self._connection.execute(listed.where(_EVENTS.seq.in_(seqs))).all() if seqs else []
        by_seq = {row.seq: row for row in rows}
        return [_to_event(by_seq[seq]) for seq in seqs]

    def has_unsealed(self) -> bool:
        waiting = select(_EVENTS.seq).where(_UNSEALED).order_by(_EVENTS.seq).limit(1)
        return self._connection.execute(waiting).first() is not None

    def try_hold(self) -> bool:
        if not self._on_postgresql:
            return True  # there is one writer anyway
        return bool(self._connection.execute(select(func.pg_try_advisory_xact_lock(_LOCK))).scalar_one())

    def head(self) -> Head | None:
        row = self._connection.execute(select(audit_head).where(audit_head.c.id == 1)).one_or_none()
        return None if row is None else Head(row.number, row.seal, row.key_id, row.mac)

    def unsealed(self, limit: int) -> Sequence[LoggedRow]:
        waiting = select(_EVENTS.seq, *self._texts).select_from(_WITH_PRIVATE).where(_UNSEALED)
        rows = self._connection.execute(waiting.order_by(_EVENTS.seq).limit(limit))
        return [_to_logged(row) for row in rows]

    def seal(self, seals: Mapping[int, Seal], head: Head) -> None:
        rows = [
            {
                "of_seq": seq,
                "number": seal.number,
                "seal": seal.value,
                "private_digest": seal.private_digest,
                "key_id": seal.key_id,
            }
            for seq, seal in seals.items()
        ]
        if self._on_postgresql:
            written = [
                {**row, "seq": row["of_seq"]} | {name: f"\\x{row[name].hex()}" for name in ("seal", "private_digest")}  # type: ignore[attr-defined]
                for row in rows
            ]
            changed = self._connection.execute(_SEAL_MANY, {"rows": json.dumps(written)}).rowcount
        else:
            changed = self._connection.execute(_SEAL_ONE, rows).rowcount
        if changed != len(rows):
            raise Race
        self._put(head)

    def _put(self, head: Head) -> None:
        insert = postgresql.insert(audit_head) if self._on_postgresql else sqlite.insert(audit_head)
        new = {"number": head.number, "seal": head.seal, "key_id": head.key_id, "mac": head.mac}
        self._connection.execute(insert.values(id=1, **new).on_conflict_do_update(index_elements=["id"], set_=new))

    def ends(self) -> LogEnds:
        last = select(_EVENTS.number).where(_SEALED).order_by(_EVENTS.number.desc()).limit(1)
        unsealed = select(func.count()).select_from(audit_events).where(_UNSEALED)
        return LogEnds(
            last=self._connection.execute(last).scalar() or 0,
            head=self.head(),
            unsealed=self._connection.execute(unsealed).scalar_one(),
        )

    def sealed(self, after: int, limit: int) -> Sequence[SealedRow]:
        rows = self._connection.execute(
            select(
                _EVENTS.seq,
                _EVENTS.number,
                # what somebody wrote into a file of SQLite may be of any type
                cast(_EVENTS.seal, LargeBinary).label("seal"),
                cast(_EVENTS.private_digest, LargeBinary).label("private_digest"),
                cast(_EVENTS.key_id, Text).label("key_id"),
                *self._texts,
            )
            .select_from(_WITH_PRIVATE)
            .where(_SEALED, _EVENTS.number > after)
            .order_by(_EVENTS.number)
            .limit(limit)
        )
        return [
            SealedRow(_to_logged(row), Seal(row.number, row.seal or b"", row.private_digest or b"", row.key_id or ""))
            for row in rows
        ]

    def seal_at(self, number: int) -> bytes | None:
        found = select(cast(_EVENTS.seal, LargeBinary)).where(_SEALED, _EVENTS.number == number)
        row = self._connection.execute(found).one_or_none()
        return None if row is None else row[0] or b""


def _of_somebody(which: AuditFilter, after: int | None, limit: int) -> AnySelect:
    """By ix_audit_events_actor_id_seq or ix_audit_events_subject_id_seq: whoever it is has not that many."""
    conditions = _conditions(which)
    if which.actor_id is not None:
        conditions.append(_EVENTS.actor_id == which.actor_id)
    if which.subject_id is not None:
        conditions.append(_EVENTS.subject_id == which.subject_id)
    if which.actions:
        conditions.append(_EVENTS.action.in_(which.actions))
    if after is not None:
        conditions.append(_EVENTS.seq < after)
    return select(_EVENTS.seq).where(*conditions).order_by(_EVENTS.seq.desc()).limit(limit)


def _by_time(which: AuditFilter, after: int | None, limit: int) -> AnySelect:
    """By ix_audit_events_at, or a page of each action by ix_audit_events_action_at: a rare one is not looked for."""
    conditions = _conditions(which)
    if after is not None:
        then = select(_EVENTS.at).where(_EVENTS.seq == after).scalar_subquery()
        conditions += [_EVENTS.at <= then, or_(_EVENTS.at < then, _EVENTS.seq < after)]
    newest = (_EVENTS.at.desc(), _EVENTS.seq.desc())
    page = select(_EVENTS.seq, _EVENTS.at).where(*conditions).order_by(*newest).limit(limit)
    if not which.actions:
        return page
    pages = [
        page.where(_EVENTS.action == action).subquery() for action in sorted(which.actions, key=lambda one: one.value)
    ]
    found = union_all(*(select(one) for one in pages)).subquery("found")
    return select(found.c.seq).order_by(found.c.at.desc(), found.c.seq.desc()).limit(limit)


def _conditions(which: AuditFilter) -> list[ColumnElement[bool]]:
    conditions = []
    if which.from_at is not None:
        conditions.append(_EVENTS.at >= which.from_at)
    if which.until_at is not None:
        conditions.append(_EVENTS.at < which.until_at)
    return conditions


def _to_logged(row: AnyRow) -> LoggedRow:
    return LoggedRow(
        seq=row.seq,
        id=row.id,
        action=row.action,
        at=row.at or "",
        actor_id=row.actor_id,
        subject_id=row.subject_id,
        request_id=row.request_id,
        facts=row.facts,
        private=None if row.salt is None else PrivateRow(row.salt, row.content),
    )


def _to_event(row: AnyRow) -> LoggedEvent:
    return LoggedEvent(
        seq=row.seq,
        id=UUID(row.id),
        number=row.number or 0,
        action=_ACTIONS.get(row.action),
        at=datetime.strptime(row.at, _TIME_FORMAT).replace(tzinfo=UTC),
        actor_id=_uuid(row.actor_id),
        subject_id=_uuid(row.subject_id),
        request_id=row.request_id,
        facts=json.loads(row.facts),
        private={} if row.content is None else json.loads(row.content),
        erased=bool(row.private_digest) and row.salt is None,
        actor=to_person(row, "person") if row.person_name else None,
    )


def _uuid(digits: str | None) -> UUID | None:
    return None if digits is None else UUID(digits)
