"""Callers who wait while the desk's database is away: after a while nobody is kept waiting for it."""

import threading
from collections.abc import Iterable

import structlog

from ivr.handoff.desk_record import DeskRecord
from ivr.handoff.desk_rules import ENDS, instead_of_a_person
from ivr.handoff.types import Bridge, HandOff, HandOffState, WaitingCall

AWAY_S = 45.0
"""Seconds without the database after which waiting callers get something else: a lock is over by then."""

_log = structlog.get_logger(__name__)


class Outage:
    """Remembers who waits in this process, and lets them go when it takes too long. Safe from any thread."""

    def __init__(self, record: DeskRecord, bridge: Bridge | None) -> None:
        """See :class:`ivr.handoff.desk.Desk`."""
        self._record = record
        self._bridge = bridge
        self._lock = threading.Lock()
        self._waiting: dict[str, WaitingCall] = {}
        self._unkept: dict[str, WaitingCall] = {}  # those that the database does not know yet
        self._since_s: float | None = None

    def asked(self, call: WaitingCall) -> None:
        """A caller waits; the database does not know it yet."""
        with self._lock:
            self._unkept[call.call_sid] = call

    def wanted(self, call_sid: str) -> bool:
        """Whether a caller who has asked was not let go meanwhile."""
        with self._lock:
            return call_sid in self._unkept

    def kept(self, call_sid: str) -> None:
        """The database knows."""
        with self._lock:
            call = self._unkept.pop(call_sid, None)
            if call is not None:
                self._waiting[call_sid] = call

    def know(self, waiting: Iterable[WaitingCall]) -> None:
        """The database is there, and these callers wait in this process."""
        with self._lock:
            self._waiting = {call.call_sid: call for call in waiting}
        self._since_s = None

    def away(self, now_s: float) -> int:
        """The database is away; called again and again while it is.

        Args:
            now_s: By the desk's monotonic clock.

        Returns:
            How many callers were let go now: they get a call-back or voicemail.
        """
        if self._since_s is None:
            self._since_s = now_s
        if now_s - self._since_s < AWAY_S:
            return 0
        with self._lock:
            leaving = [*self._waiting.values(), *self._unkept.values()]
            self._waiting, self._unkept = {}, {}
        for call in leaving:
            hand_off = HandOff("", call, HandOffState.WAITING)
            to = instead_of_a_person(hand_off)
            _log.warning("desk_let_go", call_sid=call.call_sid, to=to.value)
            if self._bridge is not None:
                self._bridge.detach(call.call_sid, ENDS[to])
            self._record.moved(hand_off, to, call.at)
        return len(leaving)
