"""Reads script.yaml: what is to be said in the recordings and what has to be understood of it."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from audio.contracts import LANGUAGES, Language

SCRIPT = Path(__file__).with_name("script.yaml")


@dataclass(frozen=True)
class Line:
    """One thing to say."""

    language: Language
    name: str
    """File name without ``.wav``; unique within a language."""
    text: str
    """The transcript."""
    kind: str
    """sentence, number, confirmation, backchannel or interruption."""
    spoken: tuple[str, ...]
    """What the voice is given to say, one way after the other: the text, or how to say it."""
    must: tuple[str, ...] = ()
    """Regular expressions, all to be found in the normalised transcript."""
    digits: str | None = None
    """Digits to be heard exactly, nothing missing and nothing more."""
    voice: int = 0
    """Which of the language's voices to try first."""


def read_script(path: Path = SCRIPT) -> list[Line]:
    """All lines of the script, in its order.

    Raises:
        ValueError: a field is unknown or missing, or two lines share a name; the message names the line.
    """
    lines: list[Line] = []
    for language, entries in yaml.safe_load(path.read_text(encoding="utf-8")).items():
        if language not in LANGUAGES:
            raise ValueError(f"{path}: language {language!r} is not one of {', '.join(LANGUAGES)}")
        for entry in entries:
            try:
                spoken = entry.get("spoken", entry["text"])
                ways = (spoken,) if isinstance(spoken, str) else tuple(spoken)
                fields = entry | {"spoken": ways, "must": tuple(entry.get("must", ()))}
                lines.append(Line(language=language, **fields))
            except (KeyError, TypeError) as error:
                raise ValueError(f"{path}: {language}: {entry}: {error}") from error
    names = [(line.language, line.name) for line in lines]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        raise ValueError(f"{path}: used twice: {sorted(doubled)}")
    return lines
