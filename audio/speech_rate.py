"""How fast somebody spoke: syllables (Japanese: morae) per second of voiced speech.

Counted from the recognised words, since counting from sound alone confuses noise with vowels. What Whisper
writes as digits is counted as it is read out.
"""

import re
import unicodedata

from audio.contracts import Language

_LEAST_VOICED_S = 0.25
"""Less voice than this (one or two syllables) makes any rate a guess."""

_DIGITS: dict[Language, tuple[int, ...]] = {
    "ko": (1,) * 10,  # 영 일 이 삼 사 오 육 칠 팔 구
    "en": (2, 1, 1, 1, 1, 1, 1, 2, 1, 1),  # zero … seven … nine
    "ja": (2, 2, 1, 2, 2, 1, 2, 2, 2, 2),  # ゼロ いち に さん よん ご ろく なな はち きゅう
    "zh": (1,) * 10,  # 零 一 二 三 四 五 六 七 八 九
}
"""Syllables (ja: morae) of 0 to 9 said one by one, as order and telephone numbers are."""

_SMALL_KANA = frozenset("ゃゅょぁぃぅぇぉゎャュョァィゥェォヮ")
"""Written small, they share the mora before them. っ, ー and ん are morae of their own and are not here."""

_MORAE_PER_KANJI = 1.8
"""A kanji's reading can't be seen: on-readings have one or two morae, kun-readings one to three. 96 kanji in 48
common words with known readings have 173 morae (the words of ``tests/audio/test_speech_rate.py``)."""

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_VOWELS = re.compile(r"[aeiouy]+")
_SPLIT_VOWELS = re.compile(
    r"i(?=a(?!l|n|ge)|et|eo|o(?!n|us))|e(?=a$|ate|o(?!u|p))|u(?=al)|[aeiouy](?=ing)|(?<=[nrd])i(?=ous)"
)
"""Vowel letters that end one syllable before another begins: "diary", "quiet", "radio", "create", "going"."""

_SILENT_INSIDE = re.compile(r"some(?=.)|ever(?=y)|usine|edne|(?<=[aeiou][a-z])e(?=ment|ful|less|ly)")
"""An e nobody says: "someone", "every", "business", "Wednesday", "basement"."""

_NOT_CONTRACTED = re.compile(r"(?<=[^aeioul])n't$")
"""A syllable of its own after a consonant: "didn't"; not in "don't", "aren't"."""


def syllables(text: str, language: Language) -> int:
    """Count the syllables (ja: morae) of ``text`` as read aloud.

    Hangul: one each. Han characters: one each, in Japanese :data:`_MORAE_PER_KANJI` on average. Kana: one mora
    each, small ゃゅょ none. Latin words: an English heuristic by groups of vowels (in Japanese, doubled: "t" alone
    becomes "to"), single capitals by name. Digits: one by one, in the language spoken.

    Args:
        text: Words, in any script: languages mix within a sentence.
        language: The one spoken.

    Returns:
        0 or more.
    """
    text = unicodedata.normalize("NFKC", text)
    count = 0.0
    for char in text:
        if "가" <= char <= "힣":
            count += 1
        elif _is_han(char):
            count += _MORAE_PER_KANJI if language == "ja" else 1
        elif _is_kana(char):
            count += 0 if char in _SMALL_KANA else 1
        elif char.isdecimal():
            count += _DIGITS[language][int(char)]
    latin = sum(_english_syllables(word) for word in _WORD.findall(_strip_accents(text).lower()))
    return round(count + latin * (2 if language == "ja" else 1))


def speech_rate(text: str, language: Language, voiced_s: float) -> float | None:
    """Syllables (ja: morae) per second of voiced speech.

    Args:
        text: What was said.
        language: The language spoken.
        voiced_s: Seconds of voiced speech (:attr:`audio.contracts.Prosody.voiced_s`).

    Returns:
        The rate, or None when there are no words or less than 0.25 s of voice.
    """
    count = syllables(text, language)
    if not count or not voiced_s >= _LEAST_VOICED_S:
        return None
    return count / voiced_s


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" or "\U00020000" <= char <= "\U0003134f"


def _is_kana(char: str) -> bool:
    """Hiragana, katakana and the long-vowel mark; not the middle dot."""
    return "\u3041" <= char <= "\u3096" or "\u30a1" <= char <= "\u30fa" or char == "ー"


def _strip_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).replace("’", "'")


def _english_syllables(word: str) -> int:
    """Groups of vowel letters, less silent e, plus the usual hiatus. At least one."""
    stem = _NOT_CONTRACTED.sub("nit", word.removesuffix("'s")).replace("'", "")
    if len(stem) == 1:
        return 3 if stem == "w" else 1
    groups = len(_VOWELS.findall(stem)) + len(_SPLIT_VOWELS.findall(stem)) - len(_SILENT_INSIDE.findall(stem))
    if re.search(r"[^aeiouy]e$", stem) and not re.search(r"[^aeiouylr]le$", stem):
        groups -= 1  # "make", but "ta-ble"
    elif re.search(r"[^aeiouydt]ed$", stem) or re.search(r"[^aeiouyscxzgh]es$", stem):
        groups -= 1  # "called", "times", but "wanted", "boxes"
    return max(1, groups)
