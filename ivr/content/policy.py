"""Reads ``prompts/policy.yaml``: when the hotline reacts to how a caller feels. Every number is optional."""

import math
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

from ivr.content.problems import Problems
from ivr.content.types import SPEAKING, TONES, FrustrationWeights, Policy, Speaking, Tone
from ivr.content.yaml_lines import Item

POLICY_FILE = "policy.yaml"
EMOTIONS = ("neutral", "angry", "happy", "sad", "anxious")
MOST_TURNS = 10
"""More than ten turns or apologies is no rule any more: calls have about as many."""
MOST_WEIGHT = 0.95
"""A sign of weight 1 would take the score to 1 at once, and a share of 1 that is kept would never fade."""
SPEAKING_RANGES = {"speed": (0.7, 1.3), "loudness_db": (-6.0, 6.0)}
"""Slower or faster than that espeak-ng is no longer clear through a telephone; 6 dB louder meets the limiter, and
6 dB softer is hard to follow on a noisy line."""
_PARTS = ("frustration", "speaking")
"""Keys of the policy that hold further keys."""
_Record = TypeVar("_Record", Policy, FrustrationWeights)


def read_policy(path: Path, problems: Problems) -> Policy:
    """Read the file; mistakes are noted with their line, and the default stands in for what is wrong.

    A missing file is the default policy.
    """
    item = problems.read_optional(path)
    if item is None:
        return Policy()
    parts = problems.mapping(path, item, "the file")
    weights = FrustrationWeights()
    if "frustration" in parts:
        inner = problems.mapping(path, parts.pop("frustration")[1], "frustration")
        weights = _read(path, inner, weights, "frustration", problems)
        if weights.irritated_from >= weights.upset_from:
            line = inner.get("upset_from", inner.get("irritated_from", (item, item)))[0].line
            problems.add(path, line, "frustration: irritated_from must be below upset_from")
    speaking = dict(SPEAKING)
    if "speaking" in parts:
        speaking |= _speaking(path, parts.pop("speaking")[1], problems)
    policy = replace(_read(path, parts, Policy(), "the policy", problems), frustration=weights, speaking=speaking)
    _in_order(path, parts, item, policy, problems)
    return policy


def policy_lines(path: Path) -> dict[str, int]:
    """Key (``hand_over_from``, ``frustration.voice``) → its line, of a policy without mistakes."""
    problems = Problems()
    item = problems.read_optional(path)
    lines: dict[str, int] = {}
    for name, (key, value) in problems.mapping(path, item, "the file").items() if item else ():
        lines[name] = key.line
        if name in _PARTS:
            inner = problems.mapping(path, value, name)
            lines |= {f"{name}.{part}": inner_key.line for part, (inner_key, _) in inner.items()}
    return lines


def _read(
    path: Path, parts: dict[str, tuple[Item, Item]], start: _Record, what: str, problems: Problems
) -> _Record:
    known: dict[str, object] = {
        field.name: getattr(start, field.name) for field in fields(start) if field.name not in _PARTS
    }
    highest = 1.0 if isinstance(start, Policy) else MOST_WEIGHT
    changes: dict[str, Any] = {}
    for name, (key, value) in parts.items():
        if name not in known:
            names = (*known, *(_PARTS if isinstance(start, Policy) else ()))
            problems.add(path, key.line, f"{what}: unknown key {name!r}; there are {', '.join(names)}")
            continue
        try:
            changes[name] = _value(known[name], value, highest)
        except ValueError as error:
            problems.add(path, key.line, f"{name}: {error}")
    return replace(start, **changes)


def _speaking(path: Path, item: Item, problems: Problems) -> dict[Tone, Speaking]:
    """``speaking: {reassuring: {speed: 0.9, loudness_db: -1}}``; what is left out is as in our normal voice."""
    found: dict[Tone, Speaking] = {}
    for name, (key, value) in problems.mapping(path, item, "speaking").items():
        tone = next((known for known in TONES if known == name), None)
        if tone is None:
            problems.add(path, key.line, f"speaking: {name!r} is no tone; there are {', '.join(TONES)}")
            continue
        numbers: dict[str, float] = {}
        for part, (part_key, number) in problems.mapping(path, value, f"speaking: {name}").items():
            if part not in SPEAKING_RANGES:
                there = ", ".join(SPEAKING_RANGES)
                problems.add(path, part_key.line, f"speaking: {name}: unknown key {part!r}; there are {there}")
                continue
            try:
                numbers[part] = _number(number, *SPEAKING_RANGES[part])
            except ValueError as error:
                problems.add(path, part_key.line, f"speaking: {name}: {part}: {error}")
        found[tone] = Speaking(**numbers)
    return found


def _number(item: Item, lowest: float, highest: float) -> float:
    """A number within its range.

    Raises:
        ValueError: it is none, or outside it.
    """
    try:
        number = float(item.text or "")
    except ValueError:
        number = math.nan
    if not lowest <= number <= highest:
        raise ValueError(f"must be a number from {lowest:g} to {highest:g}")
    return number


def _value(default: object, item: Item, highest: float) -> object:
    """One value of the default's type; a number from 0 to ``highest``.

    Raises:
        ValueError: it is none, or outside its range.
    """
    if isinstance(default, bool):
        if (item.text or "").lower() not in ("true", "false"):
            raise ValueError("must be true or false")
        return (item.text or "").lower() == "true"
    if isinstance(default, tuple):
        names = tuple(each.text or "" for each in item.items())
        wrong = [each for each in names if each not in EMOTIONS]
        if item.kind != "list" or wrong:
            raise ValueError(f"must be a list of emotions: {', '.join(EMOTIONS)}")
        return names
    if isinstance(default, int):
        if not (item.text or "").isascii() or not (item.text or "").isdigit() or int(item.text or "") > MOST_TURNS:
            raise ValueError(f"must be a whole number from 0 to {MOST_TURNS}")
        return int(item.text or "")
    return _number(item, 0.0, highest)


def _in_order(
    path: Path, parts: dict[str, tuple[Item, Item]], item: Item, policy: Policy, problems: Problems
) -> None:
    """Reactions must come in their order: understanding, an offer, a person."""

    def line(name: str) -> int:
        return parts[name][0].line if name in parts else item.line

    if policy.empathise_from > policy.offer_person_from:
        problems.add(path, line("empathise_from"), "empathise_from must not be above offer_person_from")
    if policy.offer_person_from > policy.hand_over_from:
        problems.add(path, line("offer_person_from"), "offer_person_from must not be above hand_over_from")
