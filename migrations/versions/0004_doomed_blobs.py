"""Blobs to be deleted, in the order in which they wait."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_doomed_blobs_since"), "doomed_blobs", ["since"])


def downgrade() -> None:
    op.drop_index(op.f("ix_doomed_blobs_since"), "doomed_blobs")
