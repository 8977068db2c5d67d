"""What a voice can say: words in the script of its language, and the marks that make it pause."""

import re
import unicodedata

from ivr.content.types import Language

_PAUSES = frozenset(".,!?;:'\"-–—…·、。，！？；：「」『』“”‘’・〇")
"""Marks that are read as pauses or not at all, and the zero that ideographs write."""
_SCRIPTS: dict[Language, tuple[str, ...]] = {
    "ko": ("HANGUL",),
    "en": ("LATIN",),
    "ja": ("HIRAGANA", "KATAKANA", "CJK"),
    "zh": ("CJK",),
}
_NAMES = {"HANGUL": "Korean", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "CJK": "Chinese characters"}
_PLACEHOLDER = re.compile(r"\{\w*\}")


def unsayable(text: str, language: Language) -> str | None:
    """Why a voice of ``language`` would stumble over ``text``; None when it would not.

    Placeholders are left out: their values are words already.
    """
    bare = unicodedata.normalize("NFC", _PLACEHOLDER.sub(" ", text))
    digits = re.search(r"\d(?:[\d.,:]*\d)?", bare)
    if digits:
        return f"{digits[0]!r} must be written as words, as it is spoken"
    for character in bare:
        if character.isspace() or character in _PAUSES or unicodedata.category(character).startswith("M"):
            continue
        if not character.isalpha():
            return f"{character!r} can't be said; write it as words or leave it out"
    return foreign_script(bare, language)


def foreign_script(text: str, language: Language) -> str | None:
    """Which script in ``text`` is not that of ``language``; Latin letters pass (:func:`spelled_latin`)."""
    for character in text:
        script = _script(character)
        if character.isalpha() and script not in (*_SCRIPTS[language], "LATIN", "FULLWIDTH", "HALFWIDTH"):
            shown = _NAMES.get(script, script.capitalize())
            return f"{character!r} is {shown}, which the {language} voice can't read"
    return None


def spelled_latin(text: str, language: Language) -> str | None:
    """Latin letters in a text of another script, which the voice spells or reads as English; None without any."""
    if language == "en":
        return None
    found = re.search(r"[A-Za-z]+", _PLACEHOLDER.sub(" ", text))
    return found[0] if found else None


def _script(character: str) -> str:
    """The first word of a character's Unicode name: LATIN, HANGUL, CJK, and so on."""
    name = unicodedata.name(character, "unknown").split(" ")[0].removesuffix("-HIRAGANA")
    return "CJK" if name == "IDEOGRAPHIC" else name
