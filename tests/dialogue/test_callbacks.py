"""Outside the agents' hours: a call-back at a time the caller chose."""

from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from ivr.content.types import Content, Schedule
from ivr.dialogue.types import Action, HandoffReason, NothingHeard
from tests.dialogue.caller import Caller

SEOUL = ZoneInfo("Asia/Seoul")
SUNDAY = datetime(2026, 11, 22, 21, 30, tzinfo=SEOUL)
NUMBER = "+821055500101"
WEEKDAYS = Schedule({day: ((time(9), time(18)),) for day in range(5)})


@pytest.fixture
def closed(content: Content) -> Content:
    return replace(content, hours=replace(content.hours, agents=WEEKDAYS))


@pytest.fixture
def caller(closed: Content) -> Caller:
    return Caller(closed, now=SUNDAY, number=NUMBER)


def _promised(caller: Caller) -> datetime:
    decision = caller.decision
    assert (decision.action, decision.outcome) == (Action.HANG_UP, "callback")
    assert decision.callback is not None
    assert decision.handoff is None
    return decision.callback.at


def test_the_caller_chooses_a_time_and_the_number_is_the_one_they_call_from(caller: Caller) -> None:
    caller.means("agent")
    assert caller.keys == ["callback_closed", "ask_callback_time"]
    assert "내일" in caller.words
    caller.means(None, callback_time="2026-11-24T15:00")
    assert caller.keys == ["callback_at", "callback_this_number"]
    caller.means("yes")
    assert _promised(caller) == datetime(2026, 11, 24, 15, 0, tzinfo=SEOUL)
    assert caller.decision.callback is not None
    assert caller.decision.callback.number == NUMBER


def test_what_the_machine_can_do_is_done(caller: Caller) -> None:
    caller.means("order_status", order_number="47291")
    assert caller.keys[0] == "order_status_on_the_way"


def test_what_needs_a_person_is_kept_with_the_promise(caller: Caller) -> None:
    caller.means("complaint")
    assert caller.keys[0] == "person_complaint"
    caller.means(None, callback_time="2026-11-23T10:00")
    caller.means("yes")
    _promised(caller)
    assert caller.decision.callback is not None
    assert (caller.decision.callback.request, caller.decision.callback.topic) == ("complaint", "complaint")


@pytest.mark.parametrize("said", ["2026-11-23T20:00", "2026-11-28T10:00", "2026-11-22T22:00"])
def test_a_time_when_nobody_is_there_gets_a_proposal(caller: Caller, said: str) -> None:
    caller.means("agent")
    caller.means(None, callback_time=said)
    assert caller.keys == ["callback_outside", "callback_propose"]
    caller.means("yes")
    assert caller.keys == ["callback_at", "callback_this_number"]
    caller.means("yes")
    assert _promised(caller).time() == time(9)


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2026-11-24", datetime(2026, 11, 24, 9, 0, tzinfo=SEOUL)),
        ("2026-11-24TAF", datetime(2026, 11, 24, 14, 0, tzinfo=SEOUL)),
        ("T10:30", datetime(2026, 11, 23, 10, 30, tzinfo=SEOUL)),
        ("TMO", datetime(2026, 11, 23, 10, 0, tzinfo=SEOUL)),
    ],
)
def test_a_day_or_a_time_alone_is_enough(caller: Caller, said: str, at: datetime) -> None:
    caller.means("agent")
    caller.means(None, callback_time=said)
    caller.means("yes")
    assert _promised(caller) == at


def test_any_time_is_the_next_opening(caller: Caller) -> None:
    caller.means("agent")
    caller.means(None)
    assert caller.keys[-1] == "callback_propose"
    caller.means("yes")
    caller.means("yes")
    assert _promised(caller) == datetime(2026, 11, 23, 9, 0, tzinfo=SEOUL)


def test_the_time_may_be_corrected_when_the_number_is_asked_for(caller: Caller) -> None:
    caller.means("agent")
    caller.means(None, callback_time="2026-11-24T15:00")
    caller.means("no", callback_time="2026-11-24T16:00")
    assert caller.keys == ["callback_at", "callback_this_number"]
    caller.means("yes")
    assert _promised(caller).hour == 16


def test_a_withheld_number_is_asked_for_and_read_back(closed: Content) -> None:
    caller = Caller(closed, now=SUNDAY)
    caller.means("agent")
    caller.means(None, callback_time="2026-11-24T15:00")
    assert caller.keys == ["callback_at", "ask_callback_number"]
    caller.means(None, callback_number="+821012345678")
    assert "공 일 공" in caller.words
    caller.means("yes")
    _promised(caller)
    assert caller.decision.callback is not None
    assert caller.decision.callback.number == "+821012345678"


def test_a_number_may_be_typed(closed: Content) -> None:
    caller = Caller(closed, now=SUNDAY)
    caller.means("agent")
    caller.means(None, callback_time="2026-11-24T15:00")
    caller.presses("01012345678")
    caller.presses("1")
    _promised(caller)
    assert caller.decision.callback is not None
    assert caller.decision.callback.number == "+821012345678"


def test_another_number_than_the_one_they_call_from(caller: Caller) -> None:
    caller.means("agent")
    caller.means(None, callback_time="2026-11-24T15:00")
    caller.means("no")
    assert caller.keys == ["ask_callback_number"]


def test_a_caller_who_wants_none_is_let_go(caller: Caller) -> None:
    caller.means("agent")
    assert caller.means("no").outcome == "abandoned"
    assert caller.keys == ["goodbye"]


def test_without_answers_the_next_opening_and_their_number_are_taken(caller: Caller) -> None:
    caller.means("agent")
    for _ in range(4):
        if not caller.state.ended:
            caller.means(None)
    assert _promised(caller) == datetime(2026, 11, 23, 9, 0, tzinfo=SEOUL)


def test_without_any_number_it_is_voicemail(closed: Content) -> None:
    caller = Caller(closed, now=SUNDAY)
    caller.means("agent")
    for _ in range(5):
        if not caller.state.ended:
            caller.means(None)
    assert (caller.decision.handoff, caller.decision.outcome) == (HandoffReason.CALLER_ASKED, "handed_off")


def test_a_request_of_the_machine_may_come_in_between(caller: Caller) -> None:
    caller.means("agent")
    caller.means("delivery_fee")
    assert caller.keys == ["delivery_fee_answer", "anything_else"]


def test_silence_when_nobody_is_there_ends_the_call(caller: Caller) -> None:
    for _ in range(3):
        caller.meet(NothingHeard())
    assert caller.keys == ["goodbye_silent"]


def test_what_is_offered_is_a_call_back(caller: Caller) -> None:
    caller.means("order_status")
    caller.means("dont_know")
    assert caller.keys == ["offer_callback"]
    caller.means("yes")
    assert caller.keys == ["callback_closed", "ask_callback_time"]


@pytest.mark.parametrize("at", [datetime(2026, 11, 23, 10, 0, tzinfo=SEOUL), None])
def test_within_hours_a_person_comes_at_once(closed: Content, at: datetime | None) -> None:
    caller = Caller(closed, now=at, number=NUMBER)
    assert caller.means("agent").action is Action.HAND_OFF
