"""Whether a polished summary still says what the plain one does. Pure.

A model that polishes may also invent, drop, turn round, or do what a caller told it to. Each line is therefore
held against its own plain line and the summary's own headline and opening, never against what the caller said: a
caller can't talk a refund into it.
"""

import json
import re
from collections.abc import Mapping, Sequence

from ivr.content.types import Language
from ivr.handoff.summary_check import promised, unsupported

POLISHED = ("headline", "tried", "feeling", "suggested_opening")
"""Sections that are polished: our own sentences. What the caller said and what the database says stay."""

MOST_LONGER, SPARE = 2.0, 40
"""A polished line is at most twice as long as the plain one and 40 characters: it is read in seconds."""

ALIKE = 0.3
"""Least share of a polished line's pairs of letters that the plain summary has, too. Our own judgement: a line
about something else has hardly any (the sentences of ``tests/handoff/test_summary_polish.py``)."""

_DENIES: Mapping[Language, re.Pattern[str]] = {
    "ko": re.compile(r"않|못|없|안 |아니|미확인|불가|실패"),
    "en": re.compile(r"\b(?:not|no|never|none|cannot|without|nothing|failed|unable)\b|n't\b", re.IGNORECASE),
    "ja": re.compile(r"ない|なし|ませ|ず|未|不可|できな"),
    "zh": re.compile(r"不|没|未|无|否"),
}
_LONG_NUMBER = re.compile(r"\d{4,}")
_MARKUP = re.compile(r"[<>{}\[\]`\\]|\*\*|https?:")

Lines = Mapping[str, Sequence[str]]
"""Section → its lines."""


def plain_lines(summary: Mapping[str, object]) -> Lines:
    """The lines of a summary that are polished."""
    lines: dict[str, list[str]] = {section: [] for section in POLISHED}
    for statement in _statements(summary):
        section, text = statement.get("section"), statement.get("text")
        if isinstance(section, str) and section in lines and isinstance(text, str):
            lines[section].append(text)
    # The sentence where it turned is the caller's.
    lines["feeling"] = lines["feeling"][:1] if isinstance(summary.get("feeling"), str) else []
    return {section: texts for section, texts in lines.items() if texts}


def read(answer: str) -> Lines | str:
    """Read what a model answered; a sentence about what is wrong when it is not what was asked for."""
    start, end = answer.find("{"), answer.rfind("}")
    try:
        said = json.loads(answer[start : end + 1]) if start >= 0 else None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        return "the answer holds no JSON object"
    lines: dict[str, Sequence[str]] = {}
    for section, value in said.items():
        texts = [value] if isinstance(value, str) else value
        if (
            section not in POLISHED
            or not isinstance(texts, list)
            or not all(isinstance(each, str) for each in texts)
        ):
            return f"the answer holds {str(section)[:40]!r}, which was not asked for, or is no text"
        lines[section] = [" ".join(text.split()) for text in texts]
    return lines


def refused(plain: Lines, polished: Lines, customer: str | None, language: Language) -> str | None:
    """Say why a polished summary must not be shown; None: it may.

    Args:
        plain: :func:`plain_lines` of the summary.
        polished: The same sections, polished.
        customer: The verified customer's name, which any line may use.
        language: The agents'.
    """
    if {section: len(texts) for section, texts in plain.items()} != {
        section: len(texts) for section, texts in polished.items()
    }:
        return "it has other lines than the plain summary"
    shared = [*plain.get("headline", ()), *plain.get("suggested_opening", ()), *([customer] if customer else [])]
    everything = [text for texts in plain.values() for text in texts]
    for section, texts in plain.items():
        for before, after in zip(texts, polished[section], strict=True):
            why = _line_refused(before, after, shared, everything, language)
            if why is not None:
                return f"{section}: {why}"
    return None


def with_polish(summary: Mapping[str, object], polished: Lines) -> dict[str, object]:
    """The summary with polished lines in place of the plain ones; sources stay."""
    left = {section: list(texts) for section, texts in polished.items()}
    statements = []
    for statement in _statements(summary):
        section = statement.get("section")
        waiting = left.get(section, []) if isinstance(section, str) else []
        statements.append({**statement, "text": waiting.pop(0)} if waiting else dict(statement))
    changed: dict[str, object] = {
        section: list(texts) if section == "tried" else texts[0] for section, texts in polished.items()
    }
    return {**summary, **changed, "statements": statements, "polished": True}


def _line_refused(
    before: str, after: str, shared: Sequence[str], everything: Sequence[str], language: Language
) -> str | None:
    known = [before, *shared]
    made_up = (*unsupported(after, known, language), *promised(after, known, language))
    lost = [each for each in _LONG_NUMBER.findall(before) if each not in after]
    why = None
    if not after or not after.isprintable() or _MARKUP.search(after):
        why = "empty, or holds markup or control characters"
    elif len(after) > MOST_LONGER * len(before) + SPARE:
        why = "much longer than the plain line"
    elif made_up:
        why = f"says {', '.join(made_up)[:80]!r}, which is nowhere in the facts"
    elif lost:
        why = f"leaves out {lost[0]}"
    elif bool(_DENIES[language].search(before)) != bool(_DENIES[language].search(after)):
        why = "denies what the plain line says, or the other way round"
    elif _alike(after, everything) < ALIKE:
        why = "is about something else"
    return why


def _alike(line: str, everything: Sequence[str]) -> float:
    """Share of a line's pairs of letters that the plain summary has."""
    known = {pair for text in everything for pair in _pairs(text)}
    pairs = _pairs(line)
    return sum(pair in known for pair in pairs) / len(pairs) if pairs else 1.0


def _pairs(text: str) -> list[str]:
    letters = "".join(character for character in text.casefold() if character.isalnum())
    return [letters[at : at + 2] for at in range(len(letters) - 1)]


def _statements(summary: Mapping[str, object]) -> list[Mapping[str, object]]:
    statements = summary.get("statements")
    return [each for each in statements if isinstance(each, Mapping)] if isinstance(statements, list) else []
