"""How Mandarin names days and times, in Simplified characters."""

from ivr.understanding.slots.cardinals import whole_of
from ivr.understanding.slots.grammar import Grammar
from ivr.understanding.slots.moments import PartOfDay

_NEAR: dict[str, tuple[int, PartOfDay | None]] = {
    "今天": (0, None), "今日": (0, None), "今儿": (0, None), "今晚": (0, "EV"), "今早": (0, "MO"),
    "今晨": (0, "MO"),
    "明天": (1, None), "明日": (1, None), "明儿": (1, None), "明晚": (1, "EV"), "明早": (1, "MO"),
    "后天": (2, None),
    "大后天": (3, None), "昨天": (-1, None), "昨日": (-1, None), "昨晚": (-1, "EV"), "前天": (-2, None),
    "大前天": (-3, None), "前日": (-2, None),
}  # fmt: skip
_WEEKS: dict[str, int | None] = {
    "下下": 2, "下下个": 2, "下": 1, "下个": 1, "这": 0, "这个": 0, "本": 0, "上": -1, "上个": -1, "上上": -2,
}  # fmt: skip
_PARTS: dict[str, PartOfDay] = {
    "凌晨": "MO", "清晨": "MO", "早上": "MO", "早晨": "MO", "上午": "MO", "中午": "AF", "午后": "AF", "下午": "AF",
    "傍晚": "EV", "晚上": "EV", "夜里": "NI", "半夜": "NI", "深夜": "NI",
}  # fmt: skip
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5}

_NUMBER = r"(?:\d{1,4}|[零一二两三四五六七八九十百]{1,6})"
_HOUR = r"(?:\d{1,2}|二?十[一二三四]?|[零一二两三四五六七八九])"
_PERIOD = r"星期|礼拜|周|天|日|小时|钟头|分钟|月"
_LATER = r"(?:之后|以后|过后|后(?!天)|(?P<back>之前|以前|前(?!天)))"


def _number(words: str) -> int | None:
    return whole_of(words, "zh")


CHINESE = Grammar(
    rules=(
        r"(?P<near>大后天|大前天)",
        rf"过(?P<count>{_NUMBER}|半)个?(?P<unit>{_PERIOD})",
        rf"(?P<count>{_NUMBER}|半)个?(?P<half>半)?(?P<unit>{_PERIOD}){_LATER}",
        rf"(?:(?P<year>\d{{4}})年)?(?P<month>\d{{1,2}}|十[一二]?|[一二三四五六七八九])月(?P<day>{_NUMBER})[日号]?",
        r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})",
        r"(?<![\d/])(?P<month>\d{1,2})/(?P<day>\d{1,2})(?![\d/])",
        rf"(?P<months>下个月|这个月|本月|下月)(?P<day>{_NUMBER})[日号]",
        r"(?P<month_end>(?P<months>下个月|这个月|本月|下月)?(?:月底|月末|底))",
        rf"(?P<near>{'|'.join(sorted(_NEAR, key=len, reverse=True))})",
        rf"(?P<day>{_NUMBER})[日号](?!线)",
        r"(?:(?P<week>下下个?|上上|下个?|上个?|这个?|本)\s?)?(?:星期|礼拜|周)(?P<weekday>[一二三四五六日天末])",
        rf"(?P<part>{'|'.join(_PARTS)})",
        r"(?P<hour>\d{1,2}):(?P<minute>\d{2})",
        rf"(?P<before>差)(?P<minute>{_NUMBER})分钟?(?:到|不到)?(?P<hour>{_HOUR})点",
        rf"(?P<hour>{_HOUR})点钟?(?P<before>差)(?P<minute>{_NUMBER})分",
        rf"(?<![大小快慢早晚多少高低宜好])(?P<hour>{_HOUR})(?:点钟?|时)(?:(?P<half>半)|(?P<quarter>[一三]刻)"
        rf"|过?(?P<minute>[零〇]?{_NUMBER})分?)?",
        r"(?P<named>正午|午夜)",
    ),
    near=_NEAR,
    weekdays=_WEEKDAYS,
    weeks=_WEEKS,
    months={"下个月": 1, "下月": 1, "这个月": 0, "本月": 0},
    units={
        "星期": "weeks", "礼拜": "weeks", "周": "weeks", "天": "days", "日": "days", "小时": "hours",
        "钟头": "hours",
        "分钟": "minutes", "月": "months",
    },
    parts=_PARTS,
    named={"正午": (12, 0), "午夜": (0, 0)},
    count=lambda words: 0.5 if words == "半" else _number(words),
    hour=_number,
    minute=_number,
    month=_number,
    ordinal=_number,
)  # fmt: skip
