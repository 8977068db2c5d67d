"""One thing a call wants kept: as a value, as a line of a spill file, and into the database.

Doing a write twice is the same as doing it once, so a write whose success is unknown is simply repeated.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ivr.errors import RecordsError
from ivr.records.callers import keep_feelings
from ivr.records.models import CallbackRow, CallRow, DecisionRow, HandoffRow, TurnRow, VoicemailRow
from ivr.records.views import Json

WriteKind = Literal[
    "call_started",
    "language",
    "turn",
    "went_on",
    "decision",
    "handoff",
    "handoff_status",
    "summary",
    "callback",
    "callback_done",
    "voicemail",
    "voicemail_done",
    "handoff_rung",
    "reopened",
    "left_open",
    "caller_feelings",
    "outcome",
    "call_ended",
]


@dataclass(frozen=True)
class Write:
    """One write. ``data`` is JSON-ready and need not be trusted to be complete (spill files)."""

    seq: int
    """Microseconds since 1970 when it was made, strictly increasing: orders and identifies it."""
    call_sid: str
    kind: WriteKind
    data: Json

    def as_line(self) -> str:
        """One line of a spill file, without the newline."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_line(cls, line: str) -> "Write":
        """Read :meth:`as_line` back.

        Raises:
            RecordsError: the line is cut off or something else.
        """
        try:
            fields: dict[str, Any] = json.loads(line)
            write = cls(**fields)
        except (ValueError, TypeError) as error:
            raise RecordsError(f"not a write: {error}") from error
        if not (
            isinstance(write.seq, int)
            and isinstance(write.call_sid, str)
            and write.kind in get_args(WriteKind)
            and isinstance(write.data, dict)
        ):
            raise RecordsError("not a write: a field has the wrong type")
        return write

    @property
    def made_at(self) -> datetime:
        """When it was made."""
        return datetime.fromtimestamp(self.seq / 1e6, UTC)


def apply(session: Session, writes: Sequence[Write], node: str) -> None:
    """Do ``writes`` in order, inside the session's transaction.

    A call that the database does not know (a record that was deleted, a start that got lost) is given a row
    that begins when the write was made: its turns are worth more than the missing heading.

    Args:
        session: With a transaction that may write.
        writes: In the order they were made.
        node: The process that holds the calls begun by these writes.

    Raises:
        KeyError, TypeError, ValueError: a write lacks what its kind needs.
        SQLAlchemyError: the database failed.
    """
    numbers = [write.seq for write in writes]
    for table in (TurnRow, DecisionRow):
        rows = session.execute(select(table.call_sid, table.seq).where(table.seq.in_(numbers)))
        known = {(row.call_sid, row.seq) for row in rows}
        writes = [write for write in writes if (write.call_sid, write.seq) not in known]
    for write in writes:
        call = session.get(CallRow, write.call_sid)
        if call is None and _comes_late(write):
            continue
        if call is None:
            call = CallRow(
                call_sid=write.call_sid,
                started_at=write.made_at,
                outcome="in_progress",
                origin="unknown",
                content_version="",
                node=node,
            )
            session.add(call)
            session.flush()
        if write.kind == "reopened":
            call.node = node  # it is here now: this process's start must not close it as a dead one's
        _APPLY[write.kind](session, call, write)
    session.flush()


def _comes_late(write: Write) -> bool:
    """Whether a write is about a message left before: without its call, somebody was forgotten meanwhile."""
    return write.kind == "voicemail" and (
        write.data.get("transcript") is not None or bool(write.data.get("problem"))
    )


def _call_started(session: Session, call: CallRow, write: Write) -> None:
    call.started_at = datetime.fromisoformat(str(write.data["started_at"]))
    call.from_number = _short(write.data.get("from"))
    call.to_number = _short(write.data.get("to"))
    call.language = call.language or _short(write.data.get("language"))
    call.origin = str(write.data["origin"])
    call.content_version = str(write.data["content_version"])


def _language(session: Session, call: CallRow, write: Write) -> None:
    call.language = str(write.data["language"])


def _turn(session: Session, call: CallRow, write: Write) -> None:
    session.add(TurnRow(call_sid=call.call_sid, seq=write.seq, **write.data))


def _went_on(session: Session, call: CallRow, write: Write) -> None:
    data = dict(write.data)
    since_ms = int(str(data.pop("since_ms")))
    same = (TurnRow.speaker == data["speaker"], TurnRow.start_ms == data["start_ms"])
    turn = session.scalars(select(TurnRow).where(TurnRow.call_sid == call.call_sid, *same)).first()
    if turn is None:
        session.add(TurnRow(call_sid=call.call_sid, seq=write.seq, **data))
    else:
        for name, value in data.items():
            setattr(turn, name, value)
    made_since = (DecisionRow.at_ms >= since_ms, DecisionRow.seq < write.seq)
    session.execute(
        update(DecisionRow).where(DecisionRow.call_sid == call.call_sid, *made_since).values(withdrawn=True)
    )


def _decision(session: Session, call: CallRow, write: Write) -> None:
    session.add(DecisionRow(call_sid=call.call_sid, seq=write.seq, **write.data))


def _handoff(session: Session, call: CallRow, write: Write) -> None:
    known = session.get(HandoffRow, call.call_sid)
    if known is not None and known.seq >= write.seq:
        return
    data = {"attempts": [], "state": None, "state_why": "", **write.data}
    session.merge(HandoffRow(call_sid=call.call_sid, seq=write.seq, requested_at=write.made_at, **data))
    session.flush()


def _handoff_status(session: Session, call: CallRow, write: Write) -> None:
    handoff = session.get(HandoffRow, call.call_sid)
    if handoff is None:
        # A status without its hand-off (its record is gone): keep what is known of it.
        handoff = HandoffRow(
            call_sid=call.call_sid, requested_at=write.made_at, reason="unknown", summary={}, agent=None
        )
        session.add(handoff)
    elif handoff.seq >= write.seq:
        return
    handoff.seq = write.seq
    handoff.status = str(write.data["status"])
    handoff.agent = _short(write.data.get("agent")) or handoff.agent
    session.flush()


def _summary(session: Session, call: CallRow, write: Write) -> None:
    handoff = session.get(HandoffRow, call.call_sid)
    if handoff is None or not isinstance(summary := write.data["summary"], dict):
        return
    handoff.summary = summary
    handoff.seq = max(handoff.seq, write.seq)
    session.flush()


def _handoff_rung(session: Session, call: CallRow, write: Write) -> None:
    handoff = session.get(HandoffRow, call.call_sid)
    attempts = write.data["attempts"]
    if not isinstance(attempts, list):
        return
    if handoff is None:
        # No conversation asked for a person: there was none (a full house), or it is lost.
        handoff = HandoffRow(
            call_sid=call.call_sid,
            requested_at=write.made_at,
            reason="failure",
            summary={},
            status="waiting",
            seq=0,
        )
        session.add(handoff)
    handoff.attempts, handoff.state = attempts, str(write.data["state"])
    handoff.state_why = str(write.data["state_why"])
    handoff.seq = max(handoff.seq, write.seq)
    session.flush()


def _reopened(session: Session, call: CallRow, write: Write) -> None:
    if call.ended_seq is None or write.seq > call.ended_seq:
        call.ended_at = call.ended_seq = None
        call.outcome, call.outcome_seq = "in_progress", write.seq


def _callback(session: Session, call: CallRow, write: Write) -> None:
    known = session.get(CallbackRow, call.call_sid)
    if known is not None and known.seq >= write.seq:
        return
    data = {**write.data, "at": datetime.fromisoformat(str(write.data["at"]))}
    session.merge(CallbackRow(call_sid=call.call_sid, seq=write.seq, **data))
    session.flush()


def _callback_done(session: Session, call: CallRow, write: Write) -> None:
    callback = session.get(CallbackRow, call.call_sid)
    if callback is not None and callback.seq < write.seq:
        callback.seq, callback.status = write.seq, "done"


def _voicemail(session: Session, call: CallRow, write: Write) -> None:
    known = session.get(VoicemailRow, call.call_sid)
    if known is None or known.seq < write.seq:
        left_at = write.data.get("left_at")
        data = {**write.data, "left_at": datetime.fromisoformat(str(left_at)) if left_at else None}
        if known is not None and known.recording_sid == data.get("recording_sid"):
            data["status"] = known.status  # written down after somebody has listened to it
        session.merge(VoicemailRow(call_sid=call.call_sid, seq=write.seq, **data))
        session.flush()


def _voicemail_done(session: Session, call: CallRow, write: Write) -> None:
    voicemail = session.get(VoicemailRow, call.call_sid)
    if voicemail is not None and voicemail.seq < write.seq:
        voicemail.seq, voicemail.status = write.seq, "done"


def _left_open(session: Session, call: CallRow, write: Write) -> None:
    call.open_intent = str(write.data["intent"])[:128]


def _caller_feelings(session: Session, call: CallRow, write: Write) -> None:
    keep_feelings(session, str(write.data["number"]), allowed=write.data["allowed"] is True, seq=write.seq)


def _outcome(session: Session, call: CallRow, write: Write) -> None:
    if write.seq > call.outcome_seq:
        call.outcome = str(write.data["outcome"])
        call.outcome_seq = write.seq


def _call_ended(session: Session, call: CallRow, write: Write) -> None:
    if call.ended_at is not None:
        return  # the first end holds
    call.ended_at = datetime.fromisoformat(str(write.data["ended_at"]))
    call.ended_seq = write.seq
    outcome = write.data.get("outcome")
    if outcome is not None:
        call.outcome = str(outcome)
    elif call.outcome == "in_progress":
        call.outcome = "abandoned"


def _short(value: object) -> str | None:
    return None if value is None else str(value)[:256]


_APPLY = {
    "call_started": _call_started,
    "language": _language,
    "turn": _turn,
    "went_on": _went_on,
    "decision": _decision,
    "handoff": _handoff,
    "handoff_status": _handoff_status,
    "summary": _summary,
    "callback": _callback,
    "callback_done": _callback_done,
    "voicemail": _voicemail,
    "voicemail_done": _voicemail_done,
    "handoff_rung": _handoff_rung,
    "reopened": _reopened,
    "left_open": _left_open,
    "caller_feelings": _caller_feelings,
    "outcome": _outcome,
    "call_ended": _call_ended,
}
