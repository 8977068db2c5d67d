"""Call-backs, voicemail, decisions that were withdrawn, requests left open."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and columns."""
    op.add_column("calls", sa.Column("open_intent", sa.String(128)))
    op.add_column("decisions", sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "callbacks",
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.String(256), nullable=False),
        sa.Column("request", sa.String(128)),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("call_sid", name="pk_callbacks"),
        sa.ForeignKeyConstraint(
            ["call_sid"], ["calls.call_sid"], name="fk_callbacks_call_sid_calls", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_callbacks_status_at", "callbacks", ["status", "at"])
    op.create_table(
        "voicemails",
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("recording_url", sa.Text(), nullable=False),
        sa.Column("recording_sid", sa.String(64)),
        sa.Column("duration_s", sa.Double()),
        sa.PrimaryKeyConstraint("call_sid", name="pk_voicemails"),
        sa.ForeignKeyConstraint(
            ["call_sid"], ["calls.call_sid"], name="fk_voicemails_call_sid_calls", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("voicemails")
    op.drop_table("callbacks")
    with op.batch_alter_table("decisions") as decisions:
        decisions.drop_column("withdrawn")
    with op.batch_alter_table("calls") as calls:
        calls.drop_column("open_intent")
