"""One thread that keeps the time of all simulated calls of a process."""

import threading
import time
from collections.abc import Callable

import structlog

from ivr.call.line import FRAME_MS

MAX_CATCH_UP = 50
"""Most frames made up for at once: after a longer stop (a suspended machine) the clock starts afresh."""

_log = structlog.get_logger(__name__)


class Pacer:
    """Calls each member every 20 ms, by the clock and not by the sleep: being late is made up for.

    The thread lives as long as there are members.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._members: dict[object, Callable[[], None]] = {}
        self._thread: threading.Thread | None = None
        self.worst_late_s = 0.0
        """How late a frame was at worst."""

    def add(self, member: object, tick: Callable[[], None]) -> None:
        """Call ``tick`` every 20 ms from now on, from this object's thread."""
        with self._lock:
            self._members[member] = tick
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="line-pacer", daemon=True)
                self._thread.start()

    def remove(self, member: object) -> None:
        """Leave ``member`` alone; no error when it is not there."""
        with self._lock:
            self._members.pop(member, None)

    def _run(self) -> None:
        step_s = FRAME_MS / 1000
        due_s = time.monotonic()
        while True:
            with self._lock:
                members = list(self._members.items())
                if not members:
                    self._thread = None
                    return
            for member, tick in members:
                try:
                    tick()
                except Exception:  # one call's trouble is not the others'
                    _log.exception("simulated_call_failed")
                    self.remove(member)
            due_s += step_s
            late_s = time.monotonic() - due_s
            if late_s < 0:
                time.sleep(-late_s)
                continue
            self.worst_late_s = max(self.worst_late_s, late_s)
            if late_s > MAX_CATCH_UP * step_s:
                due_s = time.monotonic()
