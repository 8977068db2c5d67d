"""Reads the texts of each language: ``prompts/LANGUAGE/*.yaml``."""

import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivr.content.problems import Problems
from ivr.content.types import LANGUAGES, TONES, Language, Text, Tone
from ivr.content.yaml_lines import Item


@dataclass
class TextBook:
    """The texts read so far, with where each stands."""

    texts: dict[Language, dict[str, Text]] = field(default_factory=dict)
    places: dict[tuple[Language, str], tuple[Path, int]] = field(default_factory=dict)
    lines: dict[tuple[Language, str, str], int] = field(default_factory=dict)
    """Language, key and wording → its line."""
    folders: dict[Language, Path] = field(default_factory=dict)
    """Languages that have a folder with at least one file."""
    incomplete: set[Language] = field(default_factory=set)
    """Languages of which a file could not be read: what is missing may stand there."""


def read_texts(prompts_dir: Path, files: Mapping[Language, list[Path]], problems: Problems) -> TextBook:
    """Read all languages; what is wrong is noted in ``problems``."""
    book = TextBook()
    for language in LANGUAGES:
        book.texts[language] = {}
        if files[language]:
            book.folders[language] = prompts_dir / language
        for path in files[language]:
            item = problems.read(path)
            if item is None:
                book.incomplete.add(language)
            else:
                _read_file(path, item, language, book, problems)
    _compare_placeholders(book, problems)
    return book


def placeholders(wording: str) -> set[str]:
    """Names in braces.

    Raises:
        ValueError: a brace without its partner, or a placeholder that is not a plain ``{name}``.
    """
    names: set[str] = set()
    for _, name, spec, conversion in string.Formatter().parse(wording):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError(f"placeholder {{{name}}} must be a plain name such as {{order_number}}")
        names.add(name)
    return names


def all_placeholders(text: Text) -> set[str]:
    """The placeholders of all wordings together."""
    return {name for wordings in text.wordings.values() for wording in wordings for name in placeholders(wording)}


def _read_file(path: Path, item: Item, language: Language, book: TextBook, problems: Problems) -> None:
    for name, (key, value) in problems.mapping(path, item, "the file").items():
        if not name.isidentifier() or name != name.lower():
            problems.add(path, key.line, f"{name!r} is no key: use small letters, digits and _ only")
            continue
        if (language, name) in book.places:
            other, line = book.places[language, name]
            problems.add(path, key.line, f"{name!r} is already written in {other}:{line}")
            continue
        lines: dict[str, int] = {}
        wordings = _read_wordings(path, value, name, lines, problems)
        if wordings:
            book.lines |= {(language, name, wording): line for wording, line in lines.items()}
            book.texts[language][name] = Text(name, wordings)
            book.places[language, name] = (path, key.line)


def _read_wordings(
    path: Path, value: Item, name: str, lines: dict[str, int], problems: Problems
) -> dict[Tone, tuple[str, ...]]:
    """The wordings of each tone; the line of each is noted in ``lines``."""
    wordings: dict[Tone, tuple[str, ...]] = {}
    if value.kind == "mapping":
        tones = problems.mapping(path, value, name)
        for tone_name, (key, texts) in tones.items():
            tone = next((known for known in TONES if known == tone_name), None)
            if tone is None:
                problems.add(path, key.line, f"{name}: {tone_name!r} is no tone; there are {', '.join(TONES)}")
                continue
            found = _checked(path, texts, f"{name}: {tone_name}", lines, problems)
            if found:
                wordings[tone] = found
        if "neutral" not in tones:
            problems.add(path, value.line, f"{name}: the tone 'neutral' is missing")
    else:
        found = _checked(path, value, name, lines, problems)
        if found:
            wordings["neutral"] = found
    return wordings


def _checked(path: Path, item: Item, what: str, lines: dict[str, int], problems: Problems) -> tuple[str, ...]:
    """The texts of ``item`` whose placeholders are well written."""
    good = []
    for one in tuple(item.items()) or (item,):
        if one is not item and one.kind != "text":
            problems.add(path, one.line, f"{what} must be text or a list of texts, not a {one.kind}")
            continue
        for wording in problems.texts(path, one, what):
            try:
                placeholders(wording)
            except ValueError as error:
                problems.add(path, one.line, f"{what}: {error}")
            else:
                lines.setdefault(wording, one.line)
                good.append(wording)
    return tuple(good)


def _compare_placeholders(book: TextBook, problems: Problems) -> None:
    """A key must have the same placeholders in each language, or some callers would hear less than others."""
    reference: dict[str, tuple[Language, set[str]]] = {}
    for language in LANGUAGES:
        for name, text in book.texts[language].items():
            names = all_placeholders(text)
            first, wanted = reference.setdefault(name, (language, names))
            if names == wanted:
                continue
            path, line = book.places[language, name]
            shown = ", ".join(sorted(names)) or "none"
            expected = ", ".join(sorted(wanted)) or "none"
            problems.add(path, line, f"{name}: placeholders are {shown}, but {expected} in {first}")
