"""Reads from the calls' records who has talked today, so that a restart does not forget agents' load."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine, select

from ivr.handoff.ringing_load import Talk
from ivr.records.models import HandoffRow
from ivr.records.transactions import reading


def talks_since(engine: Engine, since: datetime) -> list[Talk]:
    """The calls that agents took by telephone.

    Args:
        engine: The calls' database.
        since: From when on; aware.

    Raises:
        RecordsError: the database can't be read now.
    """
    rung = select(HandoffRow.call_sid, HandoffRow.attempts, HandoffRow.summary).where(
        HandoffRow.state.is_not(None), HandoffRow.requested_at >= since
    )
    with reading(engine) as session:
        rows = session.execute(rung).all()
    found = [
        _talk(row.call_sid, attempt, row.summary.get("frustration"))
        for row in rows
        for attempt in row.attempts
        if attempt.get("answer") == "accepted"
    ]
    return [talk for talk in found if talk is not None]


def _talk(call_sid: str, attempt: Mapping[str, object], frustration: object) -> Talk | None:
    number, phone, at = attempt.get("number"), attempt.get("phone"), _time(attempt.get("at"))
    if not isinstance(number, int) or not isinstance(phone, str) or at is None:
        return None  # written by hand, or by another version
    anger = float(frustration) if isinstance(frustration, int | float) else 0.0
    return Talk(call_sid, number, phone, at, anger, _time(attempt.get("ended_at")))


def _time(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
