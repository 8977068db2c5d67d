"""Sentences that are nobody's request, so that a model knows there is more in the world than its examples.

None of them is among the lines that measure it (tests/understanding/test_background.py).
"""

from functools import cache
from pathlib import Path

import yaml

from ivr.content.types import LANGUAGES, Language

_FILE = Path(__file__).with_name("background.yaml")


@cache
def background() -> tuple[tuple[Language, str], ...]:
    """All lines of ``background.yaml`` with their language."""
    lines = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple((language, str(line)) for language in LANGUAGES for line in lines[language])
