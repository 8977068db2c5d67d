"""What a caller said that the person who takes over must know at once: threats of law, danger, press, frailty.

Words alone mislead: "다치지는 않았어요", "nobody was hurt" and "我没有受伤" are no danger, 장애 is a breakdown as
often as a disability, and a lawyer may just be the addressee. So each kind has phrases rather than words, phrases
that look alike and are something else, and the grammar of denial of its language. Pure.

The phrases are our own; ``tests/handoff/test_risks.py`` holds what they must tell apart.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from ivr.content.types import LANGUAGES, Language
from ivr.handoff import risk_words

RiskKind = Literal["safety", "vulnerable", "legal", "press"]
RISKS: tuple[RiskKind, ...] = get_args(RiskKind)
"""The gravest first."""

MAX_CHARACTERS = 600
"""Of a longer turn the beginning is read: over a minute of speech, and time must stay bounded."""

QUOTED = 80
"""Characters of a sentence that are shown: one line on the desk."""

_SENTENCE_END = re.compile(r"[.!?。！？\n]+")


@dataclass(frozen=True)
class Risk:
    """One thing said."""

    kind: RiskKind
    turn: int
    """Index among the turns."""
    words: str
    """The sentence in which it was said, as it was heard; at most :data:`QUOTED` characters of it."""


def find_risks(turns: Iterable[tuple[int, str, str | None]]) -> tuple[Risk, ...]:
    """Find what is grave in what a caller said.

    Args:
        turns: Index, words and language (``ko``, ``en``, ``ja``, ``zh``; None: not known, then each is tried) of
            the caller's turns.

    Returns:
        At most one of each kind, the first that was said, the gravest kind first.
    """
    found: dict[RiskKind, Risk] = {}
    for index, text, language in turns:
        for sentence in _SENTENCE_END.split(text[:MAX_CHARACTERS]):
            for kind in RISKS:
                if kind not in found and (where := _said(sentence, kind, language)) is not None:
                    found[kind] = Risk(kind, index, _around(sentence, where))
    return tuple(found[kind] for kind in RISKS if kind in found)


def _said(sentence: str, kind: RiskKind, language: str | None) -> tuple[int, int] | None:
    """Where a sentence says it and does not deny it."""
    for known in LANGUAGES:
        if language in LANGUAGES and known != language:
            continue
        words = _WORDS[known]
        other = [match.span() for match in words.else_of[kind].finditer(sentence)] if kind in words.else_of else []
        for match in words.of[kind].finditer(sentence):
            start, end = match.span()
            if any(begin <= start and end <= until for begin, until in other):
                continue
            if not words.denied(sentence, start, end):
                return start, end
    return None


def _around(sentence: str, where: tuple[int, int]) -> str:
    """The sentence; of a long one the part around what was said, cut between words where there are any."""
    if len(sentence.strip()) <= QUOTED:
        return sentence.strip()
    start = max(0, (where[0] + where[1] - QUOTED) // 2)
    part = sentence[start : start + QUOTED]
    if start and " " in part[: where[0] - start]:
        part = part[part.index(" ") :]
    return part.strip()


@dataclass(frozen=True)
class _Words:
    """One language's phrases, compiled."""

    of: Mapping[RiskKind, re.Pattern[str]]
    else_of: Mapping[RiskKind, re.Pattern[str]]
    """Phrases that hold those words and mean something else."""
    grammar: risk_words.Denial

    def denied(self, sentence: str, start: int, end: int) -> bool:
        """Whether the clause denies what stands at ``start`` to ``end``."""
        grammar = self.grammar
        before = grammar.clause.split(sentence[max(0, start - grammar.reach) : start])[-1]
        after = grammar.clause.split(sentence[end : end + grammar.reach])[0]
        # What is matched may itself hold the end of a verb: 訴え|る, so it is looked at together with what follows.
        if grammar.meant is not None and grammar.meant.search(f"{before}{sentence[start:end]}{after}"):
            return False
        if grammar.before is not None and grammar.before.search(before):
            return True
        return grammar.after is not None and grammar.after.search(after) is not None


def _compiled(language: Language) -> _Words:
    phrases, otherwise = risk_words.PHRASES[language], risk_words.SOMETHING_ELSE[language]
    return _Words(
        {kind: re.compile(phrases[kind], re.IGNORECASE) for kind in RISKS},
        {kind: re.compile(otherwise[kind], re.IGNORECASE) for kind in RISKS if kind in otherwise},
        risk_words.DENIALS[language],
    )


_WORDS: Mapping[Language, _Words] = {language: _compiled(language) for language in LANGUAGES}
