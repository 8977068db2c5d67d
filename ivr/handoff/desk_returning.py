"""Callers whose line broke and who are expected on another one: nobody is offered to an agent meanwhile."""

import threading

RETURN_S = 20.0
"""Seconds in which a caller whose line broke is expected on another: the carrier asks what follows a broken stream
at once and waits up to 15 s for the answer (https://www.twilio.com/docs/usage/webhooks/webhooks-overview), and the
stream opens within a second or two of it."""


class Returning:
    """Who is expected back until when, by the desk's clock (seconds). Safe from any thread."""

    def __init__(self) -> None:
        """Nobody is."""
        self._lock = threading.Lock()
        self._until_s: dict[str, float] = {}

    def expect(self, call_sid: str, until_s: float) -> None:
        """A caller is expected by then; a later time counts."""
        with self._lock:
            self._until_s[call_sid] = max(until_s, self._until_s.get(call_sid, until_s))

    def extend(self, call_sid: str, until_s: float) -> None:
        """A caller who is expected is so for longer; nothing happens for others."""
        with self._lock:
            if call_sid in self._until_s:
                self._until_s[call_sid] = max(until_s, self._until_s[call_sid])

    def over(self, call_sid: str) -> None:
        """The caller has come back, or is given up."""
        with self._lock:
            self._until_s.pop(call_sid, None)

    def awaited(self) -> dict[str, float]:
        """Who is expected, and until when."""
        with self._lock:
            return dict(self._until_s)
