"""Simulated recognition errors: what a recognizer makes of an example on a bad line.

Errors are those of the writing: letters in English, jamo in Korean (a misheard vowel changes one jamo), characters
in Japanese and Chinese. 60 % are substitutions, 20 % deletions and 20 % insertions, about what word-level
recognizers show; the exact mix mattered less than that there is noise at all.
"""

import random
import unicodedata
from collections.abc import Sequence

from ivr.content.types import Language

_LETTERS = "abcdefghijklmnopqrstuvwxyz "
_SUBSTITUTED, _DELETED = 0.6, 0.8
"""Cumulative shares of the kinds of error."""
_FIRST, _VOWEL, _LAST = 0x1100, 0x1161, 0x11A7
_HANGUL = range(0xAC00, 0xD7A4)


def alphabet(sentences: Sequence[str], language: Language) -> str:
    """What wrong characters are drawn from: letters, or the characters of the deployment's own examples."""
    if language == "en":
        return _LETTERS
    return "".join(sorted({character for sentence in sentences for character in sentence if character.isalpha()}))


def garble(text: str, rate: float, letters: str, source: random.Random) -> str:
    """Make a share of the characters wrong.

    Args:
        text: The sentence.
        rate: Share of characters that go wrong (0 to 1).
        letters: What wrong characters are drawn from.
        source: Seeded randomness.
    """
    if not letters:
        return text
    out: list[str] = []
    for character in text:
        if source.random() >= rate:
            out.append(character)
            continue
        kind = source.random()
        if kind < _SUBSTITUTED:
            out.append(_misheard(character, letters, source))
        elif kind >= _DELETED:
            out.append(character + source.choice(letters))
    return "".join(out)


def _misheard(character: str, letters: str, source: random.Random) -> str:
    """Another character; of a Hangul syllable, one of its jamo."""
    if ord(character) not in _HANGUL:
        return source.choice(letters)
    first, rest = divmod(ord(character) - _HANGUL.start, 21 * 28)
    vowel, last = divmod(rest, 28)
    part = source.randrange(3)
    if part == 0:
        first = source.randrange(19)
    elif part == 1:
        vowel = source.randrange(21)
    else:
        last = source.choice((0, 1, 4, 8, 16, 17, 21))  # none and the commonest finals: ㄱ ㄴ ㄹ ㅁ ㅂ ㅇ
    jamo = chr(_FIRST + first) + chr(_VOWEL + vowel) + (chr(_LAST + last) if last else "")
    return unicodedata.normalize("NFC", jamo)
