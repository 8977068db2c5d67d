"""How frustrated a caller is, 0 to 1: a pure function of what has happened in the call, one step a turn.

Each sign closes a part of the distance to 1: ``1 - score = (1 - carried) * product(1 - weight * strength)``. So
signs add up, never pass 1, and none weighs more because another came first. Between turns a share of the score
fades. What each sign gave is kept with the score, adds up to it, and is stored with the decision.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Literal

from ivr.content.types import FrustrationWeights

Level = Literal["calm", "irritated", "upset"]

QUIET_TURN = 1e-6
"""Signs weaker than this give nothing: rounding must not look like evidence."""


@dataclass(frozen=True)
class Signs:
    """What one turn of the caller showed. Strengths are 0 to 1; None: not known, which counts as nothing."""

    voice: float | None = None
    """How angry the voice sounded, relative to this caller's own earlier speech where there is some."""
    speed: float | None = None
    """How much faster (or slower) the caller speaks than before."""
    words: float = 0.0
    """Negative or impolite words."""
    profanity: float = 0.0
    demand: float = 0.0
    """Asks for someone in charge, threatens to complain or to leave."""
    repeated: float = 0.0
    """The same request, or the same words, once more."""
    failed: float = 0.0
    """The turn brought nothing: not understood, not found."""
    interrupted: float = 0.0
    """The caller talked over us."""
    waiting: float = 0.0
    """How long the caller waited for the reply, against what is bearable."""
    relief: float = 0.0
    """Thanks, or a request answered: takes from what was carried over."""

    def told(self) -> dict[str, float]:
        """The signs that are there, for the record."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: round(value, 4) for name, value in values.items() if value}


SIGNS = ("voice", "speed", "words", "profanity", "demand", "repeated", "failed", "interrupted", "waiting")
"""Signs that raise the score, by their names in ``policy.yaml`` and in contributions."""

PARTS = frozenset({*SIGNS, "carried"})
"""All names that a score's contributions may have."""


@dataclass(frozen=True)
class Frustration:
    """The score after a turn, and what made it."""

    score: float = 0.0
    level: Level = "calm"
    contributions: Mapping[str, float] = field(default_factory=dict)
    """Sign → what it gave; ``carried``: what was left of the last turn's score. They add up to ``score``."""


CALM = Frustration()


def step(before: Frustration, signs: Signs, weights: FrustrationWeights) -> Frustration:
    """Take one turn into account.

    Args:
        before: The score after the turn before; :data:`CALM` at the beginning.
        signs: What this turn showed. Values outside 0 to 1, and those that are no number, are brought into it.
        weights: The deployment's (``policy.yaml``).

    Returns:
        The score after this turn. Its level rises at once and falls only when the score is well below where it
        rose (hysteresis), so that the tone does not change back and forth.
    """
    carried = before.score * weights.kept * (1 - weights.relief * _strength(signs.relief))
    pulls = {
        name: -math.log1p(-min(getattr(weights, name) * _strength(getattr(signs, name)), 1 - QUIET_TURN))
        for name in SIGNS
    }
    pulls = {name: pull for name, pull in pulls.items() if pull > QUIET_TURN}
    total = sum(pulls.values())
    score = 1 - (1 - carried) * math.exp(-total)
    shares = {name: (score - carried) * pull / total for name, pull in pulls.items()}
    contributions = {"carried": carried, **shares} if carried > QUIET_TURN else shares
    return Frustration(score, _level(before.level, score, weights), contributions)


def highest(names: Iterable[str], weights: FrustrationWeights) -> float:
    """The score that some signs approach when they alone are fully there in every turn.

    The fixed point of ``s = 1 - (1 - kept * s) * open``, ``open`` being what these signs leave.
    """
    left_open = math.prod(1.0 - float(getattr(weights, name)) for name in names)
    return (1 - left_open) / (1 - weights.kept * left_open)


def highest_alone(name: str, weights: FrustrationWeights) -> float:
    """The :func:`highest` of one sign.

    ``check`` uses it to see whether a voice that is only loud, or a line that is only noisy, reaches a threshold.
    """
    return highest((name,), weights)


def _strength(value: float | None) -> float:
    if value is None or not math.isfinite(value):
        return 0.0
    return min(1.0, max(0.0, value))


def _level(before: Level, score: float, weights: FrustrationWeights) -> Level:
    if score >= weights.upset_from or (before == "upset" and score >= weights.upset_from - weights.hysteresis):
        return "upset"
    irritated_from = weights.irritated_from
    if score >= irritated_from or (before != "calm" and score >= irritated_from - weights.hysteresis):
        return "irritated"
    return "calm"
