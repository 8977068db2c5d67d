"""Reading calls back out of the database."""

from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from ivr.records.models import CallbackRow, CallRow, DecisionRow, HandoffRow, TurnRow, VoicemailRow
from ivr.records.types import (
    CallbackRecord,
    DecisionRecord,
    HandoffRecord,
    OpenRequest,
    Outcome,
    TurnRecord,
    VoicemailRecord,
)
from ivr.records.views import CallHeader, CallView, Numbered

_EVERYTHING = (
    selectinload(CallRow.turns),
    selectinload(CallRow.decisions),
    selectinload(CallRow.handoff),
    selectinload(CallRow.callback),
    selectinload(CallRow.voicemail),
)

_TAKEN = frozenset({"accepted", "completed"})
"""Hand-offs that a person took: whatever was open is with them."""


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


def callbacks(session: Session, status: str | None, limit: int) -> tuple[tuple[str, CallbackRecord], ...]:
    """Call SID and promise of the ``limit`` call-backs that are due first; all of them or those of one status."""
    query = select(CallbackRow).order_by(CallbackRow.at, CallbackRow.call_sid).limit(limit)
    if status is not None:
        query = query.where(CallbackRow.status == status)
    return tuple((row.call_sid, _callback(row).entry) for row in session.scalars(query))


def voicemails(session: Session, status: str | None, limit: int) -> tuple[tuple[str, VoicemailRecord], ...]:
    """Call SID and message of the ``limit`` newest messages; all of them or those of one status."""
    query = select(VoicemailRow).order_by(VoicemailRow.left_at.desc(), VoicemailRow.call_sid).limit(limit)
    if status is not None:
        query = query.where(VoicemailRow.status == status)
    return tuple((row.call_sid, _voicemail(row).entry) for row in session.scalars(query))


def open_request(session: Session, number: str, since: datetime) -> OpenRequest | None:
    """What the latest call of a number, if it ended at ``since`` or later, left open; None when nothing now."""
    row = session.scalar(
        select(CallRow)
        .where(CallRow.from_number == number, CallRow.ended_at >= since)
        .order_by(CallRow.started_at.desc())
        .limit(1)
        .options(selectinload(CallRow.handoff), selectinload(CallRow.callback))
    )
    if row is None or row.open_intent is None or row.ended_at is None:
        return None
    waits = row.callback is not None and row.callback.status == "waiting"
    untaken = row.handoff is not None and row.handoff.status not in _TAKEN
    return OpenRequest(row.open_intent, row.ended_at) if waits or untaken else None


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
        callback=_callback(row.callback) if row.callback else None,
        voicemail=_voicemail(row.voicemail) if row.voicemail else None,
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


def _callback(row: CallbackRow) -> Numbered[CallbackRecord]:
    values = {name: getattr(row, name) for name in CallbackRecord.__dataclass_fields__}
    return Numbered(row.seq, CallbackRecord(**values))


def _voicemail(row: VoicemailRow) -> Numbered[VoicemailRecord]:
    values = {name: getattr(row, name) for name in VoicemailRecord.__dataclass_fields__}
    return Numbered(row.seq, VoicemailRecord(**values))
