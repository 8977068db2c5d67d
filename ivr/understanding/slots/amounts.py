"""Amounts of money: a value and, when it was said, its currency."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from ivr.content.types import Language
from ivr.understanding.corrections import segments
from ivr.understanding.numbers import CERTAIN, LIKELY, UNSURE
from ivr.understanding.slots.cardinals import PATTERN, value_of
from ivr.understanding.slots.types import SlotContext
from ivr.understanding.text import fold
from ivr.understanding.types import SlotValue

_CURRENCIES: Mapping[Language, Mapping[str, str]] = {
    "ko": {"KRW": "원|won", "USD": "달러|불", "JPY": "엔화?", "CNY": "위안|위엔", "EUR": "유로", "GBP": "파운드"},
    "en": {
        "KRW": r"(?:korean\s+)?won\b",
        "USD": r"(?:us\s+)?(?:dollars?|bucks?)\b",
        "JPY": r"yen\b",
        "CNY": r"(?:yuan|rmb)\b",
        "EUR": r"euros?\b",
        "GBP": r"pounds?\b",
    },
    "ja": {
        "KRW": "ウォン|うぉん",
        "USD": "米?ドル|どる",
        "JPY": "円|えん|圓",
        "CNY": "元",
        "EUR": "ユーロ",
        "GBP": "ポンド",
    },
    "zh": {
        "KRW": "韩元|韩币|韩圆",
        "USD": "美元|美金|美刀",
        "JPY": "日元|日币|日圆",
        "EUR": "欧元",
        "GBP": "英镑",
        "CNY": "块钱?|元|人民币|圆",
    },
}
_SYMBOLS = {"₩": "KRW", "$": "USD", "¥": "JPY", "€": "EUR", "£": "GBP"}
_PREFIXED = re.compile(r"([₩$¥€£])\s?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?")
_MIN_BARE = 100
"""A number without a currency is an amount from this value on, or when its words are powers ("백", "hundred")."""


def _compile(language: Language) -> re.Pattern[str]:
    names = "|".join(f"(?P<{code}>{names})" for code, names in _CURRENCIES[language].items())
    about = {"ko": "", "en": "", "ja": "", "zh": "[多来几]?"}[language]
    return re.compile(rf"(?P<number>{PATTERN[language]}){about}\s*(?:{names})")


_WITH_CURRENCY = {language: _compile(language) for language in _CURRENCIES}
_BARE = {language: re.compile(PATTERN[language]) for language in _CURRENCIES}
_EN_CENTS = re.compile(rf"(?P<dollars>{PATTERN['en']})\s*dollars?\s+(?:and\s+)?(?P<cents>{PATTERN['en']})")
_EN_CENTS_ONLY = re.compile(rf"(?P<cents>{PATTERN['en']})\s+cents?\b")
_TEENS = "ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TENS = rf"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[\s-](?:{_ONES}))?"
_EN_PRICE = re.compile(
    rf"\b(?P<dollars>{_TENS}|{_TEENS}|{_ONES})[\s-](?P<cents>{_TENS}|{_TEENS})\b"
    r"(?!\s+(?:hundred|thousand|million|won))"
)
_ZH_TENTHS = re.compile(
    rf"(?:(?P<yuan>{PATTERN['zh']})块)(?:(?P<jiao>[一二两三四五六七八九])(?:[毛角](?:(?P<fen>[一二三四五六七八九])分?)?)?)(?![百千万十])"
)
_ZH_JIAO = re.compile(r"(?<!块)(?P<jiao>[一二两三四五六七八九])[毛角]")


def find_amount(text: str, language: Language, context: SlotContext) -> tuple[SlotValue, ...]:
    """Find an amount of money: ``15000 KRW``, ``15.5 USD``, or ``15000`` when no currency was said.

    Of an amount that is taken back ("이만 원 아니 삼만 원"), the last counts.
    """
    folded, origin = fold(text)
    for place, (start, end) in reversed(list(enumerate(segments(folded, language)))):
        part = folded[start:end]
        for value, currency, span, confidence in _readings(part, language):
            if place and confidence == UNSURE:
                continue
            said = (origin[start + span[0]], origin[start + span[1] - 1] + 1)
            return (SlotValue(_written(value, currency), confidence, said),)
    return ()


_Reading = tuple[Decimal, str | None, tuple[int, int], float]


def _readings(text: str, language: Language) -> Iterator[_Reading]:
    """Amounts in one part of a text, the surest first."""
    for found in _PREFIXED.finditer(text):
        yield (
            Decimal(found[2].replace(",", "") + (found[3] or "")),
            _SYMBOLS[found[1]],
            found.span(),
            CERTAIN,
        )
    if language == "en":
        yield from _english_parts(text)
    if language == "zh":
        yield from _chinese_parts(text)
    for found in _WITH_CURRENCY[language].finditer(text):
        number, start = _number_in(found["number"], language, text, found.start("number"))
        if number is not None and found.lastgroup is not None:
            yield number, found.lastgroup, (start, found.end()), CERTAIN
    for found in _BARE[language].finditer(text):
        number, start = _number_in(found[0], language, text, found.start())
        if number is not None and number >= _MIN_BARE:
            yield number, None, (start, found.end()), LIKELY
    if language == "en":
        for found in _EN_PRICE.finditer(text):
            yield _with_cents(found, "USD", UNSURE)


def _number_in(words: str, language: Language, text: str, at: int) -> tuple[Decimal | None, int]:
    """The value of a number's words, and where it begins: a particle that sounds like a digit is left out."""
    if language == "ko" and at and "가" <= text[at - 1] <= "힣" and " " in words:
        skipped = words.index(" ") + 1  # "금액이 사만 원": the 이 belongs to 금액
        return value_of(words[skipped:], language), at + skipped
    return value_of(words, language), at


def _english_parts(text: str) -> Iterator[_Reading]:
    for found in _EN_CENTS.finditer(text):
        yield _with_cents(found, "USD", CERTAIN)
    for found in _EN_CENTS_ONLY.finditer(text):
        cents = value_of(found["cents"], "en")
        if cents is not None:
            yield cents / 100, "USD", found.span(), CERTAIN
    for found in _EN_PRICE.finditer(text):
        after = re.match(r"\s+(dollars?|bucks?)\b", text[found.end() :])
        if after:
            value, currency, (start, end), _ = _with_cents(found, "USD", LIKELY)
            yield value, currency, (start, end + after.end()), LIKELY


def _with_cents(found: re.Match[str], currency: str, confidence: float) -> _Reading:
    dollars, cents = value_of(found["dollars"], "en"), value_of(found["cents"], "en")
    return (dollars or Decimal(0)) + (cents or Decimal(0)) / 100, currency, found.span(), confidence


def _chinese_parts(text: str) -> Iterator[_Reading]:
    for found in _ZH_TENTHS.finditer(text):
        yuan = value_of(found["yuan"], "zh")
        if yuan is not None:
            tenths = (value_of(found["jiao"], "zh") or Decimal(0)) / 10
            hundredths = (value_of(found["fen"], "zh") or Decimal(0)) / 100 if found["fen"] else Decimal(0)
            yield yuan + tenths + hundredths, "CNY", found.span(), CERTAIN
    for found in _ZH_JIAO.finditer(text):
        yield (value_of(found["jiao"], "zh") or Decimal(0)) / 10, "CNY", found.span(), CERTAIN


def _written(value: Decimal, currency: str | None) -> str:
    number = f"{value:f}"
    if "." in number:
        number = number.rstrip("0").rstrip(".")
    return f"{number} {currency}" if currency else number
