"""A caller of whom only the record knows is put through with what it tells."""

from datetime import UTC, datetime, timedelta

import pytest

from ivr.call.recalled import recalled
from ivr.call.switchboard_types import Ending
from ivr.handoff.types import WaitingCall
from ivr.records.types import DecisionRecord, HandoffRecord, TurnRecord
from ivr.records.views import CallHeader, CallView, Numbered
from tests.call.stage import content

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
SUMMARY = {
    "intent": "order_status",
    "reason": "frustration",
    "headline": "order status; upset",
    "frustration": 0.72,
    "risks": [{"kind": "legal", "turn": 3, "words": "lawyer"}],
    "verified": {},
}


def _call(language: str | None, *handoffs: HandoffRecord, spoke: str | None = None, at_s: int = 0) -> CallView:
    header = CallHeader("CA0001", NOW, "+821012345678", language=language)
    turns = (Numbered(1, TurnRecord("caller", "where is my parcel", 0, 900, spoke)),) if spoke else ()
    asked = (
        Numbered(3, DecisionRecord(1_000 * at_s, "hand_off", "asked")),
        Numbered(4, DecisionRecord(0, "ask", "")),
    )
    return CallView(header, turns, asked, handoff=Numbered(2, handoffs[0]) if handoffs else None)


def test_the_agent_is_told_what_the_record_has() -> None:
    later = NOW + timedelta(minutes=3)
    ending = recalled(_call("en", HandoffRecord("frustration", SUMMARY), at_s=60), content(), "en", later)
    assert (ending.next, ending.language) == ("person", "en")
    assert "order" in ending.whisper.lower()
    assert ending.whispers["en"] == ending.whisper
    assert "주문" in ending.whispers["ko"]
    assert ending.caller == WaitingCall(
        "CA0001",
        NOW + timedelta(minutes=1),
        language="en",
        topic="order_status",
        frustration=0.72,
        risks=("legal",),
        headline="order status; upset",
        reason="frustration",
        from_number="+821012345678",
    )


def test_a_call_without_a_hand_off_is_known_by_its_language_alone() -> None:
    assert recalled(_call(None, spoke="ja"), content(), "ko", NOW) == Ending("person", "ja")
    assert recalled(_call(None), content(), "ko", NOW) == Ending("person", "ko")


@pytest.mark.parametrize(
    "summary", [{}, {"intent": 7, "frustration": "much", "risks": "legal"}, {"risks": [{}, 1]}]
)
def test_a_summary_that_has_been_cleared_or_is_odd_does_no_harm(summary: dict[str, object]) -> None:
    known = recalled(_call("ko", HandoffRecord("failure", summary)), content(), "ko", NOW).caller
    assert known is not None
    assert (known.topic, known.frustration, known.risks) == (None, 0.0, ())
