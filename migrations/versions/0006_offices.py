"""Course claims, appeals, institution settings, figures of days, a sealed audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "day_figures",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("session_count", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("excused", sa.Integer(), nullable=False),
        sa.Column("undecided", sa.Integer(), nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_figures")),
    )
    op.create_table(
        "source_ids",
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("local_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "source_id", name=op.f("pk_source_ids")),
    )
    op.create_index(op.f("ix_source_ids_local_id"), "source_ids", ["local_id"])

    op.create_table(
        "day_verdicts",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column(
            "check_name",
            sa.Enum(
                "QR_CODE",
                "ENROLLMENT",
                "DEVICE",
                "LOCATION",
                "LIVENESS",
                "FACE",
                name="check_name",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "PASSED",
                "FAILED",
                "INCONCLUSIVE",
                "SKIPPED",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["day"], ["day_figures.day"], name=op.f("fk_day_verdicts_day"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("day", "check_name", "outcome", name=op.f("pk_day_verdicts")),
    )
    op.create_table(
        "institution_settings",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("current_term_id", sa.Uuid()),
        sa.Column("enrollment_open", sa.Boolean(), nullable=False),
        sa.Column("selfie_retention_days", sa.Integer()),
        sa.Column("face_retention_days", sa.Integer()),
        sa.Column("at_risk_threshold", sa.Double(), nullable=False),
        sa.Column(
            "default_device",
            sa.Enum(
                "REQUIRED",
                "ADVISORY",
                "OFF",
                name="default_device",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
        ),
        sa.Column(
            "default_location",
            sa.Enum(
                "REQUIRED",
                "ADVISORY",
                "OFF",
                name="default_location",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
        ),
        sa.Column(
            "default_face",
            sa.Enum(
                "REQUIRED", "ADVISORY", "OFF", name="default_face", native_enum=False, create_constraint=True, length=32
            ),
        ),
        sa.Column(
            "default_liveness",
            sa.Enum(
                "REQUIRED",
                "ADVISORY",
                "OFF",
                name="default_liveness",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
        ),
        sa.CheckConstraint("id = 1", name=op.f("ck_institution_settings_one")),
        sa.ForeignKeyConstraint(
            ["current_term_id"], ["terms.id"], name=op.f("fk_institution_settings_current_term_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution_settings")),
    )
    op.create_index(op.f("ix_institution_settings_current_term_id"), "institution_settings", ["current_term_id"])

    op.create_table(
        "course_claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("lecturer_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "PENDING", "APPROVED", "REJECTED", name="state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.CheckConstraint("(decided_at IS NULL) = (state = 'PENDING')", name=op.f("ck_course_claims_decided")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_course_claims_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_course_claims_decided_by"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["lecturer_id"], ["users.id"], name=op.f("fk_course_claims_lecturer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_claims")),
    )
    op.create_index(op.f("ix_course_claims_course_id"), "course_claims", ["course_id"])
    op.create_index(op.f("ix_course_claims_decided_by"), "course_claims", ["decided_by"])
    op.create_index(op.f("ix_course_claims_lecturer_id_course_id"), "course_claims", ["lecturer_id", "course_id"])
    op.create_index(op.f("ix_course_claims_state_id"), "course_claims", ["state", "id"])
    op.create_index(
        "uq_course_claims_pending_lecturer_id_course_id",
        "course_claims",
        ["lecturer_id", "course_id"],
        unique=True,
        postgresql_where=sa.text("state = 'PENDING'"),
        sqlite_where=sa.text("state = 'PENDING'"),
    )

    op.create_table(
        "appeals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "PENDING", "ACCEPTED", "DECLINED", name="state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column(
            "outcome",
            sa.Enum(
                "PRESENT", "EXCUSED", "DECLINED", name="outcome", native_enum=False, create_constraint=True, length=32
            ),
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("(decided_at IS NULL) = (state = 'PENDING')", name=op.f("ck_appeals_decided")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_appeals_course_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_appeals_decided_by"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["attendance_sessions.id"], name=op.f("fk_appeals_session_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(["student_id"], ["users.id"], name=op.f("fk_appeals_student_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
        sa.UniqueConstraint("session_id", "student_id", name=op.f("uq_appeals_session_id_student_id")),
    )
    op.create_index(op.f("ix_appeals_course_id_id"), "appeals", ["course_id", "id"])
    op.create_index(op.f("ix_appeals_decided_by"), "appeals", ["decided_by"])
    op.create_index(op.f("ix_appeals_state_id"), "appeals", ["state", "id"])
    op.create_index(op.f("ix_appeals_student_id"), "appeals", ["student_id"])

    op.create_index(
        "ix_attendance_records_flagged_everywhere",
        "attendance_records",
        ["id"],
        postgresql_where=sa.text("status = 'FLAGGED'"),
        sqlite_where=sa.text("status = 'FLAGGED'"),
    )
    op.create_index(
        "ix_attendance_records_pending",
        "attendance_records",
        ["id"],
        postgresql_where=sa.text("status = 'PENDING_VERIFICATION'"),
        sqlite_where=sa.text("status = 'PENDING_VERIFICATION'"),
    )

    op.create_index(op.f("ix_attendance_sessions_opens_at"), "attendance_sessions", ["opens_at"])
    op.add_column("attendance_sessions", sa.Column("cancel_reason", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_attendance_sessions_cancelled",
        "attendance_sessions",
        ["id"],
        postgresql_where=sa.text("cancelled_at IS NOT NULL"),
        sqlite_where=sa.text("cancelled_at IS NOT NULL"),
    )

    op.add_column("audit_events", sa.Column("number", sa.BigInteger()))
    op.add_column("audit_events", sa.Column("seal", sa.LargeBinary()))
    op.add_column("audit_events", sa.Column("private_digest", sa.LargeBinary()))
    op.add_column("audit_events", sa.Column("key_id", sa.Text()))
    op.create_index(op.f("ix_audit_events_action_at"), "audit_events", ["action", "at"])
    op.create_index(op.f("ix_audit_events_at"), "audit_events", ["at"])
    op.create_index(op.f("ix_verification_log_kind_outcome_at"), "verification_log", ["kind", "outcome", "at"])
    op.create_index(
        "ix_audit_events_unsealed",
        "audit_events",
        ["seq"],
        postgresql_where=sa.text("number IS NULL"),
        sqlite_where=sa.text("number IS NULL"),
    )

    op.add_column("courses", sa.Column("enrollment_from_at", sa.DateTime(timezone=True)))
    op.add_column("courses", sa.Column("enrollment_until_at", sa.DateTime(timezone=True)))
    numbered = sa.text("number IS NOT NULL")
    op.create_index(
        "uq_audit_events_number",
        "audit_events",
        ["number"],
        unique=True,
        postgresql_where=numbered,
        sqlite_where=numbered,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_verification_log_kind_outcome_at"), "verification_log")
    op.drop_index("uq_audit_events_number", "audit_events")
    op.drop_column("courses", "enrollment_until_at")
    op.drop_column("courses", "enrollment_from_at")
    op.drop_index(
        "ix_audit_events_unsealed",
        "audit_events",
        postgresql_where=sa.text("number IS NULL"),
        sqlite_where=sa.text("number IS NULL"),
    )
    op.drop_index(op.f("ix_audit_events_at"), "audit_events")
    op.drop_index(op.f("ix_audit_events_action_at"), "audit_events")
    op.drop_column("audit_events", "key_id")
    op.drop_column("audit_events", "private_digest")
    op.drop_column("audit_events", "seal")
    op.drop_column("audit_events", "number")
    op.drop_index(
        "ix_attendance_sessions_cancelled",
        "attendance_sessions",
        postgresql_where=sa.text("cancelled_at IS NOT NULL"),
        sqlite_where=sa.text("cancelled_at IS NOT NULL"),
    )
    op.drop_column("attendance_sessions", "cancel_reason")
    op.drop_index(op.f("ix_attendance_sessions_opens_at"), "attendance_sessions")
    op.drop_index(
        "ix_attendance_records_pending",
        "attendance_records",
        postgresql_where=sa.text("status = 'PENDING_VERIFICATION'"),
        sqlite_where=sa.text("status = 'PENDING_VERIFICATION'"),
    )
    op.drop_index(
        "ix_attendance_records_flagged_everywhere",
        "attendance_records",
        postgresql_where=sa.text("status = 'FLAGGED'"),
        sqlite_where=sa.text("status = 'FLAGGED'"),
    )
    op.drop_table("appeals")
    op.drop_table("course_claims")
    op.drop_table("institution_settings")
    op.drop_table("day_verdicts")
    op.drop_table("source_ids")
    op.drop_table("day_figures")
    op.drop_table("audit_head")
