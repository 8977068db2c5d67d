"""Reading calls back out of the database."""

from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ivr.records.models import CallRow, DecisionRow, HandoffRow, TurnRow
from ivr.records.types import DecisionRecord, HandoffRecord, Outcome, TurnRecord
from ivr.records.views import CallHeader, CallView, Numbered

_EVERYTHING = (selectinload(CallRow.turns), selectinload(CallRow.decisions), selectinload(CallRow.handoff))


def latest(session: Session, limit: int) -> tuple[CallView, ...]:
    """The latest ``limit`` calls, newest first."""
    query = (
        select(CallRow)
        .order_by(CallRow.started_at.desc(), CallRow.call_sid.desc())
        .limit(limit)
        .options(*_EVERYTHING)
    )
    return tuple(_view(row) for row in session.scalars(query))


def call(session: Session, call_sid: str) -> CallView | None:
    """One call, or None when there is none of that name."""
    row = session.scalar(select(CallRow).where(CallRow.call_sid == call_sid).options(*_EVERYTHING))
    return None if row is None else _view(row)


def _view(row: CallRow) -> CallView:
    header = CallHeader(
        call_sid=row.call_sid,
        started_at=row.started_at,
        from_number=row.from_number,
        to_number=row.to_number,
        language=row.language,
        ended_at=row.ended_at,
        outcome=cast(Outcome, row.outcome),
        origin=row.origin,
        content_version=row.content_version,
    )
    return CallView(
        header,
        turns=tuple(_turn(turn) for turn in row.turns),
        decisions=tuple(_decision(decision) for decision in row.decisions),
        handoff=_handoff(row.handoff) if row.handoff else None,
        ended_seq=row.ended_seq,
    )


def _turn(row: TurnRow) -> Numbered[TurnRecord]:
    values = {name: getattr(row, name) for name in TurnRecord.__dataclass_fields__}
    return Numbered(row.seq, TurnRecord(**values))


def _decision(row: DecisionRow) -> Numbered[DecisionRecord]:
    values = {name: getattr(row, name) for name in DecisionRecord.__dataclass_fields__}
    return Numbered(row.seq, DecisionRecord(**values))


def _handoff(row: HandoffRow) -> Numbered[HandoffRecord]:
    values = {name: getattr(row, name) for name in HandoffRecord.__dataclass_fields__}
    return Numbered(row.seq, HandoffRecord(**values))
