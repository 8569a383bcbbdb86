"""Which versions of the program the schema is for, so that the version before may start beside the next one."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schema_programs",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("oldest", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_schema_programs_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schema_programs")),
    )


def downgrade() -> None:
    op.drop_table("schema_programs")
