"""The tables. What must hold whatever the code does is a constraint here.

Foreign keys: what is but a part or a possession of a row goes with it (CASCADE). Attendance, and what it rests on, is
never taken along (RESTRICT): rows of users stay as tombstones, courses are archived; nor is a photograph, whose blob
has to be deleted too. What may go before that which names it leaves it without (SET NULL).
"""

from dataclasses import fields

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from absense_server.adapters.db.types import Json, Serial, UtcDateTime, choice, growing_choice
from absense_server.domain.appeals import AppealOutcome, AppealState
from absense_server.domain.audit import Action
from absense_server.domain.course_claims import CourseClaimState
from absense_server.domain.courses import TermState
from absense_server.domain.devices import DeviceEvidence, Platform, ResetState
from absense_server.domain.faces import ConsentEnd, TemplateTrust
from absense_server.domain.images import MediaType
from absense_server.domain.imports import SourceKind
from absense_server.domain.mails import MailKind
from absense_server.domain.people import Role, UserState
from absense_server.domain.policy import Attention, RecordStatus, Requirement, StandIn
from absense_server.domain.records import ProofKind, Source
from absense_server.domain.verdicts import Check, Outcome, Reason
from absense_server.ports.findings import MatchKind

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


_CHECKS = ("device", "location", "face", "liveness")


def _policy() -> list[Column[object]]:
    weights: list[Column[object]] = [
        Column(f"policy_{check}", choice(Requirement, f"policy_{check}"), nullable=False) for check in _CHECKS
    ]
    return [
        *weights,
        Column("policy_version", Text, nullable=False),
        Column("policy_stand_in", growing_choice(StandIn, "policy_stand_in"), nullable=False, server_default="LOOK"),
    ]


# Accounts

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    # None where there is none: several accounts may have none
    Column("email", Text, unique=True),
    Column("institution_number", Text, unique=True),
    Column("claimed_number", Text, nullable=False),
    Column("full_name", Text, nullable=False),
    # databases differ in folding what is not ASCII: Python folds
    Column("full_name_folded", Text, nullable=False, server_default=""),
    Column("role", choice(Role, "role"), nullable=False),
    Column("state", choice(UserState, "state"), nullable=False),
    Column("programme_id", ForeignKey("programmes.id", ondelete="SET NULL")),
    Column("level", Integer, nullable=False),
    Column("password_hash", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("erased_at", UtcDateTime),
    # name, address and number go later than the rest
    Column("identity_erased_at", UtcDateTime),
    CheckConstraint("email <> ''", "email"),
    CheckConstraint("institution_number <> ''", "institution_number"),
)
Index(
    "ix_users_identity_kept",
    users.c.erased_at,
    postgresql_where=text("erased_at IS NOT NULL AND identity_erased_at IS NULL"),
    sqlite_where=text("erased_at IS NOT NULL AND identity_erased_at IS NULL"),
)
Index("ix_users_role_state_id", users.c.role, users.c.state, users.c.id)
Index(
    "ix_users_admins",
    users.c.id,
    postgresql_where=text("role = 'ADMIN'"),
    sqlite_where=text("role = 'ADMIN'"),
)
Index(
    "ix_users_unconfirmed",
    users.c.created_at,
    postgresql_where=text("state = 'PENDING_EMAIL'"),
    sqlite_where=text("state = 'PENDING_EMAIL'"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("device_name", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("password_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime, nullable=False),
    # when it ends by itself: the earlier of its own end and that of its refresh token
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    # SHA-256 of the token
    Column("token_hash", LargeBinary, primary_key=True),
    Column("sign_in_id", ForeignKey("sign_ins.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("used_at", UtcDateTime),
    # of the exchange, so that a retry is told from another use
    Column("request_id", Uuid),
    # the token that took its place, encrypted under this one, which is not kept
    Column("successor", LargeBinary),
)
Index(
    "uq_refresh_tokens_unused_sign_in_id",
    refresh_tokens.c.sign_in_id,
    unique=True,
    postgresql_where=refresh_tokens.c.used_at.is_(None),
    sqlite_where=refresh_tokens.c.used_at.is_(None),
)

# mails to be sent: the token of one is made when it is sent
mail_queue = Table(
    "mail_queue",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", growing_choice(MailKind, "kind"), nullable=False),
    # whose account, or the address or number that somebody named who may have none
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("login", Text),
    # where to, if not to the account's own address
    Column("address", Text),
    # a person's words to the reader
    Column("note", Text, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    # when it may be taken: while somebody sends it, the end of the lease
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("failures", Integer, nullable=False),
    CheckConstraint("(user_id IS NULL) <> (login IS NULL)", "whose"),
)

mail_tokens = Table(
    "mail_tokens",
    metadata,
    # SHA-256 of the token
    Column("token_hash", LargeBinary, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", growing_choice(MailKind, "kind"), nullable=False),
    # where it was sent
    Column("address", Text, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

revocations = Table(
    "revocations",
    metadata,
    Column("seq", Serial, Identity(always=True), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    # no foreign key: the row of the sign-in is gone
    Column("sign_in_id", Uuid, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)

requests = Table(
    "requests",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("request_id", Uuid, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("resource_id", Uuid, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
)

devices = Table(
    "devices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("student_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("identifier_mac", LargeBinary, nullable=False),
    Column("platform", choice(Platform, "platform"), nullable=False),
    Column("model", Text, nullable=False),
    Column("public_key", LargeBinary),
    Column("bound_at", UtcDateTime, nullable=False),
    Column("unbound_at", UtcDateTime),
    Index(None, "student_id"),
)
Index(
    "uq_devices_active_student_id",
    devices.c.student_id,
    unique=True,
    postgresql_where=devices.c.unbound_at.is_(None),
    sqlite_where=devices.c.unbound_at.is_(None),
)
Index(
    "uq_devices_active_identifier_mac",
    devices.c.identifier_mac,
    unique=True,
    postgresql_where=devices.c.unbound_at.is_(None),
    sqlite_where=devices.c.unbound_at.is_(None),
)
Index(
    "uq_devices_active_public_key",
    devices.c.public_key,
    unique=True,
    postgresql_where=devices.c.unbound_at.is_(None),
    sqlite_where=devices.c.unbound_at.is_(None),
)

device_reset_requests = Table(
    "device_reset_requests",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("student_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("device_id", ForeignKey("devices.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("state", choice(ResetState, "state"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", ForeignKey("users.id", ondelete="RESTRICT"), index=True),
    Column("note", Text, nullable=False),
    CheckConstraint("(decided_at IS NULL) = (state = 'PENDING')", "decided"),
)
Index(
    "uq_device_reset_requests_pending_student_id",
    device_reset_requests.c.student_id,
    unique=True,
    postgresql_where=text("state = 'PENDING'"),
    sqlite_where=text("state = 'PENDING'"),
)
Index("ix_device_reset_requests_state_id", device_reset_requests.c.state, device_reset_requests.c.id)

# Courses

terms = Table(
    "terms",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("state", choice(TermState, "state"), nullable=False),
    CheckConstraint("starts_at < ends_at", "times"),
)

programmes = Table(
    "programmes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("code_folded", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
)

courses = Table(
    "courses",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("term_id", ForeignKey("terms.id", ondelete="RESTRICT"), nullable=False),
    Column("code", Text, nullable=False),
    Column("title", Text, nullable=False),
    # databases differ in folding what is not ASCII: Python folds
    Column("code_folded", Text, nullable=False),
    Column("title_folded", Text, nullable=False),
    Column("level", Integer, nullable=False),
    Column("archived", Boolean, nullable=False),
    Column("enrollment_open", Boolean, nullable=False),
    Column("enrollment_from_at", UtcDateTime),
    Column("enrollment_until_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("term_id", "code_folded"),
)

course_lecturers = Table(
    "course_lecturers",
    metadata,
    Column("course_id", ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True),
    Column("lecturer_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, nullable=False),
    Index(None, "lecturer_id", "course_id"),
)

course_programmes = Table(
    "course_programmes",
    metadata,
    Column("course_id", ForeignKey("courses.id", ondelete="CASCADE"), primary_key=True),
    Column("programme_id", ForeignKey("programmes.id", ondelete="RESTRICT"), primary_key=True),
    Index(None, "programme_id"),
)

course_claims = Table(
    "course_claims",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("course_id", ForeignKey("courses.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("lecturer_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("note", Text, nullable=False),
    Column("state", choice(CourseClaimState, "state"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", ForeignKey("users.id", ondelete="RESTRICT"), index=True),
    Column("decision_note", Text, nullable=False),
    CheckConstraint("(decided_at IS NULL) = (state = 'PENDING')", "decided"),
    Index(None, "lecturer_id", "course_id"),
    Index(None, "state", "id"),
)
Index(
    "uq_course_claims_pending_lecturer_id_course_id",
    course_claims.c.lecturer_id,
    course_claims.c.course_id,
    unique=True,
    postgresql_where=text("state = 'PENDING'"),
    sqlite_where=text("state = 'PENDING'"),
)

# one row: what administrators set for all
institution_settings = Table(
    "institution_settings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("current_term_id", ForeignKey("terms.id", ondelete="SET NULL"), index=True),
    Column("enrollment_open", Boolean, nullable=False),
    # None: what the server was started with
    Column("selfie_retention_days", Integer),
    Column("face_retention_days", Integer),
    Column("at_risk_threshold", Double, nullable=False),
    # None: the server's own default
    *(Column(f"default_{check}", choice(Requirement, f"default_{check}")) for check in _CHECKS),
    CheckConstraint("id = 1", "one"),
)

# what an import calls a thing that it made, so that it finds it again
source_ids = Table(
    "source_ids",
    metadata,
    Column("kind", growing_choice(SourceKind, "kind"), primary_key=True),
    Column("source_id", Text, primary_key=True),
    # no foreign key: of several tables; rows of what is gone find nothing
    Column("local_id", Uuid, nullable=False, index=True),
)

enrollments = Table(
    "enrollments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("student_id", ForeignKey("users.id", ondelete="RESTRICT"), nullable=False),
    Column("course_id", ForeignKey("courses.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("programme_id", ForeignKey("programmes.id", ondelete="RESTRICT")),
    Column("level", Integer, nullable=False),
    Column("from_at", UtcDateTime, nullable=False),
    Column("until_at", UtcDateTime),
    Index(None, "student_id", "course_id", "from_at"),
)
Index(
    "uq_enrollments_running_student_id_course_id",
    enrollments.c.student_id,
    enrollments.c.course_id,
    unique=True,
    postgresql_where=enrollments.c.until_at.is_(None),
    sqlite_where=enrollments.c.until_at.is_(None),
)

# Sessions

attendance_sessions = Table(
    "attendance_sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("course_id", ForeignKey("courses.id", ondelete="RESTRICT"), nullable=False),
    Column("programme_id", ForeignKey("programmes.id", ondelete="RESTRICT")),
    Column("session_code", Text, nullable=False, unique=True),
    Column("room", Text, nullable=False),
    Column("opens_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("late_after_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("cancelled_at", UtcDateTime),
    Column("cancel_reason", Text, nullable=False, server_default=""),
    Column("sealed_at", UtcDateTime),
    Column("latitude", Double),
    Column("longitude", Double),
    Column("radius_m", Double),
    *_policy(),
    Column("code_life_ms", Integer, nullable=False),
    Column("code_overlap_ms", Integer, nullable=False),
    # the newest of code_generations once more, so that a claim reads one table less
    Column("generation", Integer, nullable=False),
    Column("generation_started_at", UtcDateTime, nullable=False),
    Column("typed_code_allowed", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", ForeignKey("users.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    CheckConstraint("opens_at < ends_at", "times"),
    CheckConstraint("(latitude IS NULL) = (longitude IS NULL) AND (latitude IS NULL) = (radius_m IS NULL)", "geofence"),
    Index(None, "course_id", "id"),
    Index(None, "course_id", "ends_at"),
    Index(None, "opens_at"),
)
Index(
    "ix_attendance_sessions_unsealed",
    attendance_sessions.c.ends_at,
    postgresql_where=text("sealed_at IS NULL AND cancelled_at IS NULL"),
    sqlite_where=text("sealed_at IS NULL AND cancelled_at IS NULL"),
)

Index(
    "ix_attendance_sessions_cancelled",
    attendance_sessions.c.id,
    postgresql_where=text("cancelled_at IS NOT NULL"),
    sqlite_where=text("cancelled_at IS NOT NULL"),
)

code_generations = Table(
    "code_generations",
    metadata,
    Column("session_id", ForeignKey("attendance_sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("started_at", UtcDateTime, nullable=False),
)

typed_code_tries = Table(
    "typed_code_tries",
    metadata,
    Column("session_id", ForeignKey("attendance_sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("student_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("tries", Integer, nullable=False),
)

# Attendance

images = Table(
    "images",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", ForeignKey("users.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("blob_name", Text, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("media_type", choice(MediaType, "media_type"), nullable=False),
    Column("size", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False, index=True),
)

# blobs whose rows are gone, until the storage has deleted them too
doomed_blobs = Table(
    "doomed_blobs",
    metadata,
    Column("blob_name", Text, primary_key=True),
    Column("since", UtcDateTime, nullable=False, index=True),
)

# what one process does for all, once in a while
chores = Table(
    "chores",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last_begun_at", UtcDateTime, nullable=False),
)

attendance_records = Table(
    "attendance_records",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("session_id", ForeignKey("attendance_sessions.id", ondelete="RESTRICT"), nullable=False),
    Column("student_id", ForeignKey("users.id", ondelete="RESTRICT"), nullable=False),
    # the session's, for lists; no foreign key: every claim of a hall would lock the same row once more
    Column("course_id", Uuid, nullable=False),
    Column("status", choice(RecordStatus, "status"), nullable=False),
    Column("attention", choice(Attention, "attention")),
    Column("source", choice(Source, "source"), nullable=False),
    Column("late", Boolean, nullable=False),
    Column("enrolled", Boolean, nullable=False),
    *_policy(),
    Column("deciding_claim_id", Uuid),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("revision", Integer, nullable=False),
    UniqueConstraint("student_id", "session_id"),
    Index(None, "session_id", "id"),
)
Index(
    "ix_attendance_records_flagged",
    attendance_records.c.course_id,
    attendance_records.c.id,
    postgresql_where=text("status = 'FLAGGED'"),
    sqlite_where=text("status = 'FLAGGED'"),
)
Index(
    "ix_attendance_records_flagged_everywhere",
    attendance_records.c.id,
    postgresql_where=text("status = 'FLAGGED'"),
    sqlite_where=text("status = 'FLAGGED'"),
)
Index(
    "ix_attendance_records_pending",
    attendance_records.c.id,
    postgresql_where=text("status = 'PENDING_VERIFICATION'"),
    sqlite_where=text("status = 'PENDING_VERIFICATION'"),
)
Index(
    "ix_attendance_records_unenrolled",
    attendance_records.c.student_id,
    attendance_records.c.created_at,
    # each as the database writes it itself: SQLite takes a partial index only for the very same words
    postgresql_where=text("NOT enrolled"),
    sqlite_where=text("enrolled = 0"),
)

claims = Table(
    "claims",
    metadata,
    Column("record_id", ForeignKey("attendance_records.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    # the record's; a claim_id is unique within it
    Column("student_id", Uuid, nullable=False),
    Column("claim_id", Uuid, nullable=False),
    Column("proof", choice(ProofKind, "proof"), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("fix_latitude", Double),
    Column("fix_longitude", Double),
    Column("fix_accuracy_m", Double),
    Column("fix_at", UtcDateTime),
    Column("fix_mock", Boolean),
    Column("image_id", ForeignKey("images.id", ondelete="SET NULL"), index=True),
    Column("identifier_mac", LargeBinary),
    # what the signed statement showed; not the statement, which repeats the device's identifier
    *(Column(f"device_{field.name}", Boolean, nullable=False) for field in fields(DeviceEvidence)),
    UniqueConstraint("student_id", "claim_id"),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("record_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("check_name", choice(Check, "check_name"), primary_key=True),
    Column("outcome", choice(Outcome, "outcome"), nullable=False),
    Column("reason", growing_choice(Reason, "reason"), nullable=False),
    Column("measured", Double),
    Column("threshold", Double),
    Column("unit", Text, nullable=False),
    ForeignKeyConstraint(["record_id", "number"], ["claims.record_id", "claims.number"], ondelete="CASCADE"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("record_id", ForeignKey("attendance_records.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("decided_by", ForeignKey("users.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("from_status", choice(RecordStatus, "from_status"), nullable=False),
    Column("to_status", choice(RecordStatus, "to_status"), nullable=False),
)

appeals = Table(
    "appeals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("session_id", ForeignKey("attendance_sessions.id", ondelete="RESTRICT"), nullable=False),
    Column("student_id", ForeignKey("users.id", ondelete="RESTRICT"), nullable=False, index=True),
    # the session's, for lists
    Column("course_id", ForeignKey("courses.id", ondelete="RESTRICT"), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", choice(AppealState, "state"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", ForeignKey("users.id", ondelete="RESTRICT"), index=True),
    Column("outcome", choice(AppealOutcome, "outcome")),
    Column("reason", Text, nullable=False),
    CheckConstraint("(decided_at IS NULL) = (state = 'PENDING')", "decided"),
    UniqueConstraint("session_id", "student_id"),
    Index(None, "course_id", "id"),
    Index(None, "state", "id"),
)

# Figures of each day, made again and again from what they sum up

day_figures = Table(
    "day_figures",
    metadata,
    # in the institution's time zone, as ISO 8601 has it
    Column("day", Text, primary_key=True),
    # which that was then
    Column("zone", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    *(
        Column(name, Integer, nullable=False)
        for name in ("session_count", "present", "late", "excused", "undecided", "absent")
    ),
)

day_verdicts = Table(
    "day_verdicts",
    metadata,
    Column("day", ForeignKey("day_figures.day", ondelete="CASCADE"), primary_key=True),
    Column("check_name", choice(Check, "check_name"), primary_key=True),
    Column("outcome", choice(Outcome, "outcome"), primary_key=True),
    Column("count", Integer, nullable=False),
)

# Faces

face_consents = Table(
    "face_consents",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("student_id", ForeignKey("users.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("version", Text, nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_how", growing_choice(ConsentEnd, "ended_how")),
    CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", "end"),
)

face_templates = Table(
    "face_templates",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("student_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("consent_id", ForeignKey("face_consents.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("trust", choice(TemplateTrust, "trust"), nullable=False),
    Column("model", Text, nullable=False),
    Column("detector", Text, nullable=False),
    Column("threshold", Double, nullable=False),
    Column("threshold_origin", Text, nullable=False),
    Column("enrolled_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=False, index=True),
)

face_views = Table(
    "face_views",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("template_id", ForeignKey("face_templates.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("image_id", ForeignKey("images.id", ondelete="RESTRICT"), nullable=False, index=True),
    Column("vector", LargeBinary, nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)

verifications = Table(
    "verifications",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("record_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("student_id", Uuid, nullable=False, index=True),
    Column("queued_at", UtcDateTime, nullable=False),
    # when it may be taken: once at work, the end of the lease
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("leases", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    UniqueConstraint("record_id", "number"),
    ForeignKeyConstraint(["record_id", "number"], ["claims.record_id", "claims.number"], ondelete="CASCADE"),
)

# like the audit log without foreign keys: it outlives what it speaks of
verification_log = Table(
    "verification_log",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", growing_choice(MatchKind, "kind"), nullable=False),
    Column("student_id", Uuid, nullable=False),
    Column("record_id", Uuid),
    Column("number", Integer),
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", choice(Outcome, "outcome"), nullable=False),
    Column("reason", growing_choice(Reason, "reason"), nullable=False),
    Column("distance", Double),
    Column("threshold", Double),
    Column("model", Text, nullable=False),
    Column("detector", Text, nullable=False),
    Column("took_ms", Integer, nullable=False),
    Index(None, "student_id", "id"),
    Index(None, "kind", "outcome", "at"),
)

# Audit: no foreign keys out of it, so that it outlives whatever it speaks of

audit_events = Table(
    "audit_events",
    metadata,
    Column("seq", Serial, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("action", growing_choice(Action, "action"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor_id", Uuid),
    Column("subject_id", Uuid),
    Column("request_id", Text, nullable=False),
    Column("facts", Json, nullable=False),
    # its place in the sealed log, the seal that stands there, and what the seal says of audit_private
    Column("number", BigInteger),
    Column("seal", LargeBinary),
    Column("private_digest", LargeBinary),
    Column("key_id", Text),
    Index(None, "actor_id", "seq"),
    Index(None, "subject_id", "seq"),
    Index(None, "action", "at"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)
Index(
    "uq_audit_events_number",
    audit_events.c.number,
    unique=True,
    postgresql_where=text("number IS NOT NULL"),
    sqlite_where=text("number IS NOT NULL"),
)
Index(
    "ix_audit_events_unsealed",
    audit_events.c.seq,
    postgresql_where=text("number IS NULL"),
    sqlite_where=text("number IS NULL"),
)

# one row: where the sealed log ends, so that nobody cuts its end off unseen
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("mac", LargeBinary, nullable=False),
    CheckConstraint("id = 1", "one"),
)

audit_private = Table(
    "audit_private",
    metadata,
    Column("event_id", ForeignKey("audit_events.id", ondelete="CASCADE"), primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("content", Json, nullable=False),
)

# The schema itself

# one row: the revision of the oldest program that works on this schema; written by whoever migrates
schema_programs = Table(
    "schema_programs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("oldest", Text, nullable=False),
    CheckConstraint("id = 1", "one"),
)
