"""Recognises what a caller may say at any point: a person, again, slower, another language, goodbye, yes."""

import re
from collections.abc import Iterator, Mapping

from ivr.content.types import LANGUAGES, Command, Language
from ivr.understanding.text import jamo, normalise, squeeze

EXACT, WORD, SIMILAR_WORD, FIRST_WORD = 0.98, 0.9, 0.75, 0.85
"""Confidence: the whole utterance is an example; it holds a telling word; one that is a letter off; it begins
with a yes or no when that was asked. An order, not measured probabilities."""

MAX_LENGTH: Mapping[Language, int] = {"ko": 20, "en": 12, "ja": 20, "zh": 14}
"""Longest utterance (characters without spaces; English: words) in which one word is enough: in longer ones,
"상담원" and "agent" are what is talked about rather than what is wanted."""
MAX_REST: Mapping[Language, int] = {"ko": 6, "en": 5, "ja": 7, "zh": 4}
"""Of commands other than a person: how much may stand beside the telling word, in the same units. "영어로 된 설명서
있나요" asks for no other language."""
_MANNER = ("slower", "faster", "louder")
"""Commands whose words are about speaking itself: twice as much may stand beside them."""
MIN_JAMO_FOR_ERROR = 8
"""Korean words of at least this many jamo may have one wrong: "상담언" is 상담원 (nine jamo). In shorter words one
jamo makes another word."""

_CLAUSE = re.compile(r"[.,!?;:。、，！？；：…]+")


class Commands:
    """The commands of ``commands.yaml``, ready to be recognised. Immutable; safe from any thread."""

    def __init__(self, commands: Mapping[str, Command]) -> None:
        self._exact: dict[str, str] = {}
        self._words: dict[Language, list[tuple[str, str]]] = {language: [] for language in LANGUAGES}
        self._openers: dict[Language, dict[str, str]] = {language: {} for language in LANGUAGES}
        for name, command in commands.items():
            for examples in command.examples.values():
                for example in examples:
                    self._exact.setdefault(squeeze(example), name)
            for language, words in command.words.items():
                self._words[language].extend((normalise(word), name) for word in words)
        for name in ("no", "yes", "thanks"):
            for language, examples in commands[name].examples.items() if name in commands else ():
                for example in examples:
                    self._openers[language].setdefault(normalise(example), name)
        self._closers = {language: _closers(commands, language) for language in LANGUAGES}

    def whole(self, text: str) -> str | None:
        """The command that the whole utterance is, in whatever language."""
        return self._exact.get(squeeze(text))

    def word(self, text: str, language: Language) -> tuple[str, float] | None:
        """The command whose telling word a short utterance holds, and how sure that is."""
        for candidate in (language, *(other for other in LANGUAGES if other != language)):
            if not says_little(text, candidate):
                continue
            spoken = normalise(text) if candidate == "en" else squeeze(text)
            length = len(spoken.split()) if candidate == "en" else len(spoken)
            for word, name in self._words[candidate]:
                most = MAX_REST[candidate] * (2 if name in _MANNER else 1)
                rest = length - (len(word.split()) if candidate == "en" else len(word))
                if (name == "agent" or rest <= most) and _holds(spoken, word, candidate):
                    return name, WORD
        spoken = squeeze(text)
        if language == "ko" and len(spoken) <= MAX_LENGTH["ko"]:
            letters = jamo(spoken)
            for word, name in self._words["ko"]:
                if (
                    name == "agent"
                    and len(jamo(word)) >= MIN_JAMO_FOR_ERROR
                    and _distance_within(jamo(word), letters) <= 1
                ):
                    return name, SIMILAR_WORD
        return None

    def opening(self, text: str, language: Language) -> str | None:
        """The yes or no with which an answer begins ("네 그렇게 해 주세요", "no thank you")."""
        openers = self._openers[language]
        for clause in clauses(text):
            spoken = normalise(clause)
            if language in ("ko", "en"):
                words = spoken.split()
                beginnings = [" ".join(words[:count]) for count in range(min(4, len(words)), 0, -1)]
            else:
                joined = spoken.replace(" ", "")
                beginnings = [joined[:count] for count in range(min(8, len(joined)), 0, -1)]
            for beginning in beginnings:
                if beginning in openers:
                    return openers[beginning]
        return None

    def closes(self, text: str, language: Language) -> bool:
        """Whether an utterance says that this was all, and thanks: "that's all, thank you" is a goodbye."""
        *before, last = [*clauses(text)] or [""]
        closers = self._closers[language]
        all_said = bool(before) and all(squeeze(clause) in closers for clause in before)
        return all_said and self.whole(last) == "thanks"


def _closers(commands: Mapping[str, Command], language: Language) -> frozenset[str]:
    """The noes with which goodbyes begin: "that's all" does, as in "that's all, goodbye", and "no" does not."""
    goodbyes, noes = (
        [normalise(text) for text in commands[name].examples.get(language, ())] if name in commands else []
        for name in ("goodbye", "no")
    )
    space = "" if language in ("ja", "zh") else " "
    begun = (no for no in noes if any(text.startswith(no + space) and text != no for text in goodbyes))
    return frozenset(squeeze(no) for no in begun)


def says_little(text: str, language: Language) -> bool:
    """Whether an utterance is short enough (:data:`MAX_LENGTH`) for one word in it to be what it means."""
    length = len(normalise(text).split()) if language == "en" else len(squeeze(text))
    return length <= MAX_LENGTH[language]


def clauses(text: str) -> Iterator[str]:
    """The parts of an utterance between punctuation marks."""
    return (part for part in _CLAUSE.split(text) if part.strip())


def _holds(spoken: str, word: str, language: Language) -> bool:
    if language == "en":
        return f" {word} " in f" {spoken} " or f" {word}s " in f" {spoken} "
    return word in spoken


def _distance_within(word: str, text: str) -> int:
    """Fewest edits that turn some part of ``text`` into ``word`` (Sellers' algorithm, 1980)."""
    row = list(range(len(word) + 1))
    best = row[-1]
    for character in text:
        diagonal, row[0] = row[0], 0
        for at, letter in enumerate(word, start=1):
            diagonal, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, diagonal + (letter != character))
        best = min(best, row[-1])
    return best
