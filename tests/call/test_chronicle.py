"""What is written down of a turn: how it felt, and what made that."""

import json
import math
from typing import Any

import pytest

from audio.contracts import Emotion, Prosody
from ivr.call.chronicle import Chronicle
from ivr.call.utterance import Utterance, Voice
from ivr.content.types import Policy
from ivr.dialogue.frustration import Signs
from ivr.dialogue.mood import CALM_MOOD, judged
from ivr.records.types import TurnRecord
from ivr.records.views import turn_json
from ivr.understanding.types import Meaning
from tests.call.stage import Notebook, words

PROBABILITIES = {"neutral": 0.1, "angry": 0.756103580661, "happy": 0.05, "sad": 0.05, "anxious": 0.043896419339}
EMOTION = Emotion("angry", 0.756103580661, PROBABILITIES, 0.6, -0.5, scores={"angry": 3.2}, baseline_weight=0.4)
PROSODY = Prosody(182.123456789, 7.4, -24.1, 0.7, 1.8, 1, jitter=math.nan)


def written(voice: Voice | None, *signs: Signs) -> TurnRecord:
    """The record of a turn of a caller who showed ``signs``, turn by turn."""
    notebook = Notebook()
    mood = CALM_MOOD
    for each in signs:
        mood = judged(mood, each, Policy())
    recognition = words("where is it")
    meaning = Meaning("where is it", "en", "order_status", 0.9)
    utterance = Utterance(recognition, meaning, voice, 0, 900, 800, over_our_voice=False, ahead=True)
    chronicle = Chronicle(notebook, "CA1")
    chronicle.caller_said(utterance, mood if signs else None, interrupted=False)
    (turn,) = chronicle.turns
    return turn


def test_the_score_can_be_read_and_added_up() -> None:
    turn = written(Voice(PROSODY, 4.87654321, EMOTION), Signs(words=0.8), Signs(voice=0.7, demand=1.0))
    assert turn.frustration is not None
    assert turn.contributions is not None
    assert list(turn.contributions) == ["carried", "voice", "demand"]
    assert sum(turn.contributions.values()) == pytest.approx(turn.frustration, abs=0.003)
    assert turn.signs == {"voice": 0.7, "demand": 1.0}


def test_measured_numbers_are_short_and_what_is_no_number_is_null() -> None:
    told: dict[str, Any] = turn_json(written(Voice(PROSODY, 4.87654321, EMOTION), Signs()))
    assert told["speech_rate"] == 4.8765
    assert told["prosody"]["f0_median_hz"] == 182.1235
    assert told["prosody"]["jitter"] is None
    assert told["emotion"]["probabilities"]["angry"] == 0.7561
    assert "scores" not in told["emotion"]
    json.dumps(told, allow_nan=False)


def test_what_was_not_judged_is_null() -> None:
    turn = written(None)
    assert (turn.emotion, turn.prosody, turn.speech_rate) == (None, None, None)
    assert (turn.frustration, turn.signs, turn.contributions) == (None, None, None)
