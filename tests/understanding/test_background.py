"""What is learnt as nobody's request must not be what is scored as nobody's request."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ivr.content.types import LANGUAGES
from ivr.understanding.background import background
from ivr.understanding.text import squeeze

SETS = sorted((Path(__file__).parent / "sets").glob("*.yaml"))


def lines(value: object) -> Iterator[str]:
    """All lines of text in a YAML value."""
    if isinstance(value, str):
        yield from value.splitlines()
    elif isinstance(value, dict):
        for part in value.values():
            yield from lines(part)
    elif isinstance(value, list):
        for part in value:
            yield from lines(part)


@pytest.mark.parametrize("path", SETS, ids=lambda path: path.stem)
def test_no_background_sentence_is_in_a_set_that_measures(path: Path) -> None:
    held = {squeeze(line) for line in lines(yaml.safe_load(path.read_text(encoding="utf-8")))}
    assert not [sentence for _, sentence in background() if squeeze(sentence) in held]


def test_there_is_background_in_every_language() -> None:
    assert {language for language, _ in background()} == set(LANGUAGES)
