"""Enrolled faces, the queue and the log of verifications, blobs to be deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    for table in ("attendance_sessions", "attendance_records"):
        op.add_column(table, sa.Column("policy_stand_in", sa.String(64), server_default="LOOK", nullable=False))

    op.create_index(op.f("ix_images_stored_at"), "images", ["stored_at"])
    op.create_table(
        "doomed_blobs",
        sa.Column("blob_name", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("blob_name", name=op.f("pk_doomed_blobs")),
    )

    op.create_table(
        "face_consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("ended_how", sa.String(64)),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name=op.f("ck_face_consents_end")),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("fk_face_consents_student_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face_consents")),
    )
    op.create_index(op.f("ix_face_consents_student_id"), "face_consents", ["student_id"])

    op.create_table(
        "face_templates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("consent_id", sa.Uuid(), nullable=False),
        sa.Column("trust", one_of("trust", "TRUSTED", "UNVERIFIED", "VERIFIED"), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("threshold_origin", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("fk_face_templates_student_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["consent_id"], ["face_consents.id"], name=op.f("fk_face_templates_consent_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face_templates")),
        sa.UniqueConstraint("student_id", name=op.f("uq_face_templates_student_id")),
    )
    op.create_index(op.f("ix_face_templates_consent_id"), "face_templates", ["consent_id"])
    op.create_index(op.f("ix_face_templates_used_at"), "face_templates", ["used_at"])

    op.create_table(
        "face_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("image_id", sa.Uuid(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["face_templates.id"], name=op.f("fk_face_views_template_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("fk_face_views_image_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_face_views")),
    )
    op.create_index(op.f("ix_face_views_template_id"), "face_views", ["template_id"])
    op.create_index(op.f("ix_face_views_image_id"), "face_views", ["image_id"])

    op.create_table(
        "verifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leases", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_id", "number"],
            ["claims.record_id", "claims.number"],
            name=op.f("fk_verifications_record_id_number"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
        sa.UniqueConstraint("record_id", "number", name=op.f("uq_verifications_record_id_number")),
    )
    op.create_index(op.f("ix_verifications_student_id"), "verifications", ["student_id"])
    op.create_index(op.f("ix_verifications_due_at"), "verifications", ["due_at"])

    op.create_table(
        "verification_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid()),
        sa.Column("number", sa.Integer()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", one_of("outcome", "PASSED", "FAILED", "INCONCLUSIVE", "SKIPPED"), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("distance", sa.Double()),
        sa.Column("threshold", sa.Double()),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_log")),
    )
    op.create_index(op.f("ix_verification_log_student_id_id"), "verification_log", ["student_id", "id"])


def downgrade() -> None:
    for table in (
        "verification_log",
        "verifications",
        "face_views",
        "face_templates",
        "face_consents",
        "doomed_blobs",
    ):
        op.drop_table(table)
    op.drop_index(op.f("ix_images_stored_at"), "images")
    for table in ("attendance_records", "attendance_sessions"):
        op.drop_column(table, "policy_stand_in")
