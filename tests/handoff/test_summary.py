"""What the agent is told: facts of the call and nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from ivr.content.loader import load_content
from ivr.content.types import LANGUAGES, Content, Language, SlotSpec
from ivr.dialogue.engine import start
from ivr.dialogue.types import HandoffReason, Tried
from ivr.handoff.summary import summarise, whisper
from ivr.records.types import TurnRecord

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"
KEYS = {"headline", "caller", "request", "verified", "tried", "feeling", "suggested_opening"}


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content(PROMPTS)


def _caller(text: str, intent: str | None, **more: object) -> TurnRecord:
    # mypy can't check fields by name
    return replace(TurnRecord("caller", text, 0, 1000, "ko", intent=intent), **more)  # type: ignore[arg-type]


TURNS = [
    TurnRecord("assistant", "무엇을 도와드릴까요?", 0, 900, "ko"),
    _caller("주문한 운동화가 아직 안 왔어요", "order_status"),
    _caller("사칠이구일이요", "order_status", slots={"order_number": "47291"}),
    _caller("상담원 바꿔 주세요", "agent", emotion={"label": "angry", "confidence": 0.7}),
]


def test_a_caller_who_asked_for_a_person_after_an_answer(content: Content) -> None:
    state = replace(
        start("ko"),
        tried=(Tried("order_status", "on_the_way", "47291"),),
        verified={"order_number": "47291", "status": "on_the_way"},
    )
    summary = summarise(state, TURNS, HandoffReason.CALLER_ASKED, "+821055500101", content, "ko")
    assert set(summary) >= KEYS
    assert summary["headline"] == "주문 조회 · 47291 · 상담원을 요청하셨습니다"
    assert summary["caller"] == {"number": "+821055500101", "language": "ko"}
    assert summary["request"] == "주문한 운동화가 아직 안 왔어요", "in the caller's own words"
    assert summary["verified"] == {"order_number": "47291", "status": "on_the_way"}
    assert summary["tried"] == ["주문 조회 (47291): 배송 중"]
    assert summary["emotion"] == "angry"
    assert summary["feeling"] == "현재 상태: 목소리에 화가 남"
    assert "47291" in str(summary["suggested_opening"])
    assert whisper(summary, content, "ko") == "주문 조회 문의 고객입니다. 상담원을 요청하셨습니다. 사 칠 이 구 일."


def test_what_was_told_is_passed_on_but_not_what_proves_who_they_are(content: Content) -> None:
    specs = {
        "address": SlotSpec("address", 0, "text"),
        "identity": SlotSpec("identity", 4, "identity"),
        "order_number": SlotSpec("order_number", 5),
    }
    content = replace(content, slots=specs)
    slots = {"order_number": "47291", "identity": "5678", "address": "서울시 마포구 월드컵로 10"}
    state = replace(start("ko"), intent="order_status", slots=slots, proven=("47291",))
    summary = summarise(state, [], HandoffReason.CALLER_ASKED, None, content, "ko")
    assert summary["told"] == {"order_number": "47291", "address": "서울시 마포구 월드컵로 10"}
    assert summary["identity_proven"] is True
    assert "5678" not in str(summary)
    assert "47291" in str(summary["headline"])
    assert "마포구" not in str(summary["headline"]), "a number is a number, not the last thing told"


def test_asking_to_wait_is_not_what_a_caller_wants(content: Content) -> None:
    turns = [*TURNS[:2], _caller("잠깐만요", "hold_on"), _caller("더 천천히요", "slower")]
    summary = summarise(start("ko"), turns, HandoffReason.UNKNOWN_INTENT, None, content, "ko")
    assert summary["intent"] == "order_status"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_known_is_null_or_empty(content: Content, language: Language) -> None:
    summary = summarise(start("en"), [], HandoffReason.UNKNOWN_INTENT, None, content, language)
    assert summary["caller"] == {"number": None, "language": "en"}
    assert (summary["request"], summary["feeling"]) == (None, None)
    assert (summary["verified"], summary["tried"]) == ({}, [])
    assert whisper(summary, content, language)


def test_words_that_were_not_understood_are_passed_on(content: Content) -> None:
    turns = [_caller("강아지 사료가 상한 것 같아요", None), _caller("상담원", "agent")]
    summary = summarise(start("ko"), turns, HandoffReason.CALLER_ASKED, None, content, "ko")
    assert summary["request"] == "강아지 사료가 상한 것 같아요"
    assert "확인하지 못한" in whisper(summary, content, "ko")


def test_a_number_that_was_not_found_is_not_called_verified(content: Content) -> None:
    state = replace(start("ko"), intent="order_status", tried=(Tried("order_status", "missing", "11111"),))
    summary = summarise(state, TURNS[:2], HandoffReason.BUSINESS_RULE, None, content, "en")
    assert summary["verified"] == {}
    assert "11111" in str(summary["headline"])


def test_every_reason_and_language_has_words(content: Content) -> None:
    for reason in HandoffReason:
        for language in LANGUAGES:
            summary = summarise(start("ko"), TURNS, reason, None, content, language)
            assert summary["reason"] == reason.value
            assert "{" not in f"{summary['headline']} {whisper(summary, content, language)}"


def test_a_request_without_a_label_is_named_by_its_intent(content: Content) -> None:
    turns = [_caller("쿠폰이 안 돼요", "coupon_problem")]
    summary = summarise(start("ko"), turns, HandoffReason.CALLER_ASKED, None, content, "en")
    assert str(summary["headline"]).startswith("coupon problem")
