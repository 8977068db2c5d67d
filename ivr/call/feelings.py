"""From an utterance to how the caller feels, relative to this caller's own beginning."""

import math

from audio.baseline import relative, updated
from audio.contracts import CallerBaseline
from ivr.call.utterance import Utterance
from ivr.dialogue.types import Feeling
from ivr.understanding.sentiment.reader import read_sentiment

SHORTEST_RATED_MS = 600
"""Speech from which a speech rate is worth comparing; "네" has none."""
OWN_VOICE_FROM = 0.1
"""How far the caller's own calm voice must stand for the average speaker's (0 to 1) before anger in the voice
counts. One voice of the recordings sounds angry to the model in most of its calm clips when judged alone, and in
8 % with its own baseline (``python -m tests.measure.emotion``)."""


class CallerFeelings:
    """How one caller sounds and speaks. Owned by the call's thread."""

    def __init__(self) -> None:
        self.calm_voice = CallerBaseline()
        """Of the utterances so far."""

    def of(self, utterance: Utterance, *, interrupted: bool, waited_ms: int) -> Feeling:
        """What one utterance tells, and remember it for the next.

        Args:
            utterance: What was said, and how.
            interrupted: Whether it cut our voice.
            waited_ms: How long the caller had waited for our last reply.
        """
        voice, meaning = utterance.voice, utterance.meaning
        emotion = voice.emotion if voice else None
        own = emotion is not None and emotion.baseline_weight >= OWN_VOICE_FROM
        feeling = Feeling(
            emotion=emotion.label if emotion and own else None,
            emotion_confidence=emotion.confidence if emotion and own else None,
            anger=emotion.probabilities["angry"] if emotion and own else None,
            speed_octaves=self._change_of_speed(utterance),
            sentiment=read_sentiment(meaning.text, meaning.language),
            interrupted=interrupted,
            waited_ms=waited_ms,
        )
        if voice is not None:
            self.calm_voice = updated(self.calm_voice, voice.prosody, voice.speech_rate, emotion)
        return feeling

    def _change_of_speed(self, utterance: Utterance) -> float | None:
        voice = utterance.voice
        if voice is None or utterance.speech_ms < SHORTEST_RATED_MS:
            return None
        ratio = relative(voice.prosody, voice.speech_rate, self.calm_voice).rate_ratio
        return None if ratio is None or ratio <= 0 else math.log2(ratio)
