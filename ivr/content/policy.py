"""Reads ``prompts/policy.yaml``: when the hotline reacts to how a caller feels. Every number is optional."""

import math
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, TypeVar

from ivr.content.problems import Problems
from ivr.content.types import FrustrationWeights, Policy
from ivr.content.yaml_lines import Item

POLICY_FILE = "policy.yaml"
EMOTIONS = ("neutral", "angry", "happy", "sad", "anxious")
MOST_TURNS = 10
"""More than ten turns or apologies is no rule any more: calls have about as many."""
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
    policy = replace(_read(path, parts, Policy(), "the policy", problems), frustration=weights)
    _in_order(path, parts, item, policy, problems)
    return policy


def _read(
    path: Path, parts: dict[str, tuple[Item, Item]], start: _Record, what: str, problems: Problems
) -> _Record:
    known = {field.name: getattr(start, field.name) for field in fields(start) if field.name != "frustration"}
    changes: dict[str, Any] = {}
    for name, (key, value) in parts.items():
        if name not in known:
            problems.add(path, key.line, f"{what}: unknown key {name!r}; there are {', '.join(known)}")
            continue
        try:
            changes[name] = _value(name, known[name], value)
        except ValueError as error:
            problems.add(path, key.line, f"{name}: {error}")
    return replace(start, **changes)


def _value(name: str, default: object, item: Item) -> object:
    """One value of the default's type.

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
    try:
        number = float(item.text or "")
    except ValueError:
        number = math.nan
    highest = 0.95 if name not in ("hand_over_from", "offer_person_from", "empathise_from", "emotion_from") else 1.0
    if not 0 <= number <= highest:
        raise ValueError(f"must be a number from 0 to {highest:g}")
    return number


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
