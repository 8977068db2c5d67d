"""How near a recognition is to what was said: error rates that do not count ways of writing."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

import opencc

_EN_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_EN_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12,
    "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
EN_NUMBERS: dict[str, int] = {
    **{word: value for value, word in enumerate(_EN_ONES)},
    **{word: 10 * (value + 2) for value, word in enumerate(_EN_TENS)},
    **{word + "th": value for value, word in enumerate(_EN_ONES)},
    **_EN_ORDINALS,
}
"""English number words to their values; ``oh`` is a digit only beside other numbers."""

_DIGITS = {
    "ko": {"영": "0", "공": "0", "일": "1", "이": "2", "삼": "3", "사": "4", "오": "5", "육": "6", "륙": "6",
           "칠": "7", "팔": "8", "구": "9"},
    "zh": {"零": "0", "〇": "0", "一": "1", "幺": "1", "二": "2", "两": "2", "三": "3", "四": "4", "五": "5",
           "六": "6", "七": "7", "八": "8", "九": "9"},
    "ja": {"零": "0", "〇": "0", "ゼロ": "0", "れい": "0", "一": "1", "いち": "1", "二": "2", "に": "2", "三": "3",
           "さん": "3", "四": "4", "よん": "4", "し": "4", "五": "5", "ご": "5", "六": "6", "ろく": "6", "七": "7",
           "なな": "7", "しち": "7", "八": "8", "はち": "8", "九": "9", "きゅう": "9", "く": "9"},
}  # fmt: skip


def words(text: str) -> list[str]:
    """English words in lower case, numbers digit by digit ("TWENTY FOUR" and "24" are both ``2``, ``4``)."""
    text = re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\1", unicodedata.normalize("NFKC", text).lower())
    tokens = re.findall(r"[a-z']+|\d", text.replace("-", " "))
    out: list[str] = []
    tens = 0
    for place, token in enumerate(tokens):
        neighbours = tokens[max(0, place - 1) : place] + tokens[place + 1 : place + 2]
        beside_number = any(near in EN_NUMBERS or near.isdigit() or near in ("oh", "o") for near in neighbours)
        value = 0 if token in ("oh", "o") and beside_number else EN_NUMBERS.get(token)
        if tens and (value is None or not 1 <= value <= 9):
            out += str(tens)
            tens = 0
        if value is None:
            out.append(token.replace("'", ""))
        elif value >= 20 and value % 10 == 0:
            tens = value
        else:
            out += str(tens + value)
            tens = 0
    return out + list(str(tens) if tens else "")


def characters(text: str, language: str) -> str:
    """``text`` as it is compared: no case, spaces or punctuation; Simplified characters; digits as digits."""
    if language == "en":
        return "".join(words(text))
    text = unicodedata.normalize("NFKC", text).lower()
    if language == "zh":
        text = _simplified().convert(text)
        text = "".join(_DIGITS["zh"].get(character, character) for character in text)
    return "".join(character for character in text if unicodedata.category(character)[0] in "LN")


def digits(text: str, language: str) -> str:
    """The digits of a digit string, said as words or written as digits."""
    if language == "en":
        return "".join(token for token in words(text) if token.isdigit())
    plain = characters(text, language)
    names = _DIGITS[language]
    pattern = "|".join(sorted(names, key=len, reverse=True))
    return "".join(re.findall(r"\d", re.sub(pattern, lambda found: names[found[0]], plain)))


def edits(reference: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein distance: insertions, deletions and substitutions."""
    row = list(range(len(heard) + 1))
    for i, said in enumerate(reference, start=1):
        diagonal, row[0] = row[0], i
        for j, got in enumerate(heard, start=1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (said != got))
    return row[-1]


@cache
def _simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
