"""Whoever watches a call gets all of it once, in order, and holds nobody up."""

import threading
from contextlib import ExitStack

import pytest

from ivr.records.bus import GAP, Event, LocalBus


def numbered(number: int, kind: str = "turn") -> Event:
    return Event(kind, {"n": number}, number)


def test_a_late_watcher_gets_the_call_so_far_and_then_what_follows() -> None:
    bus = LocalBus()
    bus.open("CA1")
    bus.publish("CA1", numbered(1))
    bus.publish("CA1", Event("partial", {"text": "only live"}))
    with bus.subscribe("CA1") as watcher:
        bus.publish("CA1", numbered(2))
        assert watcher.backlog == (numbered(1),)
        assert watcher.next(0) == numbered(2)
        assert watcher.next(0) is None


def test_nothing_is_lost_or_told_twice_between_the_past_and_the_present() -> None:
    last = 1_000
    bus = LocalBus(max_waiting=last)
    bus.open("CA1")

    def publish() -> None:
        for number in range(1, last + 1):
            bus.publish("CA1", numbered(number))

    publisher = threading.Thread(target=publish)
    with ExitStack() as stack:
        publisher.start()
        watchers = [stack.enter_context(bus.subscribe("CA1")) for _ in range(20)]
        publisher.join()
        for watcher in watchers:
            told = list(watcher.backlog or ())
            while (event := watcher.next(0)) is not None:
                told.append(event)
            assert [event.id for event in told] == list(range(1, last + 1))


def test_a_call_that_was_not_opened_or_was_forgotten_has_no_past() -> None:
    bus = LocalBus()
    bus.publish("CA1", numbered(1))
    with bus.subscribe("CA1") as watcher:
        assert watcher.backlog is None
    bus.open("CA1")
    bus.publish("CA1", numbered(2))
    bus.forget("CA1")
    with bus.subscribe("CA1") as watcher:
        assert watcher.backlog is None


def test_a_slow_watcher_loses_the_oldest_and_is_told_so() -> None:
    bus = LocalBus(max_waiting=2)
    with bus.subscribe("CA1") as watcher:
        for number in range(1, 6):
            bus.publish("CA1", numbered(number))
        assert [watcher.next(0) for _ in range(4)] == [GAP, numbered(4), numbered(5), None]


def test_a_very_long_call_begins_with_a_gap() -> None:
    bus = LocalBus(max_kept=3)
    bus.open("CA1")
    for number in range(1, 8):
        bus.publish("CA1", numbered(number))
    with bus.subscribe("CA1") as watcher:
        assert watcher.backlog == (GAP, numbered(6), numbered(7))


def test_of_states_only_the_latest_belongs_to_the_call_so_far() -> None:
    bus = LocalBus()
    bus.open("CA1")
    for event in (numbered(1, "status"), numbered(2), numbered(3, "handoff"), numbered(4, "status")):
        bus.publish("CA1", event)
    bus.publish("CA1", numbered(5, "handoff"))
    with bus.subscribe("CA1") as watcher:
        assert watcher.backlog == (numbered(2), numbered(4, "status"), numbered(5, "handoff"))


def test_other_calls_are_not_heard() -> None:
    bus = LocalBus()
    with bus.subscribe("CA1") as watcher:
        bus.publish("CA2", numbered(1))
        assert watcher.next(0) is None


def test_closing_the_bus_lets_waiting_watchers_go() -> None:
    bus = LocalBus()
    with bus.subscribe("CA1") as watcher:
        bus.publish("CA1", numbered(1))
        threading.Timer(0.05, bus.close).start()
        assert list(watcher) == [numbered(1)]
    with bus.subscribe("CA1") as late, pytest.raises(StopIteration):
        late.next(5)
