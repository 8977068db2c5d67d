"""From a call's record to what is drawn of it."""

import math
from collections.abc import Mapping

from ivr.web.timeline import Level, Mark, Span, Timeline, draw

MOST_SEMITONES = 48.0
"""Of a pitch range: four octaves are more than any voice has, so more is a mistake."""


LANES = ("caller", "assistant", "pitch", "loudness", "emotion", "frustration", "decisions")


def in_words(call: Mapping[str, object], words: Mapping[str, str]) -> str:
    """A recorded call's timeline, drawn in its reader's language.

    Args:
        call: The JSON of ``GET /api/calls/CALLSID``.
        words: The pages' words in that language (:data:`ivr.web.pages.TEXTS`).

    Returns:
        As :func:`ivr.web.timeline.draw`: nothing that a caller said can run.
    """
    return draw(of_call(call, words), {lane: words[f"lane_{lane}"] for lane in LANES})


def of_call(call: Mapping[str, object], words: Mapping[str, str] | None = None) -> Timeline:
    """The timeline of a recorded call. What is not known, or makes no sense, is left out.

    Args:
        call: The JSON of ``GET /api/calls/CALLSID``.
        words: ``emotion_angry``, ``action_answer``, ``outcome_is_resolved`` … → what the reader calls it; what is
            not there is shown by its own name.
    """
    words = words or {}
    turns, decisions = _objects(call.get("turns")), _objects(call.get("decisions"))
    speech: list[Span] = []
    emotions: list[Span] = []
    frustration: list[tuple[int, float]] = []
    pitch: list[Level] = []
    loudness: list[Level] = []
    for turn in turns:
        start, end = round(_number(turn.get("start_ms")) or 0), round(_number(turn.get("end_ms")) or 0)
        speech.append(Span(start, end, str(turn.get("speaker")), str(turn.get("text"))))
        emotion = turn.get("emotion")
        if isinstance(emotion, dict) and emotion.get("label"):
            label = str(emotion["label"])
            confidence = _number(emotion.get("confidence"))
            told = words.get(f"emotion_{label}", label)
            emotions.append(Span(start, end, label, told if confidence is None else f"{told} {confidence:.2f}"))
        score = _number(turn.get("frustration"))
        if score is not None:
            frustration.append((end, score))
        prosody = turn.get("prosody")
        if isinstance(prosody, dict):
            pitch += _pitch(start, end, prosody)
            level = _number(prosody.get("energy_db"))
            loudness += [] if level is None else [Level(start, end, level)]
    marks = [_mark(each, words) for each in decisions if not each.get("withdrawn")]
    ends = [span.end_ms for span in speech] + [mark.at_ms for mark in marks]
    outcome = str(call.get("outcome"))
    return Timeline(
        f"{call.get('call_sid')} · {words.get(f'outcome_is_{outcome}', outcome)}",
        max(ends, default=0),
        speech,
        pitch_levels=pitch,
        loudness_levels=loudness,
        emotion=emotions,
        frustration=frustration,
        decisions=marks,
    )


def _pitch(start_ms: int, end_ms: int, prosody: Mapping[str, object]) -> list[Level]:
    median, semitones = _number(prosody.get("f0_median_hz")), _number(prosody.get("f0_range_semitones"))
    if median is None:
        return []
    # The range is stored without its ends: half of it is drawn to each side of the median.
    half = 2 ** (min(MOST_SEMITONES, max(0.0, semitones or 0.0)) / 24)
    return [Level(start_ms, end_ms, median, median / half, median * half)]


def _mark(decision: Mapping[str, object], words: Mapping[str, str]) -> Mark:
    action = str(decision.get("action"))
    name = words.get(f"action_{action}", action)
    return Mark(round(_number(decision.get("at_ms")) or 0), name, f"{name}: {decision.get('reason')}")


def _objects(value: object) -> list[dict[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
