"""The picture of a call: complete, escaped, and drawn from whatever is known."""

import math
from xml.etree import ElementTree

import pytest

from ivr.web.timeline import LEFT, RIGHT, WIDTH, Mark, Span, Timeline, draw, of_call

SVG = "{http://www.w3.org/2000/svg}"
CALL = {
    "call_sid": "CA1",
    "outcome": "handed_off",
    "turns": [
        {"speaker": "assistant", "text": "Hello", "start_ms": 0, "end_ms": 4_000, "emotion": None},
        {
            "speaker": "caller",
            "text": "<script>alert(1)</script> where is it\x00",
            "start_ms": 5_000,
            "end_ms": 8_000,
            "emotion": {"label": "angry", "confidence": 0.74},
            "prosody": {"f0_median_hz": 182.0, "energy_db": -24.1},
            "frustration": 0.55,
        },
    ],
    "decisions": [{"at_ms": 8_400, "action": "hand_off", "reason": "frustration 0.80"}],
}


def test_a_call_is_drawn_with_all_its_lanes() -> None:
    drawn = ElementTree.fromstring(draw(of_call(CALL)))
    texts = [element.text for element in drawn.iter(f"{SVG}text")]
    for lane in ("caller", "assistant", "pitch (Hz)", "loudness (dB)", "emotion", "frustration", "decisions"):
        assert lane in texts
    assert "angry 0.74" in texts
    assert "hand_off" in texts


def test_what_a_caller_says_does_not_run() -> None:
    svg = draw(of_call(CALL))
    assert "<script>" not in svg
    assert "\x00" not in svg


def test_spans_stand_where_they_happened() -> None:
    drawn = ElementTree.fromstring(draw(Timeline("t", 10_000, speech=[Span(5_000, 10_000, "caller", "a")])))
    spoken = next(each for each in drawn.iter(f"{SVG}rect") if each.get("rx"))
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    assert float(spoken.attrib["x"]) == pytest.approx(middle)
    assert float(spoken.attrib["width"]) == pytest.approx((WIDTH - LEFT - RIGHT) / 2)


@pytest.mark.parametrize(
    "timeline",
    [
        Timeline("nothing", 0),
        Timeline("one moment", 1, decisions=[Mark(0, "answer: x")]),
        Timeline("not numbers", 5_000, pitch_hz=[(0, math.nan), (20, math.inf)], frustration=[(0, 9.0)]),
        of_call({"call_sid": None, "turns": None, "decisions": [None, 3]}),
    ],
    ids=lambda timeline: timeline.title,
)
def test_little_or_odd_input_still_makes_a_picture(timeline: Timeline) -> None:
    ElementTree.fromstring(draw(timeline))
