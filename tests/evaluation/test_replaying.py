"""Recorded calls go through the product's own rooms, and what comes of them is compared with what is expected."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from audio.wav import write_wav
from ivr.dialogue.types import Action
from ivr.evaluation.judging import Judged, in_order, judge
from ivr.evaluation.replaying import Rooms, play
from ivr.evaluation.suite import CallExpectation, Case, Turn, TurnExpectation
from ivr.evaluation.summary import summarise
from tests.audio import signals
from tests.evaluation.stage import FIXTURES, Script, rooms

SPOKEN = FIXTURES / "en" / "order_status.wav"
ANYTHING = CallExpectation()


def case(*turns: TurnExpectation | Turn, expect: CallExpectation = ANYTHING, at: dt.datetime | None = None) -> Case:
    said = [each if isinstance(each, Turn) else Turn(5, SPOKEN, expect=each) for each in turns]
    return Case("a call", 2, tuple(said), language="en", number="+821012345678", expect=expect, at=at)


def played(one: Case, by: Rooms) -> Judged:
    return judge(play(one, by))


def failures(judged: Judged) -> list[str]:
    return [str(check) for check in judged.failures]


def test_a_call_that_goes_as_expected_passes() -> None:
    call = case(
        TurnExpectation(language="en", intent="order_status", actions=("ask",), frustration=(0, 0.1)),
        TurnExpectation(slots={"order_number": "47291"}, actions=("answer",), never=("hand_off",)),
        TurnExpectation(intent="goodbye"),
        expect=CallExpectation(
            language="en",
            intents=("order_status", "goodbye"),
            slots={"order_number": "47291"},
            frustration=(0, 0.3),
            actions=("ask", "answer", "hang_up"),
            never=("offer_agent",),
            handoff="none",
            outcome="resolved",
        ),
    )
    judged = played(call, rooms("where is my order", "47291", "bye"))
    assert failures(judged) == []
    assert judged.passed
    assert len(judged.checks) == 19  # 3 recordings heard, 8 of turns, 8 of the call
    assert judged.call.outcome == "resolved"


def test_each_thing_that_comes_otherwise_is_told_with_both_sides() -> None:
    call = case(
        TurnExpectation(language="ko", intent="refund_status", slots={"order_number": "1"}, emotion=("happy",)),
        expect=CallExpectation(
            intents=("refund_status",), never=("ask",), handoff="frustration", outcome="resolved", language="ja"
        ),
    )
    assert failures(played(call, rooms("where is my order"))) == [
        "turn 1: language: expected ko, got en",
        "turn 1: intent: expected refund_status, got order_status",
        "turn 1: slot order_number: expected 1, got none",
        "turn 1: emotion: expected happy, got none",
        "language: expected ja, got en",
        "intents: expected refund_status, got order_status",
        "actions: expected no ask, got ask, ask",
        "handoff: expected frustration, got none",
        "outcome: expected resolved, got abandoned",
    ]


def test_not_understood_and_not_judged_can_be_expected() -> None:
    call = case(TurnExpectation(intent="none", emotion=("none",), actions=("reprompt",)))
    assert played(call, rooms("colourless green ideas")).passed


def test_what_was_felt_is_compared() -> None:
    felt = TurnExpectation(emotion=("angry",), anger=(0.8, 1), frustration=(0.1, 0.9))
    assert played(case(felt), rooms("colourless", anger=0.9)).passed
    judged = played(case(felt), rooms("colourless", anger=0.1))
    assert failures(judged)[:2] == [
        "turn 1: emotion: expected angry, got neutral",
        "turn 1: anger: expected 0.8 to 1, got 0.10",
    ]


def test_frustration_builds_up_over_the_call() -> None:
    angry = rooms("sky one", "green two", "blue three", anger=1.0)
    scores = [
        turn.frustration.score if turn.frustration else 0.0
        for turn in play(case(*[TurnExpectation()] * 3), angry).turns
    ]
    assert 0 < scores[0] < scores[1] < scores[2]


def test_a_recording_that_cannot_be_read_fails_its_call_and_the_others_are_said() -> None:
    gone = Turn(4, FIXTURES / "nothing.wav")
    judged = played(case(gone, TurnExpectation(intent="order_status")), rooms("where is my order"))
    assert len(judged.failures) == 1
    assert "nothing.wav: no such file" in failures(judged)[0]
    assert judged.call.turns[1].meaning is not None


def test_silence_is_silence(tmp_path: Path) -> None:
    quiet = tmp_path / "quiet.wav"
    write_wav(quiet, signals.silence(2), 8000)
    script = Script("never heard")
    (turn,) = play(case(Turn(3, quiet)), rooms(script=script)).turns
    assert script.asked_for == []
    assert turn.meaning is None
    assert [step.decision.action for step in turn.steps] == [Action.REPROMPT]


def test_keys_are_pressed_without_their_hash() -> None:
    call = play(case(TurnExpectation(), Turn(4, keys="47291#")), rooms("where is my order"))
    assert Action.ANSWER in [step.decision.action for step in call.turns[1].steps]


def test_what_comes_after_the_end_is_not_said() -> None:
    call = case(TurnExpectation(), TurnExpectation(), TurnExpectation(intent="order_status"))
    judged = played(call, rooms("bye", "bye", "where is my order"))
    assert judged.call.turns[2].unsaid
    assert failures(judged)[-1] == "turn 3: recording: expected said, got the hotline had ended the call before"
    assert played(case(TurnExpectation(), TurnExpectation(), TurnExpectation()), rooms("bye", "bye", "bye")).passed


def test_the_language_is_found_as_in_a_call() -> None:
    script = Script("영업시간이 어떻게 되나요", "47291", language="ko")
    found = play(replace(case(TurnExpectation(), TurnExpectation()), language=None), rooms(script=script))
    assert found.language == "ko"
    assert script.asked_for == [None, "ko"]


def test_the_shop_is_as_new_in_every_call() -> None:
    by = rooms(*["cancel it", "47291", "0101"] * 2)
    first, second = (play(case(*[TurnExpectation()] * 3), by) for _ in range(2))
    assert [step.words for step in first.steps] == [step.words for step in second.steps]


@pytest.mark.parametrize(("hour", "handed"), [(14, True), (3, False)])
def test_the_clock_can_be_set(hour: int, handed: bool) -> None:
    """Outside the agents' hours nobody can be handed over."""
    by = rooms("sky one", "green two", "blue three", "red four")
    hours = replace(by.content.hours, agents=by.content.hours.shop)
    call = case(*[TurnExpectation()] * 4, at=dt.datetime(2026, 3, 3, hour))
    judged = play(call, replace(by, content=replace(by.content, hours=hours)))
    assert (judged.handoff is not None) == handed


def test_in_order_allows_others_between() -> None:
    assert in_order(["a", "c"], ["a", "b", None, "c"])
    assert not in_order(["c", "a"], ["a", "b", "c"])
    assert not in_order(["a", "a"], ["a"])
    assert in_order([], [])


def test_the_summary_counts_and_measures() -> None:
    good = played(case(TurnExpectation(intent="order_status")), rooms("where is my order"))
    bad = played(case(TurnExpectation(intent="order_status", frustration=(0, 1))), rooms("bye"))
    summary = summarise([good, bad])
    assert (summary.passed, summary.calls, summary.turns) == (1, 2, 2)
    assert summary.checks == (("heard", 2, 2), ("understood", 1, 2), ("felt", 1, 1))
    assert [speed.step for speed in summary.speeds] == ["decode", "voice", "understand", "decide", "response"]
    assert all(0 <= speed.median_ms <= speed.p95_ms for speed in summary.speeds)
    assert summarise([]).speeds == ()
