"""Agents' telephones are shared out as the desk shares out its agents."""

from datetime import time, timedelta

import pytest

from ivr.content.types import Hours, Schedule
from ivr.handoff.ringing import CLOSED, Caller, FetchCaller, Place
from ivr.handoff.ringing_load import Talk
from ivr.handoff.types import HandOffState, WaitingCall
from tests.handoff.desks import NOON
from tests.handoff.phones import FIRST, PHONES, SECOND, THIRD, Board, phone

ONE, TWO, THREE = PHONES
FOURTH = "CA" + "4" * 32
MONDAYS = Hours(agents=Schedule(weekly={0: ((time(9), time(18)),)}))
"""Twelve o'clock of :data:`NOON` is within."""


# --- who is rung ---


def test_the_callers_language_is_rung_and_others_only_when_none_is_left() -> None:
    board = Board(phones=[phone(ONE, "ko", "en"), phone(TWO, "ja"), phone(THREE, "en", "ja")])
    board.enter(language="ja")
    assert board.rung() == [TWO, THREE]
    assert board.refuses(TWO) == []
    assert board.refuses(THREE) == [Place(FIRST, 2)]
    assert board.rung() == [TWO, THREE, ONE]


def test_somebody_who_speaks_it_and_is_talking_is_worth_waiting_for() -> None:
    board = Board(phones=[phone(ONE, "ko"), phone(TWO, "ja")])
    board.enter(SECOND, language="ja")
    board.takes(TWO, SECOND)
    board.enter(FIRST, language="ja")
    assert board.rung() == []
    board.book.talked(SECOND)
    board.round()
    assert board.rung() == [TWO]


def test_who_knows_other_topics_is_rung_later() -> None:
    board = Board(phones=[phone(ONE, topics=("order_status",)), phone(TWO, topics=("start_return",)), phone(THREE)])
    board.enter(topic="start_return")
    assert board.rung() == [TWO, THREE]
    board.refuses(TWO)
    board.refuses(THREE)
    assert board.rung() == [TWO, THREE, ONE]


def test_a_furious_caller_does_not_ring_who_had_one_last_while_another_is_free() -> None:
    board = Board()
    board.has_had(ONE, SECOND, frustration=0.9)
    board.time.go(3600)
    board.enter(frustration=0.8)
    assert board.rung() == [TWO, THREE]
    board.refuses(TWO)
    board.refuses(THREE)
    assert board.rung() == [TWO, THREE, ONE]  # better than nobody


def test_a_calm_caller_rings_everybody_who_has_rested() -> None:
    board = Board()
    board.has_had(ONE, SECOND, frustration=0.9)
    board.time.go(119)
    board.enter(frustration=0.1)
    assert set(board.rung()) == {TWO, THREE}
    board.round(1)
    assert set(board.rung()) == {ONE, TWO, THREE}


def test_a_breather_is_broken_for_danger_alone() -> None:
    board = Board(phones=[ONE])
    board.has_had(ONE, SECOND, frustration=0.9)
    board.enter(THIRD, frustration=0.9, risks=("legal",))
    assert board.rung(THIRD) == []
    board.enter(FIRST, risks=("safety",))
    assert board.rung() == [ONE]


def test_the_anger_of_a_day_is_shared_out() -> None:
    board = Board()
    for at, number in enumerate((ONE, ONE, TWO)):
        board.has_had(number, f"CA{at:032d}", frustration=0.55)  # hard for nobody, but it adds up
    loads = {agent.id: (agent.calls_today, round(agent.anger_today, 2)) for agent in board.book.agents()}
    assert loads == {ONE: (2, 1.1), TWO: (1, 0.55), THREE: (0, 0.0)}
    board.enter(frustration=0.8)
    assert board.rung() == [THREE, TWO]  # ONE had more than one utterly furious caller's worth beyond the others
    board.refuses(TWO)
    board.refuses(THREE)
    assert board.rung() == [THREE, TWO, ONE]


def test_in_order_is_best_first_and_between_equals_as_written() -> None:
    board = Board("in_order", [phone(ONE, "en"), phone(TWO, "ko", topics=("start_return",)), phone(THREE, "ko")])
    board.enter(topic="start_return")
    assert board.rung() == [TWO]
    board.refuses(TWO)
    board.refuses(THREE)
    assert board.rung() == [TWO, THREE, ONE]
    board.enter(SECOND, topic="order_status")
    assert board.rung(SECOND) == [THREE]  # ONE rings for the other caller


def test_a_new_day_forgets_the_load() -> None:
    board = Board()
    board.has_had(ONE, SECOND, frustration=0.9)
    board.time.go(13 * 3600)
    assert [agent.anger_today for agent in board.book.agents()] == [0, 0, 0]
    assert [agent.last_frustration for agent in board.book.agents()] == [None] * 3


# --- who comes first ---


def test_the_most_urgent_caller_is_rung_for_first() -> None:
    board = Board(phones=[ONE])
    board.has_had(ONE, FOURTH, frustration=0.1)
    board.enter(FOURTH.replace("4", "5"), frustration=0.1)
    board.takes(ONE, FOURTH.replace("4", "5"))
    for call_sid, frustration, risks in ((FIRST, 0.1, ()), (SECOND, 0.9, ()), (THIRD, 0.1, ("safety",))):
        board.time.go(1)
        board.enter(call_sid, frustration=frustration, risks=risks)
    assert [board.book.outlook(sid).position for sid in (FIRST, SECOND, THIRD)] == [3, 2, 1]
    board.book.talked(FOURTH.replace("4", "5"))
    assert board.round() == [Place(THIRD, 0)]


def test_who_lost_an_agent_comes_before_who_waited_as_long() -> None:
    board = Board("in_order", [ONE, TWO])
    board.enter()
    board.picks_up(0, "1")
    board.enter(SECOND)
    assert board.rung(SECOND) == [TWO]
    board.book.leg_over(FIRST, 0, "CAleg0", "completed")  # before the caller was in the room
    assert board.call().returned == 1
    board.enter(THIRD)
    assert board.rung(THIRD) == [ONE]
    board.refuses(TWO, SECOND)
    assert board.rung() == [ONE, TWO]


# --- why ---


def test_each_choice_says_why_in_a_sentence_and_in_numbers() -> None:
    board = Board(phones=[phone(ONE, "ko", name="김미나", topics=("start_return",)), phone(TWO, "en", "ko")])
    board.enter(topic="start_return", frustration=0.9, risks=("legal",))
    first, second = board.call().attempts
    assert first.agent == "김미나"
    assert first.chosen == (
        "next (waited 0 s, furious (0.90), risk: legal); "
        "김미나 is the best of 2 free: topic +1.00, first language +0.20"
    )
    assert first.contributions == {"topic": 1.0, "first_language": 0.2}
    assert second.chosen.endswith(f"{TWO} is number 2 of 2 free: all alike")


# --- load after a restart ---


def test_what_was_before_a_restart_counts_and_what_is_known_better_more() -> None:
    board = Board()
    board.has_had(ONE, SECOND, frustration=0.5)
    board.book.staff.recall(
        [
            Talk(SECOND, 0, ONE, NOON, 0.9),
            Talk(THIRD, 1, TWO, NOON - timedelta(hours=1), 0.7, NOON - timedelta(minutes=59)),
            Talk(FOURTH, 0, THREE, NOON - timedelta(days=1), 0.9),
            Talk(FOURTH, 1, "+821000000099", NOON, 0.9),
        ]
    )
    loads = {agent.id: (agent.hard_calls_today, agent.anger_today) for agent in board.book.agents()}
    assert loads == {ONE: (0, 0.5), TWO: (1, 0.7), THREE: (0, 0)}


def test_after_a_restart_a_caller_keeps_their_place() -> None:
    board = Board(phones=[ONE])
    board.enter(SECOND, frustration=0.1)
    known = WaitingCall(FIRST, NOON - timedelta(minutes=5))
    board.book.enter(Caller(FIRST, "ko", own_number="+8221234567", known=known), again=True)
    assert board.round() == []
    assert [board.book.outlook(call_sid).position for call_sid in (FIRST, SECOND)] == [1, 2]
    board.refuses(ONE, SECOND)
    assert board.round(65) == [Place(FIRST, 0)]
    assert board.attempt(ONE).chosen == f"next (waited 365 s); {ONE} is the only one free for it"


def test_an_agent_who_never_came_has_no_load() -> None:
    board = Board(phones=[ONE])
    board.enter(frustration=0.9)
    board.picks_up(0, "1")
    assert board.book.agents()[0].anger_today == 0.9
    board.book.leg_over(FIRST, 0, "CAleg0", "completed")
    assert board.book.agents()[0].anger_today == 0


# --- telephones rung by a <Dial> ---


def test_a_dial_rings_the_rested_who_fit_then_the_others() -> None:
    board = Board(phones=[phone(ONE, "ko"), phone(TWO, "ko"), phone(THREE, "ja")])
    board.has_had(ONE, SECOND, frustration=0.9)
    board.enter(own_number=None, frustration=0.1)
    for expected in ([TWO], [ONE], [THREE], []):
        assert [attempt.phone for attempt in board.book.dialled(FIRST)] == expected
        board.book.dial_over(FIRST, "no-answer")


def test_a_dial_rings_who_is_on_the_telephone_last_of_all() -> None:
    board = Board(phones=[phone(ONE, "ko"), phone(TWO, "ja")])
    board.enter(SECOND)
    board.takes(ONE, SECOND)
    board.enter(own_number=None)
    for expected in ([TWO], [ONE], []):
        assert [attempt.phone for attempt in board.book.dialled(FIRST)] == expected
        board.book.dial_over(FIRST, "busy")


# --- hours ---


def test_outside_the_agents_hours_nothing_rings_and_nobody_waits() -> None:
    board = Board(hours=MONDAYS)
    board.time.go(6 * 3600)  # six in the evening
    board.enter()
    call = board.call()
    assert (call.attempts, call.given_up, call.closed, call.why) == ((), True, True, CLOSED)
    assert board.book.dialled(FIRST) == []
    assert not board.book.outlook(FIRST).open


def test_on_a_holiday_nothing_rings() -> None:
    board = Board(hours=Hours(agents=MONDAYS.agents, holidays={NOON.date(): {"ko": "대체공휴일"}}))
    board.enter()
    assert board.call().closed


def test_who_waits_at_closing_time_is_let_go_and_what_rings_rings_on() -> None:
    board = Board(phones=[ONE], hours=MONDAYS)
    board.time.go(6 * 3600 - 10)
    board.enter()
    board.enter(SECOND)
    board.round(10)
    assert not board.call().closed
    assert board.call(SECOND).closed
    assert board.effects(FetchCaller) == [FetchCaller(board.call(SECOND))]
    board.takes(ONE)
    assert board.call().state is HandOffState.TALKING


def test_what_rang_unheard_at_closing_time_is_the_last_that_rang() -> None:
    board = Board("in_order", hours=MONDAYS)
    board.time.go(6 * 3600 - 10)
    board.enter()
    board.time.go(10)
    assert board.refuses(ONE) == []
    assert board.call().why == CLOSED


@pytest.mark.parametrize("again", [False, True])
def test_a_call_that_comes_back_outside_the_hours_is_known(again: bool) -> None:
    board = Board(hours=MONDAYS)
    board.time.go(6 * 3600)
    board.enter()
    assert not board.call().offered_callback
    board.book.chose(FIRST, HandOffState.CALLBACK, CLOSED)
    if again:
        board.enter()
        assert board.call().offered_callback
        assert not board.call().over
    else:
        assert board.call().state is HandOffState.CALLBACK
