"""Tables of the agents' desk: who the agents are, the calls that wait for them, and what became of each.

``call_sid`` is no foreign key here: a call's own record is written behind the call's back
(:mod:`ivr.records.journal`) and may come later than its hand-off.
"""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, Double, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from ivr.records.models import Base, JsonObject, Line, UtcDateTime, Words

_ROWID = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only in a column of its INTEGER type."""


class AgentRow(Base):
    """Somebody who takes calls."""

    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(Line(64), primary_key=True)
    name: Mapped[str] = mapped_column(Line(128))
    languages: Mapped[list[str]] = mapped_column(JSON)
    topics: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AgentSessionRow(Base):
    """What an agent is doing now."""

    __tablename__ = "agent_sessions"

    agent_id: Mapped[str] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[str] = mapped_column(Line(16))
    status_at: Mapped[datetime] = mapped_column(UtcDateTime)
    hand_off_id: Mapped[str | None] = mapped_column(Line(32))
    """Offered, talked about or written up; one at a time."""
    missed_in_a_row: Mapped[int] = mapped_column(default=0)
    node: Mapped[str] = mapped_column(Line(128))
    """The process their browser is connected to."""


class DeskCallRow(Base):
    """One hand-off on the desk; a call that goes back to the machine and returns has two."""

    __tablename__ = "desk_calls"
    __table_args__ = (Index(None, "call_sid"), Index(None, "state"), Index(None, "agent_id", "accepted_at"))

    id: Mapped[str] = mapped_column(Line(32), primary_key=True)
    call_sid: Mapped[str] = mapped_column(Line(64))
    state: Mapped[str] = mapped_column(Line(16))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    language: Mapped[str | None] = mapped_column(Line(16))
    topic: Mapped[str | None] = mapped_column(Line(128))
    frustration: Mapped[float] = mapped_column(Double)
    risks: Mapped[list[str]] = mapped_column(JSON)
    headline: Mapped[str] = mapped_column(Words)
    headlines: Mapped[JsonObject] = mapped_column(JSON, default=dict, server_default="{}")
    """By language."""
    reason: Mapped[str] = mapped_column(Line(32))
    from_number: Mapped[str | None] = mapped_column(Line(256))
    agent_id: Mapped[str | None] = mapped_column(Line(64))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wrapped_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned: Mapped[int] = mapped_column(default=0)
    on_hold: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[str] = mapped_column(Words, default="")
    disposition: Mapped[str | None] = mapped_column(Line(64))
    node: Mapped[str] = mapped_column(Line(128))
    """The process that holds the caller's stream."""
    rev: Mapped[int] = mapped_column(default=0)
    """Grows with every change: what has not changed need not be read again."""


class DeskOfferRow(Base):
    """A call was offered to an agent, and what they answered; ``answer`` is null while it rings."""

    __tablename__ = "desk_offers"
    __table_args__ = (Index(None, "desk_call_id"), Index(None, "agent_id", "offered_at"))

    id: Mapped[int] = mapped_column(_ROWID, primary_key=True)
    desk_call_id: Mapped[str] = mapped_column(ForeignKey("desk_calls.id", ondelete="CASCADE"))
    agent_id: Mapped[str] = mapped_column(Line(64))
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    why: Mapped[str] = mapped_column(Words)
    """Routing's sentence."""
    contributions: Mapped[JsonObject] = mapped_column(JSON)
    answer: Mapped[str | None] = mapped_column(Line(16))
    """``accepted``, a :class:`ivr.handoff.types.DeclineReason`, or ``withdrawn``."""
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    free_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the agent was through with the call, wrap-up included."""


class DeskEventRow(Base):
    """What happened on the desk, in order: shown live, and kept."""

    __tablename__ = "desk_events"
    __table_args__ = (Index(None, "call_sid"),)

    id: Mapped[int] = mapped_column(_ROWID, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(Line(32))
    call_sid: Mapped[str | None] = mapped_column(Line(64))
    agent_id: Mapped[str | None] = mapped_column(Line(64))
    data: Mapped[JsonObject] = mapped_column(JSON)


class FeedbackRow(Base):
    """What an agent says the machine did wrong in a call."""

    __tablename__ = "feedback"
    __table_args__ = (Index(None, "call_sid"), Index(None, "label"))

    id: Mapped[int] = mapped_column(_ROWID, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    call_sid: Mapped[str] = mapped_column(Line(64))
    agent_id: Mapped[str] = mapped_column(Line(64))
    label: Mapped[str] = mapped_column(Line(32))
    turn_start_ms: Mapped[int | None]
    """Which turn it is about, by its beginning; null: the whole call."""
    right_intent: Mapped[str | None] = mapped_column(Line(128))
    note: Mapped[str] = mapped_column(Words)
