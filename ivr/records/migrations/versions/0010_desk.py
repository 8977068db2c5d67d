"""The agents' desk: agents, waiting calls, offers, events, feedback."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0005"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_ROWID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "agents",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("topics", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agents"),
    )
    op.create_table(
        "agent_sessions",
        sa.Column("agent_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("status_at", _TIME, nullable=False),
        sa.Column("hand_off_id", sa.String(32)),
        sa.Column("missed_in_a_row", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", name="pk_agent_sessions"),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agents.id"], name="fk_agent_sessions_agent_id_agents", ondelete="CASCADE"
        ),
    )
    _calls()
    op.create_table(
        "desk_offers",
        sa.Column("id", _ROWID, nullable=False),
        sa.Column("desk_call_id", sa.String(32), nullable=False),
        sa.Column("agent_id", sa.String(64), nullable=False),
        sa.Column("offered_at", _TIME, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("contributions", sa.JSON(), nullable=False),
        sa.Column("answer", sa.String(16)),
        sa.Column("answered_at", _TIME),
        sa.Column("free_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_desk_offers"),
        sa.ForeignKeyConstraint(
            ["desk_call_id"], ["desk_calls.id"], name="fk_desk_offers_desk_call_id_desk_calls", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_desk_offers_desk_call_id", "desk_offers", ["desk_call_id"])
    op.create_index("ix_desk_offers_agent_id_offered_at", "desk_offers", ["agent_id", "offered_at"])
    op.create_table(
        "desk_events",
        sa.Column("id", _ROWID, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("call_sid", sa.String(64)),
        sa.Column("agent_id", sa.String(64)),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_events"),
    )
    op.create_index("ix_desk_events_call_sid", "desk_events", ["call_sid"])
    op.create_table(
        "feedback",
        sa.Column("id", _ROWID, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("agent_id", sa.String(64), nullable=False),
        sa.Column("label", sa.String(32), nullable=False),
        sa.Column("turn_start_ms", sa.Integer()),
        sa.Column("right_intent", sa.String(128)),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_call_sid", "feedback", ["call_sid"])
    op.create_index("ix_feedback_label", "feedback", ["label"])


def _calls() -> None:
    op.create_table(
        "desk_calls",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("call_sid", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("requested_at", _TIME, nullable=False),
        sa.Column("language", sa.String(16)),
        sa.Column("topic", sa.String(128)),
        sa.Column("frustration", sa.Double(), nullable=False),
        sa.Column("risks", sa.JSON(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("from_number", sa.String(256)),
        sa.Column("agent_id", sa.String(64)),
        sa.Column("changed_at", _TIME, nullable=False),
        sa.Column("accepted_at", _TIME),
        sa.Column("ended_at", _TIME),
        sa.Column("wrapped_up_at", _TIME),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("on_hold", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("disposition", sa.String(64)),
        sa.Column("node", sa.String(128), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_calls"),
    )
    op.create_index("ix_desk_calls_call_sid", "desk_calls", ["call_sid"])
    op.create_index("ix_desk_calls_state", "desk_calls", ["state"])
    op.create_index("ix_desk_calls_agent_id_accepted_at", "desk_calls", ["agent_id", "accepted_at"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("feedback", "desk_events", "desk_offers", "desk_calls", "agent_sessions", "agents"):
        op.drop_table(table)
