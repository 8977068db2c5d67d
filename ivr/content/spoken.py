"""Values as words, so that any synthesiser says them right: no digit is left to its own reading.

Counts, amounts and slots are here; days and times come from :mod:`ivr.content.spoken_times`.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

import phonenumbers

from ivr.content.numerals import LIMIT, cardinal, native_korean
from ivr.content.spoken_times import join_day_and_time, speak_date, speak_datetime, speak_day, speak_time
from ivr.content.types import Language, SlotKind

__all__ = [
    "MAX_TEXT",
    "speak_amount",
    "speak_count",
    "speak_date",
    "speak_datetime",
    "speak_day",
    "speak_slot",
    "speak_text",
    "speak_time",
    "spell_digits",
]

MAX_TEXT = 120
"""Characters of free text that are read back: about fifteen seconds of speech."""
_AS_NUMBER_DIGITS = 4
"""Numbers up to so many digits within a text are read as one number (a house, a floor), longer ones spelled."""

_YES_NO: Mapping[Language, Mapping[str, str]] = {
    "ko": {"yes": "네", "no": "아니요"},
    "en": {"yes": "yes", "no": "no"},
    "ja": {"yes": "はい", "no": "いいえ"},
    "zh": {"yes": "是", "no": "不是"},
}
_PARTS: Mapping[Language, Mapping[str, str]] = {
    "ko": {"MO": "오전", "AF": "오후", "EV": "저녁"},
    "en": {"MO": "in the morning", "AF": "in the afternoon", "EV": "in the evening"},
    "ja": {"MO": "午前", "AF": "午後", "EV": "夜"},
    "zh": {"MO": "上午", "AF": "下午", "EV": "晚上"},
}
_COUNTRY: Mapping[Language, str] = {"ko": "국가번호 ", "en": "country code ", "ja": "国番号", "zh": "国家代码"}
_PAUSE: Mapping[Language, str] = {"ko": ", ", "en": ", ", "ja": "、の、", "zh": "，"}
_DASH: Mapping[Language, str] = {"ko": " 다시 ", "en": " dash ", "ja": "の", "zh": "杠"}
_POINT: Mapping[Language, str] = {"ko": " 점 ", "en": " point ", "ja": "点", "zh": "点"}
_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})?(?:T(?:(?P<clock>\d{2}:\d{2})(?::\d{2})?|(?P<part>MO|AF|EV)))?", re.ASCII
)
_THOUSANDS = re.compile(r"(?<!\d)\d{1,3}(?:,\d{3})+(?!\d)", re.ASCII)
_SIGN_BETWEEN = re.compile(r"(?<=[0-9])\s?([-.~])\s?(?=[0-9])")
_PHONE = re.compile(r"\b0\d{1,2}[-. ]\d{3,4}[-. ]\d{4}\b", re.ASCII)
_UNSPEAKABLE = re.compile(r"[^\w\s.,!?'、。，！？·-]|_|(?<!\w)-|-(?!\w)")
_DIGITS: dict[Language, tuple[str, ...]] = {
    "ko": ("공", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "ja": ("ゼロ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう"),
    "zh": ("零", "一", "二", "三", "四", "五", "六", "七", "八", "九"),
}
_SEPARATOR: dict[Language, str] = {"ko": " ", "en": " ", "ja": "、", "zh": " "}


def spell_digits(number: str, language: Language) -> str:
    """Write a number digit by digit: ``47291`` becomes ``사 칠 이 구 일``, ``four seven two nine one``.

    Characters that are not digits are left out.
    """
    words = [
        _DIGITS[language][int(character)] for character in number if character.isascii() and character.isdigit()
    ]
    return _SEPARATOR[language].join(words)


def speak_amount(won: int, language: Language) -> str:
    """Write an amount of won in words: ``이만 구천구백 원``, ``twenty-nine thousand nine hundred won``.

    Args:
        won: Whole won, below 10^12.
        language: The language of the words.

    Raises:
        ValueError: the amount is outside -10^12 to 10^12.
    """
    words = cardinal(won, language)
    return words + {"ko": " 원", "en": " won", "ja": "ウォン", "zh": "韩元"}[language]


def speak_count(number: int, language: Language) -> str:
    """Write how many there are, to stand before a counter: ``세`` (개, 장), ``three``, ``三`` (枚), ``两`` (张).

    Korean counts 1 to 99 in native words and the rest in Sino-Korean ones.

    Raises:
        ValueError: the number is outside -10^12 to 10^12.
    """
    if language == "ko" and 1 <= number <= 99:
        return native_korean(number)
    return "两" if language == "zh" and number == 2 else cardinal(number, language)


def speak_slot(
    kind: SlotKind,
    value: str,
    language: Language,
    now: datetime | None = None,
    names: Mapping[str, str] | None = None,
) -> str:
    """Write a slot's value as it is read back. Any text at all is taken; none raises.

    Args:
        kind: The slot's kind.
        value: Its normalised value: digits, E.164, ISO 8601 local, a decimal number, ``yes``/``no``, a key of the
            catalogue, text.
        language: The language of the words.
        now: The time of the call: what "tomorrow" is. None: dates are told as dates.
        names: Key of the catalogue → name in ``language``; a key that is not there is read as text.

    Returns:
        Words without a single digit; ``""`` when there is nothing to say.
    """
    if kind == "product":
        return speak_text((names or {}).get(value, value), language)
    speak: Mapping[str, Callable[[], str | None]] = {
        "digits": lambda: spell_digits(value, language),
        "identity": lambda: spell_digits(value, language) if value.isascii() and value.isdigit() else None,
        "phone": lambda: _phone(value, language),
        "datetime": lambda: _moment(value, language, now),
        "amount": lambda: _amount(value, language),
        "yes_no": lambda: _YES_NO[language].get(value),
    }
    spoken = speak.get(kind, lambda: None)()
    return speak_text(value, language) if spoken is None else spoken


def speak_text(text: str, language: Language, limit: int = MAX_TEXT) -> str:
    """Write free text without digits and symbols, of at most ``limit`` of its characters."""
    folded = unicodedata.normalize("NFKC", text[:limit])
    folded = _THOUSANDS.sub(lambda match: _large(match.group().replace(",", ""), language), folded)
    folded = _PHONE.sub(lambda match: _groups(match.group(), language), folded)
    folded = _SIGN_BETWEEN.sub(lambda match: _POINT[language] if match[1] == "." else _DASH[language], folded)
    space = " " if language == "en" else ""
    folded = re.sub(r"\d+", lambda match: space + _number(match.group(), language) + space, folded)
    return " ".join(_UNSPEAKABLE.sub(" ", folded).split())


def _large(digits: str, language: Language) -> str:
    """A number that was written with separators of thousands."""
    return cardinal(int(digits), language) if len(digits) < len(str(LIMIT)) else spell_digits(digits, language)


def _number(digits: str, language: Language) -> str:
    """A number inside a text."""
    plain = "".join(str(unicodedata.digit(character)) for character in digits)
    if len(plain) <= _AS_NUMBER_DIGITS and not (plain.startswith("0") and len(plain) > 1):
        return cardinal(int(plain), language)
    return spell_digits(plain, language)


def _phone(value: str, language: Language) -> str | None:
    """A telephone number in its country's groups; one of another country with its country code first."""
    try:
        number = phonenumbers.parse(value, "KR")
    except phonenumbers.NumberParseException:
        return None
    form, country = phonenumbers.PhoneNumberFormat.NATIONAL, ""
    if number.country_code != phonenumbers.country_code_for_region("KR"):
        form = phonenumbers.PhoneNumberFormat.INTERNATIONAL
        country = _COUNTRY[language]
    return country + _groups(phonenumbers.format_number(number, form), language)


def _groups(number: str, language: Language) -> str:
    return _PAUSE[language].join(spell_digits(group, language) for group in re.findall(r"\d+", number))


def _moment(value: str, language: Language, now: datetime | None) -> str | None:
    """A day, a time, a part of the day, or a day with one of them."""
    found = _MOMENT.fullmatch(value)
    if found is None or not value:
        return None
    try:
        day = date.fromisoformat(found["day"]) if found["day"] else None
        clock = speak_time(time.fromisoformat(found["clock"]), language) if found["clock"] else ""
    except ValueError:
        return None
    clock = clock or _PARTS[language].get(found["part"] or "", "")
    if day is None:
        return clock
    spoken = speak_day(day, None if now is None else now.date(), language)
    return join_day_and_time(spoken, clock, language) if clock else spoken


def _amount(value: str, language: Language) -> str | None:
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) >= LIMIT or amount != amount.to_integral_value():
        return None
    return speak_amount(int(amount), language)
