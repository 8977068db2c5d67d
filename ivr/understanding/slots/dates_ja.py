"""How Japanese names days and times, in ideographs, digits or kana."""

from ivr.understanding.slots.cardinals import whole_of
from ivr.understanding.slots.grammar import Grammar
from ivr.understanding.slots.moments import PartOfDay

_NEAR: dict[str, tuple[int, PartOfDay | None]] = {
    "今日": (0, None), "きょう": (0, None), "本日": (0, None), "今晩": (0, "EV"), "今夜": (0, "EV"),
    "今朝": (0, "MO"),
    "明日": (1, None), "あした": (1, None), "あす": (1, None), "明晩": (1, "EV"), "明朝": (1, "MO"),
    "明後日": (2, None), "あさって": (2, None), "明々後日": (3, None), "明明後日": (3, None),
    "しあさって": (3, None),
    "昨日": (-1, None), "きのう": (-1, None), "昨夜": (-1, "EV"), "一昨日": (-2, None), "おととい": (-2, None),
}  # fmt: skip
_WEEKS: dict[str, int | None] = {
    "今週": 0, "こんしゅう": 0, "来週": 1, "らいしゅう": 1, "翌週": 1, "次の週": 1, "再来週": 2, "さらいしゅう": 2,
    "先週": -1,
    "せんしゅう": -1, "先々週": -2, "今度": None, "次": None, "こんど": None,
}  # fmt: skip
_PARTS: dict[str, PartOfDay] = {
    "早朝": "MO", "朝": "MO", "あさ": "MO", "午前中": "MO", "午前": "MO", "ごぜんちゅう": "MO", "ごぜん": "MO",
    "午後": "AF", "ごご": "AF", "昼": "AF", "夕方": "EV", "ゆうがた": "EV", "晩": "EV", "夜": "NI", "よる": "NI",
}  # fmt: skip
_DAYS = {
    "ついたち": 1, "ふつか": 2, "みっか": 3, "よっか": 4, "いつか": 5, "むいか": 6, "なのか": 7, "ようか": 8,
    "ここのか": 9, "とおか": 10, "はつか": 20,
}  # fmt: skip
_WEEKDAYS = {
    "月": 0, "火": 1, "水": 2, "木": 3, "金": 4, "土": 5, "日": 6, "げつ": 0, "か": 1, "すい": 2, "もく": 3,
    "きん": 4,
    "ど": 5, "にち": 6, "週末": 5, "しゅうまつ": 5,
}  # fmt: skip

_KANA = (
    r"(?:にじゅう|さんじゅう|よんじゅう|ごじゅう|じゅう|じゅっ|いち|いっ|に|さん|よん|よ|ご|ろく|ろっ|なな|しち"
    r"|はち|はっ|きゅう|く){1,4}"
)
_NUMBER = rf"(?:\d{{1,4}}|[一二三四五六七八九十百]{{1,6}}|{_KANA})"
_HOUR = (
    r"(?:\d{1,2}|[一二三四五六七八九十]{1,3}|零|れい|じゅういち|じゅうに|じゅう|いち|に|さん|よ|ご|ろく|しち|なな"
    r"|はち|く)"
)
_WEEK = "|".join(sorted(_WEEKS, key=len, reverse=True))
_WEEKDAY = r"(?:[月火水木金土日]|げつ|か|すい|もく|きん|ど|にち)"
_LATER = r"(?:ぐらい|くらい)?(?:後|ご(?!ろ)|あと|先|(?P<back>前|まえ))"


def _number(words: str) -> int | None:
    return whole_of(words, "ja")


def _ordinal(words: str) -> int | None:
    return _DAYS.get(words, whole_of(words, "ja"))


JAPANESE = Grammar(
    rules=(
        rf"(?<![時じ一二三四五六七八九十\d])(?P<count>半|{_NUMBER})(?P<unit>週間|しゅうかん|[かヶヵカケ]月|か月|時間|じかん|分|ふん|ぷん|日間?"
        rf"|にち)(?P<half>半)?{_LATER}",
        rf"(?:(?P<year>\d{{4}})年)?(?P<month>\d{{1,2}}|[一二三四五六七八九十]{{1,3}}|{_KANA})(?:月|がつ)の?(?P<day>{_NUMBER}(?=日|にち)"
        rf"|{'|'.join(_DAYS)})(?:日|にち)?",
        r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})",
        r"(?<![\d/])(?P<month>\d{1,2})/(?P<day>\d{1,2})(?![\d/])",
        rf"(?P<months>来月|今月|再来月|らいげつ)の?(?P<day>{_NUMBER}(?=日|にち)|{'|'.join(_DAYS)})(?:日|にち)?",
        r"(?P<month_end>(?:(?P<months>来月|今月)の?)?(?:月末|末日|末))",
        rf"(?P<near>{'|'.join(sorted(_NEAR, key=len, reverse=True))})",
        rf"(?P<day>{_NUMBER}(?=日|にち)|{'|'.join(_DAYS)})(?:日|にち)?(?!間|曜)",
        rf"(?:(?P<week>{_WEEK})の?、?)?(?P<weekday>{_WEEKDAY})(?:曜日?|よう(?:び)?)",
        rf"(?:(?P<week>{_WEEK})の?)?(?P<weekday>週末|しゅうまつ)",
        rf"(?P<part>{'|'.join(sorted(_PARTS, key=len, reverse=True))})",
        r"(?P<hour>\d{1,2}):(?P<minute>\d{2})",
        rf"(?P<hour>{_HOUR})(?:時|じ)(?!間|かん|ゅ)(?:(?P<half>半|はん)|(?P<minute>{_NUMBER})(?:分|ふん|ぷん)(?P<before>前|まえ)?)?",
        r"(?P<named>正午|真夜中)",
    ),
    near=_NEAR,
    weekdays=_WEEKDAYS,
    weeks=_WEEKS,
    months={"来月": 1, "らいげつ": 1, "今月": 0, "再来月": 2},
    units={
        "週間": "weeks", "しゅうかん": "weeks", "か月": "months", "ヶ月": "months", "ヵ月": "months",
        "カ月": "months",
        "ケ月": "months", "時間": "hours", "じかん": "hours", "分": "minutes", "ふん": "minutes", "ぷん": "minutes",
        "日": "days", "日間": "days", "にち": "days",
    },
    parts=_PARTS,
    named={"正午": (12, 0), "真夜中": (0, 0)},
    count=lambda words: 0.5 if words == "半" else _number(words),
    hour=lambda words: {"よ": 4, "れい": 0}.get(words, _number(words)),
    minute=_number,
    month=_number,
    ordinal=_ordinal,
)  # fmt: skip
