"""The picture of a call: complete, escaped, and drawn from whatever is known."""

import math
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from ivr.web.call_timeline import of_call
from ivr.web.timeline import LEAST_WIDTH, LEFT, MOST_WIDTH, RIGHT, Level, Mark, Span, Timeline, draw
from ivr.web.timeline_words import lines, width_of

SVG = "{http://www.w3.org/2000/svg}"
CALL: dict[str, object] = {
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
            "prosody": {"f0_median_hz": 200.0, "f0_range_semitones": 24.0, "energy_db": -24.1},
            "frustration": 0.55,
        },
    ],
    "decisions": [{"at_ms": 8_400, "action": "hand_off", "reason": "frustration 0.80"}],
}
LANES = ["caller", "hotline", "pitch (Hz)", "loudness (dB)", "emotion", "frustration", "decisions"]


def read(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def texts(svg: str) -> list[str]:
    return [element.text or "" for element in read(svg).iter(f"{SVG}text")]


def long_call(turns: int) -> dict[str, object]:
    """A call of many short turns, two seconds apart."""
    said = [
        {
            "speaker": "caller",
            "text": "no",
            "start_ms": at * 2_000,
            "end_ms": at * 2_000 + 900,
            "emotion": {"label": "neutral", "confidence": 0.9},
            "frustration": 0.1,
        }
        for at in range(turns)
    ]
    decided = [{"at_ms": at * 2_000 + 1_000, "action": "reprompt", "reason": "why"} for at in range(turns)]
    return {"call_sid": "CA2", "outcome": "abandoned", "turns": said, "decisions": decided}


def test_a_call_is_drawn_with_all_its_lanes() -> None:
    shown = texts(draw(of_call(CALL)))
    assert [text for text in shown if text in LANES] == LANES
    assert {"angry 0.74", "0.55", "hand_off"} <= set(shown)
    assert "100 – 400" in shown, "a range of two octaves lies one to each side of the median"


def test_names_come_in_the_reader_s_language() -> None:
    words = {
        "caller": "고객",
        "emotion_angry": "화남",
        "action_hand_off": "상담원에게",
        "outcome_is_handed_off": "넘김",
    }
    shown = texts(draw(of_call(CALL, words), words))
    assert {"고객", "화남 0.74", "상담원에게", "CA1 · 넘김"} <= set(shown)


def test_what_a_caller_says_does_not_run() -> None:
    svg = draw(of_call({**CALL, "call_sid": "<script>\x1b"}))
    assert "<script>" not in svg
    assert "\x00" not in svg
    assert "\x1b" not in svg
    assert any("<script>alert(1)</script>" in (each.text or "") for each in read(svg).iter(f"{SVG}title"))


def test_spans_stand_where_they_happened() -> None:
    drawn = read(draw(Timeline("t", 10_000, speech=[Span(5_000, 10_000, "caller", "a")])))
    spoken = next(each for each in drawn.iter(f"{SVG}rect") if each.get("rx"))
    inner = LEAST_WIDTH - LEFT - RIGHT
    assert float(spoken.attrib["x"]) == pytest.approx(LEFT + inner / 2)
    assert float(spoken.attrib["width"]) == pytest.approx(inner / 2)


def test_a_long_call_is_a_wide_picture_whose_labels_never_cover_each_other() -> None:
    drawn = read(draw(of_call(long_call(60))))
    assert LEAST_WIDTH <= int(drawn.attrib["width"]) <= MOST_WIDTH
    labels = [each for each in drawn.iter(f"{SVG}text") if each.text == "reprompt"]
    assert 30 <= len(labels) <= 60
    for y in {label.attrib["y"] for label in labels}:
        row = [float(label.attrib["x"]) for label in labels if label.attrib["y"] == y]
        assert all(later - earlier >= width_of("reprompt") for earlier, later in pairwise(row))
    everything = [each.text or "" for each in drawn.iter(f"{SVG}title")]
    assert everything.count("reprompt: why") == 60, "what has no room is in its tool tip"


def test_a_few_mistaken_values_do_not_flatten_a_curve() -> None:
    pitch = [(at * 10, 200.0 + at % 50) for at in range(200)]
    pitch[100] = (1_000, 65.0)
    svg = draw(Timeline("t", 2_000, pitch_hz=pitch))
    assert any(re.fullmatch(r"20\d – 24\d", text) for text in texts(svg))


def test_a_decision_that_was_taken_back_is_not_drawn() -> None:
    call = {**CALL, "decisions": [{"at_ms": 8_400, "action": "ask", "reason": "x", "withdrawn": True}]}
    assert "ask" not in texts(draw(of_call(call)))


@pytest.mark.parametrize(
    "timeline",
    [
        Timeline("nothing", 0),
        Timeline("one moment", 1, decisions=[Mark(0, "answer", "x")]),
        Timeline("ten hours", 36_000_000, speech=[Span(0, 36_000_000, "agent")]),
        Timeline(
            "not numbers",
            5_000,
            pitch_hz=[(0, math.nan), (20, math.inf)],
            loudness_levels=[Level(0, 1, math.nan), Level(0, 1, -20.0)],
            frustration=[(0, 9.0)],
        ),
        of_call({"call_sid": None, "turns": None, "decisions": [None, 3]}),
        of_call({"turns": [{"emotion": {}, "prosody": {"f0_median_hz": "high"}, "frustration": None}]}),
    ],
    ids=lambda timeline: timeline.title,
)
def test_little_or_odd_input_still_makes_a_picture(timeline: Timeline) -> None:
    svg = draw(timeline)
    assert "nan" not in svg
    assert "inf" not in svg
    assert int(read(svg).attrib["width"]) <= MOST_WIDTH


def test_a_call_without_any_feeling_has_no_lanes_for_it() -> None:
    call = {"call_sid": "CA3", "turns": [{"speaker": "caller", "text": "hm", "start_ms": 0, "end_ms": 900}]}
    assert [text for text in texts(draw(of_call(call))) if text in LANES] == ["caller"]


def test_written_out_words_are_broken_into_lines() -> None:
    said = "한국어로 아주 길게 말하는 고객의 이야기입니다 " * 12
    broken = lines(said, 400)
    assert len(broken) > 2
    assert all(width_of(line) * 1.25 <= 420 for line in broken[:-1])
    assert lines("", 400) == []
    assert lines("word " * 4_000, 400)[-1].endswith("…")
