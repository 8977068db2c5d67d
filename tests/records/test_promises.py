"""What a call leaves behind for later: call-backs, messages, open requests, and turns that were gone on with."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.store import Store
from ivr.records.types import CallbackRecord, DecisionRecord, HandoffRecord, VoicemailRecord
from tests.records.samples import STARTED_AT, started, turn

DUE = datetime(2026, 2, 1, 1, 0, tzinfo=UTC)
CALLBACK = CallbackRecord(DUE, "+821012345678", "start_return", "반품하고 싶어요")
LONG_AGO = STARTED_AT - timedelta(days=14)
NUMBER = "+821012345678"


def _kept(journal: DatabaseJournal, store: Store, call_sid: str = "CA1") -> dict[str, object]:
    assert journal.flush(5)
    view = store.call(call_sid)
    assert view is not None
    return view.as_json()


def test_a_call_back_is_kept_with_its_call_and_in_the_list(store: Store, journal: DatabaseJournal) -> None:
    journal.call_started(started())
    journal.callback("CA1", CALLBACK)
    assert _kept(journal, store)["callback"] == {
        "at": "2026-02-01T01:00:00.000Z",
        "number": NUMBER,
        "request": "start_return",
        "topic": "반품하고 싶어요",
        "status": "waiting",
    }
    assert store.callbacks("waiting", 10) == (("CA1", CALLBACK),)
    journal.callback_done("CA1")
    assert journal.flush(5)
    assert store.callbacks("waiting", 10) == ()
    assert store.callbacks(None, 10) == (("CA1", replace(CALLBACK, status="done")),)


def test_call_backs_come_in_the_order_in_which_they_are_due(store: Store, journal: DatabaseJournal) -> None:
    for hours, call_sid in ((3, "CA1"), (1, "CA2"), (2, "CA3")):
        journal.call_started(started(call_sid))
        journal.callback(call_sid, replace(CALLBACK, at=DUE + timedelta(hours=hours)))
    assert journal.flush(5)
    assert [call_sid for call_sid, _ in store.callbacks("waiting", 2)] == ["CA2", "CA3"]


def test_whoever_watches_is_told_of_the_call_back(journal: DatabaseJournal, bus: LocalBus) -> None:
    journal.call_started(started())
    with bus.subscribe("CA1") as subscription:
        journal.callback("CA1", CALLBACK)
        journal.callback_done("CA1")
        events = [*(subscription.backlog or ()), subscription.next(1), subscription.next(1)]
    told = [event.data["status"] for event in events if event is not None and event.kind == "callback"]
    assert told == ["waiting", "done"]


def test_a_message_written_down_after_it_was_dealt_with_stays_so(store: Store, journal: DatabaseJournal) -> None:
    journal.call_started(started())
    message = VoicemailRecord("https://api.twilio.com/RE1", "RE1", 12.5)
    journal.voicemail("CA1", message)
    journal.voicemail_done("CA1")
    journal.voicemail("CA1", replace(message, transcript="words"))
    journal.flush(5)
    ((_, kept),) = store.voicemails(None, 10)
    assert (kept.status, kept.transcript) == ("done", "words")


def test_what_was_rung_for_a_call_without_a_conversation_is_a_hand_off_too(
    store: Store, journal: DatabaseJournal
) -> None:
    journal.call_started(started())
    journal.handoff_rung("CA1", [{"phone": "+8210", "answer": "accepted"}], "accepted", "")
    journal.handoff_status("CA1", "accepted", "+8210")
    handoff = _kept(journal, store)["handoff"]
    assert isinstance(handoff, dict)
    assert (handoff["reason"], handoff["status"], handoff["state"]) == ("failure", "accepted", "accepted")
    assert handoff["attempts"] == [{"phone": "+8210", "answer": "accepted"}]


def test_what_was_rung_is_kept_with_the_hand_off(store: Store, journal: DatabaseJournal) -> None:
    journal.call_started(started())
    journal.handoff("CA1", HandoffRecord("caller_asked", {}))
    journal.handoff_rung("CA1", [{"phone": "+8210", "answer": "busy"}], "missed", "nobody")
    journal.call_ended("CA1", STARTED_AT, "handed_off")
    assert _kept(journal, store)["handoff"] == {
        "reason": "caller_asked",
        "summary": {},
        "status": "waiting",
        "agent": None,
        "attempts": [{"phone": "+8210", "answer": "busy"}],
        "state": "missed",
        "state_why": "nobody",
    }
    journal.reopened("CA1")
    assert (_kept(journal, store)["outcome"], _kept(journal, store)["ended_at"]) == ("in_progress", None)
    journal.handoff("CA1", HandoffRecord("frustration", {}))
    assert "attempts" not in str(_kept(journal, store)["handoff"])


def test_a_message_is_kept_with_its_call(store: Store, journal: DatabaseJournal) -> None:
    journal.call_started(started())
    journal.voicemail("CA1", VoicemailRecord("https://api.twilio.com/RE1", "RE1", 12.5))
    assert _kept(journal, store)["voicemail"] == {
        "recording_url": "https://api.twilio.com/RE1",
        "recording_sid": "RE1",
        "duration_s": 12.5,
        "language": None,
        "transcript": None,
        "summary": "",
        "problem": "",
        "left_at": None,
        "status": "waiting",
    }


def test_a_turn_that_was_gone_on_with_is_there_once_and_in_its_place(
    store: Store, journal: DatabaseJournal
) -> None:
    journal.call_started(started())
    journal.decision("CA1", DecisionRecord(0, "ask", "greeting"))
    journal.turn("CA1", turn("where is my order", 5_000))
    journal.decision("CA1", DecisionRecord(6_500, "ask", "number?"))
    journal.turn("CA1", turn("What is…", 6_500, "assistant"))
    journal.caller_went_on("CA1", turn("where is my order 47291", 5_000), 6_500)
    journal.decision("CA1", DecisionRecord(8_000, "answer", "found"))
    kept = _kept(journal, store)
    turns, decisions = kept["turns"], kept["decisions"]
    assert isinstance(turns, list)
    assert isinstance(decisions, list)
    assert [each["text"] for each in turns] == ["where is my order 47291", "What is…"]
    assert [each["withdrawn"] for each in decisions] == [False, True, False]


def test_what_was_gone_on_with_and_never_recorded_is_a_turn_all_the_same(
    store: Store, journal: DatabaseJournal
) -> None:
    journal.call_started(started())
    journal.caller_went_on("CA1", turn("hello", 5_000), 6_500)
    turns = _kept(journal, store)["turns"]
    assert isinstance(turns, list)
    assert [each["text"] for each in turns] == ["hello"]


@pytest.mark.parametrize(
    ("status", "found"),
    [("waiting", True), ("missed", True), ("declined", True), ("accepted", False), ("completed", False)],
)
def test_a_request_that_no_person_took_is_open(
    store: Store, journal: DatabaseJournal, status: str, found: bool
) -> None:
    journal.call_started(started())
    journal.handoff("CA1", HandoffRecord("caller_asked", {}))
    journal.left_open("CA1", "start_return")
    journal.handoff_status("CA1", status)
    journal.call_ended("CA1", STARTED_AT + timedelta(minutes=2), "handed_off")
    assert journal.flush(5)
    request = store.open_request(NUMBER, LONG_AGO)
    assert (request is not None) is found
    if request is not None:
        assert request.intent == "start_return"
        assert abs(request.ended_at - STARTED_AT - timedelta(minutes=2)) < timedelta(milliseconds=1)


def test_a_promise_waits_until_it_is_kept(store: Store, journal: DatabaseJournal) -> None:
    journal.call_started(started())
    journal.callback("CA1", CALLBACK)
    journal.left_open("CA1", "start_return")
    journal.call_ended("CA1", STARTED_AT, "callback")
    assert journal.flush(5)
    assert store.open_request(NUMBER, LONG_AGO) is not None
    assert store.open_request(NUMBER, STARTED_AT + timedelta(days=1)) is None  # too long ago by then
    assert store.open_request("+821099999999", LONG_AGO) is None
    journal.callback_done("CA1")
    assert journal.flush(5)
    assert store.open_request(NUMBER, LONG_AGO) is None


def test_only_the_latest_call_counts(store: Store, journal: DatabaseJournal) -> None:
    journal.call_started(started())
    journal.callback("CA1", CALLBACK)
    journal.left_open("CA1", "start_return")
    journal.call_ended("CA1", STARTED_AT, "callback")
    later = replace(started("CA2"), started_at=STARTED_AT + timedelta(hours=1))
    journal.call_started(later)
    journal.call_ended("CA2", STARTED_AT + timedelta(hours=2), "resolved")
    assert journal.flush(5)
    assert store.open_request(NUMBER, LONG_AGO) is None


def test_an_abandoned_request_is_kept_and_not_greeted_with(store: Store, journal: DatabaseJournal) -> None:
    journal.call_started(started())
    journal.left_open("CA1", "start_return")
    journal.call_ended("CA1", STARTED_AT, "abandoned")
    assert journal.flush(5)
    assert store.open_request(NUMBER, LONG_AGO) is None
