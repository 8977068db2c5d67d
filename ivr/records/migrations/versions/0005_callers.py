"""What callers asked of us for later calls: not to be judged by how they feel."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "callers",
        sa.Column("number", sa.String(256), nullable=False),
        sa.Column("feelings", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_callers"),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("callers")
