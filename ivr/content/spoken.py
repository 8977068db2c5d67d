"""Values as words, so that any synthesiser says them right: digit by digit, and dates as people name them."""

from datetime import date, timedelta

from ivr.content.types import Language

_DIGITS: dict[Language, tuple[str, ...]] = {
    "ko": ("공", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "ja": ("ゼロ", "いち", "に", "さん", "よん", "ご", "ろく", "なな", "はち", "きゅう"),
    "zh": ("零", "一", "二", "三", "四", "五", "六", "七", "八", "九"),
}
_SEPARATOR: dict[Language, str] = {"ko": " ", "en": " ", "ja": "、", "zh": " "}

_MONTHS_EN = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ORDINALS_EN = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth"),
    *("nineteenth", "twentieth"),
)
_MONTHS_KO = ("일월", "이월", "삼월", "사월", "오월", "유월", "칠월", "팔월", "구월", "시월", "십일월", "십이월")
_SINO_KO = ("", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
_KANJI = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")

_NEAR_DAYS: dict[Language, dict[int, str]] = {
    "ko": {-2: "그저께", -1: "어제", 0: "오늘", 1: "내일", 2: "모레"},
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow", 2: "the day after tomorrow"},
    "ja": {-2: "おととい", -1: "昨日", 0: "本日", 1: "明日", 2: "明後日"},
    "zh": {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"},
}


def spell_digits(number: str, language: Language) -> str:
    """Write a number digit by digit: ``47291`` becomes ``사 칠 이 구 일``, ``four seven two nine one``.

    Characters that are not digits are left out.
    """
    words = [
        _DIGITS[language][int(character)] for character in number if character.isascii() and character.isdigit()
    ]
    return _SEPARATOR[language].join(words)


def speak_date(day: date, today: date, language: Language) -> str:
    """Name a day as people do: ``내일``, ``yesterday``, else ``십이월 삼일``, ``on December third``."""
    near = _NEAR_DAYS[language].get((day - today) // timedelta(days=1))
    if near is not None:
        return near
    match language:
        case "ko":
            return f"{_MONTHS_KO[day.month - 1]} {_tens(day.day, _SINO_KO, '십')}일"
        case "en":
            return f"on {_MONTHS_EN[day.month - 1]} {_ordinal(day.day)}"
        case "ja":
            return f"{_tens(day.month, _KANJI, '十')}月{_tens(day.day, _KANJI, '十')}日"
        case "zh":
            return f"{_tens(day.month, _KANJI, '十')}月{_tens(day.day, _KANJI, '十')}号"


def _tens(number: int, ones: tuple[str, ...], ten: str) -> str:
    """1 to 99 in Sino-Korean, Japanese or Chinese words."""
    tens, rest = divmod(number, 10)
    head = "" if tens == 0 else ten if tens == 1 else ones[tens] + ten
    return head + ones[rest]


def _ordinal(number: int) -> str:
    """1 to 31 as an English ordinal."""
    if number <= len(_ORDINALS_EN):
        return _ORDINALS_EN[number - 1]
    if number == 30:
        return "thirtieth"
    return f"{'twenty' if number < 30 else 'thirty'}-{_ORDINALS_EN[number % 10 - 1]}"
