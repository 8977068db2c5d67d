"""A suite's result in numbers: what was right, and how fast it was. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ivr.evaluation.judging import AREAS, Area, Judged
from ivr.evaluation.replaying import PlayedTurn


@dataclass(frozen=True)
class Speed:
    """Milliseconds of one step, over all turns that were heard."""

    step: str
    median_ms: float
    p95_ms: float


@dataclass(frozen=True)
class Summary:
    """The whole suite."""

    passed: int
    calls: int
    checks: tuple[tuple[Area, int, int], ...]
    """Area, passed, all; areas in which nothing was expected are left out."""
    speeds: tuple[Speed, ...]
    """Empty when nothing was heard."""
    turns: int
    """Recordings that were heard."""


def summarise(judged: Sequence[Judged]) -> Summary:
    """Count and measure."""
    checks = [check for each in judged for check in each.checks]
    counted = tuple(
        (area, sum(check.passed for check in checks if check.area == area), sum(c.area == area for c in checks))
        for area in AREAS
    )
    turns = [turn for each in judged for turn in each.call.turns if turn.hearing is not None]
    return Summary(
        passed=sum(each.passed for each in judged),
        calls=len(judged),
        checks=tuple(one for one in counted if one[2]),
        speeds=_speeds(turns),
        turns=len(turns),
    )


def _speeds(turns: Sequence[PlayedTurn]) -> tuple[Speed, ...]:
    if not turns:
        return ()
    steps: tuple[tuple[str, Callable[[PlayedTurn], float]], ...] = (
        ("decode", lambda turn: turn.hearing.decode_ms if turn.hearing else 0.0),
        ("voice", lambda turn: turn.hearing.voice_ms if turn.hearing else 0.0),
        ("understand", lambda turn: turn.understand_ms),
        ("decide", lambda turn: turn.decide_ms),
        ("response", lambda turn: turn.response_ms),
    )
    speeds = []
    for name, of in steps:
        median, p95 = np.percentile([of(turn) for turn in turns], [50, 95])
        speeds.append(Speed(name, float(median), float(p95)))
    return tuple(speeds)
