"""The journal of live calls: into the database, and to whoever watches.

A call's thread only numbers its write, puts it into a backlog and publishes it; the writer's thread owns the
database. While the database can't be used the writer tries again and again, what does not fit into memory goes
to a file, and what is still there when the process ends is done by the next one.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from ivr.records.backlog import MAX_IN_MEMORY, Backlog
from ivr.records.bus import Bus, Event
from ivr.records.masked import masked_callback, masked_decision, masked_event, masked_voicemail
from ivr.records.masking import mask_text
from ivr.records.masking_turns import NumbersOfCall, scrubbed
from ivr.records.store import Store
from ivr.records.types import (
    CallbackRecord,
    CallStarted,
    DecisionRecord,
    HandoffRecord,
    Outcome,
    TurnRecord,
    VoicemailRecord,
)
from ivr.records.views import (
    CallHeader,
    Json,
    decision_json,
    entry_json,
    handoff_json,
    plain,
    time_text,
    turn_json,
)
from ivr.records.writer import Writer
from ivr.records.writes import Write, WriteKind

log = structlog.get_logger(__name__)

NEVER_MS = 2**31 - 1
"""``since_ms`` of a turn that is replaced with no decision withdrawn: 24 days, the largest its column holds."""


@dataclass(frozen=True)
class _Live:
    """What is known of a call that began in this process and has not ended."""

    header: CallHeader
    handoff: Json | None = None
    callback: Json | None = None


class DatabaseJournal:
    """A :class:`ivr.records.types.Journal` on a :class:`Store`. Close it before its store."""

    def __init__(
        self,
        store: Store,
        bus: Bus,
        *,
        max_in_memory: int = MAX_IN_MEMORY,
        mask: bool = True,
        clock_us: Callable[[], int] = lambda: time.time_ns() // 1000,
    ) -> None:
        """Start the writer, which first finishes what dead processes left behind and closes their calls.

        Args:
            store: The calls' database; the writer sees to its tables.
            bus: Where each write is published.
            max_in_memory: Writes kept in memory before the rest goes to a file.
            mask: Whether card, telephone and other personal numbers are hidden in what is kept and published.
            clock_us: Microseconds since 1970.
        """
        self._store = store
        self._bus = bus
        self._mask = mask
        self._clock_us = clock_us
        self._lock = threading.Lock()  # guards the next three, and keeps backlog and bus in the order of numbers
        self._last_seq = 0
        self._calls: dict[str, _Live] = {}
        self._numbers: dict[str, NumbersOfCall] = {}
        self._closed = False
        self._backlog = Backlog(store.presence.spill, limit=max_in_memory)
        self._writer = Writer(store, self._backlog, self._written)

    def call_started(self, call: CallStarted) -> None:
        """Create the record of a call."""
        with self._guard(call.call_sid, "call_started"):
            header = CallHeader(
                call_sid=call.call_sid,
                started_at=call.started_at,
                from_number=call.from_number,
                to_number=call.to_number,
                language=call.language,
                origin=call.origin,
                content_version=call.content_version,
            )
            data = _plain(header.as_json())
            self._calls[call.call_sid] = _Live(header)
            self._bus.open(call.call_sid)
            self._publish(call.call_sid, "status", data, self._keep(call.call_sid, "call_started", data))

    def language_found(self, call_sid: str, language: str) -> None:
        """The call's language became known or changed."""
        with self._guard(call_sid, "language"):
            data = _plain({"language": language})
            seq = self._keep(call_sid, "language", data)
            self._status(call_sid, seq, data, lambda header: replace(header, language=str(language)))

    def turn(self, call_sid: str, turn: TurnRecord) -> None:
        """Add a turn."""
        with self._guard(call_sid, "turn"):
            shown, *anew = self._hidden(call_sid, turn)
            data = turn_json(shown)
            self._publish(call_sid, "turn", data, self._keep(call_sid, "turn", data))
            self._replace(call_sid, anew)
            if anew:
                self._hide_quoted(call_sid)

    def caller_went_on(self, call_sid: str, turn: TurnRecord, since_ms: int) -> None:
        """The caller went on: ``turn`` replaces its beginning, decisions since then are withdrawn."""
        with self._guard(call_sid, "went_on"):
            shown, *anew = self._hidden(call_sid, turn)
            self._replace(call_sid, [shown], since_ms)
            self._replace(call_sid, anew)

    def decision(self, call_sid: str, decision: DecisionRecord) -> None:
        """Add a decision."""
        with self._guard(call_sid, "decision"):
            data = decision_json(masked_decision(decision) if self._mask else decision)
            self._publish(call_sid, "decision", data, self._keep(call_sid, "decision", data))

    def handoff(self, call_sid: str, handoff: HandoffRecord) -> None:
        """Set or replace the call's hand-off."""
        with self._guard(call_sid, "handoff"):
            data = handoff_json(handoff)
            seq = self._keep(call_sid, "handoff", data)
            live = self._calls.get(call_sid)
            if live:
                self._calls[call_sid] = replace(live, handoff=data)
            self._publish(call_sid, "handoff", data, seq)

    def handoff_status(self, call_sid: str, status: str, agent: str | None = None) -> None:
        """Change the status of the call's hand-off; ``agent`` None keeps the one known."""
        with self._guard(call_sid, "handoff_status"):
            change = _plain({"status": status, "agent": agent})
            seq = self._keep(call_sid, "handoff_status", change)
            known = change if agent else {"status": change["status"]}
            self._hand_off_changed(call_sid, known, seq)

    def summary(self, call_sid: str, summary: Mapping[str, object]) -> None:
        """Change the summary of the call's hand-off, and nothing else of it."""
        with self._guard(call_sid, "summary"):
            change = _plain({"summary": summary})
            self._hand_off_changed(call_sid, change, self._keep(call_sid, "summary", change))

    def handoff_rung(
        self, call_sid: str, attempts: Sequence[Mapping[str, object]], state: str, state_why: str
    ) -> None:
        """Change which telephones were rung for the call's hand-off, and where it stands."""
        with self._guard(call_sid, "handoff_rung"):
            change = _plain({"attempts": attempts, "state": state, "state_why": state_why})
            self._hand_off_changed(call_sid, change, self._keep(call_sid, "handoff_rung", change))

    def callback(self, call_sid: str, callback: CallbackRecord) -> None:
        """Set or replace the call's promise to call back."""
        with self._guard(call_sid, "callback"):
            data = entry_json(masked_callback(callback) if self._mask else callback)
            seq = self._keep(call_sid, "callback", data)
            live = self._calls.get(call_sid)
            if live:
                self._calls[call_sid] = replace(live, callback=data)
            self._publish(call_sid, "callback", data, seq)

    def callback_done(self, call_sid: str) -> None:
        """The promise was kept."""
        with self._guard(call_sid, "callback_done"):
            seq = self._keep(call_sid, "callback_done", {})
            live = self._calls.get(call_sid)
            if live and live.callback:
                data = _plain({**live.callback, "status": "done"})
                self._calls[call_sid] = replace(live, callback=data)
                self._publish(call_sid, "callback", data, seq)

    def voicemail(self, call_sid: str, voicemail: VoicemailRecord) -> None:
        """The caller left a message."""
        with self._guard(call_sid, "voicemail"):
            data = entry_json(masked_voicemail(voicemail) if self._mask else voicemail)
            self._publish(call_sid, "voicemail", data, self._keep(call_sid, "voicemail", data))

    def voicemail_done(self, call_sid: str) -> None:
        """Somebody has dealt with the message."""
        with self._guard(call_sid, "voicemail_done"):
            self._keep(call_sid, "voicemail_done", {})

    def reopened(self, call_sid: str) -> None:
        """The caller is with the machine again after the call's stream had ended."""
        with self._guard(call_sid, "reopened"):
            self._keep(call_sid, "reopened", {})

    def left_open(self, call_sid: str, intent: str) -> None:
        """The call came to its end, or to a person, with this request undone."""
        with self._guard(call_sid, "left_open"):
            self._keep(call_sid, "left_open", _plain({"intent": intent}))

    def caller_feelings(self, call_sid: str, number: str, allowed: bool) -> None:
        """The caller said whether feelings may be judged; remembered for the number."""
        with self._guard(call_sid, "caller_feelings"):
            self._keep(call_sid, "caller_feelings", _plain({"number": number, "allowed": allowed}))

    def outcome(self, call_sid: str, outcome: Outcome) -> None:
        """What the call came to, before it has ended."""
        with self._guard(call_sid, "outcome"):
            data = _plain({"outcome": outcome})
            seq = self._keep(call_sid, "outcome", data)
            self._status(call_sid, seq, data, lambda header: replace(header, outcome=outcome))

    def call_ended(self, call_sid: str, ended_at: datetime, outcome: Outcome | None = None) -> None:
        """Close the record. Idempotent: the first end holds."""
        with self._guard(call_sid, "call_ended"):
            data = _plain({"ended_at": time_text(ended_at), "outcome": outcome})
            seq = self._keep(call_sid, "call_ended", data)
            live = self._calls.pop(call_sid, None)
            self._numbers.pop(call_sid, None)
            if live:
                kept = live.header.outcome
                came_to = outcome or ("abandoned" if kept == "in_progress" else kept)
                data = _plain(replace(live.header, ended_at=ended_at, outcome=came_to).as_json())
            self._publish(call_sid, "ended", data, seq)

    def live(self, call_sid: str, event: Mapping[str, object]) -> None:
        """Publish something that is not kept: its kind is ``event["event"]``, the rest its data."""
        try:
            shown = self._hidden_event(call_sid, event) if self._mask else event
            data = _plain({key: value for key, value in shown.items() if key != "event"})
            self._bus.publish(call_sid, Event(str(event.get("event", "live")), data))
        except Exception:
            log.exception("records.live_failed", call_sid=call_sid)

    @property
    def pending(self) -> int:
        """Writes that are not in the database yet."""
        return len(self._backlog)

    def flush(self, timeout_s: float) -> bool:
        """Wait until everything written so far is in the database.

        Returns:
            False when that took longer than ``timeout_s``.
        """
        return self._backlog.wait_until_empty(timeout_s)

    def close(self, timeout_s: float = 5.0) -> None:
        """Write what is left, for at most ``timeout_s``, and send the watchers home. Idempotent.

        What could not be written is left to the next process.
        """
        if self._closed:
            return
        self._closed = True
        self.flush(timeout_s)
        self._writer.stop(timeout_s)
        self._bus.close()
        spill = str(self._store.presence.spill)
        try:
            left = self._backlog.put_away()
        except OSError as error:
            log.exception("records.lost", writes=len(self._backlog), file=spill, problem=str(error))
            return
        if left:
            log.warning("records.left_for_next_start", writes=left, file=spill)

    def _keep(self, call_sid: str, kind: WriteKind, data: Json) -> int:
        """Number a write and put it into the backlog."""
        self._last_seq = max(self._last_seq + 1, self._clock_us())
        self._backlog.append(Write(self._last_seq, call_sid, kind, data))
        return self._last_seq

    def _hidden(self, call_sid: str, turn: TurnRecord) -> Sequence[TurnRecord]:
        """A turn as it may be kept, and earlier ones that have to be kept anew because of it."""
        return self._numbers.setdefault(call_sid, NumbersOfCall()).take(turn) if self._mask else (turn,)

    def _hidden_event(self, call_sid: str, event: Mapping[str, object]) -> Mapping[str, object]:
        """A live event as it may be shown: words in the middle of being said may end a number begun before."""
        text, who = event.get("text"), event.get("speaker", "caller")
        if event.get("event") != "partial" or not isinstance(text, str) or who not in ("caller", "agent"):
            return masked_event(event)
        with self._lock:
            numbers = self._numbers.get(call_sid)
            shown = numbers.preview("agent" if who == "agent" else "caller", text) if numbers else mask_text(text)
        return {**event, "text": shown}

    def _hide_quoted(self, call_sid: str) -> None:
        """Hide a number in the summary as well, which was made when only its beginning was known."""
        live, numbers = self._calls.get(call_sid), self._numbers.get(call_sid)
        if live is None or live.handoff is None or numbers is None:
            return
        summary = scrubbed(live.handoff["summary"], numbers.pieces)
        if summary != live.handoff["summary"]:
            change = _plain({"summary": summary})
            self._hand_off_changed(call_sid, change, self._keep(call_sid, "summary", change))

    def _replace(self, call_sid: str, turns: Sequence[TurnRecord], since_ms: int = NEVER_MS) -> None:
        """Let turns take the place of those with the same speaker and beginning."""
        for turn in turns:
            data = _plain({**turn_json(turn), "since_ms": since_ms})
            self._publish(call_sid, "went_on", data, self._keep(call_sid, "went_on", data))

    def _publish(self, call_sid: str, kind: str, data: Json, seq: int) -> None:
        self._bus.publish(call_sid, Event(kind, data, seq))

    def _hand_off_changed(self, call_sid: str, change: Json, seq: int) -> None:
        """Publish a hand-off after a change; one in the database only is read there by whoever watches."""
        live = self._calls.get(call_sid)
        if live is not None and live.handoff is not None:
            data = {**live.handoff, **change}
            self._calls[call_sid] = replace(live, handoff=data)
            self._publish(call_sid, "handoff", data, seq)

    def _status(self, call_sid: str, seq: int, data: Json, change: Callable[[CallHeader], CallHeader]) -> None:
        """Publish the heading of a call after a change; of a call unknown here only the change."""
        live = self._calls.get(call_sid)
        if live:
            live = replace(live, header=change(live.header))
            self._calls[call_sid] = live
            data = _plain(live.header.as_json())
        self._publish(call_sid, "status", data, seq)

    def _written(self, writes: Sequence[Write]) -> None:
        """Now in the database: of calls that ended the bus need keep nothing any more."""
        for write in writes:
            if write.kind == "call_ended":
                self._bus.forget(write.call_sid)

    def _guard(self, call_sid: str, kind: WriteKind) -> "_Guard":
        return _Guard(self._lock, call_sid, kind)


class _Guard:
    """One write at a time; and whatever goes wrong with it, the call goes on."""

    def __init__(self, lock: threading.Lock, call_sid: str, kind: WriteKind) -> None:
        self._lock = lock
        self._call_sid = call_sid
        self._kind = kind

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> bool:
        self._lock.release()
        if isinstance(error, Exception):
            log.error("records.write_failed", call_sid=self._call_sid, kind=self._kind, exc_info=error)
            return True
        return False


def _plain(data: Json) -> Json:
    return {key: plain(value) for key, value in data.items()}
