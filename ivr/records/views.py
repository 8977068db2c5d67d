"""A call as others see it, and its JSON (``GET /api/calls/CALLSID``). The live events use the same JSON."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Generic, TypeVar

from ivr.records.types import (
    CallbackRecord,
    DecisionRecord,
    HandoffRecord,
    Outcome,
    TurnRecord,
    VoicemailRecord,
)

Json = dict[str, object]
_Record = TurnRecord | DecisionRecord | HandoffRecord | CallbackRecord | VoicemailRecord
Entry = TypeVar("Entry", TurnRecord, DecisionRecord, HandoffRecord, CallbackRecord, VoicemailRecord)


@dataclass(frozen=True)
class CallHeader:
    """A call without what was said in it."""

    call_sid: str
    started_at: datetime
    from_number: str | None = None
    to_number: str | None = None
    language: str | None = None
    ended_at: datetime | None = None
    outcome: Outcome = "in_progress"
    origin: str = "twilio"
    content_version: str = ""

    def as_json(self) -> Json:
        """As in the interface: also the ``data`` of ``status`` and ``ended`` events."""
        return {
            "call_sid": self.call_sid,
            "from": self.from_number,
            "to": self.to_number,
            "language": self.language,
            "started_at": time_text(self.started_at),
            "ended_at": time_text(self.ended_at) if self.ended_at else None,
            "outcome": self.outcome,
            "origin": self.origin,
            "content_version": self.content_version,
        }


@dataclass(frozen=True)
class Numbered(Generic[Entry]):
    """An entry of a call with its number, which is also its event's id."""

    seq: int
    entry: Entry


@dataclass(frozen=True)
class CallView:
    """One call, live or ended."""

    header: CallHeader
    turns: tuple[Numbered[TurnRecord], ...] = ()
    decisions: tuple[Numbered[DecisionRecord], ...] = ()
    handoff: Numbered[HandoffRecord] | None = None
    callback: Numbered[CallbackRecord] | None = None
    voicemail: Numbered[VoicemailRecord] | None = None
    ended_seq: int | None = None
    """Number of the call's end, once it has ended."""

    def as_json(self) -> Json:
        """The JSON of ``GET /api/calls/CALLSID``."""
        return {
            **self.header.as_json(),
            "turns": [turn_json(turn.entry) for turn in self.turns],
            "decisions": [decision_json(decision.entry) for decision in self.decisions],
            "handoff": handoff_json(self.handoff.entry) if self.handoff else None,
            "callback": entry_json(self.callback.entry) if self.callback else None,
            "voicemail": entry_json(self.voicemail.entry) if self.voicemail else None,
        }


def turn_json(turn: TurnRecord) -> Json:
    """One entry of ``turns``."""
    return entry_json(turn)


def decision_json(decision: DecisionRecord) -> Json:
    """One entry of ``decisions``."""
    return entry_json(decision)


def handoff_json(handoff: HandoffRecord) -> Json:
    """The ``handoff`` of a call; what was rung only when something was."""
    shown = entry_json(handoff)
    if handoff.state is None:
        for name in ("attempts", "state", "state_why"):
            del shown[name]
    return shown


def time_text(moment: datetime) -> str:
    """``2026-01-31T02:03:04.567Z``: UTC, milliseconds (cut, not rounded), from an aware time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def plain(value: object) -> object:
    """Make anything JSON-ready, so that neither the database nor a watcher can choke on it.

    Numbers that are none (NaN, infinities) become None; numpy scalars become Python's; strings become
    :func:`storable`; tuples and sets become lists; all else its ``str``.
    """
    if isinstance(value, Mapping):
        return _plain_mapping(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    scalar = getattr(value, "item", None)  # numpy's scalars, without importing numpy here
    if callable(scalar) and getattr(value, "ndim", None) == 0:
        value = scalar()
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    text = time_text(value) if isinstance(value, datetime) and value.tzinfo else str(value)
    return storable(text)


def storable(text: str) -> str:
    """A text as every database takes it: unpaired surrogates, and NUL (which PostgreSQL refuses), are replaced."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def entry_json(entry: _Record) -> Json:
    """Any entry of a call: its fields."""
    return {field.name: plain(getattr(entry, field.name)) for field in fields(entry)}


def _plain_mapping(value: Mapping[str, object]) -> Json:
    return {str(plain(str(key))): plain(item) for key, item in value.items()}
