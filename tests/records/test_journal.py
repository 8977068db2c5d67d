"""What a call writes arrives: in order, once, and whatever becomes of the database."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.pool import Pool
from structlog.testing import capture_logs

from ivr.records.bus import Event, LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.store import Store
from ivr.records.types import HandoffRecord, TurnRecord
from ivr.records.writer import REJECTED_FILE
from tests.databases import locked
from tests.records.samples import (
    ASSISTANT_TURN,
    CALLER_TURN,
    DECISION,
    HANDOFF,
    STARTED_AT,
    record,
    started,
    texts,
    turn,
)


@contextmanager
def read_only() -> Iterator[None]:
    """SQLite refuses writes as it does on a read-only file (which root could write all the same)."""

    def refuse(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    def allow(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA query_only = OFF")

    event.listen(Pool, "checkout", refuse)
    event.listen(Pool, "checkin", allow)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", refuse)
        event.remove(Pool, "checkin", allow)


def test_a_call_is_kept_as_the_interface_says(store: Store, journal: DatabaseJournal) -> None:
    journal.call_started(started())
    journal.turn("CA1", CALLER_TURN)
    journal.decision("CA1", DECISION)
    journal.turn("CA1", ASSISTANT_TURN)
    journal.handoff("CA1", HANDOFF)
    assert journal.flush(5)
    kept = record(store)
    expected = {
        "call_sid": "CA1",
        "from": "+821012345678",
        "language": "ko",
        "started_at": "2026-01-31T02:03:04.567Z",
        "ended_at": None,
        "outcome": "in_progress",
        "decisions": [
            {
                "at_ms": 8400,
                "action": "answer",
                "reason": "the order was found",
                "contributions": {"anger": 0.4, "repeats": 0.2},
                "withdrawn": False,
            }
        ],
        "handoff": {
            "reason": "caller_asked",
            "summary": {"headline": "wants a person", "tried": ["order_status"]},
            "status": "waiting",
            "agent": None,
        },
    }
    assert {key: kept[key] for key in expected} == expected
    caller, assistant = kept["turns"]
    assert caller == {
        "speaker": "caller",
        "text": "사칠이구일 주문 언제 와요",
        "language": "ko",
        "start_ms": 5120,
        "end_ms": 8340,
        "response_ms": None,
        "intent": "order_status",
        "intent_confidence": 0.91,
        "slots": {"order_number": "47291"},
        "emotion": {"label": "angry", "confidence": 0.8, "arousal": 0.3, "valence": -0.1},
        "prosody": {"f0_median_hz": 182.0, "pauses": 1},
        "speech_rate": 4.8,
        "frustration": 0.12,
        "signs": {"words": 0.3},
        "contributions": {"words": 0.12},
        "interrupted": False,
        "recognition": None,
    }
    assert (assistant["response_ms"], assistant["interrupted"], assistant["slots"]) == (430, True, {})


def test_a_call_ends_once(store: Store, journal: DatabaseJournal) -> None:
    journal.call_started(started())
    journal.call_ended("CA1", STARTED_AT + timedelta(seconds=9), "resolved")
    journal.call_ended("CA1", STARTED_AT + timedelta(seconds=20))
    assert journal.flush(5)
    assert record(store)["ended_at"] == "2026-01-31T02:03:13.567Z"
    assert record(store)["outcome"] == "resolved"


def test_an_end_without_an_outcome_keeps_the_one_known_else_the_caller_gave_up(
    store: Store, journal: DatabaseJournal
) -> None:
    for call_sid in ("CA1", "CA2"):
        journal.call_started(started(call_sid))
    journal.outcome("CA1", "handed_off")
    for call_sid in ("CA1", "CA2"):
        journal.call_ended(call_sid, STARTED_AT)
    journal.outcome("CA1", "voicemail")  # nobody picked up, and the caller left a message
    assert journal.flush(5)
    assert record(store, "CA1")["outcome"] == "voicemail"
    assert record(store, "CA2")["outcome"] == "abandoned"


def test_a_handoff_changes_and_is_replaced(store: Store, journal: DatabaseJournal) -> None:
    journal.call_started(started())
    journal.handoff("CA1", HANDOFF)
    journal.handoff_status("CA1", "accepted", "+15550001111")
    journal.handoff_status("CA1", "completed")
    assert journal.flush(5)
    assert record(store)["handoff"]["status"] == "completed"
    assert record(store)["handoff"]["agent"] == "+15550001111"
    journal.handoff("CA1", HandoffRecord("frustration", {"headline": "again"}))
    assert journal.flush(5)
    assert record(store)["handoff"] == {
        "reason": "frustration",
        "summary": {"headline": "again"},
        "status": "waiting",
        "agent": None,
    }


def test_each_write_is_published_as_it_will_be_read(store: Store, bus: LocalBus, journal: DatabaseJournal) -> None:
    with bus.subscribe("CA1") as watcher:
        journal.call_started(started())
        journal.turn("CA1", CALLER_TURN)
        journal.live("CA1", {"event": "partial", "text": "주문"})
        journal.decision("CA1", DECISION)
        journal.language_found("CA1", "en")
        journal.handoff("CA1", HANDOFF)
        journal.handoff_status("CA1", "accepted", "Kim")
        assert journal.flush(5)
        kept = record(store)
        journal.call_ended("CA1", STARTED_AT, "resolved")
        events = [watcher.next(0) for _ in range(8)]
    told = [event for event in events if event is not None]
    assert [event.kind for event in told] == [
        *("status", "turn", "partial", "decision", "status", "handoff", "handoff", "ended")
    ]
    assert told[1].data == kept["turns"][0]
    assert told[2] == Event("partial", {"text": "주문"})
    assert told[3].data == kept["decisions"][0]
    assert told[4].data["language"] == "en"
    assert told[6].data == kept["handoff"]
    assert (told[7].data["outcome"], told[7].data["from"]) == ("resolved", "+821012345678")
    numbers = [event.id for event in told if event.id is not None]
    assert numbers == sorted(set(numbers))


def test_the_bus_forgets_a_call_once_its_end_is_in_the_database(bus: LocalBus, journal: DatabaseJournal) -> None:
    journal.call_started(started())
    journal.call_ended("CA1", STARTED_AT)
    assert journal.flush(5)
    deadline_s = time.monotonic() + 5
    backlog: object = ()
    while backlog is not None and time.monotonic() < deadline_s:
        with bus.subscribe("CA1") as watcher:
            backlog = watcher.backlog
    assert backlog is None


def test_the_order_of_each_call_is_kept_with_many_writing(store: Store, journal: DatabaseJournal) -> None:
    def talk(call_sid: str) -> None:
        journal.call_started(started(call_sid))
        for number in range(60):
            journal.turn(call_sid, turn(str(number)))

    threads = [threading.Thread(target=talk, args=(f"CA{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert journal.flush(20)  # far more than fits into memory: through the spill file
    for number in range(4):
        assert texts(store, f"CA{number}") == [str(n) for n in range(60)]
    assert not store.presence.spill.exists()


def test_a_locked_database_holds_up_no_call_and_loses_nothing(
    store: Store, journal: DatabaseJournal, database: Path
) -> None:
    journal.call_started(started())
    assert journal.flush(5)
    with capture_logs() as lines:
        with locked(f"sqlite:///{database}"):
            began_s = time.monotonic()
            for number in range(30):  # three times what fits into memory
                journal.turn("CA1", turn(str(number)))
            assert time.monotonic() - began_s < 1
            assert not journal.flush(0.5)
            assert journal.pending == 30
            assert store.presence.spill.exists()
        assert journal.flush(10)
    assert texts(store) == [str(n) for n in range(30)]
    assert not store.presence.spill.exists()
    told = [line["event"] for line in lines]
    assert told == ["records.database_down", "records.database_back"]
    assert "locked" in lines[0]["problem"]


def test_a_database_deleted_in_the_middle_is_made_anew(
    store: Store, journal: DatabaseJournal, database: Path
) -> None:
    journal.call_started(started())
    journal.turn("CA1", turn("before"))
    assert journal.flush(5)
    for file in database.parent.glob("ivr.sqlite3*"):
        if file.is_file():
            file.unlink()
    journal.turn("CA1", turn("after"))
    assert journal.flush(10)
    assert texts(store) == ["after"]
    assert record(store)["outcome"] == "in_progress"


def test_a_database_that_becomes_read_only_is_waited_for(
    store: Store, journal: DatabaseJournal, database: Path
) -> None:
    journal.call_started(started())
    assert journal.flush(5)
    with capture_logs() as lines:
        with read_only():
            journal.turn("CA1", turn("patience"))
            assert not journal.flush(0.5)
        assert journal.flush(10)
    assert texts(store) == ["patience"]
    assert "readonly" in lines[0]["problem"]


def test_what_could_not_be_written_is_written_at_the_next_start(database: Path) -> None:
    first = Store(f"sqlite:///{database}", busy_timeout_ms=50)
    first.migrate()
    journal = DatabaseJournal(first, LocalBus(), max_in_memory=5)
    journal.call_started(started())
    assert journal.flush(5)
    with locked(f"sqlite:///{database}"):
        for number in range(12):
            journal.turn("CA1", turn(str(number)))
        journal.call_ended("CA1", STARTED_AT, "resolved")
        journal.close(timeout_s=0.3)
        spill = first.presence.spill
        assert len(spill.read_text().splitlines()) == 13
        first.close()

    with a_store(database) as second:
        successor = DatabaseJournal(second, LocalBus())
        deadline_s = time.monotonic() + 10
        while spill.exists() and time.monotonic() < deadline_s:
            time.sleep(0.02)
        assert texts(second) == [str(n) for n in range(12)]
        assert record(second)["outcome"] == "resolved"  # not "failed": its end was in the spill file
        assert not spill.exists()
        successor.close()


def test_recovering_twice_is_recovering_once(database: Path) -> None:
    with a_store(database) as store:
        journal = DatabaseJournal(store, LocalBus())
        journal.call_started(started())
        journal.turn("CA1", turn("once"))
        assert journal.flush(5)
        journal.close()
        with store._engine.connect() as connection:
            row = connection.exec_driver_sql("SELECT seq FROM turns").scalar_one()
        line = {"seq": row, "call_sid": "CA1", "kind": "turn", "data": {"text": "once"}}
        (store.presence.folder / "dead.jsonl").write_text(json.dumps(line) + "\n")
        DatabaseJournal(store, LocalBus()).close()
        assert texts(store) == ["once"]


def test_a_torn_spill_file_gives_what_it_has(database: Path) -> None:
    with a_store(database) as store:
        data = {"speaker": "caller", "text": "whole", "start_ms": 0, "end_ms": 1, "slots": {}, "interrupted": False}
        good = json.dumps({"seq": 5, "call_sid": "CA1", "kind": "turn", "data": data})
        strange = json.dumps({"seq": 6, "call_sid": "CA1", "kind": "party", "data": {}})
        (store.presence.folder / "dead.jsonl").write_text(f"{strange}\n{good}\n{good[:30]}")
        journal = DatabaseJournal(store, LocalBus())
        deadline_s = time.monotonic() + 10
        while store.call("CA1") is None and time.monotonic() < deadline_s:
            time.sleep(0.02)
        journal.close()
        assert texts(store) == ["whole"]
        rejected = (store.presence.folder / REJECTED_FILE).read_text().splitlines()
        assert [json.loads(line)["write"] for line in rejected] == [strange, good[:30]]


def test_a_write_that_no_database_takes_is_set_aside_and_the_others_go_on(
    store: Store, journal: DatabaseJournal
) -> None:
    journal.call_started(started())
    journal.turn("CA1", turn("first"))
    journal.turn("CA1", TurnRecord("caller", "far too late", 10**30, 10**30))
    journal.turn("CA1", TurnRecord("caller", None, 0, 0))  # type: ignore[arg-type]  # wrong on purpose
    journal.turn("CA1", turn("last"))
    assert journal.flush(10)
    kept = texts(store)
    assert kept[0] == "first"
    assert kept[-1] == "last"
    assert "far too late" not in kept
    assert "far too late" in (store.presence.folder / REJECTED_FILE).read_text()


def test_nothing_that_is_handed_over_raises_into_the_call(store: Store, journal: DatabaseJournal) -> None:
    class Rude:
        def __str__(self) -> str:
            raise RuntimeError("no")

    with capture_logs() as lines:
        journal.turn("CA1", "not a turn")  # type: ignore[arg-type]  # wrong on purpose
        journal.call_ended("CA1", None)  # type: ignore[arg-type]  # wrong on purpose
        journal.live("CA1", {"event": "partial", "text": Rude()})
        journal.turn("CA1", turn("still here"))
        assert journal.flush(5)
    assert [line["event"] for line in lines[:3]] == [
        "records.write_failed",
        "records.write_failed",
        "records.live_failed",
    ]
    assert texts(store) == ["still here"]  # a call nobody announced is kept too


@contextmanager
def a_store(database: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{database}", busy_timeout_ms=200)
    store.migrate()
    yield store
    store.close()
