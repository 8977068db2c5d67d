"""How Korean names days and times."""

from ivr.understanding.slots.cardinals import whole_of
from ivr.understanding.slots.grammar import Grammar
from ivr.understanding.slots.moments import PartOfDay

_NATIVE = {
    "하나": 1, "한": 1, "둘": 2, "두": 2, "세": 3, "셋": 3, "네": 4, "넷": 4, "다섯": 5, "여섯": 6, "일곱": 7,
    "여덟": 8, "여덜": 8, "아홉": 9, "열": 10, "열한": 11, "열하나": 11, "열두": 12, "열둘": 12,
}  # fmt: skip
_COUNTED_DAYS = {
    "하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7, "여드레": 8, "아흐레": 9,
    "열흘": 10,
    "보름": 15,
}  # fmt: skip
_NEAR: dict[str, tuple[int, PartOfDay | None]] = {
    "오늘밤": (0, "NI"), "오늘": (0, None), "금일": (0, None), "내일모레": (2, None), "낼모레": (2, None),
    "내일": (1, None), "낼": (1, None), "명일": (1, None), "그글피": (4, None), "글피": (3, None),
    "모레": (2, None),
    "모래": (2, None), "엊그제": (-2, None), "엊그저께": (-2, None), "그끄저께": (-3, None), "그저께": (-2, None),
    "그제": (-2, None), "어제": (-1, None), "어저께": (-1, None),
}  # fmt: skip
_WEEKS: dict[str, int | None] = {
    "이번주": 0, "금주": 0, "다다음주": 2, "다음다음주": 2, "다음주": 1, "담주": 1, "차주": 1, "내주": 1,
    "지지난주": -2, "지난주": -1, "저번주": -1, "돌아오는": None, "오는": None, "이번": None,
    "다음": 1, "지난": -1,
}  # fmt: skip
_PARTS: dict[str, PartOfDay] = {
    "새벽": "MO", "아침": "MO", "오전": "MO", "오후": "AF", "낮": "AF", "점심": "AF", "저녁": "EV", "밤": "NI",
}  # fmt: skip

_SINO = r"(?:\d{1,4}|[일이삼사오육륙칠팔구십백]{1,8})"
_HOUR = (
    r"(?:\d{1,2}|열\s?하나|열\s?한|열\s?두|열\s?둘|다섯|여섯|일곱|여덟|여덜|아홉|하나|한|두|둘|세|셋|네|넷|열"
    r"|이?십[일이삼사오육칠팔구]?)"
)
_WEEK = (
    r"이번\s?주|금주|다다음\s?주|다음\s?다음\s?주|다음\s?주|담\s?주|차주|내주|지지난\s?주|지난\s?주|저번\s?주"
    r"|돌아오는|오는|이번|다음|지난"
)
_LATER = r"(?:정도\s?|쯤\s?)?(?:뒤|후|이후|있다가?|이따가?|지나서|(?P<back>전))"
_DAYS = "|".join(sorted(_COUNTED_DAYS, key=len, reverse=True))
_NEAR_WORDS = "|".join([r"오늘\s?밤", r"[내낼]일?\s?모레", *sorted(_NEAR, key=len, reverse=True)])


def _count(words: str) -> float | None:
    words = words.replace(" ", "")
    return 0.5 if words == "반" else _COUNTED_DAYS.get(words, _NATIVE.get(words, whole_of(words, "ko")))


def _hour(words: str) -> int | None:
    words = words.replace(" ", "")
    return _NATIVE.get(words, whole_of(words, "ko"))


def _month(words: str) -> int | None:
    return {"유": 6, "시": 10}.get(words, whole_of(words, "ko"))


KOREAN = Grammar(
    rules=(
        rf"(?P<count>{_DAYS})\s?{_LATER}",
        rf"(?P<count>반|{_HOUR}|{_SINO})\s?(?P<unit>주일|주|개월|달|시간|분|일)\s?(?P<half>반\s?)?{_LATER}"
        r"(?:\s?(?P<weekday>[월화수목금토일])요일)?",
        rf"(?:(?P<year>\d{{4}}|이천\s?[이삼]?십?[일이삼사오육칠팔구]?)\s?년\s?)?"
        rf"(?P<month>\d{{1,2}}|십[일이]?|[일이삼사오유육칠팔구시])\s?월\s?(?P<day>{_SINO})\s?일",
        r"(?P<year>\d{4})[-./]\s?(?P<month>\d{1,2})[-./]\s?(?P<day>\d{1,2})",
        r"(?<![\d/])(?P<month>\d{1,2})/(?P<day>\d{1,2})(?![\d/])",
        rf"(?P<months>이번\s?달|다음\s?달|담\s?달|내달|다다음\s?달)\s?(?P<day>{_SINO})\s?일",
        r"(?P<month_end>(?P<months>이번\s?달|다음\s?달)\s?(?:말|마지막)|월말)",
        rf"(?P<near>{_NEAR_WORDS})",
        rf"(?<![가-힣\d])(?P<day>{_SINO})\s?일(?!\s?(?:번|요일|곱))",
        rf"(?:(?P<week>{_WEEK})에?\s?)?(?P<weekday>[월화수목금토일])\s?요일",
        rf"(?:(?P<week>{_WEEK})\s?)?(?P<weekday>주말)",
        rf"(?P<part>{'|'.join(_PARTS)})(?!\s?말)",
        r"(?P<hour>\d{1,2}):(?P<minute>\d{2})",
        rf"(?P<hour>{_HOUR})\s?시(?!간|[가-힣]*\s?(?:키|켰))\s?(?:(?P<half>반)"
        rf"|(?P<minute>\d{{1,2}}|[일이삼사오십]{{1,4}})\s?분(?:\s?(?P<before>전))?)?",
        r"(?P<named>정오|자정)",
    ),
    near=_NEAR,
    weekdays={"월": 0, "화": 1, "수": 2, "목": 3, "금": 4, "토": 5, "일": 6, "주말": 5},
    weeks=_WEEKS,
    months={"이번달": 0, "다음달": 1, "담달": 1, "내달": 1, "다다음달": 2},
    units={
        "주일": "weeks",
        "주": "weeks",
        "개월": "months",
        "달": "months",
        "시간": "hours",
        "분": "minutes",
        "일": "days",
    },
    parts=_PARTS,
    named={"정오": (12, 0), "자정": (0, 0)},
    count=_count,
    hour=_hour,
    minute=lambda words: whole_of(words, "ko"),
    month=_month,
    ordinal=lambda words: whole_of(words, "ko"),
)
