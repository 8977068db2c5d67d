"""What made each turn's frustration."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("turns", sa.Column("contributions", sa.JSON()))


def downgrade() -> None:
    """Take it away again."""
    with op.batch_alter_table("turns") as turns:
        turns.drop_column("contributions")
