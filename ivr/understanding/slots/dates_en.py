"""How English names days and times."""

from ivr.understanding.slots.cardinals import value_of, whole_of
from ivr.understanding.slots.grammar import Grammar
from ivr.understanding.slots.moments import PartOfDay

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15,
    "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
_NEAR: dict[str, tuple[int, PartOfDay | None]] = {
    "today": (0, None), "tonight": (0, "EV"), "tomorrow": (1, None), "tomorrownight": (1, "EV"),
    "thedayaftertomorrow": (2, None), "dayaftertomorrow": (2, None), "yesterday": (-1, None),
    "thedaybeforeyesterday": (-2, None), "daybeforeyesterday": (-2, None), "lastnight": (-1, "EV"),
    "thismorning": (0, "MO"), "thisafternoon": (0, "AF"), "thisevening": (0, "EV"),
}  # fmt: skip
_WEEKS: dict[str, int | None] = {
    "this": 0, "thisweek": 0, "thiscoming": None, "coming": None, "next": 1, "nextweek": 1, "last": -1,
}  # fmt: skip
_WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6, "wee": 5}
_PARTS: dict[str, PartOfDay] = {
    "morning": "MO", "am": "MO", "afternoon": "AF", "pm": "AF", "lunchtime": "AF", "evening": "EV", "night": "NI",
}  # fmt: skip

_UNIT = "one|two|three|four|five|six|seven|eight|nine"
_HOUR = rf"(?:1\d|2[0-4]|0?\d|{_UNIT}|ten|eleven|twelve)"
_TEEN = "ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
_NUMBER = rf"(?:\d{{1,3}}|(?:twenty|thirty|forty|fifty)(?:[\s-](?:{_UNIT}))?|{_TEEN}|{_UNIT})"
_MINUTE = rf"(?:(?:oh|o|zero)[\s-](?:{_UNIT})|(?:twenty|thirty|forty|fifty)(?:[\s-](?:{_UNIT}))?|{_TEEN}|[0-5]\d)"
_ORDINAL = (
    r"(?:\d{1,2}(?:st|nd|rd|th)|(?:twenty|thirty)[\s-](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    rf"|{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?\b"
_COUNT = rf"half\s+an?|an?\s+couple\s+of|{_NUMBER}|an?"
_TIME_UNIT = r"(?P<unit>(?:minute|min|hour|day|week|month)s?)\b"


def _count(words: str) -> float | None:
    if words.startswith("half"):
        return 0.5
    if "couple" in words:
        return 2.0
    if words in ("a", "an"):
        return 1.0
    value = value_of(words, "en")
    return None if value is None else float(value)


def _minute(words: str) -> int | None:
    return whole_of(words.replace("-", " ").split()[-1] if words[0] in "oz" else words, "en")


def _ordinal(words: str) -> int | None:
    words = words.replace("-", " ")
    if words[0].isdigit():
        return int("".join(character for character in words if character.isdigit()))
    *tens, last = words.split()
    unit = _ORDINALS.get(last, whole_of(last, "en"))
    return None if unit is None else unit + ((whole_of(tens[0], "en") or 0) if tens else 0)


class _Prefix(dict[str, int]):
    """Words told by their first three letters."""

    def __missing__(self, words: str) -> int:
        return super().__getitem__(words[:3])


ENGLISH = Grammar(
    rules=(
        r"\b(?P<near>(?:the\s+)?day\s+(?:after\s+tomorrow|before\s+yesterday))\b",
        rf"\b(?P<count>{_COUNT})\s+{_TIME_UNIT}\s+from\s+(?:(?P<near>today|tomorrow)|now|(?P<from>{_WEEKDAY}))",
        rf"\b(?P<count>{_COUNT})\s+{_TIME_UNIT}\s+(?:later|(?P<back>ago|before))\b",
        rf"\b(?:in|within)\s+(?:about\s+)?(?P<count>{_COUNT})\s+{_TIME_UNIT}(?P<half>\s+and\s+a\s+half)?",
        rf"\b(?P<count>a)\s+(?P<unit>week)\s+(?:on\s+)?(?:(?P<near>today|tomorrow)|(?P<from>{_WEEKDAY}))",
        rf"\b(?P<month>{_MONTH})\s+(?:the\s+)?(?P<day>{_ORDINAL}|{_NUMBER})\b(?!:)(?:,?\s+(?P<year>20\d\d))?",
        rf"\b(?:the\s+)?(?P<day>{_ORDINAL}|\d{{1,2}})\s+(?:of\s+)?(?P<month>{_MONTH})(?:,?\s+(?P<year>20\d\d))?",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        r"(?<![\d/])(?P<month>\d{1,2})/(?P<day>\d{1,2})(?![\d/])",
        rf"\b(?:the\s+)?(?P<day>{_ORDINAL})\s+of\s+(?P<months>next\s+month|this\s+month)",
        rf"\b(?P<months>next\s+month|this\s+month)\s+(?:on\s+)?(?:the\s+)?(?P<day>{_ORDINAL})",
        r"\b(?P<month_end>end\s+of\s+(?:the|(?P<months>next\s+month|this\s+month))(?:\s+month)?)\b",
        rf"\b(?:on\s+)?the\s+(?P<day>{_ORDINAL})\b(?!\s+(?:one|time|item|order))",
        r"\b(?P<day>\d{1,2}(?:st|nd|rd|th))\b",
        rf"\b(?P<week>next\s+week|this\s+week)\s+(?:on\s+)?(?P<weekday>{_WEEKDAY})",
        rf"\b(?P<weekday>{_WEEKDAY})\s+(?:of\s+)?(?P<week>next\s+week|this\s+week)",
        rf"\b(?:(?P<week>this\s+coming|this|next|last|coming)\s+)?(?P<weekday>{_WEEKDAY}|weekend\b)",
        r"\b(?P<near>this\s+(?:morning|afternoon|evening)|tomorrow\s+night|last\s+night|today|tonight|tomorrow|yesterday)\b",
        r"\b(?P<part>morning|afternoon|evening|night|lunchtime)\b",
        r"(?<![a-z])(?P<part>[ap]\.?\s?m)(?![a-z])\.?",
        rf"\b(?P<half>half)\s+(?:past\s+)?(?P<hour>{_HOUR})\b",
        rf"\b(?:a\s+)?(?P<quarter>quarter)\s+(?:(?P<before>to|before|of|till)|past|after)\s+(?P<hour>{_HOUR})\b",
        rf"\b(?P<minute>{_NUMBER})\s+(?:minutes?\s+)?(?:(?P<before>to|before|till)|past|after)\s+(?P<hour>{_HOUR})\b",
        rf"\b(?P<hour>{_HOUR})(?::|\s+|-|\.)(?P<minute>{_MINUTE})\b(?![:/])",
        rf"\b(?P<hour>{_HOUR})\s+o'?\s?clock\b",
        rf"\b(?:at|around|about|by|before|after|from|like)\s+(?P<hour>{_HOUR})\b(?!\s+(?:day|week|hour|minute|month|item))",
        rf"\b(?P<hour>{_HOUR})\b(?=\s*\0)",
        rf"(?<=\0)[\s,]+(?P<hour>{_HOUR})\b(?=\W*$)",
        rf"^\W*(?P<hour>{_HOUR})\b(?=\W*(?:please\W*)?$)",
        r"\b(?P<named>noon|midday|midnight)\b",
    ),
    near=_NEAR,
    weekdays=_Prefix(_WEEKDAYS),
    weeks=_WEEKS,
    months={"nextmonth": 1, "thismonth": 0},
    units={
        "minute": "minutes", "minutes": "minutes", "min": "minutes", "mins": "minutes", "hour": "hours",
        "hours": "hours", "day": "days", "days": "days", "week": "weeks", "weeks": "weeks", "month": "months",
        "months": "months",
    },
    parts=_PARTS,
    named={"noon": (12, 0), "midday": (12, 0), "midnight": (0, 0)},
    count=_count,
    hour=lambda words: whole_of(words, "en"),
    minute=_minute,
    month=lambda words: int(words) if words.isdigit() else _MONTHS.get(words[:3]),
    ordinal=lambda words: _ordinal(words) if not words.isdigit() else int(words),
    three_quarters="three",
    this_looks_ahead=True,
    next_is_ambiguous=True,
)  # fmt: skip
