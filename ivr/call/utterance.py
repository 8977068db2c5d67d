"""One turn of the caller, heard to its end."""

from dataclasses import dataclass

from audio.contracts import (
    RECOGNITION_RATE_HZ,
    CallerBaseline,
    Emotion,
    EmotionModel,
    Prosody,
    Recognition,
    Samples,
)
from audio.prosody import measure
from audio.speech_rate import speech_rate
from ivr.understanding.types import Meaning


@dataclass(frozen=True)
class Voice:
    """How an utterance was said."""

    prosody: Prosody
    speech_rate: float | None
    """Syllables (ja: morae) per second of voiced speech."""
    emotion: Emotion | None = None


def voice_of(
    samples: Samples, recognition: Recognition, model: EmotionModel | None, calm_voice: CallerBaseline | None
) -> Voice:
    """Measure and judge how something was said: about 20 ms per second of speech.

    Args:
        samples: Its sound, float32, shape (n,), at 16 kHz.
        recognition: Its words.
        model: Judges the voice; None leaves that unknown.
        calm_voice: How the caller sounded before; None: nothing is known.
    """
    prosody = measure(samples, RECOGNITION_RATE_HZ)
    rate = speech_rate(recognition.text, recognition.language, prosody.voiced_s)
    return Voice(prosody, rate, model.judge(samples, prosody, recognition, calm_voice) if model else None)


@dataclass(frozen=True)
class Utterance:
    """What the caller said in one turn, and how. Times in milliseconds from the call's start."""

    recognition: Recognition
    meaning: Meaning
    voice: Voice | None
    """None when it could not be measured."""
    start_ms: int
    end_ms: int
    """When the last speech window arrived."""
    speech_ms: int
    over_our_voice: bool
    """Whether it began while we were speaking."""
    ahead: bool
    """Whether a speculative decode had the words before the turn ended."""
    turn: int = 0
    """Number of the turn in the call. A turn that the caller went on with keeps its number."""
    gone_on: bool = False
    """Whether the caller went on after the turn had been taken to be over."""
