"""Makes texts comparable: one form for each character, no punctuation, Korean taken apart into jamo."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from ivr.content.types import Language

MAX_CHARACTERS = 600
"""Longer texts are cut: 600 characters are over a minute of speech, and time must stay bounded."""


def fold(text: str) -> tuple[str, tuple[int, ...]]:
    """Fold width, case and compatibility forms, remembering where each character came from.

    Returns:
        The folded text, and for each of its characters the index in ``text`` (in composed form).
    """
    folded: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(unicodedata.normalize("NFC", text[:MAX_CHARACTERS])):
        for part in _folded(character):
            folded.append(part)
            origin.append(index)
    return "".join(folded), tuple(origin)


@lru_cache(maxsize=4_096)
def _folded(character: str) -> str:
    return unicodedata.normalize("NFKC", character).casefold()


def normalise(text: str) -> str:
    """Lower case, compatibility forms folded, punctuation and symbols to single spaces, apostrophes dropped."""
    folded, _ = fold(text)
    kept = [
        character if character.isalnum() or unicodedata.category(character).startswith("M") else " "
        for character in folded
        if character not in "'’"
    ]
    return " ".join("".join(kept).split())


def squeeze(text: str) -> str:
    """The same without spaces: how words are spaced tells nothing in a recogniser's Korean, Japanese or Chinese."""
    return normalise(text).replace(" ", "")


def jamo(text: str) -> str:
    """Take Hangul apart: a misheard vowel or final consonant then changes one letter, not the syllable."""
    return unicodedata.normalize("NFD", text)


def units(text: str, language: Language) -> str:
    """The string whose n-grams are compared.

    Korean: jamo without spaces. Japanese and Chinese: characters without spaces. English: letters, with a space
    on both sides of each word.
    """
    if language == "ko":
        return jamo(squeeze(text))
    if language == "en":
        return f" {normalise(text)} "
    return squeeze(text)


def script_language(text: str, default: Language) -> Language:
    """The language a text is written in, as far as its script tells.

    Hangul is Korean, kana Japanese, Latin letters alone English, ideographs alone Chinese unless the call is
    Japanese. A text of digits and symbols stays in ``default``.
    """
    counts = {"ko": 0, "ja": 0, "zh": 0, "en": 0}
    for character in text[:MAX_CHARACTERS]:
        counts[_script(character) or "none"] = counts.get(_script(character) or "none", 0) + 1
    if counts["ja"]:
        return "ja"
    if counts["ko"]:
        return "ko"
    if counts["zh"]:
        return "ja" if default == "ja" else "zh"
    return "en" if counts["en"] else default


def _script(character: str) -> str | None:
    code = ord(character)
    if 0xAC00 <= code <= 0xD7A3 or 0x1100 <= code <= 0x11FF or 0x3130 <= code <= 0x318F:
        return "ko"
    if 0x3041 <= code <= 0x30FA or 0x30FD <= code <= 0x30FF or 0xFF66 <= code <= 0xFF9D:
        return "ja"
    if 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF:
        return "zh"
    return "en" if character.isascii() and character.isalpha() else None


def ngrams(text: str, shortest: int, longest: int) -> Iterator[str]:
    """All runs of ``shortest`` to ``longest`` characters."""
    for length in range(shortest, longest + 1):
        for start in range(len(text) - length + 1):
            yield text[start : start + length]
