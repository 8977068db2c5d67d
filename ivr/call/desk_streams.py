"""Callers whose streams begin at the agents' desk: who may have one, and what they come with.

They need no place among the conversations with the machine, so they come when there is none; they are bounded by
themselves. Owned by :class:`ivr.call.house.House`: every method wants its lock.
"""

from collections import OrderedDict

from ivr.call.bookkeeping import remember
from ivr.call.coming_back import AtDesk

MOST_OFFERS = 2
"""Streams offered to a call until one comes: the carrier may ask twice what follows."""


class DeskStreams:
    """Nothing here is decided by time: the carrier says when a call is over."""

    def __init__(self, most: int) -> None:
        """Begin.

        Args:
            most: Callers at once.
        """
        self._most = most
        self._offered: dict[str, AtDesk] = {}
        self._beyond: set[str] = set()
        self._had: OrderedDict[str, int] = OrderedDict()

    @property
    def beyond(self) -> int:
        """Callers, expected ones included, who have no place among the conversations."""
        return len(self._beyond)

    def offered(self, call_sid: str) -> AtDesk | None:
        """What a call that is expected comes with."""
        return self._offered.get(call_sid)

    def refusal(self, call_sid: str) -> str | None:
        """Why a call can't have such a stream; None: it can."""
        if self._had.get(call_sid, 0) >= MOST_OFFERS:
            return "it had a stream at the desk, which failed as well"
        if call_sid not in self._beyond and len(self._beyond) >= self._most:
            return f"{self._most} callers wait at the desk beyond the calls at once"
        return None

    def offer(self, call_sid: str, at_desk: AtDesk) -> None:
        """Expect a call."""
        self._offered[call_sid] = at_desk
        self._beyond.add(call_sid)
        remember(self._had, call_sid, self._had.get(call_sid, 0) + 1)

    def begin(self, call_sid: str) -> AtDesk | None:
        """The stream of a call has come: what it comes with, if it is one of these. It is the call's only one."""
        at_desk = self._offered.pop(call_sid, None)
        if at_desk is not None:
            remember(self._had, call_sid, MOST_OFFERS)
        return at_desk

    def takes_place(self, call_sid: str) -> None:
        """The caller has a place among the conversations now."""
        self._beyond.discard(call_sid)

    def without_place(self, call_sid: str) -> bool:
        """Whether a caller is at the desk only."""
        return call_sid in self._beyond

    def over(self, call_sid: str) -> AtDesk | None:
        """The call, or its stream, is over: what it would have come with, if it never came."""
        self._beyond.discard(call_sid)
        return self._offered.pop(call_sid, None)
