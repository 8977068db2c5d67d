"""Tells the calls' own records (``GET /api/calls/…``) what becomes of their hand-offs."""

from datetime import datetime

from ivr.handoff.types import RECORDED, HandOff, HandOffState
from ivr.records.types import CallbackRecord, Journal


class DeskRecord:
    """Writes to the journal, which never blocks and never raises."""

    def __init__(self, journal: Journal | None) -> None:
        """Write to ``journal``; None: nowhere."""
        self._journal = journal

    def accepted(self, call_sid: str, agent: str) -> None:
        """An agent took the call."""
        if self._journal is not None:
            self._journal.handoff_status(call_sid, "accepted", agent)

    def came_back(self, hand_off: HandOff) -> None:
        """A caller whose line broke is on another: what was promised meanwhile is not needed."""
        if self._journal is not None and hand_off.state is HandOffState.CALLBACK:
            self._journal.callback_done(hand_off.call.call_sid)

    def moved(self, hand_off: HandOff, to: HandOffState, callback_at: datetime) -> None:
        """A hand-off came into another state.

        Args:
            hand_off: As it was before.
            to: The new state.
            callback_at: When to call back, if that is what it came to; aware.
        """
        call = hand_off.call
        if self._journal is None:
            return
        if to in RECORDED and hand_off.state is not HandOffState.WRAP_UP:
            self._journal.handoff_status(call.call_sid, RECORDED[to])
        if to is HandOffState.CALLBACK and call.from_number:
            self._journal.outcome(call.call_sid, "callback")
            self._journal.callback(
                call.call_sid, CallbackRecord(callback_at, call.from_number, call.topic, call.headline)
            )
