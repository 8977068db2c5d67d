"""A waiting call's headline in each language."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("desk_calls") as table:
        table.add_column(sa.Column("headlines", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("desk_calls") as table:
        table.drop_column("headlines")
