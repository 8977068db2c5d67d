"""How one caller sounds when calm: built up over a call, utterance by utterance.

Voices differ more than moods do, and so do lines. What counts is how far a caller is from their own calm voice.
Pure: every update makes a new :class:`audio.contracts.CallerBaseline`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from audio.contracts import CallerBaseline, Emotion, Prosody

MOST_WEIGHT = 8.0
"""Utterances a mean stands for at most: later ones then weigh 1/9 each, so that it follows a line that changes."""

LEAST_CALM = 0.25
"""An utterance this little calm (probability of neither anger nor fear) or less teaches nothing about calm."""


@dataclass(frozen=True)
class RelativeProsody:
    """How an utterance differs from the caller's calm speech. None where either is not known."""

    f0_semitones: float | None = None
    energy_db: float | None = None
    alpha_ratio_db: float | None = None
    hammarberg_db: float | None = None
    centroid_octaves: float | None = None
    rate_ratio: float | None = None
    """Speech rate over the calm one: 1.2 is a fifth faster."""


def updated(
    baseline: CallerBaseline, prosody: Prosody, speech_rate: float | None = None, emotion: Emotion | None = None
) -> CallerBaseline:
    """The baseline after one more utterance.

    Args:
        baseline: The one before; ``CallerBaseline()`` at the start of a call.
        prosody: Of the utterance.
        speech_rate: Syllables (ja: morae) per second of voiced speech, when known.
        emotion: What the model made of it; None (not enough evidence) leaves the model's own means alone.

    Returns:
        A baseline in which the utterance counts as much as it was calm.
    """
    calm = 1.0 if emotion is None else 1.0 - emotion.probabilities["angry"] - emotion.probabilities["anxious"]
    if calm <= LEAST_CALM:
        return baseline
    measures = {**_measures(prosody, speech_rate), **(emotion.scores if emotion else {})}
    means, weights = dict(baseline.means), dict(baseline.weights)
    for name, value in measures.items():
        if not math.isfinite(value):
            continue
        before = weights.get(name, 0.0)
        means[name] = (means.get(name, 0.0) * before + value * calm) / (before + calm)
        weights[name] = min(MOST_WEIGHT, before + calm)
    return CallerBaseline(means, weights)


def relative(prosody: Prosody, speech_rate: float | None, baseline: CallerBaseline) -> RelativeProsody:
    """How an utterance differs from the caller's calm speech."""
    now = _measures(prosody, speech_rate)
    by = {name: value - baseline.means[name] for name, value in now.items() if name in baseline.means}
    rate = by.get("rate")
    return RelativeProsody(
        f0_semitones=by.get("f0_semitones"),
        energy_db=by.get("energy_db"),
        alpha_ratio_db=by.get("alpha_ratio_db"),
        hammarberg_db=by.get("hammarberg_db"),
        centroid_octaves=by.get("centroid_octaves"),
        rate_ratio=None if rate is None else 2**rate,
    )


def _measures(prosody: Prosody, speech_rate: float | None) -> Mapping[str, float]:
    """What is compared, on scales where equal steps sound equal."""
    values = {
        "f0_semitones": _log2(prosody.f0_median_hz, 12.0),
        "energy_db": prosody.energy_db,
        "alpha_ratio_db": prosody.alpha_ratio_db,
        "hammarberg_db": prosody.hammarberg_db,
        "centroid_octaves": _log2(prosody.centroid_hz),
        "rate": _log2(speech_rate),
    }
    return {name: value for name, value in values.items() if value is not None}


def _log2(value: float | None, times: float = 1.0) -> float | None:
    return times * math.log2(value) if value is not None and value > 0 else None
