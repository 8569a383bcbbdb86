"""What is held on a person, table by table, to be handed to that person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, Uuid, bindparam, case, null, or_, select, tuple_

from absense_server.adapters.db.rows import AnySelect
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
    face_consents,
    face_templates,
    face_views,
    images,
    mail_queue,
    mail_tokens,
    programmes,
    refresh_tokens,
    requests,
    revocations,
    sign_ins,
    terms,
    typed_code_tries,
    users,
    verdicts,
    verification_log,
    verifications,
)
from absense_server.domain.audit import Action
from absense_server.domain.exports import Part, Row
from absense_server.domain.ids import UserId
from absense_server.domain.verdicts import Check

LEFT_OUT: Final[Mapping[str, frozenset[str]]] = {
    # told to nobody
    "users": frozenset({"password_hash", "full_name_folded"}),
    "refresh_tokens": frozenset({"token_hash", "successor", "request_id"}),
    "mail_tokens": frozenset({"token_hash"}),
    "requests": frozenset({"fingerprint"}),
    "devices": frozenset({"identifier_mac"}),
    "claims": frozenset({"fingerprint", "identifier_mac"}),
    "images": frozenset({"blob_name", "wrapped_key", "key_id", "sha256"}),
    "face_templates": frozenset({"threshold", "threshold_origin"}),
    "face_views": frozenset({"vector", "wrapped_key", "key_id"}),
    "verification_log": frozenset({"distance", "threshold"}),
    "attendance_sessions": frozenset({"session_code"}),
    "audit_private": frozenset({"salt", "event_id"}),
    # somebody else
    "device_reset_requests": frozenset({"decided_by"}),
    "course_claims": frozenset({"decided_by"}),
    "decisions": frozenset({"decided_by"}),
    "appeals": frozenset({"decided_by"}),
    "audit_events": frozenset({"actor_id"}),
    # how the work is shared out
    "mail_queue": frozenset({"due_at", "failures"}),
    "verifications": frozenset({"due_at", "leases", "failures"}),
}
"""Columns that are not handed out, by table; domain.exports says why to whom it may concern."""
_OTHERS: Final = frozenset({"owner", "student", "lecturer"})
"""Facts of audit events that are ids of people."""
_THEIRS_FOR_SURE: Final = frozenset({
    Action.USER_REGISTERED, Action.SIGNED_IN, Action.EMAIL_CONFIRMED, Action.PASSWORD_RESET,
})  # fmt: skip
"""What nobody else could have done, though nobody was signed in yet."""
_KEY: Final = "key "
_ME: Final = bindparam("user_id", type_=Uuid)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the rows of a part come from."""

    rows: AnySelect
    key: tuple[ColumnElement[Any], ...]
    content: Callable[[RowMapping, UserId], Mapping[str, object]]


def _plain(row: RowMapping, _user_id: UserId) -> Mapping[str, object]:
    return {name: as_json(value) for name, value in row.items() if not name.startswith(_KEY)}


def _of(table: Table, *but: str) -> list[ColumnElement[Any]]:
    left_out = LEFT_OUT.get(table.name, frozenset()) | frozenset(but)
    return [column for column in table.c if column.name not in left_out]


def _own(table: Table, whose: str, *but: str) -> Source:
    """A user's rows of a table."""
    return Source(select(*_of(table, *but, whose)).where(table.c[whose] == _ME), tuple(table.primary_key), _plain)


def _audit_event(row: RowMapping, user_id: UserId) -> Mapping[str, object]:
    """Without what is somebody else's."""
    by_me, about_me = row["actor_id"] == user_id, row["subject_id"] == user_id
    who = "you" if by_me else ("somebody else" if row["actor_id"] else "nobody who was signed in, or the server")
    private = row["content"] or {}
    if not (by_me or (row["actor_id"] is None and row["action"] in _THEIRS_FOR_SURE)):
        private = {name: value for name, value in private.items() if name != "address"}
    if not about_me:
        private = {name: value for name, value in private.items() if name in {"address", "note"}}
    return {
        **{name: as_json(row[name]) for name in ("seq", "id", "action", "at", "request_id", "subject_id")},
        "by": who,
        "facts": {name: value for name, value in row["facts"].items() if name not in _OTHERS},
        "private": private,
    }


_AUDIT = select(audit_events, audit_private.c.content).outerjoin(
    audit_private, audit_private.c.event_id == audit_events.c.id
)
_MY_RECORDS = attendance_records.c.student_id == _ME
SOURCES: Final[Mapping[Part, Source]] = {
    Part.ACCOUNT: Source(
        select(*_of(users), programmes.c.code.label("programme"))
        .outerjoin(programmes, programmes.c.id == users.c.programme_id)
        .where(users.c.id == _ME),
        (users.c.id,),
        _plain,
    ),
    Part.SIGN_INS: _own(sign_ins, "user_id"),
    Part.REFRESH_TOKENS: Source(
        select(*_of(refresh_tokens))
        .join(sign_ins, sign_ins.c.id == refresh_tokens.c.sign_in_id)
        .where(sign_ins.c.user_id == _ME),
        (refresh_tokens.c.token_hash,),
        _plain,
    ),
    Part.ENDED_SIGN_INS: _own(revocations, "user_id"),
    Part.MAILS_WAITING: _own(mail_queue, "user_id"),
    Part.MAIL_TOKENS: _own(mail_tokens, "user_id"),
    Part.DEVICES: _own(devices, "student_id"),
    Part.DEVICE_RESETS: _own(device_reset_requests, "student_id"),
    Part.REQUESTS: _own(requests, "user_id"),
    Part.TYPED_CODES: _own(typed_code_tries, "student_id"),
    Part.ENROLLMENTS: Source(
        select(*_of(enrollments, "student_id"), courses.c.code, courses.c.title, terms.c.name.label("term"))
        .join(courses, courses.c.id == enrollments.c.course_id)
        .join(terms, terms.c.id == courses.c.term_id)
        .where(enrollments.c.student_id == _ME),
        (enrollments.c.id,),
        _plain,
    ),
    Part.RECORDS: Source(
        select(
            *_of(attendance_records, "student_id"),
            courses.c.code.label("course"),
            attendance_sessions.c.room,
            attendance_sessions.c.opens_at,
            attendance_sessions.c.ends_at,
        )
        .join(attendance_sessions, attendance_sessions.c.id == attendance_records.c.session_id)
        .join(courses, courses.c.id == attendance_sessions.c.course_id)
        .where(_MY_RECORDS),
        (attendance_records.c.id,),
        _plain,
    ),
    Part.CLAIMS: _own(claims, "student_id"),
    Part.VERDICTS: Source(
        select(
            *_of(verdicts, "measured", "threshold"),
            *(
                case((verdicts.c.check_name == Check.FACE, null()), else_=verdicts.c[name]).label(name)
                for name in ("measured", "threshold")
            ),
        )
        .join(attendance_records, attendance_records.c.id == verdicts.c.record_id)
        .where(_MY_RECORDS),
        (verdicts.c.record_id, verdicts.c.number, verdicts.c.check_name),
        _plain,
    ),
    Part.DECISIONS: Source(
        select(*_of(decisions))
        .join(attendance_records, attendance_records.c.id == decisions.c.record_id)
        .where(_MY_RECORDS),
        (decisions.c.id,),
        _plain,
    ),
    Part.APPEALS: _own(appeals, "student_id"),
    Part.CONSENTS: _own(face_consents, "student_id"),
    Part.FACE_TEMPLATE: _own(face_templates, "student_id"),
    Part.FACE_VIEWS: Source(
        select(*_of(face_views))
        .join(face_templates, face_templates.c.id == face_views.c.template_id)
        .where(face_templates.c.student_id == _ME),
        (face_views.c.id,),
        _plain,
    ),
    Part.WAITING_CHECKS: _own(verifications, "student_id"),
    Part.COMPARISONS: _own(verification_log, "student_id"),
    Part.AUDIT_BY_YOU: Source(_AUDIT.where(audit_events.c.actor_id == _ME), (audit_events.c.seq,), _audit_event),
    Part.AUDIT_ABOUT_YOU: Source(
        _AUDIT.where(
            audit_events.c.subject_id == _ME, or_(audit_events.c.actor_id.is_(None), audit_events.c.actor_id != _ME)
        ),
        (audit_events.c.seq,),
        _audit_event,
    ),
    Part.LOOKS: Source(
        select(audit_events.c.seq, audit_events.c.at, audit_events.c.subject_id.label("image_id"))
        .join(images, images.c.id == audit_events.c.subject_id)
        .where(images.c.owner_id == _ME, audit_events.c.action == Action.IMAGE_SEEN),
        (audit_events.c.seq,),
        _plain,
    ),
    Part.COURSES_TAUGHT: Source(
        select(*_of(course_lecturers, "lecturer_id"), courses.c.code, courses.c.title)
        .join(courses, courses.c.id == course_lecturers.c.course_id)
        .where(course_lecturers.c.lecturer_id == _ME),
        (course_lecturers.c.course_id,),
        _plain,
    ),
    Part.COURSE_CLAIMS: Source(
        select(*_of(course_claims, "lecturer_id"), courses.c.code, courses.c.title)
        .join(courses, courses.c.id == course_claims.c.course_id)
        .where(course_claims.c.lecturer_id == _ME),
        (course_claims.c.id,),
        _plain,
    ),
    Part.COURSE_CLAIMS_DECIDED: _own(course_claims, "decided_by", "lecturer_id", "note"),
    Part.SESSIONS_MADE: _own(attendance_sessions, "created_by"),
    Part.DECISIONS_MADE: _own(decisions, "decided_by"),
    Part.APPEALS_DECIDED: _own(appeals, "decided_by", "student_id", "text"),
    Part.RESETS_DECIDED: _own(device_reset_requests, "decided_by", "student_id", "device_id", "reason"),
    Part.IMAGES: _own(images, "owner_id"),
}


class SqlExports:
    """ports.data.Exports."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def page(self, part: Part, user_id: UserId, *, after: tuple[Any, ...] | None, limit: int) -> Sequence[Row]:
        source = SOURCES[part]
        key = [column.label(f"{_KEY}{number}") for number, column in enumerate(source.key)]
        query = source.rows.add_columns(*key)
        if after is not None:
            last = (bindparam(None, value, type_=column.type) for column, value in zip(source.key, after, strict=True))
            query = query.where(tuple_(*source.key) > tuple_(*last))
        rows = self._connection.execute(query.order_by(*source.key).limit(limit), {"user_id": user_id}).mappings()
        return [Row(tuple(row[one.name] for one in key), source.content(row, user_id)) for row in rows]


def as_json(value: object) -> object:
    """A value of a row, as JSON has it."""
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case Enum():
            return value.value
        case bytes():
            return value.hex()
    return value
