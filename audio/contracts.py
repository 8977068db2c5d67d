"""What passes out of this package, and the small protocols a new engine must fit.

A new recognizer, voice or emotion model is one new file that satisfies one protocol here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Audio in memory: float32, shape (n,), mono, in [-1, 1]; the rate is stated where it is passed."""

Language = Literal["ko", "en", "ja", "zh"]
LANGUAGES: tuple[Language, ...] = ("ko", "en", "ja", "zh")

RECOGNITION_RATE_HZ = 16_000
"""Rate of all audio handed to the VAD and the recognizer (both are trained at 16 kHz)."""

LINE_RATE_HZ = 8_000
"""Rate of a telephone line (ITU-T G.711)."""


@dataclass(frozen=True)
class Recognition:
    """What the recognizer heard in one utterance."""

    text: str
    """The words; empty when nothing was said (silence, noise, a phantom)."""
    language: Language
    language_probabilities: Mapping[Language, float]
    """Sums to 1 over the four languages."""
    confidence: float
    """0 to 1: exp of the average log-probability of the tokens."""
    no_speech_probability: float
    """0 to 1, Whisper's own."""
    compression_ratio: float
    """Length of the UTF-8 text over its zlib-compressed length; above 2.4 it is repeating itself."""
    window: Literal["short", "stock"]
    """Which decode produced it: the padded short context, or the stock 30 s fallback."""
    decode_s: float
    """Wall seconds spent decoding."""
    rejected_because: str | None = None
    """Why the text was thrown away, when it was: for the log and the live view, never for the caller."""
    encoder_mean: NDArray[np.float32] | None = field(default=None, repr=False, compare=False)
    """Mean of the encoder's states over the speech frames, shape (512,) for ``base``: for emotion models."""


class Recognizer(Protocol):
    """Turns one utterance into words. Implementations are called from the scheduler's threads only."""

    def recognize(
        self,
        samples: Samples,
        *,
        language: Language | None = None,
        quick: bool = False,
        speech_ms: int | None = None,
    ) -> Recognition:
        """Recognise one utterance.

        Args:
            samples: 16 kHz audio of the whole turn.
            language: The language spoken, or None to find it among the four.
            quick: True for a speculative decode, which may skip the costly fallback.
            speech_ms: Milliseconds of the utterance that the VAD took for speech, when known: evidence
                against invented text.

        Raises:
            RecognitionError: the engine failed.
        """
        ...


@dataclass(frozen=True)
class Prosody:
    """How an utterance was said. None where there was too little voice to tell."""

    f0_median_hz: float | None
    f0_range_semitones: float | None
    """5th to 95th percentile of voiced frames."""
    energy_db: float | None
    """RMS of the speech frames, dB relative to full scale."""
    voiced_ratio: float | None
    """0 to 1: voiced frames over all frames."""
    voiced_s: float
    """Seconds of voiced speech."""
    pauses: int
    """Silences of 200 ms and more inside the utterance."""
    f0_slope_semitones_s: float | None = None
    """Regression of pitch on time over the whole utterance, semitones per second: below 0 where it falls."""
    energy_range_db: float | None = None
    """5th to 95th percentile of the speech frames' level."""
    alpha_ratio_db: float | None = None
    """Power from 1 kHz up over power below, mean of the voiced frames: a raised voice is brighter."""
    hammarberg_db: float | None = None
    """Strongest below 2 kHz over strongest above, mean of the voiced frames: a raised voice lowers it."""
    centroid_hz: float | None = None
    """Centre of gravity of the spectrum, mean of the voiced frames."""
    jitter: float | None = None
    """Median relative change of the period from one 10 ms frame to the next: jitter-like, 0 is perfectly steady."""
    shimmer_db: float | None = None
    """Mean change of the level from one voiced 10 ms frame to the next: shimmer-like."""
    pause_s: float | None = None
    """Seconds of those pauses."""


EmotionLabel = Literal["neutral", "angry", "happy", "sad", "anxious"]
EMOTIONS: tuple[EmotionLabel, ...] = ("neutral", "angry", "happy", "sad", "anxious")


@dataclass(frozen=True)
class Emotion:
    """How an utterance felt."""

    label: EmotionLabel
    """The likeliest."""
    confidence: float
    """0 to 1: its probability."""
    probabilities: Mapping[str, float]
    """Of :data:`EMOTIONS`; they sum to 1."""
    arousal: float
    """0 (calm) to 1 (excited)."""
    valence: float
    """-1 (unpleasant) to 1 (pleasant)."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """What the model saw before it took the caller's own calm voice into account: for the baseline and replays."""
    baseline_weight: float = 0.0
    """0 to 1: how far the caller's own calm voice replaced the average speaker's."""


@dataclass(frozen=True)
class CallerBaseline:
    """How one caller sounds when calm, as far as this call has shown; see :mod:`audio.baseline`."""

    means: Mapping[str, float] = field(default_factory=dict)
    """Mean of each measure over the utterances so far, calm ones counting more."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """For how many calm utterances each mean stands."""


class EmotionModel(Protocol):
    """Judges how an utterance felt. None means: not enough evidence. Safe to call from any thread."""

    def judge(
        self,
        samples: Samples,
        prosody: Prosody,
        recognition: Recognition,
        baseline: CallerBaseline | None = None,
    ) -> Emotion | None:
        """Judge one utterance.

        Args:
            samples: 16 kHz audio of the turn.
            prosody: Of these samples.
            recognition: Of these samples.
            baseline: How this caller sounded before; None: nothing is known.
        """
        ...


class Synthesiser(Protocol):
    """Turns text into speech. Safe to call from any thread."""

    name: str
    """Part of the cache key: change it when the voice changes."""

    def speak(self, text: str, *, language: Language, rate: float = 1.0) -> Samples:
        """Speak ``text``.

        Args:
            text: What to say, at most 2,000 characters.
            language: Whose voice to use.
            rate: Speed relative to the voice's normal speed, 0.5 to 2.

        Returns:
            8 kHz audio.

        Raises:
            SynthesisError: the voice failed.
        """
        ...
