"""Closes the record of a call whose stream never came."""

import threading
from collections.abc import Callable

import structlog

from ivr.call.line import CallInfo
from ivr.telephony.tokens import StreamTokens

SWEEP_S = 5.0
"""Seconds between looks."""

_log = structlog.get_logger(__name__)


class StreamWatch:
    """Reports calls whose token expired unused. One thread, from ``start`` to ``stop``."""

    def __init__(
        self, tokens: StreamTokens, missed: Callable[[CallInfo], None], *, every_s: float = SWEEP_S
    ) -> None:
        """Prepare.

        Args:
            tokens: Where stream tokens are kept.
            missed: Told of each such call once, e.g. ``lambda info: switchboard.finished(info.call_sid)``.
            every_s: Seconds between looks.
        """
        self._tokens = tokens
        self._missed = missed
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stream-watch", daemon=True)

    def start(self) -> None:
        """Begin; once."""
        self._thread.start()

    def stop(self) -> None:
        """End and wait for the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def sweep(self) -> None:
        """Look once."""
        for info in self._tokens.expired():
            _log.warning("stream_never_came", call_sid=info.call_sid)
            try:
                self._missed(info)
            except Exception:  # one record that can't be closed must not keep the others open
                _log.exception("missed_stream_not_recorded", call_sid=info.call_sid)

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            self.sweep()
