"""Texts as they sound: what a recogniser mixes up on a telephone line is made the same, so that it costs nothing.

Each function returns the key and, for each of its characters, the index in the text it came from.
"""

import unicodedata
from collections.abc import Iterable

from ivr.content.types import Language

Sound = tuple[str, tuple[int, ...]]

_KO_INITIALS = "ㄱㄱㄴㄷㄷㄹㅁㅂㅂㅅㅅ ㅈㅈㅊㄱㄷㅂㅎ"
"""Plain for tense and aspirated; the silent initial is nothing. In Unicode's order of the 19 initials."""
_KO_VOWELS = "ㅏㅔㅏㅔㅓㅔㅓㅔㅗㅏㅔㅔㅗㅜㅓㅔㅣㅜㅡㅣㅣ"
"""ㅐ, ㅔ, ㅚ, ㅙ, ㅞ sound alike, and glides are lost. In Unicode's order of the 21 vowels."""
_KO_FINALS = " ㄱㄱㄱㄴㄴㄴㄷㄹㄱㅁㄹㄹㄹㅂㄹㅁㅂㅂㄷㄷㅇㄷㄷㄱㄷㅂㄷ"
"""The seven finals that are told apart when nothing follows. In Unicode's order of the 28."""

_JA_VOICED = dict(
    zip(
        "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽ",
        "かきくけこさしすせそたちつてとはひふへほはひふへほ",
        strict=True,
    )
)
_JA_SMALL = dict(zip("ぁぃぅぇぉゃゅょゎ", "あいうえおやゆよわ", strict=True))
_JA_SILENT = "ーっ・"

_EN_SOUNDS = (
    ("ough", "of"), ("tch", "c"), ("sch", "sk"), ("ph", "f"), ("gh", "g"), ("ck", "k"), ("ch", "c"), ("sh", "c"),
    ("th", "t"), ("wh", "w"), ("wr", "r"), ("kn", "n"), ("qu", "kw"), ("mb", "m"), ("x", "ks"), ("z", "s"),
    ("v", "f"),
    ("d", "t"), ("b", "p"), ("g", "k"), ("j", "c"), ("q", "k"), ("y", "i"),
)  # fmt: skip
"""Spellings of one sound, and consonants that a telephone band (300 to 3,400 Hz) hardly tells apart. After the idea
of Philips' Metaphone (Computer Language 7(12), 1990), with vowels kept as one class."""


def sound_of(text: str, language: Language) -> Sound:
    """The key of a text in a language; of Chinese, the characters themselves."""
    if language == "ko":
        return _korean(text)
    if language == "ja":
        return _japanese(text)
    return _english(text) if language == "en" else letters_of(text)


def letters_of(text: str) -> Sound:
    """Letters, ideographs and digits, folded, without spaces."""
    return _build(
        (part, at)
        for at, character in enumerate(text)
        for part in unicodedata.normalize("NFKC", character).casefold()
        if part.isalnum()
    )


def _korean(text: str) -> Sound:
    key: list[tuple[str, int]] = []
    for at, character in enumerate(text):
        code = ord(character) - 0xAC00
        if not 0 <= code < 11_172:
            key.extend((part, at) for part in character.casefold() if part.isalnum())
            continue
        initial, vowel, final = code // 588, code % 588 // 28, code % 28
        parts = _KO_INITIALS[initial] + _KO_VOWELS[vowel] + _KO_FINALS[final]
        key.extend((part, at) for part in parts if part != " ")
    return _build(key)


def _japanese(text: str) -> Sound:
    letters, places = letters_of(text)
    key: list[tuple[str, int]] = []
    for character, at in zip(letters, places, strict=True):
        hiragana = chr(ord(character) - 0x60) if "ァ" <= character <= "ヶ" else character
        hiragana = _JA_SMALL.get(_JA_VOICED.get(hiragana, hiragana), _JA_VOICED.get(hiragana, hiragana))
        if hiragana not in _JA_SILENT:
            key.append((hiragana, at))
    return _build(key)


def _english(text: str) -> Sound:
    letters, places = letters_of(text)
    key: list[tuple[str, int]] = []
    at = 0
    while at < len(letters):
        spelling, sound = next((pair for pair in _EN_SOUNDS if letters.startswith(pair[0], at)), ("", ""))
        if not spelling:
            spelling = letters[at]
            soft = spelling == "c" and letters[at + 1 : at + 2] in ("e", "i", "y")
            sound = "s" if soft else "k" if spelling == "c" else "a" if spelling in "aeiou" else spelling
        sound = "a" if sound == "i" else sound
        if not (key and key[-1][0] == sound[0]):
            key.extend((part, places[at]) for part in sound)
        at += len(spelling)
    return _build(key)


def _build(pairs: Iterable[tuple[str, int]]) -> Sound:
    kept = list(pairs)
    return "".join(part for part, _ in kept), tuple(at for _, at in kept)
