"""Cardinal numbers as values: 만 오천, fifteen thousand, いちまんごせん, 一百二, 1만 5000, 1.2 million.

Unlike :mod:`ivr.understanding.numbers`, which keeps digits as a string, this is for numbers that count something.
``PATTERN`` finds a number, :func:`value_of` says what it is worth.
"""

import re
from collections.abc import Mapping
from decimal import Decimal

from ivr.content.types import Language

_WRITTEN = r"\d{1,3}+(?:,\d{3})++(?:\.\d++)?+|\d++(?:\.\d++)?+"
"""Possessive, as are the patterns below: else time would grow exponentially with the length of "000…"."""
_MAX_WORDS = 24
"""Numerals in one number; 999,999,999 has seventeen in Korean."""
MAX_VALUE = Decimal(10) ** 15
"""Larger results are no number anybody says to a hotline."""


def _table(text: str) -> dict[str, int]:
    return {word: int(value) for word, value in (pair.split("=") for pair in text.split())}


_EN_UNITS = _table(
    "zero=0 oh=0 one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12"
    " thirteen=13 fourteen=14 fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19"
)
_EN_TENS = _table("twenty=20 thirty=30 forty=40 fourty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90")
_EN_POWERS = _table("hundred=100 grand=1000 thousand=1000 k=1000 million=1000000 billion=1000000000")

_UNITS: Mapping[Language, Mapping[str, int]] = {
    "ko": _table("영=0 공=0 일=1 이=2 삼=3 사=4 오=5 육=6 륙=6 칠=7 팔=8 구=9"),
    "en": {**_EN_UNITS, **_EN_TENS},
    "ja": _table(
        "零=0 〇=0 一=1 二=2 三=3 四=4 五=5 六=6 七=7 八=8 九=9 ゼロ=0"
        " いち=1 いっ=1 に=2 さん=3 よん=4 し=4 ご=5 ろく=6"
        " ろっ=6 なな=7 しち=7 はち=8 はっ=8 きゅう=9 く=9"
    ),
    "zh": _table("零=0 〇=0 一=1 二=2 两=2 三=3 四=4 五=5 六=6 七=7 八=8 九=9"),
}
_POWERS: Mapping[Language, Mapping[str, int]] = {
    "ko": _table("십=10 백=100 천=1000 만=10000 억=100000000"),
    "en": _EN_POWERS,
    "ja": _table(
        "十=10 百=100 千=1000 万=10000 億=100000000 じゅう=10 じゅっ=10 ひゃく=100 びゃく=100 ぴゃく=100 せん=1000"
        " ぜん=1000 まん=10000 おく=100000000"
    ),
    "zh": _table("十=10 百=100 千=1000 万=10000 亿=100000000"),
}
_GROUP: Mapping[Language, int] = {"ko": 10_000, "en": 1_000, "ja": 10_000, "zh": 10_000}
"""From this power on, a power multiplies all that stands before it."""


def _words(language: Language) -> str:
    """All numerals as alternatives, the longest first."""
    return "|".join(sorted({**_UNITS[language], **_POWERS[language]}, key=len, reverse=True))


def _pattern(language: Language) -> str:
    if language == "en":
        word = rf"(?:{_WRITTEN})(?:k\b)?|(?:{_words('en')})\b"
        return (
            rf"(?<![\w.])(?:half\s+a\s+(?:million|thousand|hundred)\b|(?:an?\s+(?:couple\s+(?:of\s+)?)?(?=(?:hundred"
            rf"|thousand|million|grand)\b))?(?:{word})(?:[\s-]++(?:and\s++(?=\w)|point\s++)?(?:{word})){{0,{_MAX_WORDS}}}+)"
        )
    point = {"ko": "점", "ja": "点", "zh": "点"}[language]
    word = rf"{_WRITTEN}|{_words(language)}|(?<=[{''.join(w for w in _UNITS[language] if len(w) == 1)}]){point}"
    return rf"(?:{word})(?:\s?(?:{word})){{0,{_MAX_WORDS}}}+"


PATTERN: Mapping[Language, str] = {language: _pattern(language) for language in ("ko", "en", "ja", "zh")}
"""Regular expression (no groups) of a number in folded text."""
_TOKEN: Mapping[Language, re.Pattern[str]] = {
    "ko": re.compile(rf"{_WRITTEN}|점|{_words('ko')}"),
    "en": re.compile(rf"{_WRITTEN}|point|couple|half|{_words('en')}"),
    "ja": re.compile(rf"{_WRITTEN}|点|{_words('ja')}"),
    "zh": re.compile(rf"{_WRITTEN}|点|{_words('zh')}"),
}


def value_of(text: str, language: Language) -> Decimal | None:  # noqa: PLR0912
    """Work out a number that ``PATTERN`` found.

    Args:
        text: The number, folded (lower case, no full-width forms).
        language: The language it is in.

    Returns:
        Its value, or None when the words make no number (two powers out of order, too large).
    """
    tokens = _TOKEN[language].findall(text)
    if not tokens or len(text) > 60:
        return None
    if language == "en" and tokens[0] == "half":
        return Decimal(_EN_POWERS[tokens[-1]]) / 2 if tokens[-1] in _EN_POWERS else None
    units, powers, group = _UNITS[language], _POWERS[language], _GROUP[language]
    total, section = Decimal(0), Decimal(0)
    current: Decimal | None = None
    digits_said = 0
    decimals = Decimal(0)
    last_power = 0
    for token in tokens:
        if token in ("점", "点", "point"):
            decimals = Decimal("0.1")
            current = current or Decimal(0)
        elif token in powers:
            size = Decimal(powers[token])
            count = Decimal(1) if current is None else current
            if size >= group:
                whole = section + (count if current is not None or not section else 0)
                total = (total + whole) * size if language == "en" and total < size else total + whole * size
                section = Decimal(0)
            else:
                section += count * size
            current, last_power, digits_said, decimals = None, powers[token], 0, Decimal(0)
        else:
            number = Decimal(2) if token == "couple" else _unit(token, units)
            if decimals:
                current = (current or Decimal(0)) + number * decimals
                decimals /= 10
                continue
            joins_tens = language == "en" and current is not None and current % 10 == 0 and 20 <= current < 100
            if current is None:
                current = number
            elif joins_tens and 0 < number < 10:
                current += number
            elif language != "en" and number < 10:
                current = current * 10 + number
            else:
                return None
            digits_said += 1
    if current is not None:
        bare = language == "zh" and last_power >= 100 and digits_said == 1 and len(tokens) > 1
        if bare and 0 < current < 10 and tokens[-2] in powers:
            current *= last_power // 10  # 一百二 is 120, 一万五 15,000; 一百零二 is 102
    result = total + section + (current or 0)
    return result if result < MAX_VALUE else None


def _unit(token: str, units: Mapping[str, int]) -> Decimal:
    return Decimal(units[token]) if token in units else Decimal(token.replace(",", ""))


def whole_of(text: str, language: Language) -> int | None:
    """The same as a whole number; None when it is none."""
    value = value_of(text, language)
    return int(value) if value is not None and value == int(value) else None
