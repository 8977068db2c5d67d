"""Live events of calls, from the call that makes them to whoever watches.

Of each call that is going on the bus keeps the numbered events (what will also be in the record), so that
somebody who starts watching gets the call so far and then what follows, with no gap and no duplicate in
between. :class:`LocalBus` does so inside one process; a bus over several is another class behind :class:`Bus`
(a Redis stream per call has just these operations).
"""

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Literal, Protocol

EventKind = Literal["turn", "decision", "handoff", "status", "partial", "ended", "gap"]

MAX_KEPT = 2_000
"""Numbered events kept of one call: a turn and a decision every 2 s for more than half an hour, which is the
default longest call."""

MAX_WAITING = 256
"""Events that wait for one slow watcher: about 25 s of partial words at 10 a second."""


@dataclass(frozen=True)
class Event:
    """Something that happened in a call."""

    kind: str
    """An :data:`EventKind`, or another word for something only shown live."""
    data: Mapping[str, object]
    """JSON-ready; for ``turn``, ``decision`` and ``handoff`` the entry exactly as in the call's JSON."""
    id: int | None = None
    """Grows within a call; None for what is shown live and not kept."""


GAP = Event("gap", {})
"""Events were lost here: the watcher was too slow, or the call too long."""


class Subscription(Protocol):
    """One watcher of one call."""

    @property
    def backlog(self) -> tuple[Event, ...] | None:
        """The call's numbered events before the first one :meth:`next` gives; None: the bus holds none."""
        ...

    def next(self, timeout_s: float) -> Event | None:
        """The next event, or None when there was none for ``timeout_s`` seconds.

        Raises:
            StopIteration: the bus was closed and everything was given.
        """
        ...


class Bus(Protocol):
    """Where calls publish and watchers listen. Safe from any thread; no method blocks."""

    def open(self, call_sid: str) -> None:
        """Begin to keep the numbered events of a call."""
        ...

    def publish(self, call_sid: str, event: Event) -> None:
        """Give ``event`` to all who watch the call. Slow watchers lose their oldest events, with a gap."""
        ...

    def forget(self, call_sid: str) -> None:
        """Stop keeping the events of a call: they are all in the database now."""
        ...

    def subscribe(self, call_sid: str) -> AbstractContextManager[Subscription]:
        """Watch a call, which need not exist (yet)."""
        ...

    def close(self) -> None:
        """End all subscriptions."""
        ...


class _LocalSubscription:
    """A bounded queue that drops its oldest entry."""

    def __init__(self, backlog: tuple[Event, ...] | None, limit: int) -> None:
        self.backlog = backlog
        self._waiting: deque[Event] = deque()
        self._limit = limit
        self._lost = False
        self._closed = False
        self._changed = threading.Condition()

    def put(self, event: Event) -> None:
        with self._changed:
            if len(self._waiting) >= self._limit:
                self._waiting.popleft()
                self._lost = True
            self._waiting.append(event)
            self._changed.notify()

    def end(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def next(self, timeout_s: float) -> Event | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed, timeout_s)
            if self._lost:
                self._lost = False
                return GAP
            if self._waiting:
                return self._waiting.popleft()
            if self._closed:
                raise StopIteration
            return None

    def __iter__(self) -> Iterator[Event]:
        """Every event until the bus is closed."""
        while True:
            try:
                event = self.next(timeout_s=3600)
            except StopIteration:
                return
            if event is not None:
                yield event


def _same_turn(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    return all(one.get(key) == other.get(key) for key in ("speaker", "start_ms"))


def _since(event: Event) -> dict[str, object]:
    """From when an event withdraws decisions, if it does."""
    return {"since_ms": event.data["since_ms"]} if "since_ms" in event.data else {}


class LocalBus:
    """A :class:`Bus` inside one process."""

    def __init__(self, *, max_kept: int = MAX_KEPT, max_waiting: int = MAX_WAITING) -> None:
        """Make a bus.

        Args:
            max_kept: Numbered events kept per call.
            max_waiting: Events that may wait for one watcher.
        """
        self._max_kept = max_kept
        self._max_waiting = max_waiting
        self._lock = threading.Lock()
        self._kept: dict[str, deque[Event]] = {}
        self._watchers: dict[str, list[_LocalSubscription]] = {}
        self._closed = False

    def open(self, call_sid: str) -> None:
        """Begin to keep the numbered events of a call."""
        with self._lock:
            self._kept.setdefault(call_sid, deque())

    def publish(self, call_sid: str, event: Event) -> None:
        """Give ``event`` to all who watch the call, and keep it when it is numbered and the call is open."""
        with self._lock:
            kept = self._kept.get(call_sid)
            if kept is not None and event.id is not None:
                self._keep(kept, event)
            for watcher in self._watchers.get(call_sid, ()):
                watcher.put(event)

    def _keep(self, kept: deque[Event], event: Event) -> None:
        if event.kind in {"status", "handoff"}:
            # These replace what was said before: only the latest belongs to "the call so far".
            for earlier in kept:
                if earlier.kind == event.kind:
                    kept.remove(earlier)
                    break
        if event.kind == "went_on":
            # Nobody who comes later is to see what was said before it: it may have been hidden since.
            for at, earlier in enumerate(kept):
                if earlier.kind in {"turn", "went_on"} and _same_turn(earlier.data, event.data):
                    kept[at] = replace(earlier, data={**event.data, **_since(earlier)})
        if len(kept) >= self._max_kept:
            kept.popleft()
            kept.popleft()  # two make room for the event and for the gap, which may be one of them
            kept.appendleft(GAP)
        kept.append(event)

    def forget(self, call_sid: str) -> None:
        """Stop keeping the events of a call."""
        with self._lock:
            self._kept.pop(call_sid, None)

    @contextmanager
    def subscribe(self, call_sid: str) -> Iterator[_LocalSubscription]:
        """Watch a call for as long as the context lasts."""
        with self._lock:
            kept = self._kept.get(call_sid)
            watcher = _LocalSubscription(None if kept is None else tuple(kept), self._max_waiting)
            self._watchers.setdefault(call_sid, []).append(watcher)
            if self._closed:
                watcher.end()
        try:
            yield watcher
        finally:
            with self._lock:
                self._watchers[call_sid].remove(watcher)
                if not self._watchers[call_sid]:
                    del self._watchers[call_sid]

    def watchers(self, call_sid: str) -> int:
        """How many watch a call."""
        with self._lock:
            return len(self._watchers.get(call_sid, ()))

    def close(self) -> None:
        """End all subscriptions, present and future."""
        with self._lock:
            self._closed = True
            for watchers in self._watchers.values():
                for watcher in watchers:
                    watcher.end()
