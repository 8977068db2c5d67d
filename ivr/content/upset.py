"""Reads ``prompts/upset.yaml``: how upset callers speak, and how calm ones do."""

from collections.abc import Iterator
from pathlib import Path

from ivr.content.problems import Problems
from ivr.content.types import LANGUAGES, Language, UpsetExamples
from ivr.content.yaml_lines import Item

FILE = "upset.yaml"
SIDES = ("upset", "calm")
FEWEST = 20
"""Sentences on each side of a language, below which what is learnt is little: with 25 upset and 30 calm ones in
each language, the area under the curve on turns of scripted calls was 0.78, with twice as many 0.83, with all
of the bundled ones 0.90 (``python -m tests.measure.upset``)."""


def read_upset(path: Path, problems: Problems) -> UpsetExamples:
    """Read the file: language → ``upset`` and ``calm``, lists of sentences.

    Mistakes are noted with their line. A missing file, or one that holds no language, is no examples: feelings are
    then read from the lexicon alone.
    """
    found: dict[str, dict[Language, tuple[str, ...]]] = {side: {} for side in SIDES}
    item = problems.read_optional(path)
    seen: dict[str, tuple[str, int]] = {}
    for name, (key, value) in problems.mapping(path, item, "the file").items() if item else ():
        language = next((known for known in LANGUAGES if known == name), None)
        if language is None:
            problems.add(path, key.line, f"{name!r} is no language; there are {', '.join(LANGUAGES)}")
            continue
        sides = problems.mapping(path, value, name)
        for other, (other_key, _) in sides.items():
            if other not in SIDES:
                problems.add(path, other_key.line, f"{name}: unknown key {other!r}; there are {', '.join(SIDES)}")
        for side in SIDES:
            if side not in sides:
                problems.add(path, key.line, f"{name}: {side!r} is missing: sentences of {side} callers")
                continue
            line, sentences = sides[side][0].line, sides[side][1]
            texts = problems.texts(path, sentences, f"{name}: {side}")
            _compare(path, sentences, side, seen, problems)
            if len(texts) < FEWEST:
                problems.add(path, line, f"{name}: {side} has {len(texts)} sentences; at least {FEWEST} are needed")
            found[side][language] = texts
    return UpsetExamples(found["upset"], found["calm"])


def _compare(path: Path, sentences: Item, side: str, seen: dict[str, tuple[str, int]], problems: Problems) -> None:
    """Note sentences that stand on both sides (an error) or twice on one (a warning)."""
    for line, text in _lines(sentences):
        words = "".join(character for character in text.casefold() if character.isalnum())
        other, first = seen.setdefault(words, (side, line))
        if other != side:
            problems.add(path, line, f"{text!r} is under {side} here and under {other} on line {first}")
        elif first != line:
            problems.warn(path, line, f"{text!r} is there twice (first on line {first})")


def _lines(sentences: Item) -> Iterator[tuple[int, str]]:
    for one in sentences.items():
        if one.text is not None and one.text.strip():
            yield one.line, one.text
