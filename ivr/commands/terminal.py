"""Callers' words and what they felt, fit for a terminal."""

from collections.abc import Iterable

LEAST_SHOWN = 0.005
"""Contributions below this would be shown as 0.00."""


def plain(text: str) -> str:
    """Without control characters: what a stranger said must not steer the terminal."""
    return "".join(each if each.isprintable() else " " for each in text)


def shares(contributions: Iterable[tuple[str, float]]) -> list[str]:
    """Name and share of each contribution, without those that are next to nothing."""
    return [f"{name} {value:.2f}" for name, value in contributions if value >= LEAST_SHOWN]
