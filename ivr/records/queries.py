"""Reading calls back out of the database."""

from dataclasses import fields
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
from ivr.records.views import CallHeader, CallView, Entry, Numbered

_EntryRow = TurnRow | DecisionRow | HandoffRow | CallbackRow | VoicemailRow

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
    return tuple((row.call_sid, _numbered(row, CallbackRecord).entry) for row in session.scalars(query))


def voicemails(session: Session, status: str | None, limit: int) -> tuple[tuple[str, VoicemailRecord], ...]:
    """Call SID and message of the ``limit`` newest messages; all of them or those of one status."""
    newest = VoicemailRow.left_at.desc().nulls_last()  # said to PostgreSQL, which would put them first
    query = select(VoicemailRow).order_by(newest, VoicemailRow.call_sid).limit(limit)
    if status is not None:
        query = query.where(VoicemailRow.status == status)
    return tuple((row.call_sid, _numbered(row, VoicemailRecord).entry) for row in session.scalars(query))


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
        turns=tuple(_numbered(turn, TurnRecord) for turn in row.turns),
        decisions=tuple(_numbered(decision, DecisionRecord) for decision in row.decisions),
        handoff=_numbered(row.handoff, HandoffRecord) if row.handoff else None,
        callback=_numbered(row.callback, CallbackRecord) if row.callback else None,
        voicemail=_numbered(row.voicemail, VoicemailRecord) if row.voicemail else None,
        ended_seq=row.ended_seq,
    )


def _numbered(row: _EntryRow, kind: type[Entry]) -> Numbered[Entry]:
    """A row as the entry whose fields have the names of its columns."""
    return Numbered(row.seq, kind(**{field.name: getattr(row, field.name) for field in fields(kind)}))
