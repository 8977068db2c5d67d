"""From raw scores to a decision: which view to trust, how sure, and from where on not at all.

Everything here is fitted on the managers' own examples, each scored by models that never saw it (five-fold
cross-validation); nothing out of scope is needed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.content.types import Thresholds
from ivr.understanding.softmax import Floats, log_softmax

IN_SCOPE_LOSS = 0.1
"""Operating point: share of rightly read examples that may be given up as unknown. Examples that are left out miss
the support of their neighbours, so fewer callers are lost: of the 74 sentences in ``held_out.py`` of the tests one;
of its 28 foreign ones 23 were unknown at 0.025 and all at 0.1 (that file is development data)."""
CONFIRM_LOSS = 0.3
"""Share of them below which it is better to ask back. Both are set anew by ``python -m ivr tune``."""
WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
"""Weights of the characters' opinion that are tried; the encoder has the rest."""
_GATE_STEEPNESS = 4.0
CHARACTER_SHARE = 0.3
"""The characters' least share in the cosine (0 to 1). CLINC150, development split: out-of-scope recall at 2.5
points of loss 80 % at 0, 82 % at 0.3, 84 % at 0.5; AUROC 97.1 %, 97.1 % and 97.0 %."""
GATE_SEPARATION = 1.0
"""Garbling must add this many standard deviations of clean examples to the pieces per character; in Korean and
Chinese writing it often does not, and a gate would then open and close at random."""


@dataclass(frozen=True)
class Evidence:
    """What the two views say of some utterances. Rows are utterances, columns labels."""

    encoder: Floats | None
    """Log-probabilities; None without an encoder."""
    characters: Floats | None
    """Log-probabilities; None for a language without examples."""
    encoder_cosine: Floats
    """Cosine to the nearest example of each label."""
    character_cosine: Floats
    fragments: NDArray[np.float64]
    """Word pieces per character, (utterances,): high where the words are garbled."""

    def fused(self, clean: float, noisy: float, gate: NDArray[np.float64]) -> Floats:
        """Log-probabilities with the characters weighing ``clean`` to ``noisy``, by ``gate`` (0 to 1)."""
        if self.encoder is None or self.characters is None:
            only = self.characters if self.encoder is None else self.encoder
            return only if only is not None else np.zeros_like(self.encoder_cosine)
        weight = (clean + (noisy - clean) * gate)[:, None].astype(np.float32)
        return log_softmax((1 - weight) * self.encoder + weight * self.characters)


@dataclass(frozen=True)
class Calibration:
    """One language's fitted numbers."""

    gate_middle: float = 0.0
    gate_half: float = 0.0
    """Pieces per character at which text counts as half garbled, and half the way there from clean; 0: no gate."""
    clean_weight: float = 0.2
    noisy_weight: float = 0.7
    log_mean: float = -1.0
    log_deviation: float = 1.0
    encoder_mean: float = 0.5
    encoder_deviation: float = 0.2
    character_mean: float = 0.3
    character_deviation: float = 0.15
    slope: float = 0.6
    offset: float = 1.5
    """Confidence is the logistic function of ``slope`` times score plus ``offset`` (Platt 1999)."""
    unknown: float = -4.0
    sure: float = -2.0

    def gate(self, fragments: NDArray[np.float64]) -> NDArray[np.float64]:
        """How garbled texts are, 0 to 1."""
        if self.gate_half <= 0:
            return np.zeros_like(fragments)
        steps = np.clip((fragments - self.gate_middle) / self.gate_half, -5, 5)
        return np.asarray(1 / (1 + np.exp(-_GATE_STEEPNESS * steps)))

    def score(self, evidence: Evidence) -> tuple[Floats, Floats]:
        """Log-probabilities and scores, both (utterances, labels): z(log-probability) + z(cosine)."""
        gate = self.gate(evidence.fragments)
        fused = evidence.fused(self.clean_weight, self.noisy_weight, gate)
        by_encoder = (evidence.encoder_cosine - self.encoder_mean) / self.encoder_deviation
        by_characters = (evidence.character_cosine - self.character_mean) / self.character_deviation
        share = CHARACTER_SHARE + (1 - CHARACTER_SHARE) * gate
        if evidence.encoder is None:
            share = np.ones_like(gate)
        if evidence.characters is None:
            share = np.zeros_like(gate)
        cosine = (1 - share)[:, None] * by_encoder + share[:, None] * by_characters
        return fused, ((fused - self.log_mean) / self.log_deviation + cosine).astype(np.float32)

    def confidence(self, score: float) -> float:
        """The probability (0 to 1) that a label with this score is right, when the request is one we know."""
        return float(1 / (1 + np.exp(-np.clip(self.slope * score + self.offset, -30, 30))))


def fit(clean: Evidence, garbled: Evidence, truth: NDArray[np.int64]) -> tuple[Calibration, NDArray[np.float64]]:
    """Fit one language.

    Args:
        clean: The examples, each judged by models that never saw it.
        garbled: The same examples with simulated recognition errors.
        truth: Their labels.

    Returns:
        The calibration without thresholds, and the scores of the examples that were read rightly.
    """
    low, high = float(clean.fragments.mean()), float(garbled.fragments.mean())
    apart = high - low > GATE_SEPARATION * float(clean.fragments.std())
    half = (high - low) / 2 if apart else 0.0
    ungated = np.zeros(len(truth))
    clean_weight = max(WEIGHTS, key=lambda weight: _likeness(clean.fused(weight, weight, ungated), truth))
    noisy_weight = max(WEIGHTS, key=lambda weight: _likeness(garbled.fused(weight, weight, ungated), truth))
    noisy_weight = max(clean_weight, noisy_weight)
    first = Calibration((low + high) / 2, half, clean_weight, noisy_weight)
    fused = clean.fused(clean_weight, noisy_weight, first.gate(clean.fragments))
    rows, winners = np.arange(len(truth)), fused.argmax(axis=1)
    numbers = {
        "log": fused[rows, winners],
        "encoder": clean.encoder_cosine[rows, winners],
        "character": clean.character_cosine[rows, winners],
    }
    moments = {f"{name}_mean": float(values.mean()) for name, values in numbers.items()}
    moments |= {f"{name}_deviation": max(float(values.std()), 0.02) for name, values in numbers.items()}
    scaled = Calibration(first.gate_middle, half, clean_weight, noisy_weight, **moments)
    right = winners == truth
    scores = scaled.score(clean)[1][rows, winners].astype(np.float64)
    noisy_fused, noisy_scores = scaled.score(garbled)
    noisy_winners = noisy_fused.argmax(axis=1)
    slope, offset = _platt(
        np.concatenate([scores, noisy_scores[rows, noisy_winners]]),
        np.concatenate([right, noisy_winners == truth]),
    )
    calibrated = Calibration(
        first.gate_middle, half, clean_weight, noisy_weight, **moments, slope=slope, offset=offset
    )
    return calibrated, np.sort(scores[right])


def thresholds(right_scores: NDArray[np.float64], loss: float, confirm_loss: float) -> Thresholds:
    """The scores under which a share ``loss`` (``confirm_loss``) of rightly read examples falls."""
    if not len(right_scores):
        return Thresholds(Calibration.unknown, Calibration.sure)
    return Thresholds(
        float(np.quantile(right_scores, loss)), float(np.quantile(right_scores, max(loss, confirm_loss)))
    )


def _likeness(fused: Floats, truth: NDArray[np.int64]) -> tuple[float, float]:
    """Accuracy, then likelihood."""
    return float((fused.argmax(axis=1) == truth).mean()), float(fused[np.arange(len(truth)), truth].mean())


def _platt(scores: NDArray[np.float64], right: NDArray[np.bool_]) -> tuple[float, float]:
    """Logistic regression of being right on the score, with Platt's smoothed targets, by Newton's method."""
    positive, negative = int(right.sum()), int((~right).sum())
    target = np.where(right, (positive + 1) / (positive + 2), 1 / (negative + 2))
    features = np.stack([scores, np.ones_like(scores)], axis=1)
    solution = np.array([0.5, 1.0])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(features @ solution, -30, 30)))
        gradient = features.T @ (chance - target) + 1e-3 * solution
        hessian = (features * (chance * (1 - chance))[:, None]).T @ features + 1e-3 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        solution = solution - np.clip(step, -1, 1)
    return max(float(solution[0]), 0.05), float(solution[1])
