"""From an utterance to how the caller feels, relative to this caller's own beginning."""

import math

from ivr.call.utterance import Utterance
from ivr.dialogue.types import Feeling
from ivr.understanding.sentiment.reader import read_sentiment

LEAST_RATES = 2
"""Earlier utterances from which a change of speed can be told: one alone may have been a number read out."""
SHORTEST_RATED_MS = 600
"""Speech from which a speech rate is worth comparing; "네" has none."""


class CallerFeelings:
    """How one caller sounds and speaks. Owned by the call's thread."""

    def __init__(self) -> None:
        self._rates: list[float] = []
        self.waited_ms = 0
        """How long the caller waited for our last reply."""

    def of(self, utterance: Utterance, *, interrupted: bool) -> Feeling:
        """What one utterance tells, and remember it for the next.

        Args:
            utterance: What was said, and how.
            interrupted: Whether it cut our voice.
        """
        voice, meaning = utterance.voice, utterance.meaning
        emotion = voice.emotion if voice else None
        return Feeling(
            emotion=emotion.label if emotion else None,
            emotion_confidence=emotion.confidence if emotion else None,
            anger=emotion.probabilities.get("angry") if emotion else None,
            speed_octaves=self._change_of_speed(utterance),
            sentiment=read_sentiment(meaning.text, meaning.language),
            interrupted=interrupted,
            waited_ms=self.waited_ms,
        )

    def _change_of_speed(self, utterance: Utterance) -> float | None:
        rate = utterance.voice.speech_rate if utterance.voice else None
        if rate is None or rate <= 0 or utterance.speech_ms < SHORTEST_RATED_MS:
            return None
        before = self._rates[:]
        self._rates.append(rate)
        if len(before) < LEAST_RATES:
            return None
        return math.log2(rate / (sum(before) / len(before)))
