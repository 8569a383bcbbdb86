"""Sign-ins that go on, mails, device resets, erased people."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


_PEOPLE = (
    ("attendance_sessions", "created_by"),
    ("decisions", "decided_by"),
    ("revocations", "user_id"),
    ("typed_code_tries", "student_id"),
)


def upgrade() -> None:
    _users()
    _sign_ins()
    _revocations(of_sign_ins=True)
    _mails()
    _device_resets()
    for table, column in _PEOPLE:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
    for column in ("actor_id", "subject_id"):
        op.create_index(op.f(f"ix_audit_events_{column}_seq"), "audit_events", [column, "seq"])


def _users() -> None:
    op.add_column("users", sa.Column("full_name_folded", sa.Text(), server_default="", nullable=False))
    _fold_names()
    for column in ("erased_at", "identity_erased_at"):
        op.add_column("users", sa.Column(column, sa.DateTime(timezone=True)))
    # when is not known any more where it was done before a downgrade: who they were has to go all the same
    op.execute("UPDATE users SET erased_at = created_at WHERE state = 'ERASED'")
    for name, column, where in (
        ("ix_users_identity_kept", "erased_at", "erased_at IS NOT NULL AND identity_erased_at IS NULL"),
        ("ix_users_admins", "id", "role = 'ADMIN'"),
        ("ix_users_unconfirmed", "created_at", "state = 'PENDING_EMAIL'"),
    ):
        op.create_index(name, "users", [column], postgresql_where=sa.text(where), sqlite_where=sa.text(where))
    op.create_index("ix_users_role_state_id", "users", ["role", "state", "id"])


def _fold_names() -> None:
    """As the server does from now on: databases differ in folding what is not ASCII."""
    people = sa.table("users", sa.column("id", sa.Uuid()), sa.column("full_name"), sa.column("full_name_folded"))
    connection = op.get_bind()
    folded = [
        {"user": row.id, "folded": unicodedata.normalize("NFKC", row.full_name).strip().casefold()}
        for row in connection.execute(sa.select(people.c.id, people.c.full_name))
    ]
    if folded:
        change = sa.update(people).where(people.c.id == sa.bindparam("user"))
        connection.execute(change.values(full_name_folded=sa.bindparam("folded")), folded)


def _sign_ins() -> None:
    # made anew: SQLite adds no column that is never empty and has no default
    op.execute("CREATE TABLE sign_ins_before AS SELECT id, user_id, device_name, started_at FROM sign_ins")
    op.drop_table("sign_ins")
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("device_name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_ins_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    op.execute(
        "INSERT INTO sign_ins (id, user_id, device_name, started_at, password_at, last_used_at, expires_at) "
        "SELECT id, user_id, device_name, started_at, started_at, started_at, started_at FROM sign_ins_before"
    )
    op.execute("DROP TABLE sign_ins_before")
    op.create_index(op.f("ix_sign_ins_user_id"), "sign_ins", ["user_id"])
    op.create_index(op.f("ix_sign_ins_expires_at"), "sign_ins", ["expires_at"])

    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.Column("request_id", sa.Uuid()),
        sa.Column("successor", sa.LargeBinary()),
        sa.ForeignKeyConstraint(
            ["sign_in_id"], ["sign_ins.id"], name=op.f("fk_refresh_tokens_sign_in_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_tokens")),
    )
    op.create_index(op.f("ix_refresh_tokens_sign_in_id"), "refresh_tokens", ["sign_in_id"])
    op.create_index(op.f("ix_refresh_tokens_expires_at"), "refresh_tokens", ["expires_at"])
    unused = sa.text("used_at IS NULL")
    op.create_index(
        "uq_refresh_tokens_unused_sign_in_id",
        "refresh_tokens",
        ["sign_in_id"],
        unique=True,
        postgresql_where=unused,
        sqlite_where=unused,
    )


def _revocations(*, of_sign_ins: bool) -> None:
    # made anew: SQLite cannot forbid NULL in a column that is there, and nothing was ever written to it
    op.drop_table("revocations")
    op.create_table(
        "revocations",
        sa.Column("seq", SERIAL, sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sign_in_id", sa.Uuid(), nullable=not of_sign_ins),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_revocations_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_revocations")),
    )
    op.create_index(op.f("ix_revocations_at"), "revocations", ["at"])


def _mails() -> None:
    op.create_table(
        "mail_queue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("user_id", sa.Uuid()),
        sa.Column("login", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.CheckConstraint("(user_id IS NULL) <> (login IS NULL)", name=op.f("ck_mail_queue_whose")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mail_queue_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_queue")),
    )
    op.create_index(op.f("ix_mail_queue_user_id"), "mail_queue", ["user_id"])
    op.create_index(op.f("ix_mail_queue_due_at"), "mail_queue", ["due_at"])
    op.create_table(
        "mail_tokens",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_mail_tokens_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_mail_tokens")),
    )
    op.create_index(op.f("ix_mail_tokens_user_id"), "mail_tokens", ["user_id"])
    op.create_index(op.f("ix_mail_tokens_expires_at"), "mail_tokens", ["expires_at"])


def _device_resets() -> None:
    state = sa.Enum(
        "PENDING", "APPROVED", "REJECTED", name="state", native_enum=False, create_constraint=True, length=32
    )
    op.create_table(
        "device_reset_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("student_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Uuid()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("(decided_at IS NULL) = (state = 'PENDING')", name=op.f("ck_device_reset_requests_decided")),
        sa.ForeignKeyConstraint(
            ["student_id"], ["users.id"], name=op.f("fk_device_reset_requests_student_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name=op.f("fk_device_reset_requests_device_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["users.id"], name=op.f("fk_device_reset_requests_decided_by"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_reset_requests")),
    )
    for column in ("student_id", "device_id", "decided_by"):
        op.create_index(op.f(f"ix_device_reset_requests_{column}"), "device_reset_requests", [column])
    op.create_index("ix_device_reset_requests_state_id", "device_reset_requests", ["state", "id"])
    pending = sa.text("state = 'PENDING'")
    op.create_index(
        "uq_device_reset_requests_pending_student_id",
        "device_reset_requests",
        ["student_id"],
        unique=True,
        postgresql_where=pending,
        sqlite_where=pending,
    )


def downgrade() -> None:
    for table, column in _PEOPLE:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
    for column in ("subject_id", "actor_id"):
        op.drop_index(op.f(f"ix_audit_events_{column}_seq"), "audit_events")
    for table in ("device_reset_requests", "mail_tokens", "mail_queue", "refresh_tokens"):
        op.drop_table(table)
    _revocations(of_sign_ins=False)
    op.drop_index(op.f("ix_sign_ins_expires_at"), "sign_ins")
    for column in ("expires_at", "last_used_at", "password_at"):
        op.drop_column("sign_ins", column)
    for name in ("ix_users_role_state_id", "ix_users_unconfirmed", "ix_users_admins", "ix_users_identity_kept"):
        op.drop_index(name, "users")
    for column in ("identity_erased_at", "erased_at", "full_name_folded"):
        op.drop_column("users", column)
