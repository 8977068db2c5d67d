"""Calls, turns, decisions, hand-offs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "calls",
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("from_number", sa.String(256)),
        sa.Column("to_number", sa.String(256)),
        sa.Column("language", sa.String(16)),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.Column("ended_seq", sa.BigInteger()),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("outcome_seq", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("content_version", sa.String(128), nullable=False),
        sa.Column("node", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("call_sid", name="pk_calls"),
    )
    op.create_index("ix_calls_started_at", "calls", ["started_at"])
    op.create_index("ix_calls_outcome", "calls", ["outcome"])
    op.create_index("ix_calls_from_number", "calls", ["from_number"])
    op.create_table(
        "turns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("speaker", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("end_ms", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(16)),
        sa.Column("response_ms", sa.Integer()),
        sa.Column("intent", sa.String(128)),
        sa.Column("intent_confidence", sa.Double()),
        sa.Column("slots", sa.JSON(), nullable=False),
        sa.Column("emotion", sa.JSON()),
        sa.Column("prosody", sa.JSON()),
        sa.Column("speech_rate", sa.Double()),
        sa.Column("frustration", sa.Double()),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        sa.Column("recognition", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name="pk_turns"),
        sa.ForeignKeyConstraint(
            ["call_sid"], ["calls.call_sid"], name="fk_turns_call_sid_calls", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("call_sid", "seq", name="uq_turns_call_sid_seq"),
    )
    op.create_index("ix_turns_intent", "turns", ["intent"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("contributions", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.ForeignKeyConstraint(
            ["call_sid"], ["calls.call_sid"], name="fk_decisions_call_sid_calls", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("call_sid", "seq", name="uq_decisions_call_sid_seq"),
    )
    op.create_table(
        "handoffs",
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("agent", sa.String(256)),
        sa.PrimaryKeyConstraint("call_sid", name="pk_handoffs"),
        sa.ForeignKeyConstraint(
            ["call_sid"], ["calls.call_sid"], name="fk_handoffs_call_sid_calls", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_handoffs_status", "handoffs", ["status"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("handoffs", "decisions", "turns", "calls"):
        op.drop_table(table)
