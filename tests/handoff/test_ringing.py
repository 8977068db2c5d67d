"""Which telephones ring for whom, and what a waiting caller is told. No threads, no network."""

from dataclasses import replace

import pytest

from ivr.handoff.ringing import Caller, FetchCaller, HangUp, Place, Write
from ivr.handoff.types import HandOffState
from tests.handoff.phones import FIRST, LEGS, PHONES, SECOND, Board


def test_all_free_phones_ring_at_once_and_each_only_once() -> None:
    board = Board()
    board.enter()
    assert [attempt.phone for attempt in board.call().attempts] == list(PHONES)
    assert board.round() == []
    board.book.leg_over(FIRST, 0, LEGS[0], "busy")
    assert board.round() == []


def test_in_order_one_after_the_other_until_one_takes_it() -> None:
    board = Board("in_order")
    board.enter()
    assert board.answers() == [None]
    assert board.picks_up(0, "2") == "declined"
    assert board.round() == [Place(FIRST, 1)]
    board.book.leg_over(FIRST, 1, LEGS[1], "no-answer")
    assert board.round() == [Place(FIRST, 2)]
    assert board.picks_up(2, "1") == "accepted"
    assert board.answers() == ["declined", "no_answer", "accepted"]
    assert board.round(60) == []


@pytest.mark.parametrize(("key", "pressed"), [("7", "again"), ("", "again"), (None, "gone"), ("2", "declined")])
def test_what_an_agents_key_comes_to(key: str | None, pressed: str) -> None:
    board = Board()
    board.enter()
    assert board.picks_up(0, key) == pressed


def test_whoever_presses_1_first_gets_the_call_and_the_others_stop() -> None:
    board = Board()
    board.enter()
    for number in range(3):
        board.book.placed(FIRST, number, LEGS[number])
    board.book.picked_up(FIRST, 0, LEGS[0])
    board.book.effects.clear()
    assert board.picks_up(1, "1") == "accepted"
    assert board.effects(HangUp) == [HangUp(LEGS[0]), HangUp(LEGS[2])]
    assert board.effects(FetchCaller)
    assert board.picks_up(0, "1") == "taken"
    assert board.answers() == ["withdrawn", "accepted", "withdrawn"]


def test_a_phone_that_was_being_placed_when_nobody_needs_it_any_more_is_hung_up() -> None:
    board = Board()
    board.enter()
    board.book.caller_gone(FIRST)
    board.book.effects.clear()
    board.book.placed(FIRST, 1, LEGS[1])
    assert board.effects(HangUp) == [HangUp(LEGS[1])]
    assert board.call().state is HandOffState.ABANDONED


def test_a_webhook_may_come_before_twilios_answer_to_the_request() -> None:
    board = Board()
    board.enter()
    assert board.picks_up(0, "1") == "accepted"
    board.book.placed(FIRST, 0, LEGS[0])
    assert board.call().attempts[0].stage == "talking"
    board.book.not_placed(FIRST, 0, "no answer", carrier=True)
    assert board.call().taken is not None


def test_who_waits_longest_is_rung_for_first_and_a_phone_for_one_at_a_time() -> None:
    board = Board(phones=PHONES[:2])
    board.enter()
    board.time.go(5)
    board.enter(SECOND)
    assert board.answers(SECOND) == []
    board.book.leg_over(FIRST, 0, LEGS[0], "no-answer")
    assert board.round() == [Place(SECOND, 0)]
    assert board.call(SECOND).attempts[0].phone == PHONES[0]


def test_when_everybody_said_no_the_caller_is_fetched_once() -> None:
    board = Board()
    board.enter()
    for number, status in enumerate(("busy", "no-answer", "failed")):
        board.book.leg_over(FIRST, number, LEGS[number], status)
    board.round()
    assert board.call().given_up
    assert board.call().why == "every agent was rung: 1 busy, 1 no_answer, 1 unreachable"
    assert board.effects(FetchCaller)
    board.round(30)
    assert not board.effects(FetchCaller)
    board.book.caller_gone(FIRST)
    assert board.call().state is HandOffState.MISSED


def test_nobody_is_kept_waiting_for_ever_behind_others() -> None:
    board = Board(phones=PHONES[:1])
    board.enter()
    board.picks_up(0, "1")
    board.book.joined(FIRST)
    board.enter(SECOND)
    board.round(899)
    assert not board.call(SECOND).given_up
    board.round(2)
    assert board.call(SECOND).given_up
    assert board.call(SECOND).why == "waited too long"


def test_position_and_time_are_those_of_the_queue() -> None:
    board = Board(phones=PHONES[:1])
    board.enter()
    board.enter(SECOND)
    assert board.book.outlook(FIRST).position == 1
    told = board.book.outlook(SECOND)
    assert (told.position, told.expected_wait_s) == (2, None)  # nothing is known yet: no number is invented
    for number in range(5):
        call_sid = f"CA{number:032x}"
        fresh = Board(phones=PHONES[:1])
        fresh.book = board.book
        if number == 0:
            board.book.caller_gone(FIRST)
            board.book.caller_gone(SECOND)
        board.enter(call_sid)
        board.picks_up(0, "1", call_sid)
        board.book.joined(call_sid)
        board.time.go(120)
        assert board.book.talked(call_sid)
    third = "CA" + "3" * 32
    board.enter(third)
    board.picks_up(0, "1", third)
    fourth = "CA" + "4" * 32
    board.enter(fourth)
    told = board.book.outlook(fourth)
    assert (told.position, told.expected_wait_s) == (1, 60.0)  # who talks now is taken to be half through


def test_without_phones_the_hand_off_ends_all_the_same() -> None:
    board = Board(phones=())
    board.enter()
    assert board.call().given_up
    board.book.message(FIRST, left=False)
    assert board.call().state is HandOffState.MISSED


def test_what_is_over_stays_over() -> None:
    board = Board()
    board.enter()
    board.picks_up(0, "1")
    board.book.joined(FIRST)
    board.book.talked(FIRST)
    ended = board.call()
    board.book.effects.clear()
    board.book.caller_gone(FIRST)
    board.book.leg_over(FIRST, 0, LEGS[0], "completed")
    board.book.leg_over(FIRST, 1, LEGS[1], "busy")
    board.book.message(FIRST, left=True)
    assert not board.book.chose(FIRST, HandOffState.CALLBACK, "late")
    assert board.book.enter(Caller(FIRST, "ko")) is ended
    assert board.call() == replace(ended)
    assert not board.effects(Write)
    assert ended.state is HandOffState.COMPLETED
