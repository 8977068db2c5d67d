"""How an utterance felt, judged from the sound of the voice: linear, in NumPy, from a file of coefficients.

Two descriptions of the sound are weighed: :mod:`audio.acoustics`, and the mean state of Whisper's encoder, which
recognition has computed anyway. Both are free of the line's level. The caller's own calm voice
(:mod:`audio.baseline`) replaces the average speaker's as the call goes on. ``docs/emotion.md`` is the model's card;
``python -m ivr train-emotion`` makes the file.
"""

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.acoustics import NAMES, describe_frames
from audio.contracts import (
    EMOTIONS,
    LINE_RATE_HZ,
    RECOGNITION_RATE_HZ,
    CallerBaseline,
    Emotion,
    EmotionLabel,
    Prosody,
    Recognition,
    Samples,
)
from audio.errors import ModelCorruptError, ModelMissingError
from audio.voicing import HOP, frames_of

BUNDLED = Path(__file__).parent / "models" / "emotion.npz"
"""The coefficients that come with the product."""

LEAST_VOICED_S = 0.4
"""Voiced seconds below which a mood can't be told: two to three syllables."""

HEADS: tuple[str, ...] = ("anger", "arousal", *(f"class_{name}" for name in EMOTIONS))
"""What the model scores: angry or not, excited or not, and each class against the others."""

CALM: tuple[EmotionLabel, ...] = ("neutral", "happy", "sad", "anxious")
"""The classes that share what is not anger."""

FORMAT = 1
"""Of the file; another number is refused."""

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Scorer:
    """A linear model on one description of the sound."""

    centre: Vector
    """Means over the training utterances, shape (d,)."""
    scale: Vector
    """Their standard deviations."""
    limit: float
    """Standardised values are cut here: what no training voice had must not decide alone."""
    weights: Vector
    """Shape (d, len(HEADS))."""
    bias: Vector
    calm: Vector
    """Mean score of calm speech of the training speakers, shape (len(HEADS),)."""
    steady: Vector
    """How many calm utterances of a caller outweigh knowing nothing, per head: the variance of calm speech within
    a speaker over that between speakers."""
    slope: Vector
    """Log-odds per unit of score, for anger and arousal; and of the classes."""
    intercept: Vector
    """Log-odds at score 0, for anger and arousal."""
    strange: float
    """Mean square of the standardised sound beyond which it is not a voice as the model knows it."""

    def standardised(self, description: Vector) -> Vector:
        """``description``, shape (d,) or (n, d), in standard deviations from the training mean, cut."""
        z: Vector = np.clip((description - self.centre) / self.scale, -self.limit, self.limit)
        return z

    def scores(self, description: Vector) -> Vector:
        """Raw scores, shape (len(HEADS),) or (n, len(HEADS))."""
        scores: Vector = self.standardised(description) @ self.weights + self.bias
        return scores


@dataclass(frozen=True)
class Coefficients:
    """What the file holds."""

    both: Scorer
    """On acoustics and encoder."""
    sound: Scorer
    """On acoustics alone, for recognizers without the encoder the file was trained with."""
    prior: Mapping[str, float]
    """How common each emotion is taken to be among callers' turns."""
    card: str
    """JSON: what it was trained on and how."""


class TrainedEmotion:
    """An :class:`audio.contracts.EmotionModel` from a file of coefficients. Immutable: safe in any thread."""

    def __init__(self, coefficients: Coefficients) -> None:
        self.coefficients = coefficients

    @classmethod
    def load(cls, path: Path = BUNDLED) -> "TrainedEmotion":
        """Read a file that ``python -m ivr train-emotion`` wrote.

        Raises:
            ModelMissingError: there is no such file.
            ModelCorruptError: it is not such a file.
        """
        return cls(load_coefficients(path))

    def judge(
        self,
        samples: Samples,
        prosody: Prosody,
        recognition: Recognition,
        baseline: CallerBaseline | None = None,
    ) -> Emotion | None:
        """Judge one utterance; see :class:`audio.contracts.EmotionModel`.

        None: nothing was said (the recognizer found no words), there is less than 0.4 s of voice, or the sound is
        unlike any voice.
        """
        del prosody  # rounded for people; the frames are measured here
        if not recognition.text:
            return None
        sound = describe_voice(samples)
        if sound is None:
            return None
        return self.judge_description(sound, recognition.encoder_mean, baseline)

    def judge_description(
        self, sound: Vector, encoder_mean: NDArray[np.float32] | None, baseline: CallerBaseline | None = None
    ) -> Emotion | None:
        """Judge what :func:`describe_voice` and the encoder say of an utterance; None: unlike any voice."""
        model = self.coefficients
        if float(np.mean(np.square((sound - model.sound.centre) / model.sound.scale))) > model.sound.strange:
            return None
        fits = encoder_mean is not None and len(sound) + len(encoder_mean) == len(model.both.centre)
        if encoder_mean is not None and fits and np.isfinite(encoder_mean).all():
            scorer, raw = model.both, model.both.scores(np.concatenate((sound, encoder_mean)))
            prefix = "both"
        else:
            scorer, raw = model.sound, model.sound.scores(sound)
            prefix = "sound"
        # Scores of the two are of different scales: a baseline keeps them apart.
        names = [f"{prefix}_{head}" for head in HEADS]
        adjusted, weight = relative_scores(scorer, raw, names, baseline)
        return emotion_of(
            scorer, adjusted, model.prior, dict(zip(names, map(float, raw), strict=True)), weight=weight
        )


def describe_voice(samples: Samples) -> Vector | None:
    """:func:`audio.acoustics.describe` of 16 kHz audio, or None with less than 0.4 s of voiced frames."""
    frames = frames_of(samples, RECOGNITION_RATE_HZ)
    if frames is None or np.count_nonzero(frames.voiced) * HOP < LEAST_VOICED_S * LINE_RATE_HZ:
        return None
    return describe_frames(frames)


def relative_scores(
    scorer: Scorer, raw: Vector, names: list[str], baseline: CallerBaseline | None
) -> tuple[Vector, float]:
    """Scores as if the caller's calm voice were the average speaker's, and how far that was done, 0 to 1.

    The caller's calm score is estimated from n calm utterances and the average speaker's by empirical Bayes:
    weight n / (n + k), where k is the variance within over that between speakers (Efron & Morris 1973).
    """
    if baseline is None:
        return raw, 0.0
    n = np.array([baseline.weights.get(name, 0.0) for name in names])
    own = np.array([baseline.means.get(name, 0.0) for name in names])
    weight = n / (n + scorer.steady)
    adjusted: Vector = raw - weight * (own - scorer.calm)
    return adjusted, float(weight[0])


def emotion_of(
    scorer: Scorer, scores: Vector, prior: Mapping[str, float], raw: Mapping[str, float], *, weight: float
) -> Emotion:
    """Probabilities from scores.

    Anger and arousal: Platt (1999), fitted where both sides are equally common, moved to the prior. The other
    classes share the rest by a softmax with a temperature (Guo et al. 2017).
    """
    log_odds = scorer.slope[0] * scores[0] + scorer.intercept[0]
    angry = _sigmoid(log_odds + math.log(prior["angry"] / (1 - prior["angry"])))
    arousal = _sigmoid(scorer.slope[1] * scores[1] + scorer.intercept[1])
    logits = np.array([scores[2 + EMOTIONS.index(name)] for name in CALM]) * scorer.slope[2]
    logits = logits + np.log([prior[name] for name in CALM])
    share = np.exp(logits - logits.max())
    share = share / share.sum() * (1 - angry)
    by_name: dict[str, float] = {"angry": angry, **dict(zip(CALM, map(float, share), strict=True))}
    probabilities: dict[str, float] = {name: by_name[name] for name in EMOTIONS}
    label = max(EMOTIONS, key=by_name.__getitem__)
    return Emotion(
        label=label,
        confidence=probabilities[label],
        probabilities=probabilities,
        arousal=arousal,
        valence=probabilities["happy"] - probabilities["angry"] - probabilities["sad"] - probabilities["anxious"],
        scores=dict(raw),
        baseline_weight=weight,
    )


def save_coefficients(path: Path, model: Coefficients) -> None:
    """Write the file, atomically; float32, about 20 kB."""
    arrays: dict[str, Any] = {"format": FORMAT, "heads": HEADS, "names": NAMES, "card": model.card}
    arrays["prior"] = np.array([model.prior[name] for name in EMOTIONS], np.float32)
    for prefix, scorer in (("both", model.both), ("sound", model.sound)):
        for field, value in vars(scorer).items():
            arrays[f"{prefix}_{field}"] = np.asarray(value, dtype=np.float32)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, **arrays)
    part.replace(path)


def load_coefficients(path: Path) -> Coefficients:
    """Read the file.

    Raises:
        ModelMissingError: there is no such file.
        ModelCorruptError: it is not such a file, or of another version.
    """
    mend = "make it anew with `python -m ivr train-emotion`, or set IVR_EMOTION_MODEL to `bundled`"
    if not path.is_file():
        raise ModelMissingError(f"{path}: there are no coefficients for emotion; {mend}")
    try:
        # From memory: NumPy leaves a file open that turns out to be no archive.
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            held = {name: file[name] for name in file.files}
        known = int(held["format"]) == FORMAT and tuple(held["heads"]) == HEADS and tuple(held["names"]) == NAMES
        model = _coefficients(held) if known else None
    except Exception as error:  # zipfile, NumPy and our own shapes each raise their own
        raise ModelCorruptError(f"{path}: not a file of coefficients for emotion ({error}); {mend}") from error
    if model is None:
        raise ModelCorruptError(f"{path}: made for another version of the program; {mend}")
    return model


def _coefficients(held: Mapping[str, Any]) -> Coefficients:
    prior = {str(name): float(p) for name, p in zip(EMOTIONS, held["prior"], strict=True)}
    return Coefficients(_scorer(held, "both"), _scorer(held, "sound"), prior, str(held["card"]))


def _scorer(held: Mapping[str, Any], prefix: str) -> Scorer:
    fields: dict[str, Any] = {
        name: np.asarray(held[f"{prefix}_{name}"], np.float64) for name in Scorer.__dataclass_fields__
    }
    if not all(np.isfinite(value).all() for value in fields.values()):
        raise ValueError("it holds numbers that are not finite")
    if fields["weights"].shape != (len(fields["centre"]), len(HEADS)):
        raise ValueError(f"weights of shape {fields['weights'].shape} for {len(fields['centre'])} measures")
    return Scorer(**{**fields, "limit": float(fields["limit"]), "strange": float(fields["strange"])})


def _sigmoid(log_odds: float) -> float:
    return float(1 / (1 + math.exp(-max(-60.0, min(60.0, log_odds)))))
