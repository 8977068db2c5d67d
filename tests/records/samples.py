"""Parts of calls to write down."""

import base64
from datetime import UTC, datetime
from typing import Any

from ivr.records.store import Store
from ivr.records.types import CallStarted, DecisionRecord, HandoffRecord, Speaker, TurnRecord

Json = dict[str, Any]

KEY = base64.b64encode(bytes([1]) * 32).decode()
"""Of recordings."""

STARTED_AT = datetime(2026, 1, 31, 2, 3, 4, 567_890, tzinfo=UTC)

CALLER_TURN = TurnRecord(
    speaker="caller",
    text="사칠이구일 주문 언제 와요",
    start_ms=5120,
    end_ms=8340,
    language="ko",
    intent="order_status",
    intent_confidence=0.91,
    slots={"order_number": "47291"},
    emotion={"label": "angry", "confidence": 0.8, "arousal": 0.3, "valence": -0.1},
    prosody={"f0_median_hz": 182.0, "pauses": 1},
    speech_rate=4.8,
    frustration=0.12,
    signs={"words": 0.3},
    contributions={"words": 0.12},
)
ASSISTANT_TURN = TurnRecord("assistant", "내일 도착합니다.", 8770, 10_100, "ko", response_ms=430, interrupted=True)
DECISION = DecisionRecord(8400, "answer", "the order was found", {"anger": 0.4, "repeats": 0.2})
HANDOFF = HandoffRecord("caller_asked", {"headline": "wants a person", "tried": ["order_status"]})


def started(call_sid: str = "CA1", at: datetime = STARTED_AT) -> CallStarted:
    return CallStarted(call_sid, at, "+821012345678", "+82215880000", "ko", "simulated", "v1")


def turn(text: str, start_ms: int = 0, speaker: Speaker = "caller") -> TurnRecord:
    return TurnRecord(speaker, text, start_ms, start_ms + 100)


def record(store: Store, call_sid: str = "CA1") -> Json:
    view = store.call(call_sid)
    assert view is not None
    return view.as_json()


def texts(store: Store, call_sid: str = "CA1") -> list[str]:
    return [one["text"] for one in record(store, call_sid)["turns"]]
