"""Recordings that the carrier has yet to delete."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "carrier_deletions",
        sa.Column("recording_sid", sa.String(64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("recording_sid", name=op.f("pk_carrier_deletions")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("carrier_deletions")
