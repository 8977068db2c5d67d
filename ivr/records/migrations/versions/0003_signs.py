"""What each turn showed of how the caller feels."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("turns", sa.Column("signs", sa.JSON()))


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("turns") as turns:
        turns.drop_column("signs")
