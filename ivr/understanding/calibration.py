"""From a score to a decision: how sure it is, and from where on it is not to be believed at all.

Everything here is fitted on the managers' own examples, each scored by a model that never saw it (leave one out, in
closed form); nothing out of scope is needed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.content.types import Thresholds

Scores = NDArray[np.float64]

IN_SCOPE_LOSS = 0.05
"""Operating point: share of rightly read examples that may be given up as unknown. An example that is left out
misses its own support, so fewer callers are lost: on CLINC150's development split 2.2 % at 0.05."""
CONFIRM_LOSS = 0.25
"""Share of them below which it is better to ask back. Both are set anew by ``python -m ivr tune``."""
_GATE_STEEPNESS = 2.0
GATE_SEPARATION = 1.0
"""Garbling must add this many standard deviations of clean examples to the pieces per character; in Korean and
Chinese writing it often does not, and a gate would then open and close at random."""


@dataclass(frozen=True)
class Calibration:
    """One language's fitted numbers. Scores are about 0 (nothing alike) to 1 (an example itself)."""

    gate_middle: float = 0.0
    gate_half: float = 0.0
    """Pieces per character at which text counts as half garbled, and half the way there from clean; 0: no gate."""
    slope: float = 8.0
    offset: float = -2.0
    """Confidence is the logistic function of ``slope`` times score plus ``offset`` (Platt 1999)."""
    unknown: float = 0.2
    sure: float = 0.35

    def gate(self, fragments: Scores) -> Scores:
        """How garbled texts are, 0 to 1."""
        if self.gate_half <= 0:
            return np.zeros_like(fragments)
        steps = np.clip((fragments - self.gate_middle) / self.gate_half, -5, 5)
        return np.asarray(1 / (1 + np.exp(-_GATE_STEEPNESS * steps)))

    def confidence(self, score: float) -> float:
        """The probability (0 to 1) that a label with this score is right, when the request is one we know."""
        return float(1 / (1 + np.exp(-np.clip(self.slope * score + self.offset, -30, 30))))


@dataclass(frozen=True)
class LeftOut:
    """How a language's examples are judged without themselves."""

    scores: Scores
    """Of the best label."""
    right: NDArray[np.bool_]
    """Whether that is the right one."""


def fit_gate(clean: Scores, garbled: Scores) -> Calibration:
    """Where text counts as half garbled: at the pieces per character of garbled examples.

    Half way from clean examples to them would find more garbled text and cost clean text half a point.
    """
    low, high = float(clean.mean()), float(garbled.mean())
    apart = high - low > GATE_SEPARATION * float(clean.std())
    return Calibration(high, (high - low) / 2 if apart else 0.0)


def fit_confidence(judged: LeftOut) -> tuple[float, float]:
    """Slope and offset of the confidence: logistic regression of being right on the score.

    Platt's smoothed targets, by Newton's method.
    """
    positive, negative = int(judged.right.sum()), int((~judged.right).sum())
    target = np.where(judged.right, (positive + 1) / (positive + 2), 1 / (negative + 2))
    features = np.stack([judged.scores, np.ones_like(judged.scores)], axis=1)
    solution = np.array([8.0, -2.0])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(features @ solution, -30, 30)))
        gradient = features.T @ (chance - target) + 1e-3 * solution
        hessian = (features * (chance * (1 - chance))[:, None]).T @ features + 1e-3 * np.eye(2)
        step = np.linalg.solve(hessian, gradient)
        solution = solution - np.clip(step, -4, 4)
    return max(float(solution[0]), 0.5), float(solution[1])


def thresholds(right_scores: Scores, loss: float, confirm_loss: float) -> Thresholds:
    """The scores under which a share ``loss`` (``confirm_loss``) of rightly read examples falls."""
    if not len(right_scores):
        return Thresholds(Calibration.unknown, Calibration.sure)
    return Thresholds(
        float(np.quantile(right_scores, loss)), float(np.quantile(right_scores, max(loss, confirm_loss)))
    )
