"""What agents had by telephone today is remembered over a restart."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.errors import RecordsError
from ivr.handoff.ringing import Caller, RingPolicy
from ivr.handoff.ringing_load import Talk
from ivr.handoff.ringing_recall import talks_since
from ivr.handoff.ringing_service import RingingService
from ivr.handoff.types import WaitingCall
from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.store import Store
from ivr.records.types import CallStarted, HandoffRecord
from tests.handoff.desks import NOON, Time
from tests.handoff.phones import FIRST, PHONES, SECOND, THIRD, phone

MORNING = NOON - timedelta(hours=12)
AGENTS = [phone(number, name=f"agent {number[-1]}") for number in PHONES]


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    store = Store(database_url, state_dir=tmp_path / "journal")
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def journal(store: Store) -> Iterator[DatabaseJournal]:
    now_us = round(NOON.timestamp() * 1e6)
    journal = DatabaseJournal(store, LocalBus(), clock_us=lambda: now_us)
    yield journal
    journal.close()


class Nowhere:
    """Keeps no record."""

    def handoff_rung(self, *values: object) -> None: ...

    def handoff_status(self, *values: object) -> None: ...


def _asked_for_a_person(journal: DatabaseJournal, call_sid: str, frustration: float | None) -> None:
    journal.call_started(CallStarted(call_sid, NOON))
    journal.handoff(call_sid, HandoffRecord("caller_asked", {"frustration": frustration}))


def _service(journal: DatabaseJournal, time: Time, store: Store) -> RingingService:
    service = RingingService(
        AGENTS,
        None,
        journal,
        policy=RingPolicy("in_order"),
        clock=time.clock(),
        earlier=lambda since: talks_since(store.engine, since),
    )
    assert service.recall()
    return service


def _talks(service: RingingService, call_sid: str, frustration: float) -> None:
    """Somebody who is rung by a dial takes the call for a minute."""
    known = WaitingCall(call_sid, NOON, frustration=frustration)
    service.enter(Caller(call_sid, "ko", known=known))
    (attempt,) = service.dialled(call_sid)
    assert service.pressed(call_sid, attempt.number, "CAleg", "1") == "accepted"


def test_a_restart_forgets_no_load_and_no_breather(store: Store, journal: DatabaseJournal) -> None:
    time = Time()
    before = _service(journal, time, store)
    for call_sid, frustration in ((FIRST, 0.9), (SECOND, 0.25)):
        _asked_for_a_person(journal, call_sid, frustration)
        _talks(before, call_sid, frustration)
        time.go(60)
        assert before.talked(call_sid)
    _asked_for_a_person(journal, THIRD, None)
    _talks(before, THIRD, 0.0)  # talks still when the server goes
    assert journal.flush(5)
    after = _service(journal, time, store)
    kept = [
        (agent.name, agent.calls_today, agent.hard_calls_today, agent.anger_today, agent.last_free_at)
        for agent, _ in after.agents()
    ]
    assert [until for _, until in after.agents()] == [NOON + timedelta(seconds=180), None, None]
    assert kept == [
        ("agent 1", 1, 1, 0.9, NOON + timedelta(seconds=60)),
        ("agent 2", 1, 0, 0.25, NOON + timedelta(seconds=120)),
        ("agent 3", 1, 0, 0.0, None),
    ]


def test_what_is_no_attempt_of_ours_is_left_out(store: Store, journal: DatabaseJournal) -> None:
    good: dict[str, object] = {"number": 0, "phone": PHONES[0], "at": NOON, "answer": "accepted", "ended_at": None}
    bad: list[dict[str, object]] = [{"phone": 7}, {"at": "noon"}, {"at": "2026-01-01T00:00:00"}, {"number": "0"}]
    _asked_for_a_person(journal, FIRST, 0.5)
    others: list[dict[str, object]] = [{"answer": "busy"}, {}, *({**good, **wrong} for wrong in bad)]
    journal.handoff_rung(FIRST, [good, *others], "talking", "")
    _asked_for_a_person(journal, SECOND, 0.5)  # rang nobody's telephone
    assert journal.flush(5)
    assert talks_since(store.engine, MORNING) == [Talk(FIRST, 0, PHONES[0], NOON, 0.5)]
    assert talks_since(store.engine, NOON + timedelta(hours=1)) == []


def test_a_database_that_is_away_is_asked_again() -> None:
    asked = threading.Semaphore(0)
    problems = [RecordsError("IVR_DATABASE_URL: locked")]

    def earlier(since: object) -> list[Talk]:
        asked.release()
        if problems:
            raise problems.pop()
        return [Talk(FIRST, 0, PHONES[0], NOON, 0.9)]

    service = RingingService(AGENTS, None, Nowhere(), clock=Time().clock(), earlier=earlier)
    service.start()
    for _ in range(2):
        assert asked.acquire(timeout=5)
    service.stop()
    assert service.agents()[0][0].anger_today == 0.9


def test_what_can_not_be_read_at_all_is_given_up_once() -> None:
    asked: list[object] = []

    def earlier(since: object) -> list[Talk]:
        asked.append(since)
        raise TypeError("what is this?")

    service = RingingService(AGENTS, None, Nowhere(), clock=Time().clock(), earlier=earlier)
    assert service.recall()
    assert service.recall()
    assert len(asked) == 1
    assert [agent.calls_today for agent, _ in service.agents()] == [0, 0, 0]
