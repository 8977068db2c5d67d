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
    **dict(zip("壹贰叁肆伍陆柒捌玖洞拐勾", "123456789079", strict=True)),
    **dict(zip("兩貳參陸壱弐参", "2236123", strict=True)),
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
ENGLISH = {
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
    "niner": "9",
}
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ENGLISH |= {
    f"{tens}{gap}{one}": f"{value}{number}"
    for value, tens in enumerate(_TENS, 2)
    for gap in (" ", "-", "")
    for one, number in list(ENGLISH.items())[6:15]
} | {tens: f"{value}0" for value, tens in enumerate(_TENS, 2)}

VALUES = {**_KOREAN, **_IDEOGRAPHS, **_KANA, **ENGLISH}
"""Word → its digits."""


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of some words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _word(alternatives: str) -> str:
    """English words, whole."""
    return rf"(?<![A-Za-z])(?i:{alternatives})(?![A-Za-z])"


_DAY = r"(?:19|20)\d\d[-./年년]\s?(?:0?[1-9]|1[0-2])[-./月월]\s?(?:0?[1-9]|[12]\d|3[01])(?!\d)"
_COMPACT_DAY = r"(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
_DAY_LAST = (
    r"(?<!\d)(?<!\d[-./])(?:0?[1-9]|[12]\d|3[01])(?P<sep>[-./])(?:0?[1-9]|[12]\d|3[01])(?P=sep)"
    r"(?:19|20)\d\d(?!\d|[-./]\d)"
)

_DIGIT = "zero|oh|o|one|two|three|four|five|six|seven|eight|nine"
_PLURALS = "zeroe?s|ohs|ones|twos|threes|fours|fives|sixes|sevens|eights|nines"

TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4, "two": 2, "three": 3, "four": 4, "five": 5} | dict(
    zip("两兩二三四五", (2, 2, 2, 3, 4, 5), strict=True)
)
"""How often the digit after it is meant."""

_CORRECTED = "|".join(
    (
        r"아니(?:다|야|요|라|고|에요|예요)?(?![가-힣])|말고|잘못\s?말했(?:어요|네요|습니다)|틀렸(?:어요|네요|습니다)|잠깐만요?|잠시만요?",
        r"죄송(?:해요|합니다)|정정",
        _word(
            r"no|not|sorry|correction|scratch\ that|wait|actually|make\ that|rather|i\ mean|my\ mistake"
            r"|excuse\ me|hold\ on"
        ),
        r"いや|いえ|じゃなくて|じゃない|では?なく(?:て)?|違い?(?:ます|う)|間違え(?:ました|た)?|すみません|ごめんなさい|訂正",
        "不对|不對|不是|说错了|說錯了|错了|錯了|应该是|應該是|更正|抱歉|等一下",
    )
)
"""What was said last is taken back, and said again."""

_LISTED = "|".join(
    (
        r"[그고]?\s?(?:다음|담)(?:에는?|은|이|엔)?(?![가-힣])|그\s?뒤에(?:는)?|그리고(?:\s?나서)?(?:요|는)?|그러고|하고요?(?![가-힣])|고요?(?=[\s,.]|$)",
        r"마지막(?:에|은|으로|이)?|(?:뒤|뒷|앞|끝|가운데|중간)\s?(?:자리|번호)?(?:는|은|이|가|에)(?![가-힣])",
        r"나머지(?:는|가)?|이어서|까지(?:요|예요)?|뒷자리|앞자리|[네예](?=[\s,.])|요(?=[\s,.]|$)|입니다|[에예]요|인데요?|거든요",
        _word(
            r"and|okay|ok|yes|yeah|yep|right|so|well|next|followed\ by|comma|to|too|for|number"
            r"|(?:the\ )?(?:rest|last|first|next)(?:\ (?:two|three|four|bit|part|half))?(?:\ (?:is|are))?"
        ),
        r"それから|そして|あと[はが]?|次[はが]?|つぎ[はが]?|最後[はが]?|残り[はが]?|はい(?![ちっ])|です(?:が|ね|よ)?",
        r"と(?=[\d零〇一二三四五六七八九])",
        "然后|然後|接着|后面(?:是|四位)?|後面(?:是|四位)?|最后|最後|剩下的?(?:是)?|对|對|好的?|和",
    )
)
"""Goes on with the number, or begins another one."""

_FILLED = "|".join(
    (
        r"(?<![가-힣])(?:[어음아그저흠]+|뭐지|뭐더라|보자|그러니까)(?![가-힣])",
        r"작대기|짝대기|마이너스|빼기|하이픈|대시|(?:한\s?칸\s?)?띄고|띄우고|공백",
        _word(
            r"dash|hyphen|(?<!\d\ )minus(?!\ \d)|stroke|slash|space|gap|pause|dot|point|then"
            r"|u+h+m?|u+m+|e+r+m*|h+m+|a+h+|let\ me\ see|let's\ see|you\ know"
        ),
        r"え[えーっ]*と|え[えー]+|[あえん](?=[、,\s])|あの[うー]*|う[うー]*ん|んー*|まあ|かっこ(?:閉じ)?",
        r"ハイフン|はいふん|ダッシュ|マイナス|スペース|バー(?![ァ-ヶ])",
        r"横?杠|橫?槓|横线|橫線|短横|减号?|空格|空一格|嗯+|呃+|那个|那個|还有|還有|哦|啊|再|我?看看|我看一下",
    )
)
"""Stands inside numbers and means nothing."""

_BETWEEN = (
    r"[ \t\-_.()/·,，、。~\u00a0\u2000-\u200b\u202f\u3000\u2010-\u2015\u2212\u2500\u3161\u30fb\u30fc\uff65\uff70"
    r"\uff08\uff09\uff0d\uff0e\uff3f]{1,3}"
)

PIECES = re.compile(
    rf"""
    (?P<kept>                                   # looks like digits but names nobody
        \b[0-9a-fA-F]{{8}}-(?:[0-9a-fA-F]{{4}}-){{3}}[0-9a-fA-F]{{12}}\b        # UUID
      | (?<![0-9A-Za-z])[A-Z]{{2}}[0-9a-f]{{32}}(?![0-9A-Za-z])                   # Twilio's SIDs
      | (?<![0-9A-Za-z])(?:0x)?(?=[0-9]*[a-f])[0-9a-f]{{12,}}(?![0-9A-Za-z])   # hash, address
      | (?<!\d)\d{{4}}-\d\d-\d\d[T\ ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?           # ISO 8601 time
      | (?<![0-9A-Za-z])(?:[A-Z]{{2}}\d{{9}}[A-Z]{{2}}|1Z[0-9A-Z]{{16}})(?![0-9A-Za-z])  # parcels: UPU S10, UPS
      | (?<!\d){_DAY} | (?<!\d{{6}}[-\ ]){_COMPACT_DAY} | {_DAY_LAST}
      | (?<![\d.])(?:\d{{1,3}}\.){{3}}\d{{1,3}}(?![\d.])                          # IPv4
      | (?<![\d.+])(?<!\d-)(?:0|[1-9]\d{{0,5}})\.\d+(?![\d.\-])                   # decimal fraction
      | [$€₩¥￥£]\s?\d+(?:\.\d+)?
      | \d{{1,2}}:\d\d(?::\d\d)?
    )
  | (?P<thousands>(?<![\d,])\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?![\d,]))         # 1,250,000
  | (?P<figures>\d+)
  | (?P<times>(?<![A-Za-z])(?i:(?:double|triple|treble|quadruple)[\ -](?:\d|(?:{_DIGIT})(?![A-Za-z]))
      |(?:two|three|four|five)\ (?:{_PLURALS})(?![A-Za-z]))
      |[两兩二三四五][个個][零〇○一二三四五六七八九\d])
  | (?P<again>{_CORRECTED})
  | (?P<english>(?<![A-Za-z])(?i:{any_of(ENGLISH)})(?![A-Za-z]))
  | (?P<listed>{_LISTED})
  | (?P<filled>{_FILLED})
  | (?P<particle>(?<=[가-힣])(?<![공영빵로일이삼사오육륙칠팔구나둘셋넷섯곱덟홉])이(?=\s)  # 통장이
      |(?<![가-힣])이(?=렇|거|건|걸|런|번|쪽|메일|제(?!로))  # 이렇게
      |に(?=なり|お[願電]|電話|連絡|かけ|して))
  | (?P<word>に(?=いち)|ニ(?=イチ)|{any_of({**_KOREAN, **_IDEOGRAPHS, **_KANA})})
  | (?P<power>[십백천만억十百千万萬亿億佰仟]|ひゃく|びゃく|ぴゃく|じゅう|せん|まん
      |(?<![A-Za-z])(?i:thousand|million)(?![A-Za-z]))
  | (?P<hundred>(?<![A-Za-z])(?i:hundred)(?![A-Za-z]))
  | (?P<between>{_BETWEEN}|에|의|다시|국에|の)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
"""A text, piece by piece. Unicode's decimals of every script are figures."""

CALLED = re.compile(
    r"""
    (?P<order>(?:주문|접수|상품|우편|등기|예약|택배|배송|운송|시리얼|일련|승인|조회|관리|영수증|티켓|제품|상담|문의|예매)\s?번호|(?:운)?송장(?:\s?번호)?
      |쿠폰\s?번호|모델|바코드|인보이스
      |(?i:\b(?:order|tracking|reference|coupon|model|item|invoice|case|ticket|booking|reservation|confirmation|parcel
          |package|shipment|serial|part|receipt|claim|incident|approval)\ (?:number|no\b\.?|code|id\b)
        |\b(?:my|the|your|our|this)\ (?:\w+\ )?(?:reference|ticket|tracking|case|booking|reservation|confirmation)
          (?=\W*(?:\Z|[,.])|\ (?:is|was)\b)
        |\b(?:(?:air\ ?)?way\ ?bill|consignment|zip|post\ ?code|postal\ code)\b(?:\ (?:number|no\b\.?|code))?
        |(?<!\bto\ )(?<!\bin\ )(?<!\bfor\ )(?<!that\ )(?<!any\ )(?<!which\ )
          \b(?:order|tracking|reference|case|ticket|booking)(?=[\s\#:]*\Z)
        |\b(?:PO|SKU|RMA|UPC)\b(?:\ (?:number|no\b\.?))?
        |barcode)
      |(?:注文|追跡|伝票|お?問い?合わ?せ|郵便|受付[ぁ-ん時]{0,4}|受け付け|予約|整理|管理|荷物|配送|製造|商品|受注|チケット|シリアル)の?(?:番号|コード|ナンバー)
      |送り状(?:の?番号)?|〒|注文(?=[はがの\s:：]*\Z)
      |(?:订单|訂單|快递|運單|运单|工单|受理|报修|投诉|登记|预约|預約|案件|服务|产品|商品|合同|发票)(?:编号|編號|号码?|號碼?)
      |运单|單號|单号|物流号|条形?码|(?:订单|訂單|快递单?|工单)(?=[是为為\s:：]*\Z)
      |邮编|郵編|邮政编码|郵遞區號|序列号|流水号)
  | (?P<resident>주민(?:\s?등록)?(?:\s?앞)?(?:\s?번호)?|외국인\s?등록(?:\s?번호)?
      |(?i:resident(?:\ registration)?(?:\ number)?|\bnational\ id\b|\bsocial\ security|\bssn\b)
      |住民(?:登録)?(?:番号)?|マイナンバー|個人番号|居民登[录錄]号?码?|身份[证證])
  | (?P<code>비밀\s?번호|비번|보안\s?(?:코드|번호)|시브이씨|시브이브이|인증\s?(?:번호|코드)
      |(?i:\bc\s?v\s?[cv]2?\b|\bpin\b|security\ code|passcode|password|verification\ code|\botp\b)
      |暗証番号|セキュリティコード|認証(?:番号|コード)|確認コード|安全码|密码|密碼|验证码|驗證碼)
  | (?P<account>(?:카드|계좌|은행|뱅크|카뱅|입금|통장)(?:\s?번호)?
      |(?i:\b(?:card|account|bank|iban|routing|sort\ code|visa\b|mastercard|amex\b)(?:'?s?\ (?:number|no))?
        |\b(?:savings|checking)\ (?=is\b|account\b))
      |(?:カード|口座|銀行|バンク|振込|振り込み|ゆうちょ|普通(?=預金|[のでがは、\s\d])(?:預金)?|当座(?:預金)?|支店
        |信用金庫|信金|農協|労金|UFJ|三井住友|みずほ|りそな)(?:の?番号)?|卡号?|账号|账户|帳[號戶]|賬[號戶]|银行|銀行)
  | (?P<personal>전화|번호|연락|휴대폰|핸드폰|폰|팩스|면허|여권
      |(?i:\bphone|\bmobile|\bcell|\btelephone|\bfax\b|\bnumber|\bcall\b|\bdial\b|\btext\ me|\breach\ me|\bring\ me
        |\bring\b|\bpassport|\blicen[cs]e|\barea\ code)
      |電話|でんわ|番号|ばんごう|携帯|けいたい|ケータイ|連絡先|ファックス|免許|パスポート
      |电话|電話|手机|手機|座机|座機|号码|號碼|联系|聯繫|打给我|打給我|传真|护照|護照)
    """,
    re.VERBOSE,
)
"""What numbers are called."""

UNKNOWN_AFTER = re.compile(
    "모르|모릅|몰라|없|까먹|잊|안\\s?나|ない|なくて|ありません|ません|忘れ|没有|沒有|不知道|不记得|不記得|忘"
)
UNKNOWN_BEFORE = re.compile(
    r"(?:don't|do not|didn't|can't|no|lost|forgot|without|haven't)(?:\s\w+){0,2}\s$", re.IGNORECASE
)
"""After and before the name of a number that somebody does not have: what is told then is another one."""

SO_CALLED = re.compile(
    r"""
    (?:이게|이건|은|는|이|가)?\s?(?:제|저희|우리|그)?\s?(?:[가-힣]{0,3}\s)?(?=(?:전화|계좌|카드|주문|송장|운송장|접수|우편|예약|등기|휴대폰|연락처|통장|주민))
  | \s?(?i:is|was|'s|are)\s(?i:my|the|our|his|her|your)\s(?=\w)
  | \s?(?:が|は|の)(?:私の|うちの|その)?(?=\w)
  | \s?(?:就?是|的)(?:我的?|那个)?(?=\w)
    """,
    re.VERBOSE,
)
"""Between a number and what it is called after it: "… is my account number"."""

THOUSAND, ABOVE = re.compile("[천千仟]|せん|(?i:thousand)"), re.compile("[만억万萬亿億]|まん|(?i:million)")
"""Powers of ten: of four digits, and of more."""

TEN = ("십", "十", "じゅう")
"""Ten: Korea's 010 without its 0."""

PLUS = re.compile(r"(?:[+＋]\(?|플러스\s?|プラス|(?i:\bplus\s)|加号?)$")
"""Before the code of a country."""

UNIT = re.compile(r"\s?(?:원|won|달러|dollars?|엔|yen|円|ウォン|元|块|위안|yuan|KRW|USD|점|개|ms\b|bytes|kB|MB)")
"""After an amount."""

ENDING = re.compile(r"이(?=[가-힣])")
"""이에요, 이고, 이라고 …: after figures no digit."""

TOKEN = re.compile(r"(?<=[?&]token=)[^&\s\"']+")
