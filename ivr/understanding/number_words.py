"""The words for digits in four languages, with the forms that recognisers make of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.content.types import Language


@dataclass(frozen=True)
class Lexicon:
    """One language's numerals."""

    digits: Mapping[str, str]
    """Word → its digits."""
    sounds_like: Mapping[str, str]
    """Words that a recogniser writes for a digit that was said: believed only when a number was asked for."""
    tens: Mapping[str, int] = field(default_factory=dict)
    """20 to 90, where a single digit may follow (English)."""
    powers: Mapping[str, int] = field(default_factory=dict)
    """10, 100, 1,000, 10,000."""
    group: int = 10_000
    """The power that multiplies all that stands before it: 10,000 in East Asia, 1,000 in English."""
    times: Mapping[str, int] = field(default_factory=dict)
    """``double`` and its like."""
    fillers: frozenset[str] = frozenset()
    """Words that may stand inside a number."""
    of: frozenset[str] = frozenset()
    """Words between a count and the digit that is repeated ("四个零": 0000)."""
    spaced: bool = False
    """Whether words are told apart by spaces; if not, the longest numeral at each character is taken."""


def _pairs(text: str) -> dict[str, str]:
    """``"a=1 b=2"`` as a mapping."""
    return dict(pair.split("=") for pair in text.split())


def _katakana(words: Mapping[str, str]) -> dict[str, str]:
    """Words in hiragana together with their katakana forms (96 code points further on)."""
    raised = {
        "".join(chr(ord(c) + 0x60) if 0x3041 <= ord(c) <= 0x3096 else c for c in word): value
        for word, value in words.items()
    }
    return {**words, **raised}


_KO = Lexicon(
    digits=_pairs(
        "공=0 영=0 빵=0 제로=0 일=1 하나=1 이=2 둘=2 삼=3 셋=3 사=4 넷=4 오=5 다섯=5 육=6 륙=6 여섯=6"
        " 칠=7 일곱=7 팔=8 여덟=8 여덜=8 구=9 아홉=9"
    ),
    sounds_like=_pairs("o=0 콩=0 연=0 니=2 쌈=3 유=6 욕=6 뉵=6 용=6 찔=7 질=7 파=8 빨=8"),
    powers={"십": 10, "백": 100, "천": 1_000, "만": 10_000},
    fillers=frozenset({"어", "음", "그", "다시", "그리고", "그다음에", "그다음", "에", "하고"}),
)

_EN = Lexicon(
    digits=_pairs(
        "zero=0 oh=0 o=0 nought=0 naught=0 nil=0 one=1 two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9"
        " niner=9 ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14 fifteen=15 sixteen=16 seventeen=17"
        " eighteen=18 nineteen=19"
    ),
    sounds_like=_pairs("owe=0 won=1 to=2 too=2 tree=3 free=3 for=4 fore=4 fife=5 sicks=6 ate=8 mine=9 nigh=9"),
    tens={
        "twenty": 20,
        "thirty": 30,
        "forty": 40,
        "fourty": 40,
        "fifty": 50,
        "sixty": 60,
        "seventy": 70,
        "eighty": 80,
        "ninety": 90,
    },
    powers={"hundred": 100, "thousand": 1_000},
    group=1_000,
    times={"double": 2, "triple": 3, "treble": 3},
    fillers=frozenset({"um", "uh", "er", "erm", "hmm", "and", "then", "dash", "hyphen", "space", "like", "so"}),
    spaced=True,
)

_JA = Lexicon(
    digits={
        **_katakana(
            _pairs(
                "ぜろ=0 れい=0 まる=0 いち=1 に=2 にい=2 にー=2 さん=3 よん=4 よ=4 し=4 しい=4 ご=5 ごー=5 ごお=5"
                " ろく=6 なな=7 しち=7 はち=8 きゅう=9 きゅー=9 く=9 くう=9"
                " いっ=1 ろっ=6 はっ=8"
            )
        ),
        **_pairs("零=0 〇=0 ○=0 一=1 二=2 三=3 四=4 五=5 六=6 七=7 八=8 九=9"),
    },
    sounds_like=_pairs("o=0 位置=1 市=4 号=5 語=5 鉢=8 蜂=8 九九=99 級=9 球=9"),
    powers={
        "十": 10,
        "百": 100,
        "千": 1_000,
        "万": 10_000,
        "じゅう": 10,
        "ひゃく": 100,
        "せん": 1_000,
        "まん": 10_000,
        "びゃく": 100,
        "ぴゃく": 100,
        "ぜん": 1_000,
    },
    fillers=frozenset({"の", "えっと", "えーと", "ええと", "あの", "それから"}),
)

_ZH = Lexicon(
    digits=_pairs(
        "零=0 〇=0 ○=0 洞=0 一=1 幺=1 么=1 壹=1 二=2 两=2 兩=2 贰=2 三=3 叁=3 四=4 肆=4 五=5 伍=5 六=6 陆=6 七=7"
        " 柒=7 拐=7 八=8 捌=8 九=9 玖=9 勾=9"
    ),
    sounds_like=_pairs(
        "o=0 林=0 另=0 灵=0 铃=0 妖=1 腰=1 要=1 耀=1 姚=1 以=1 已=1 儿=2 而=2 耳=2 尔=2 山=3 散=3 是=4 事=4 市=4"
        " 时=4 死=4 舞=5 午=5 无=5 物=5 我=5 屋=5 刘=6 留=6 流=6 溜=6 起=7 期=7 其=7 气=7 妻=7 吧=8 把=8 爸=8 巴=8"
        " 酒=9 久=9 就=9 旧=9"
    ),
    powers={"十": 10, "百": 100, "千": 1_000, "万": 10_000},
    times={"双": 2},
    of=frozenset({"个"}),
    fillers=frozenset({"嗯", "呃", "杠", "然后", "那个", "还有"}),
)

LEXICONS: Mapping[Language, Lexicon] = {"ko": _KO, "en": _EN, "ja": _JA, "zh": _ZH}

JAPANESE_PHRASES = ("になり", "にして", "にお願い", "にて")
"""Words that begin with the kana for two: in "四七二九一になります" the に is a particle."""

KOREAN_ENDINGS = (
    *("이라니까", "이라고", "이라는", "이란", "이에요", "이예요", "이고요", "이구요"),
    *("인데요", "이요", "이여", "이야"),
)
"""Endings that begin with the syllable for two. After a final consonant they are the ending ("구일이요":
9, 1), after a vowel the two belongs to the number ("구이요": 9, 2), because there the ending would be "요"."""

KOREAN_BEFORE_NUMERALS = frozenset("은는어음")
"""Syllables that recognisers write together with a numeral that follows: particles, sounds of thinking."""
