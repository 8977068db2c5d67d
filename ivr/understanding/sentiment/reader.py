"""Words to sentiment: a lexicon for each language, with the grammar that turns an expression round."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType

from ivr.content.types import Language
from ivr.understanding.sentiment import chinese, english, japanese, korean
from ivr.understanding.sentiment.types import CUE_KINDS, NOTHING, Cue, CueKind, Entry, Sentiment
from ivr.understanding.text import MAX_CHARACTERS, normalise, script_language, squeeze

LOOK_BACK = 24
"""Characters before an expression in which a word that bears on it is looked for."""
LOOK_AHEAD = 16
STRONGER, WEAKER = 1.3, 0.6
"""Factors of an intensifier and of a diminisher: our own choice, in the range of VADER's (Hutto & Gilbert 2014)
boosters, which change a word's valence by 10 to 30 %."""


@dataclass(frozen=True)
class _Grammar:
    entries: tuple[Entry, ...]
    before: re.Pattern[str]
    after: re.Pattern[str]
    never: re.Pattern[str]
    stronger: re.Pattern[str]
    weaker: re.Pattern[str]
    spaced: bool = False


_ROOMS: tuple[tuple[Language, ModuleType, bool], ...] = (
    ("ko", korean, False),
    ("en", english, True),
    ("ja", japanese, False),
    ("zh", chinese, False),
)
_GRAMMARS: Mapping[Language, _Grammar] = {
    language: _Grammar(
        room.ENTRIES,
        room.NEGATION_BEFORE,
        room.NEGATION_AFTER,
        room.NEVER_NEGATED,
        room.INTENSIFIER,
        room.DIMINISHER,
        spaced,
    )
    for language, room, spaced in _ROOMS
}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def read_sentiment(text: str, language: Language) -> Sentiment:
    """Read what the words of an utterance say about how the caller feels.

    Args:
        text: The recognised words; any text at all. What is longer than 600 characters is cut.
        language: The language of the call; a text in another script is read in its own language.

    Returns:
        Strengths from 0 to 1, and the expressions they come from. Never raises.
    """
    language = script_language(text, language)
    grammar = _GRAMMARS[language]
    spoken = normalise(text[:MAX_CHARACTERS]) if grammar.spaced else squeeze(text[:MAX_CHARACTERS])
    if not spoken:
        return NOTHING
    cues = list(_cues(spoken, grammar))
    if language == "ko":
        cues += _plain_speech(text)
    strengths = {kind: _together([cue.strength for cue in cues if cue.kind == kind]) for kind in CUE_KINDS}
    cues.sort(key=lambda cue: CUE_KINDS.index(cue.kind))
    return Sentiment(**strengths, cues=tuple(cues))


def _cues(spoken: str, grammar: _Grammar) -> Iterator[Cue]:
    taken: dict[CueKind, list[tuple[int, int]]] = {}
    for entry in grammar.entries:
        for found in _compiled(entry.pattern).finditer(spoken):
            start, end = found.span()
            if start == end or any(start < b and a < end for a, b in taken.get(entry.kind, [])):
                continue
            before, after = spoken[max(0, start - LOOK_BACK) : start].rstrip(), spoken[end : end + LOOK_AHEAD]
            if _negated(found.group(), before, after, grammar):
                continue
            taken.setdefault(entry.kind, []).append((start, end))
            factor = STRONGER if grammar.stronger.search(before) else 1.0
            factor *= WEAKER if grammar.weaker.search(before) else 1.0
            yield Cue(entry.kind, found.group(), min(1.0, entry.strength * factor))


def _negated(expression: str, before: str, after: str, grammar: _Grammar) -> bool:
    if grammar.never.search(expression):
        return False
    return bool(grammar.before.search(before) or grammar.after.search(after))


def _plain_speech(text: str) -> list[Cue]:
    """Korean clauses that end in plain speech, in an utterance that is not respectful anywhere."""
    clauses = [squeeze(clause) for clause in re.split(r"[.?!,。！？、]", text)]
    clauses = [clause for clause in clauses if clause]
    if any(korean.RESPECTFUL.search(clause) for clause in clauses):
        return []
    plain = [
        clause for clause in clauses if len(clause) >= korean.SHORTEST_PLAIN and korean.PLAIN_ENDING.search(clause)
    ]
    return [Cue("impolite", clause[-8:], korean.PLAIN_STRENGTH) for clause in plain[:1]]


def _together(strengths: list[float]) -> float:
    """Cues add up like independent probabilities."""
    open_part = 1.0
    for strength in strengths:
        open_part *= 1 - strength
    return round(1 - open_part, 6)
