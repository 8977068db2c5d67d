"""The desk's one clock: a time of day that never jumps."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

JUMP = timedelta(seconds=5)
"""Difference to the machine's clock from which :meth:`DeskClock.settle` sets ours: less than that is no jump."""


def _wall() -> datetime:
    return datetime.now(UTC)


class DeskClock:
    """Reads the machine's clock once and goes on by the monotonic one.

    So no correction of the former (by a time server, say) makes anybody wait for minus three hours.
    Browsers' clocks are never asked.
    """

    def __init__(
        self, wall: Callable[[], datetime] = _wall, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Set the clock.

        Args:
            wall: The machine's time of day; aware.
            monotonic: Seconds that only grow.
        """
        self._wall = wall
        self._monotonic = monotonic
        self._offset = self._measured()

    def now(self) -> datetime:
        """The time of day; aware, UTC."""
        return self._offset + timedelta(seconds=self._monotonic())

    def seconds(self) -> float:
        """Seconds that only grow."""
        return self._monotonic()

    def settle(self) -> None:
        """Take the machine's time again if the two came apart (a laptop slept). To be called while nobody waits."""
        measured = self._measured()
        if abs(measured - self._offset) > JUMP:
            self._offset = measured

    def _measured(self) -> datetime:
        return self._wall() - timedelta(seconds=self._monotonic())
