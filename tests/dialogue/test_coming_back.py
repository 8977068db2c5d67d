"""A caller who waited for a person: on with the machine, or a call-back."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.content.types import Content, Schedule
from ivr.dialogue.handover import call_back_instead, come_back
from ivr.dialogue.moves import Move, Why
from ivr.dialogue.types import Action
from tests.dialogue.caller import Caller

MONDAY = datetime(2026, 11, 23, 16, 30, tzinfo=ZoneInfo("Asia/Seoul"))
NUMBER = "+821055500101"
WHY = Why("nobody was free")


@pytest.fixture
def waiting(content: Content) -> Caller:
    """Somebody upset who was put through, and waits."""
    weekdays = Schedule({day: ((time(9), time(18)),) for day in range(5)})
    caller = Caller(
        replace(content, hours=replace(content.hours, agents=weekdays)), "en", now=MONDAY, number=NUMBER
    )
    caller.means("start_return", order_number="47291")
    frustrated = replace(caller.state.mood.frustration, score=0.95, level="upset")
    caller.state = replace(caller.state, mood=replace(caller.state.mood, frustration=frustrated))
    caller.means("agent")
    assert caller.decision.action is Action.HAND_OFF
    return caller


def go_on(caller: Caller, move: Move) -> None:
    caller.state, caller.decision = move


def test_the_machine_goes_on_and_does_not_send_them_back_at_once(waiting: Caller) -> None:
    go_on(waiting, come_back(waiting.state, WHY, "desk_nobody"))
    assert waiting.keys == ["desk_nobody", "ask_request"]
    assert waiting.means("opening_hours").action is not Action.HAND_OFF
    assert waiting.means("agent").action is Action.HAND_OFF  # a person is still one word away


def test_what_was_proven_is_not_asked_again(waiting: Caller) -> None:
    before = waiting.state
    go_on(waiting, come_back(before, WHY, "desk_machine"))
    assert (waiting.state.verified, waiting.state.proven, waiting.state.tried) == (
        before.verified,
        before.proven,
        before.tried,
    )


def test_a_call_back_at_a_time_of_their_choice(waiting: Caller) -> None:
    go_on(waiting, call_back_instead(waiting.state, waiting.content, WHY))
    assert waiting.keys == ["desk_call_back", "ask_callback_time"]
    waiting.means(None, callback_time="2026-11-24T10:00")
    waiting.means("yes")
    promise = waiting.decision.callback
    assert promise is not None
    assert (promise.at, promise.number) == (datetime(2026, 11, 24, 10, tzinfo=MONDAY.tzinfo), NUMBER)
    assert promise.request == "start_return"


def test_who_names_no_time_is_called_back_within_the_hour_while_people_are_there(waiting: Caller) -> None:
    go_on(waiting, call_back_instead(waiting.state, waiting.content, WHY))
    for _ in range(4):
        if waiting.decision.callback is None:
            waiting.means(None)
    assert waiting.decision.callback is not None
    assert waiting.decision.callback.at == MONDAY + timedelta(hours=1)


def test_just_before_closing_it_is_the_next_opening(content: Content) -> None:
    weekdays = Schedule({day: ((time(9), time(18)),) for day in range(5)})
    caller = Caller(
        replace(content, hours=replace(content.hours, agents=weekdays)),
        "en",
        now=MONDAY.replace(hour=17, minute=30),
        number=NUMBER,
    )
    caller.means("agent")
    go_on(caller, call_back_instead(caller.state, caller.content, WHY))
    promise = caller.state.promise
    assert promise is not None
    assert promise.at == datetime(2026, 11, 24, 9, tzinfo=MONDAY.tzinfo)
