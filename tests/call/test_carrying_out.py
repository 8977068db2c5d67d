"""What the dialogue decides is carried out: call-backs, pace, loudness, language, patience; what is left open."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from audio.g711 import samples_to_ulaw
from ivr.call.callers import known_caller, left_open, own_number
from ivr.call.timers import ASKED_PATIENCE, DIGITS_PATIENCE, patience_s
from ivr.content.types import Content
from ivr.dialogue.engine import start
from ivr.dialogue.types import (
    Action,
    Answered,
    CallBack,
    Decision,
    DialogueState,
    Event,
    HandoffReason,
    Heard,
    KnownCaller,
    Say,
    Tried,
)
from ivr.records.types import CallbackRecord, KnownNumber, OpenRequest
from ivr.understanding.types import ANYTHING, Expectation
from tests.call.stage import NOON, Stage, content, words

HELLO = Decision(Action.ASK, "hello", say=(Say("ask_request"),))
DUE = datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Seoul"))

Decide = Callable[[DialogueState, Event], tuple[DialogueState, Decision]]


class Director:
    """Decides in the dialogue's place, and keeps the events."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.events: list[Event] = []
        self.heard: Decide = lambda state, event: (state, HELLO)
        monkeypatch.setattr("ivr.call.acting.decide", self.decide)

    def decide(self, state: DialogueState, event: Event, content: Content) -> tuple[DialogueState, Decision]:
        self.events.append(event)
        if isinstance(event, Heard):
            state, decision = self.heard(state, event)
        else:
            decision = HELLO
        return self.remember(state, decision), decision

    @staticmethod
    def remember(state: DialogueState, decision: Decision) -> DialogueState:
        return _with(state, expecting=decision.expect)


def _with(state: DialogueState, **changes: Any) -> DialogueState:
    return DialogueState(**{**state.__dict__, **changes})


@pytest.fixture
def director(monkeypatch: pytest.MonkeyPatch) -> Iterator[Director]:
    yield Director(monkeypatch)


def test_a_promise_to_call_back_is_recorded_and_ends_the_call(director: Director) -> None:
    promise = CallBack(DUE, "+821012345678", "start_return", "반품")
    director.heard = lambda state, event: (
        state,
        Decision(Action.HANG_UP, "later", say=(Say("goodbye"),), outcome="callback", callback=promise),
    )
    stage = Stage()
    stage.finish_prompt()
    stage.says(words("I want to send it back"))
    assert stage.call.over
    assert stage.call.outcome() == "callback"
    assert stage.call.ending().next == "hang_up"
    assert stage.call.left_open() == "start_return"
    record = CallbackRecord(DUE, "+821012345678", "start_return", "반품")
    assert ("callback", ("CA0001", record)) in stage.notebook.other


@pytest.mark.parametrize(("pace", "rate"), [("slow", 0.8), ("normal", 1.0), ("fast", 1.25)])
def test_we_speak_at_the_pace_that_was_asked_for(director: Director, pace: str, rate: float) -> None:
    director.heard = lambda state, event: (
        _with(state, pace=pace),
        Decision(Action.ANSWER, "", say=(Say("goodbye"),)),
    )
    stage = Stage()
    stage.finish_prompt()
    before = len(stage.voice.rates)
    stage.says(words("slower please"))
    assert stage.voice.rates[before:]
    assert set(stage.voice.rates[before:]) == {rate}


def test_we_speak_up_when_asked_to(director: Director, monkeypatch: pytest.MonkeyPatch) -> None:
    tone = samples_to_ulaw((0.1 * np.sin(np.arange(8_000) / 3)).astype(np.float32))
    monkeypatch.setattr("audio.voice_cache.VoiceCache.ulaw", lambda *_, **__: tone)
    director.heard = lambda state, event: (
        _with(state, loudness="loud"),
        Decision(Action.ANSWER, "", say=(Say("goodbye"),)),
    )
    stage = Stage()
    stage.finish_prompt()
    assert set(stage.line.audio) == {tone}
    stage.says(words("louder please"))
    louder = set(stage.line.audio) - {tone}
    assert len(louder) == 1
    assert louder != {tone}


def test_another_language_that_was_asked_for_is_spoken_and_listened_to(director: Director) -> None:
    director.heard = lambda state, event: (_with(state, language="en"), HELLO)
    stage = Stage(language="ko")
    stage.finish_prompt()
    stage.says(words("영어로 해 주세요", "ko"), language="ko")
    assert stage.call.language == "en"
    assert stage.notebook.languages == ["en"]
    stage.finish_prompt()
    stage.says(words("Where is my order?"))
    assert stage.recognition.languages[-1] == "en"


def test_whoever_asked_us_to_wait_is_not_asked_again_so_soon() -> None:
    assert patience_s(ANYTHING, 6.0) == 6.0
    assert patience_s(Expectation("digits"), 6.0) == 6.0 * DIGITS_PATIENCE
    assert patience_s(Expectation("digits", patient=True), 6.0) == 6.0 * ASKED_PATIENCE


def test_the_dialogue_is_told_the_time_and_the_number(director: Director) -> None:
    Stage()
    (answered,) = director.events
    assert isinstance(answered, Answered)
    assert answered.now is not None
    assert answered.now.isoformat() == "2026-11-23T12:00:00+09:00"
    assert answered.number == "+821012345678"
    assert answered.known is None


def test_days_are_counted_from_the_time_of_the_call(director: Director, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()
    asked: list[datetime | None] = []
    understand = stage.services.understander.understand

    def note(*values: Any) -> Any:
        asked.append(values[3])
        return understand(*values)

    monkeypatch.setattr(stage.services.understander, "understand", note)  # to listen in
    stage.finish_prompt()
    stage.says(words("tomorrow"))
    assert asked
    assert asked[0] == NOON


def _found(request: OpenRequest | None) -> "Future[KnownNumber]":
    future: Future[KnownNumber] = Future()
    future.set_result(KnownNumber(request))
    return future


def test_a_known_caller_is_greeted_with_what_is_open(director: Director) -> None:
    Stage(found=_found(OpenRequest("order_status", NOON - timedelta(days=1))))
    (answered,) = director.events
    assert isinstance(answered, Answered)
    assert answered.known == KnownCaller("order_status", 1)


def test_days_change_at_midnight_where_the_hotline_is() -> None:
    # 23:30 on Sunday in Seoul; the call is on Monday at noon
    request = OpenRequest("order_status", datetime(2026, 11, 22, 14, 30, tzinfo=UTC))
    assert known_caller(_found(request), content(), NOON) == KnownCaller("order_status", 1)
    request = OpenRequest("order_status", datetime(2026, 11, 22, 15, 30, tzinfo=UTC))
    assert known_caller(_found(request), content(), NOON) == KnownCaller("order_status", 0)


def test_whoever_can_not_be_looked_up_in_time_is_greeted_like_everybody() -> None:
    broken: Future[KnownNumber] = Future()
    broken.set_exception(RuntimeError("database down"))
    for found in (None, _found(None), broken, Future(), _found(OpenRequest("gone_request", NOON))):
        assert known_caller(found, content(), NOON) is None


@pytest.mark.parametrize(
    ("number", "own"),
    [
        ("+821012345678", "+821012345678"),
        ("+266696687", None),
        ("anonymous", None),
        ("sip:a@b", None),
        ("01012345678", None),
        (None, None),
    ],
)
def test_only_a_full_number_can_be_called_back(number: str | None, own: str | None) -> None:
    assert own_number(number) == own


def test_what_is_left_open_is_what_was_worked_on_or_not_found() -> None:
    state = start("en")
    assert left_open(state, content()) is None
    assert left_open(_with(state, intent="order_status"), content()) == "order_status"
    assert left_open(_with(state, tried=(Tried("order_status", "missing"),)), content()) == "order_status"
    assert left_open(_with(state, tried=(Tried("order_status", "found"),)), content()) is None


def test_a_request_handed_to_a_person_is_left_open(director: Director) -> None:
    director.heard = lambda state, event: (
        _with(state, intent="order_status"),
        Decision(
            Action.HAND_OFF,
            "",
            say=(Say("handing_over"),),
            outcome="handed_off",
            handoff=HandoffReason.CALLER_ASKED,
        ),
    )
    stage = Stage()
    stage.finish_prompt()
    stage.says(words("agent"), name="agent")
    assert stage.call.left_open() == "order_status"
