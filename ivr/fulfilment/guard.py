"""Keeps a slow or broken system from holding up calls: a circuit breaker and a limit on how many ask at once.

Written here because the kept libraries do not fit threads: pybreaker 1.4 holds its lock while it asks, so that one
call waits for another; circuitbreaker 2.1 lets every call try at once when it half-opens.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ivr.errors import BackendDownError

MAX_FAILURES = 5
"""Failures in a row after which a system is left alone."""
REST_S = 15.0
"""How long: then one call tries it, and the others go on being told at once."""
MAX_AT_ONCE = 8
"""Calls that may ask one system at once: half of the threads that look things up, so that one system that hangs
leaves the others' callers their answers."""


class Guard:
    """Stands before one system. Safe from any thread."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin closed: everything is let through.

        Args:
            name: The connector's, for messages.
            clock: Seconds, monotonic.
        """
        self._name = name
        self._clock = clock
        self._room = threading.BoundedSemaphore(MAX_AT_ONCE)
        self._lock = threading.Lock()
        self._failures = 0
        self._resting_until: float | None = None
        self._trying = False

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around one question. A :class:`BackendDownError` inside counts as a failure; all else as a success.

        Raises:
            BackendDownError: the system is being left alone, or too many ask it; it was not asked.
        """
        if not self._room.acquire(blocking=False):
            raise BackendDownError(f"connector {self._name}: {MAX_AT_ONCE} calls already wait for its answer")
        try:
            trial = self._enter()
            failed = False
            try:
                yield
            except BackendDownError:
                failed = True
                raise
            finally:
                self._leave(failed=failed, trial=trial)
        finally:
            self._room.release()

    def _enter(self) -> bool:
        """Let a call through; True when it is the one that tries a resting system."""
        with self._lock:
            if self._resting_until is None:
                return False
            left_s = self._resting_until - self._clock()
            if left_s > 0 or self._trying:
                raise BackendDownError(
                    f"connector {self._name}: not asked after {self._failures} failures in a row; "
                    f"tried again in {max(left_s, 0.0):.0f} s"
                )
            self._trying = True
            return True

    def _leave(self, *, failed: bool, trial: bool) -> None:
        with self._lock:
            if trial:
                self._trying = False
            self._failures = self._failures + 1 if failed else 0
            resting = self._failures >= MAX_FAILURES
            self._resting_until = self._clock() + REST_S if resting else None
