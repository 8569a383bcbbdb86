"""The first schema."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def weight(name: str) -> sa.Enum:
    return one_of(name, "REQUIRED", "ADVISORY", "OFF")


def status(name: str) -> sa.Enum:
    return one_of(name, "PENDING_VERIFICATION", "CONFIRMED", "FLAGGED", "REJECTED", "EXCUSED")


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("seq", SERIAL, sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("subject_id", sa.Uuid()),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_events")),
        sa.UniqueConstraint("id", name=op.f("uq_audit_events_id")),
        sqlite_autoincrement=True,
    )

    op.create_table(
        "programmes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("code_folded", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("code_folded", name=op.f("uq_programmes_code_folded")),
    )

    op.create_table(
        "terms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", one_of("state", "OPEN", "CLOSED"), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_terms_times")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms")),
    )

    op.create_table(
        "audit_private",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_events.id"], name=op.f("fk_audit_private_event_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_private")),
    )

    op.create_table(
        "courses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("term_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("code_folded", sa.Text(), nullable=False),
        sa.Column("title_folded", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("enrollment_open", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["term_id"], ["terms.id"], name=op.f("fk_courses_term_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
        sa.UniqueConstraint("term_id", "code_folded", name=op.f("uq_courses_term_id_code_folded")),
    )

    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("institution_number", sa.Text()),
        sa.Column("claimed_number", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("role", one_of("role", "STUDENT", "LECTURER", "ADMIN"), nullable=False),
        sa.Column(
            "state",
            one_of("state", "PENDING_EMAIL", "PENDING_APPROVAL", "INVITED", "ACTIVE", "DEACTIVATED", "ERASED"),
            nullable=False,
        ),
        sa.Column("programme_id", sa.Uuid()),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email <> ''", name=op.f("ck_users_email")),
        sa.CheckConstraint("institution_number <> ''", name=op.f("ck_users_institution_number")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_users_programme_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
        sa.UniqueConstraint("institution_number", name=op.f("uq_users_institution_number")),
    )

    op.create_table(
        "attendance_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid()),
        sa.Column("session_code", sa.Text(), nullable=False),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late_after_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("cancelled_at", sa.DateTime(timezone=True)),
        sa.Column("sealed_at", sa.DateTime(timezone=True)),
        sa.Column("latitude", sa.Double()),
        sa.Column("longitude", sa.Double()),
        sa.Column("radius_m", sa.Double()),
        sa.Column("policy_device", weight("policy_device"), nullable=False),
        sa.Column("policy_location", weight("policy_location"), nullable=False),
        sa.Column("policy_face", weight("policy_face"), nullable=False),
        sa.Column("policy_liveness", weight("policy_liveness"), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("code_life_ms", sa.Integer(), nullable=False),
        sa.Column("code_overlap_ms", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("generation_started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("typed_code_allowed", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL) AND (latitude IS NULL) = (radius_m IS NULL)",
            name=op.f("ck_attendance_sessions_geofence"),
        ),
        sa.CheckConstraint("opens_at < ends_at", name=op.f("ck_attendance_sessions_times")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_attendance_sessions_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_attendance_sessions_created_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_attendance_sessions_programme_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_sessions")),
        sa.UniqueConstraint("session_code", name=op.f("uq_attendance_sessions_session_code")),
    )
    op.create_index(op.f("ix_attendance_sessions_course_id_ends_at"), "attendance_sessions", ["course_id", "ends_at"])
    op.create_index(op.f("ix_attendance_sessions_course_id_id"), "attendance_sessions", ["course_id", "id"])
    op.create_index(
        "ix_attendance_sessions_unsealed",
        "attendance_sessions",
        ["ends_at"],
        postgresql_where=sa.text("sealed_at IS NULL AND cancelled_at IS NULL"),
        sqlite_where=sa.text("sealed_at IS NULL AND cancelled_at IS NULL"),
    )

    op.create_table(
        "course_lecturers",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("lecturer_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_course_lecturers_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lecturer_id"], ["users.id"], name=op.f("fk_course_lecturers_lecturer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("course_id", "lecturer_id", name=op.f("pk_course_lecturers")),
    )
    op.create_index(op.f("ix_course_lecturers_lecturer_id_course_id"), "course_lecturers", ["lecturer_id", "course_id"])

    op.create_table(
        "course_programmes",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_course_programmes_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_course_programmes_programme_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("course_id", "programme_id", name=op.f("pk_course_programmes")),
    )
    op.create_index(op.f("ix_course_programmes_programme_id"), "course_programmes", ["programme_id"])

    op.create_table(
        "devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("identifier_mac", sa.LargeBinary(), nullable=False),
        sa.Column("platform", one_of("platform", "ANDROID", "IOS", "OTHER"), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary()),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("unbound_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name=op.f("fk_devices_student_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
    )
    op.create_index(op.f("ix_devices_student_id"), "devices", ["student_id"])
    op.create_index(
        "uq_devices_active_student_id",
        "devices",
        ["student_id"],
        unique=True,
        postgresql_where=sa.text("unbound_at IS NULL"),
        sqlite_where=sa.text("unbound_at IS NULL"),
    )
    op.create_index(
        "uq_devices_active_identifier_mac",
        "devices",
        ["identifier_mac"],
        unique=True,
        postgresql_where=sa.text("unbound_at IS NULL"),
        sqlite_where=sa.text("unbound_at IS NULL"),
    )
    op.create_index(
        "uq_devices_active_public_key",
        "devices",
        ["public_key"],
        unique=True,
        postgresql_where=sa.text("unbound_at IS NULL"),
        sqlite_where=sa.text("unbound_at IS NULL"),
    )

    op.create_table(
        "enrollments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid()),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_enrollments_course_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programmes.id"], name=op.f("fk_enrollments_programme_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("fk_enrollments_student_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollments")),
    )
    op.create_index(op.f("ix_enrollments_course_id"), "enrollments", ["course_id"])
    op.create_index(
        op.f("ix_enrollments_student_id_course_id_from_at"), "enrollments", ["student_id", "course_id", "from_at"]
    )
    op.create_index(
        "uq_enrollments_running_student_id_course_id",
        "enrollments",
        ["student_id", "course_id"],
        unique=True,
        postgresql_where=sa.text("until_at IS NULL"),
        sqlite_where=sa.text("until_at IS NULL"),
    )

    op.create_table(
        "images",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("blob_name", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("media_type", one_of("media_type", "image/jpeg", "image/png"), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_images_owner_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_images")),
    )
    op.create_index(op.f("ix_images_owner_id"), "images", ["owner_id"])

    op.create_table(
        "requests",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_requests_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "request_id", name=op.f("pk_requests")),
    )
    op.create_index(op.f("ix_requests_at"), "requests", ["at"])

    op.create_table(
        "revocations",
        sa.Column("seq", SERIAL, sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_id", sa.Uuid()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_revocations_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_revocations")),
    )
    op.create_index(op.f("ix_revocations_at"), "revocations", ["at"])

    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("device_name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    op.create_index(op.f("ix_sign_ins_user_id"), "sign_ins", ["user_id"])

    op.create_table(
        "attendance_records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("status", status("status"), nullable=False),
        sa.Column("attention", one_of("attention", "NEEDS_LOOK", "SUSPICIOUS")),
        sa.Column("source", one_of("source", "CLAIM", "MANUAL", "OFFLINE"), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("enrolled", sa.Boolean(), nullable=False),
        sa.Column("policy_device", weight("policy_device"), nullable=False),
        sa.Column("policy_location", weight("policy_location"), nullable=False),
        sa.Column("policy_face", weight("policy_face"), nullable=False),
        sa.Column("policy_liveness", weight("policy_liveness"), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("deciding_claim_id", sa.Uuid()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["attendance_sessions.id"],
            name=op.f("fk_attendance_records_session_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("fk_attendance_records_student_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_records")),
        sa.UniqueConstraint("student_id", "session_id", name=op.f("uq_attendance_records_student_id_session_id")),
    )
    op.create_index(
        "ix_attendance_records_flagged",
        "attendance_records",
        ["course_id", "id"],
        postgresql_where=sa.text("status = 'FLAGGED'"),
        sqlite_where=sa.text("status = 'FLAGGED'"),
    )
    op.create_index(op.f("ix_attendance_records_session_id_id"), "attendance_records", ["session_id", "id"])
    op.create_index(
        "ix_attendance_records_unenrolled",
        "attendance_records",
        ["student_id", "created_at"],
        postgresql_where=sa.text("NOT enrolled"),
        sqlite_where=sa.text("enrolled = 0"),
    )

    op.create_table(
        "code_generations",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["attendance_sessions.id"], name=op.f("fk_code_generations_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "number", name=op.f("pk_code_generations")),
    )

    op.create_table(
        "typed_code_tries",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["attendance_sessions.id"], name=op.f("fk_typed_code_tries_session_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("fk_typed_code_tries_student_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "student_id", name=op.f("pk_typed_code_tries")),
    )

    op.create_table(
        "claims",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("proof", one_of("proof", "SCANNED", "TICKET", "TYPED"), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("fix_latitude", sa.Double()),
        sa.Column("fix_longitude", sa.Double()),
        sa.Column("fix_accuracy_m", sa.Double()),
        sa.Column("fix_at", sa.DateTime(timezone=True)),
        sa.Column("fix_mock", sa.Boolean()),
        sa.Column("image_id", sa.Uuid()),
        sa.Column("identifier_mac", sa.LargeBinary()),
        sa.Column("device_bound", sa.Boolean(), nullable=False),
        sa.Column("device_key_bound", sa.Boolean(), nullable=False),
        sa.Column("device_identifier_given", sa.Boolean(), nullable=False),
        sa.Column("device_identifier_matches", sa.Boolean(), nullable=False),
        sa.Column("device_signed", sa.Boolean(), nullable=False),
        sa.Column("device_signature_holds", sa.Boolean(), nullable=False),
        sa.Column("device_statement_matches", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("fk_claims_image_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["record_id"], ["attendance_records.id"], name=op.f("fk_claims_record_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("record_id", "number", name=op.f("pk_claims")),
        sa.UniqueConstraint("student_id", "claim_id", name=op.f("uq_claims_student_id_claim_id")),
    )
    op.create_index(op.f("ix_claims_image_id"), "claims", ["image_id"])

    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("from_status", status("from_status"), nullable=False),
        sa.Column("to_status", status("to_status"), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_decisions_decided_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["attendance_records.id"], name=op.f("fk_decisions_record_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index(op.f("ix_decisions_record_id"), "decisions", ["record_id"])

    op.create_table(
        "verdicts",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "check_name",
            one_of("check_name", "QR_CODE", "ENROLLMENT", "DEVICE", "LOCATION", "LIVENESS", "FACE"),
            nullable=False,
        ),
        sa.Column("outcome", one_of("outcome", "PASSED", "FAILED", "INCONCLUSIVE", "SKIPPED"), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("measured", sa.Double()),
        sa.Column("threshold", sa.Double()),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id", "number"],
            ["claims.record_id", "claims.number"],
            name=op.f("fk_verdicts_record_id_number"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("record_id", "number", "check_name", name=op.f("pk_verdicts")),
    )


def downgrade() -> None:
    for table in (
        "verdicts",
        "decisions",
        "claims",
        "typed_code_tries",
        "code_generations",
        "attendance_records",
        "sign_ins",
        "revocations",
        "requests",
        "images",
        "enrollments",
        "devices",
        "course_programmes",
        "course_lecturers",
        "attendance_sessions",
        "users",
        "courses",
        "audit_private",
        "terms",
        "programmes",
        "audit_events",
    ):
        op.drop_table(table)
