"""``prompts/thresholds.yaml``: where this deployment's unknown begins. Written by ``python -m ivr tune``."""

import math
from collections.abc import Mapping
from pathlib import Path

from ivr.content.problems import Problems
from ivr.content.types import LANGUAGES, Language, Thresholds

FILE = "thresholds.yaml"
_NAMES = ("unknown", "sure")


def read_thresholds(path: Path, problems: Problems) -> dict[Language, Thresholds]:
    """Read the file: language → ``unknown`` and ``sure``. Mistakes are noted; no file, no thresholds."""
    found: dict[Language, Thresholds] = {}
    item = problems.read_optional(path)
    if item is None:
        return found
    for name, (key, value) in problems.mapping(path, item, "thresholds").items():
        language = next((each for each in LANGUAGES if each == name), None)
        if language is None:
            problems.add(path, key.line, f"{name!r} is not a language; use one of {', '.join(LANGUAGES)}")
            continue
        numbers: dict[str, float] = {}
        for threshold, (at, number) in problems.mapping(path, value, f"thresholds of {name}").items():
            try:
                numbers[threshold] = float(number.text or "")
            except ValueError:
                numbers[threshold] = math.nan
            if threshold not in _NAMES or not math.isfinite(numbers[threshold]):
                problems.add(path, at.line, f"{threshold}: only the numbers {' and '.join(_NAMES)} belong here")
        if set(numbers) != set(_NAMES):
            problems.add(path, key.line, f"{name} needs both {' and '.join(_NAMES)}; run `python -m ivr tune`")
        elif numbers["unknown"] > numbers["sure"]:
            problems.add(path, key.line, f"{name}: unknown must not be above sure")
        else:
            found[language] = Thresholds(numbers["unknown"], numbers["sure"])
    return found


def write_thresholds(path: Path, limits: Mapping[Language, Thresholds], explained: str) -> None:
    """Write the file, headed by an explanation (one comment line for each of its lines)."""
    lines = [f"# {line}".rstrip() for line in explained.splitlines()]
    lines += [
        f"{language}: {{unknown: {each.unknown:.3f}, sure: {each.sure:.3f}}}" for language, each in limits.items()
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
