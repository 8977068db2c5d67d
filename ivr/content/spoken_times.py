"""Days and times in words, as people name them: tomorrow, on December third, half past three in the afternoon."""

from datetime import date, datetime, time, timedelta

from ivr.content.numerals import cardinal, native_korean
from ivr.content.types import Language

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
_WEEKDAYS: dict[Language, tuple[str, ...]] = {
    "ko": ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ja": ("月曜日", "火曜日", "水曜日", "木曜日", "金曜日", "土曜日", "日曜日"),
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
}

_NEAR_DAYS: dict[Language, dict[int, str]] = {
    "ko": {-2: "그저께", -1: "어제", 0: "오늘", 1: "내일", 2: "모레"},
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow", 2: "the day after tomorrow"},
    "ja": {-2: "おととい", -1: "昨日", 0: "本日", 1: "明日", 2: "明後日"},
    "zh": {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"},
}


def speak_date(day: date, today: date, language: Language) -> str:
    """Name a day as people do: ``내일``, ``yesterday``, else ``십이월 삼일``, ``on December third``."""
    near = _NEAR_DAYS[language].get((day - today) // timedelta(days=1))
    return _calendar(day, language) if near is None else near


def speak_time(at: time, language: Language) -> str:
    """Name a time of day as people do: ``오후 세 시 반``, ``half past three in the afternoon``."""
    hour, minute = at.hour, at.minute
    match language:
        case "ko":
            if (hour, minute) == (0, 0):
                return "자정"
            minutes = "" if minute == 0 else " 반" if minute == 30 else f" {cardinal(minute, 'ko')} 분"
            return f"{_part_of_day(hour, 'ko')} {native_korean((hour - 1) % 12 + 1)} 시{minutes}"
        case "en":
            return _time_en(hour, minute)
        case "ja":
            if (hour, minute) == (12, 0):
                return "正午"
            minutes = "" if minute == 0 else "半" if minute == 30 else f"{cardinal(minute, 'ja')}分"
            clock = 12 if hour == 12 else hour % 12
            return f"{'午前' if hour < 12 else '午後'}{cardinal(clock, 'ja') if clock else '零'}時{minutes}"
        case "zh":
            minutes = "" if minute == 0 else "半" if minute == 30 else f"{cardinal(minute, 'zh')}分"
            bridge = "零" if 0 < minute < 10 else ""
            return f"{_part_of_day(hour, 'zh')}{_hour_zh(hour)}点{bridge}{minutes}"


def speak_datetime(at: datetime, now: datetime | None, language: Language) -> str:
    """Name a moment: ``내일 오후 세 시``, ``tomorrow at three in the afternoon``, ``明日の午後三時``.

    A day that has no name of its own (tomorrow) is told with its weekday.

    Args:
        at: The moment. When both are aware it is told in the time zone of ``now``.
        now: The time of the call; None when it is not known: the date is told.
        language: The language of the words.
    """
    if now is not None and now.tzinfo is not None and at.tzinfo is not None:
        at = at.astimezone(now.tzinfo)
    day = speak_day(at.date(), None if now is None else now.date(), language)
    return join_day_and_time(day, speak_time(at.time(), language), language)


def join_day_and_time(day: str, clock: str, language: Language) -> str:
    """Put the words for a day and for a time or part of it together."""
    match language:
        case "ko":
            return f"{day} {clock}"
        case "en":
            comma = "," if day.startswith("on ") else ""
            return f"{day}{comma} {clock}" if clock.startswith("in the ") else f"{day}{comma} at {clock}"
        case "ja":
            return f"{day}の{clock}"
        case "zh":
            return day + clock


def speak_day(day: date, today: date | None, language: Language) -> str:
    """Name a day, with its weekday unless it is near: ``십이월 삼일 목요일``, ``on Thursday, December third``."""
    if today is not None and (day - today).days in _NEAR_DAYS[language]:
        return _NEAR_DAYS[language][(day - today).days]
    words = _calendar(day, language)
    weekday = _WEEKDAYS[language][day.weekday()]
    if language == "en":
        return f"on {weekday}, {words.removeprefix('on ')}"
    return f"{words} {weekday}" if language == "ko" else words + weekday


def _calendar(day: date, language: Language) -> str:
    """Month and day."""
    match language:
        case "ko":
            return f"{_MONTHS_KO[day.month - 1]} {cardinal(day.day, 'ko')}일"
        case "en":
            return f"on {_MONTHS_EN[day.month - 1]} {_ordinal(day.day)}"
        case "ja":
            return f"{cardinal(day.month, 'ja')}月{cardinal(day.day, 'ja')}日"
        case "zh":
            return f"{cardinal(day.month, 'zh')}月{cardinal(day.day, 'zh')}号"


def _part_of_day(hour: int, language: Language) -> str:
    """The part of the day that a Korean or Chinese hour is said with."""
    if language == "ko":
        names = ((1, "밤"), (6, "새벽"), (12, "오전"), (13, "낮"), (18, "오후"), (21, "저녁"), (24, "밤"))
    else:
        names = ((1, "半夜"), (6, "凌晨"), (9, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))
    return next(name for until, name in names if hour < until)


def _hour_zh(hour: int) -> str:
    clock = (hour - 1) % 12 + 1
    return "两" if clock == 2 else cardinal(clock, "zh")


def _time_en(hour: int, minute: int) -> str:
    if minute == 0 and hour in (0, 12):
        return "noon" if hour else "midnight"
    clock = cardinal((hour - 1) % 12 + 1, "en")
    if minute == 30:
        clock = f"half past {clock}"
    elif minute:
        clock += f" {'oh ' if minute < 10 else ''}{cardinal(minute, 'en')}"
    names = (
        (1, "at night"),
        (12, "in the morning"),
        (18, "in the afternoon"),
        (21, "in the evening"),
        (24, "at night"),
    )
    return f"{clock} {next(name for until, name in names if hour < until)}"


def _ordinal(number: int) -> str:
    """1 to 31 as an English ordinal."""
    if number <= len(_ORDINALS_EN):
        return _ORDINALS_EN[number - 1]
    if number == 30:
        return "thirtieth"
    return f"{'twenty' if number < 30 else 'thirty'}-{_ORDINALS_EN[number % 10 - 1]}"
