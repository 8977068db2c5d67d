"""Excitement without a trained model: how far a voice is from its own calm speech.

No corpus, no coefficients: the mean of differences that keep their sign from corpus to corpus (spectral tilt,
pitch, level relative to the same caller), each in standard deviations of calm speech. It hears *that* a caller is
aroused, not why: anger, joy and fear sound alike to it, and probabilities say so. Before the first calm utterance
of a call it knows nothing and says None.
"""

import math

import numpy as np

from audio.baseline import RelativeProsody, relative
from audio.contracts import CallerBaseline, Emotion, EmotionLabel, Prosody, Recognition, Samples
from audio.emotion import LEAST_VOICED_S
from audio.speech_rate import speech_rate

CALM_SD: dict[str, float] = {
    "f0_semitones": 1.2,
    "energy_db": 1.9,
    "alpha_ratio_db": 1.7,
    "hammarberg_db": 2.3,
    "centroid_octaves": 0.18,
    "rate": 0.15,
}
"""Standard deviation of calm utterances of one speaker, octaves for the rate: root of the mean variance of 15 real
speakers reading sentences, prompts and commands in four languages (``tests/measure``'s folder of callers)."""

_SIGNS: dict[str, float] = {
    "f0_semitones": 1.0,
    "energy_db": 1.0,
    "alpha_ratio_db": 1.0,
    "hammarberg_db": -1.0,
    "centroid_octaves": 1.0,
    "rate": 0.5,
}
"""Which way arousal moves each (Eyben et al. 2016; Juslin & Laukka 2003). Speed is a weak cue: it counts half."""

_HALF_AT = 1.5
_SLOPE = 2.0
"""Arousal is 0.5 where the measures are on average 1.5 standard deviations from calm, which calm speech is once in
fifteen times if they moved alone, and 0.88 one further. Chosen, not fitted."""

_ANGRY_SHARE = 0.5
"""Of the aroused: nothing is known of valence here, and a hotline hears more anger than joy."""


class UntrainedEmotion:
    """An :class:`audio.contracts.EmotionModel` without coefficients."""

    def judge(
        self,
        samples: Samples,
        prosody: Prosody,
        recognition: Recognition,
        baseline: CallerBaseline | None = None,
    ) -> Emotion | None:
        """Judge one utterance; None without words, without 0.4 s of voice, or without a calm utterance before."""
        del samples
        if not recognition.text or prosody.voiced_s < LEAST_VOICED_S or baseline is None:
            return None
        rate = speech_rate(recognition.text, recognition.language, prosody.voiced_s)
        index = excitement(relative(prosody, rate, baseline))
        return None if index is None else _emotion(index)


def excitement(moved: RelativeProsody) -> float | None:
    """Mean of the differences from calm, in standard deviations, signed so that arousal is positive."""
    by = {
        "f0_semitones": moved.f0_semitones,
        "energy_db": moved.energy_db,
        "alpha_ratio_db": moved.alpha_ratio_db,
        "hammarberg_db": moved.hammarberg_db,
        "centroid_octaves": moved.centroid_octaves,
        "rate": None if moved.rate_ratio is None else math.log2(moved.rate_ratio),
    }
    known = {name: value for name, value in by.items() if value is not None}
    if len(known) < 3:
        return None
    # No measure counts for more than four deviations: one error must not decide.
    signed = [_SIGNS[name] * float(np.clip(value / CALM_SD[name], -4, 4)) for name, value in known.items()]
    return sum(signed) / sum(abs(_SIGNS[name]) for name in known)


def _emotion(index: float) -> Emotion:
    arousal = 1 / (1 + math.exp(-_SLOPE * (index - _HALF_AT)))
    rest = (1 - _ANGRY_SHARE) / 2
    by_name: dict[EmotionLabel, float] = {
        "neutral": 0.9 * (1 - arousal),
        "angry": _ANGRY_SHARE * arousal,
        "happy": rest * arousal,
        "sad": 0.1 * (1 - arousal),
        "anxious": rest * arousal,
    }
    label = max(by_name, key=by_name.__getitem__)
    valence = by_name["happy"] - by_name["angry"] - by_name["sad"] - by_name["anxious"]
    probabilities: dict[str, float] = {str(name): value for name, value in by_name.items()}
    return Emotion(label, by_name[label], probabilities, arousal, valence, {"excitement": index}, 1.0)
