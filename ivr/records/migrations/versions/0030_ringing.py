"""Telephones that were rung, and what messages say."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("handoffs", sa.Column("attempts", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("handoffs", sa.Column("state", sa.String(16)))
    op.add_column("handoffs", sa.Column("state_why", sa.Text(), nullable=False, server_default=""))
    op.add_column("voicemails", sa.Column("language", sa.String(16)))
    op.add_column("voicemails", sa.Column("transcript", sa.Text()))
    op.add_column("voicemails", sa.Column("summary", sa.Text(), nullable=False, server_default=""))
    op.add_column("voicemails", sa.Column("problem", sa.Text(), nullable=False, server_default=""))
    op.add_column("voicemails", sa.Column("left_at", sa.DateTime(timezone=True)))
    op.add_column("voicemails", sa.Column("status", sa.String(16), nullable=False, server_default="waiting"))


def downgrade() -> None:
    """Take them away again."""
    with op.batch_alter_table("voicemails") as voicemails:
        for column in ("language", "transcript", "summary", "problem", "left_at", "status"):
            voicemails.drop_column(column)
    with op.batch_alter_table("handoffs") as handoffs:
        for column in ("attempts", "state", "state_why"):
            handoffs.drop_column(column)
