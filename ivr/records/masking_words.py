"""What :mod:`ivr.records.masking` reads: words for digits, what stands between them, what numbers are called."""

import re
from collections.abc import Iterable

_KOREAN = {
    **dict(zip(("공", "영", "빵", "제로"), "0000", strict=True)),
    **dict(zip("일이삼사오육칠팔구", "123456789", strict=True)),
    "륙": "6",
    **dict(
        zip(("하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉"), "123456789", strict=True),
    ),
}
_IDEOGRAPHS = {
    **dict(zip("零〇○一二三四五六七八九幺么两", "000123456789112", strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖洞拐", "12345678907", strict=True)),
}
_KANA = {
    **dict.fromkeys(("ぜろ", "れい", "まる", "ゼロ", "レイ", "マル"), "0"),
    **dict.fromkeys(("いち", "いっ", "イチ"), "1"),
    **dict.fromkeys(("に", "にい", "にー", "ニ", "ニイ", "ニー"), "2"),
    **dict.fromkeys(("さん", "サン"), "3"),
    **dict.fromkeys(("よん", "よ", "し", "しい", "ヨン", "ヨ", "シ"), "4"),
    **dict.fromkeys(("ご", "ごう", "ごー", "ごお", "ゴ", "ゴー", "ゴオ"), "5"),
    **dict.fromkeys(("ろく", "ろっ", "ロク"), "6"),
    **dict.fromkeys(("なな", "しち", "ナナ", "シチ"), "7"),
    **dict.fromkeys(("はち", "はっ", "ハチ"), "8"),
    **dict.fromkeys(("きゅう", "きゅー", "く", "キュウ", "キュー", "ク"), "9"),
}
_ENGLISH = {
    **dict(zip(("zero", "oh", "o", "nought", "naught", "nil"), "000000", strict=True)),
    **dict(
        zip(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"), "123456789", strict=True),
    ),
    **{
        word: str(value)
        for value, word in enumerate(
            ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"), 10
        )
    },
    "nineteen": "19",
}
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ENGLISH |= {
    f"{tens}{gap}{one}": f"{value}{number}"
    for value, tens in enumerate(_TENS, 2)
    for gap in (" ", "-", "")
    for one, number in list(_ENGLISH.items())[6:15]
} | {tens: f"{value}0" for value, tens in enumerate(_TENS, 2)}

VALUES = {**_KOREAN, **_IDEOGRAPHS, **_KANA, **_ENGLISH}
"""Word → its digits."""


def _any(words: Iterable[str]) -> str:
    """The longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_DAY = r"(?:19|20)\d\d[-./年년]\s?(?:0?[1-9]|1[0-2])[-./月월]\s?(?:0?[1-9]|[12]\d|3[01])(?!\d)"
_COMPACT_DAY = r"(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"

PIECES = re.compile(
    rf"""
    (?P<kept>                                   # looks like digits but names nobody
        \b[0-9a-fA-F]{{8}}-(?:[0-9a-fA-F]{{4}}-){{3}}[0-9a-fA-F]{{12}}\b        # UUID
      | (?<![0-9A-Za-z])[A-Z]{{2}}[0-9a-f]{{32}}(?![0-9A-Za-z])                   # Twilio's SIDs
      | (?<![0-9A-Za-z])(?:0x)?(?=[0-9]*[a-f])[0-9a-f]{{12,}}(?![0-9A-Za-z])   # hash, address
      | (?<!\d)\d{{4}}-\d\d-\d\d[T\ ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?           # ISO 8601 time
      | (?<!\d){_DAY} | {_COMPACT_DAY}
      | (?<![\d.])(?:\d{{1,3}}\.){{3}}\d{{1,3}}(?![\d.])                          # IPv4
      | (?<![\d.+])(?<!\d-)(?:0|[1-9]\d{{0,5}})\.\d+(?![\d.\-])                   # decimal fraction
      | (?<![\d,])\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?![\d,])                     # 1,250,000
      | [$€₩¥￥£]\s?\d+(?:\.\d+)?
      | \d{{1,2}}:\d\d(?::\d\d)?
    )
  | (?P<figures>\d+)
  | (?P<times>(?<![A-Za-z])(?:[Dd]ouble|[Tt]riple|[Tt]reble)\ (?:{_any(_ENGLISH)})(?![A-Za-z]))
  | (?P<english>(?<![A-Za-z])(?i:{_any(_ENGLISH)})(?![A-Za-z]))
  | (?P<word>に(?=いち)|ニ(?=イチ)|{_any({**_KOREAN, **_IDEOGRAPHS, **_KANA})})
  | (?P<power>[십백천만억十百千万亿億]|ひゃく|びゃく|ぴゃく|じゅう|せん|まん
      |(?<![A-Za-z])(?i:thousand|million)(?![A-Za-z]))
  | (?P<hundred>(?<![A-Za-z])(?i:hundred)(?![A-Za-z]))
  | (?P<between>
        [ \t\-.()/·,，、~\u00a0\u2010-\u2015\u30fb\u30fc\uff08\uff09\uff0d]{{1,3}}
      | 에|의|다시|하이픈|대시|국에|の|ハイフン|えっと|えーと|ええと|杠|横杠|嗯|呃
      | (?<=\s)[어음아그저](?=\s)
      | (?<![A-Za-z])(?i:dash|hyphen|space|um|uh|er|then|slash)(?![A-Za-z])
    )
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
"""A text, piece by piece. Unicode's decimals of every script are figures."""

CALLED = re.compile(
    r"""
    (?P<order>주문\s?번호|(?:운)?송장(?:\s?번호)?|접수\s?번호|상품\s?번호|쿠폰\s?번호|모델|바코드
      |(?:order|tracking|reference|coupon|model|item|invoice|case)\ (?:number|no\.?|code)|barcode
      |注文番号|追跡番号|伝票番号|問い合わせ番号|お問い合わせ番号|订单号?|快递单号|运单号?|单号|物流号)
  | (?P<resident>주민(?:\s?등록)?(?:\s?앞)?(?:\s?번호)?|(?i:resident(?:\ registration)?(?:\ number)?)
      |住民(?:登録)?(?:番号)?|居民登[录錄]号?码?)
  | (?P<code>비밀\s?번호|보안\s?(?:코드|번호)|시브이씨
      |(?i:\bc\s?v\s?[cv]2?\b|\bpin\b|security\ code|passcode|password)
      |暗証番号|セキュリティコード|安全码|密码|验证码|인증\s?번호)
  | (?P<personal>카드|계좌|은행|뱅크|입금|통장|전화|번호|연락처|휴대폰|핸드폰|폰|면허|여권
      |(?i:\bcard|\baccount|\bbank|\biban|\bphone|\bmobile|\bcell|\bnumber|\bcall\b
        |\bdial\b|\btext\ me|\breach\ me|\bring\ me|\bpassport)
      |カード|口座|銀行|電話|番号|携帯|連絡先|振込|卡号?|账号|账户|帳號|银行|电话|手机|号码|联系方式|打给我|护照|身份证)
    """,
    re.VERBOSE,
)
"""What numbers are called."""

UNIT = re.compile(r"\s?(?:원|won|달러|dollars?|엔|yen|円|ウォン|元|块|위안|yuan|KRW|USD|점|개|ms\b|bytes|kB|MB)")
"""After an amount."""

ENDING = re.compile(r"이(?=[가-힣])")
"""이에요, 이고, 이라고 …: after figures no digit."""

TOKEN = re.compile(r"(?<=[?&]token=)[^&\s\"']+")

ADDRESS = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)
"""An e-mail address."""

SPOKEN_AT = re.compile(r"(?i:\bat\b)|골뱅이|앳|アット|艾特|圈a|小老鼠|@")
"""Cheap: whether the rest is worth trying."""

_ENDINGS = r"(?:com|net|org|edu|gov|io|co|kr|jp|cn|uk|us|de|info)"
_KO_ENDINGS = rf"(?:컴|콤|넷|케이알|씨오|{_ENDINGS})"

_WORD = r"[\w-]{1,40}"
_LOCAL = r"[\w.+-]{1,40}"
_KANA_WORD = r"[A-Za-z0-9ァ-ヶーぁ-ん-]{1,40}"

SPOKEN_ADDRESSES = (
    re.compile(
        rf"""(?P<address>
        (?:\b{_WORD}\s(?:dot|underscore|dash|hyphen|plus)\s|(?<![\w'’])[A-Za-z0-9]\s|\b\d{{1,9}}\s){{0,12}}
        (?<![\w.+-]){_LOCAL}(?:\s\d{{1,9}}){{0,4}}\sat\s
        {_WORD}(?:\s(?!dot\b){_WORD})?(?:\s?(?:dot\s|\.){_WORD}){{0,3}}?\s?(?:dot\s|\.){_ENDINGS}\b
        (?:\sdot\s{_ENDINGS}\b)?)""",
        re.IGNORECASE | re.VERBOSE,
    ),
    re.compile(
        rf"""(?P<address>(?<![\w.-])(?:{_LOCAL}\s?(?:점|닷|쩜|언더바|하이픈)\s?){{0,4}}
        {_LOCAL}\s?(?:골뱅이|앳)\s?{_WORD}(?:\s{_WORD})?(?:\s?(?:점|닷|쩜|\.)\s?{_KO_ENDINGS}){{1,3}})""",
        re.IGNORECASE | re.VERBOSE,
    ),
    re.compile(
        rf"""(?P<address>(?:{_KANA_WORD}\s?(?:ドット|てん|アンダーバー|ハイフン)\s?){{0,4}}
        {_KANA_WORD}\s?(?:アットマーク|アット)\s?{_KANA_WORD}?
        (?:\s?(?:ドット|\.)\s?(?:コム|ジェーピー|シーオー|ネット|オーアールジー|{_ENDINGS})){{1,3}})""",
        re.IGNORECASE | re.VERBOSE,
    ),
    re.compile(
        rf"""(?P<address>(?<![A-Za-z0-9._-])[A-Za-z0-9._-]{{1,40}}(?:\s[A-Za-z0-9._-]{{1,40}}){{0,6}}
        \s?(?:艾特|圈a|小老鼠)\s?[A-Za-z0-9\u4e00-\u9fff-]{{1,40}}?
        (?:\s?(?:点|點|dot|\.)\s?(?:康姆|{_ENDINGS})){{1,3}})""",
        re.IGNORECASE | re.VERBOSE,
    ),
)
"""An e-mail address as it is read out in English, Korean, Japanese, Chinese."""
