"""What a number called about before: for the person who takes over, not for the caller to hear."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ivr.records.models import CallRow

MOST_EARLIER_CALLS = 20
"""Calls that are looked at: more than anybody reads in the seconds before they say hello."""


@dataclass(frozen=True)
class EarlierCall:
    """One call of the same number."""

    call_sid: str
    started_at: datetime
    """Aware, UTC."""
    outcome: str
    intents: tuple[str, ...] = ()
    """What was asked for in it, in order, each once; commands such as ``agent`` among them."""
    left_open: str | None = None
    """The request it ended with undone."""


def earlier_calls(session: Session, number: str, since: datetime, but: str) -> tuple[EarlierCall, ...]:
    """The ended calls of a number that began at ``since`` or later, newest first.

    Args:
        session: With a transaction that may read.
        number: E.164.
        since: Aware.
        but: SID of the call that asks.
    """
    rows = session.scalars(
        select(CallRow)
        .where(CallRow.from_number == number, CallRow.started_at >= since, CallRow.call_sid != but)
        .where(CallRow.ended_at.is_not(None))
        .order_by(CallRow.started_at.desc())
        .limit(MOST_EARLIER_CALLS)
        .options(selectinload(CallRow.turns))
    )
    return tuple(
        EarlierCall(
            row.call_sid,
            row.started_at,
            row.outcome,
            tuple(dict.fromkeys(turn.intent for turn in row.turns if turn.intent)),
            row.open_intent,
        )
        for row in rows
    )
