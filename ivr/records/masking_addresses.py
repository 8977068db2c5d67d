"""E-mail addresses and international account numbers in text, written or read out letter by letter."""

import re

from ivr.records import masking_words as words

HIDDEN_ADDRESS = "***@***"

HIDDEN_IBAN = "*" * 8

LEFT = 4
"""Characters that stay at the end of what was written."""

IBAN_LENGTHS = range(15, 35)
"""Characters of an IBAN (ISO 13616-1: at most 34; the shortest, Norway's, has 15)."""

IBAN_DIGITS = 8
"""Digits, said or written, from which what follows the word "IBAN" is one (the shortest, of letters most: Malta's
and Britain's, have 14 and more; half may be lost in recognition)."""

_ENGLISH = words.any_of(words.ENGLISH)

ADDRESS = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", re.ASCII)
"""An e-mail address."""

SPOKEN_AT = re.compile(r"(?i:(?<![a-z])at\b)|골뱅이|앳|엣|アット|あっと|艾特|爱特|圈a|小老鼠|@", re.IGNORECASE)
"""Cheap: whether the rest is worth trying."""

_ENDINGS = r"(?:com|net|org|edu|gov|io|co|kr|jp|cn|tw|hk|uk|us|eu|ca|au|de|fr|info|biz|app|dev|ai|me)"
_KO_ENDINGS = rf"(?:컴|콤|넷|케이알|씨오|오알지|{_ENDINGS})"
_JA_ENDINGS = (
    r"(?:コム|こむ|シーオーエム|ジェーピー|ジェイピー|じぇーぴー|じぇいぴー|シーオー|しーおー|ネット|ねっと|エヌイー(?:ティー)?|えぬいー"
    rf"|エーシー|オーアール(?:ジー)?|ジーオー|ne|or|ac|{_ENDINGS})"
)
_ZH_ENDINGS = rf"(?:康姆|{_ENDINGS})"

_KO_SPELLED = (
    r"(?:[공영빵일이삼사오육륙칠팔구]{1,10}|하나|둘|셋|넷|다섯|여섯|일곱|여덟|아홉"
    r"|(?:에이치|에이취|에이|비|씨|디|에프|지|쥐|아이|제이|케이|엘|엠|앤|엔|피|큐|알|에스|티|유|브이|더블유|엑스|와이|제트|지드){1,6})"
)
"""Letters and digits by their names."""

_KO_AT = r"(?:골뱅이|앳|엣|@)"
_KO_DOMAIN = (
    rf"[\w-]{{1,40}}(?:[\s,]{{1,2}}[\w-]{{1,40}})?"
    rf"(?:[\s,]{{0,2}}(?:점|닷|쩜|\.)[\s,]{{0,2}}{_KO_ENDINGS}|[\s,]{{1,2}}(?:컴(?!플|퓨)|케이알)){{1,3}}"
)

_JA_JOINT = r"[\s、,]{0,2}"
_JA_DOMAIN = (
    rf"[A-Za-z0-9ァ-ヶーぁ-ん一-龥、,\s-]{{1,30}}?(?:{_JA_JOINT}(?:ドット|どっと|点|てん|\.){_JA_JOINT}"
    rf"(?:{_JA_ENDINGS})){{1,3}}"
)
"""The shortest before the first ending; 、 between letters."""

_WORD = r"[\w-]{1,40}"
_LOCAL = r"[\w.+-]{1,40}"
_JA_WORD = r"[A-Za-z0-9ァ-ヶーぁ-ん一-龥_.-]{1,40}"
_ZH_WORD = r"[A-Za-z0-9._\u4e00-\u9fff-]{1,40}"
_NOBODY = (
    r"(?!(?:look\w*|bought|buy|it|me|us|them|you|that|this|order(?:ed)?|shop(?:ped)?|available|is|was|here|there|up|work\w*"
    r"|arrived|items?|things?|stuff|sold|online|account|customer|page|sale|price)\s)"
)
"""Words before an "at" that is about a shop's site: "I looked at example dot com"."""

_DOMAIN = rf"""(?:{_WORD}\s(?:dash|hyphen)\s){{0,2}}{_WORD}(?:\s(?!dot\b){_WORD})?
        (?:,?\s?(?:dot,?\s|\.){_WORD}){{0,3}}?,?\s?(?:dot,?\s?|\.){_ENDINGS}\b(?:,?\sdot,?\s{_ENDINGS}\b)?"""

SPOKEN_ADDRESSES = (
    re.compile(  # whatever stands between what it is called and "at": letters, names, numbers
        rf"""\b(?:e-?mail|mail|address)(?:\saddress)?(?:\sis|'s)\s
        (?P<address>(?:(?!at\b|dot\b){_WORD},?\s){{1,12}}at,?\s{_DOMAIN})""",
        re.IGNORECASE | re.VERBOSE,
    ),
    re.compile(
        rf"""(?:메일|주소|아이디)\s?(?:주소)?(?:는|은|이|가)\s(?P<address>(?:[\w.-]{{1,20}}[\s,]{{1,2}}){{1,10}}?
        {_KO_AT}[\s,]{{0,2}}{_KO_DOMAIN})""",
        re.IGNORECASE | re.VERBOSE,
    ),
    re.compile(
        rf"""(?P<address>
        (?:\b{_WORD}\s(?:dot|period|underscore|dash|hyphen|minus|plus)\s|(?<![\w'’])[A-Za-z0-9],?\s|\b\d{{1,9}},?\s){{0,12}}
        (?<![\w.+-]){_NOBODY}{_LOCAL}(?:,?\s(?:\d{{1,9}}|(?:{_ENGLISH})\b)){{0,4}}
        (?:,?\sat(?:\ssign)?,?\s|\s?@\s?){_DOMAIN})""",
        re.IGNORECASE | re.VERBOSE,
    ),
    re.compile(
        rf"""(?P<address>(?<![\w.-])
        (?:(?:[A-Za-z0-9._-]{{1,30}}|{_KO_SPELLED}|점|닷|쩜|언더바|언더스코어|밑줄|하이픈|대시)[\s,]{{1,2}}){{0,12}}
        (?:{_LOCAL}\s?(?:점|닷|쩜|언더바|언더스코어|밑줄|하이픈|대시)\s?){{0,4}}
        {_LOCAL}[\s,]{{0,2}}{_KO_AT}[\s,]{{0,2}}{_KO_DOMAIN})""",
        re.IGNORECASE | re.VERBOSE,
    ),
    re.compile(
        rf"""(?:アドレス|メール|メアド)(?:は|が|って|を?言います[ねよ]?)[、,\s]{{0,2}}
        (?P<address>[A-Za-z0-9ァ-ヶーぁ-ん一-龥_.、,\s-]{{1,60}}?
        (?:アット(?:マーク)?|あっと(?:まーく)?|@){_JA_DOMAIN})""",
        re.IGNORECASE | re.VERBOSE,
    ),
    re.compile(  # nothing but letters, digits and what is in katakana before "at"
        rf"""(?P<address>(?<![A-Za-z0-9ァ-ヶー])[A-Za-z0-9ァ-ヶー_.、,\s-]{{1,60}}
        (?:アット(?:マーク)?|@){_JA_DOMAIN})""",
        re.IGNORECASE | re.VERBOSE,
    ),
    re.compile(
        rf"""(?P<address>(?:{_JA_WORD}\s?(?:ドット|てん|点|アンダーバー|アンダースコア|ハイフン)\s?){{0,4}}
        {_JA_WORD}\s?(?:アットマーク|アット|@){_JA_DOMAIN})""",
        re.IGNORECASE | re.VERBOSE,
    ),
    re.compile(
        rf"""(?P<address>(?<![A-Za-z0-9._-])(?:{_ZH_WORD}?\s?(?:点|點|下划线|下劃線|杠|横杠)\s?){{0,3}}
        (?:[A-Za-z0-9._-]{{1,40}}(?:\s[A-Za-z0-9._-]{{1,40}}){{0,6}}
          |(?:[A-Za-z0-9零〇一二三四五六七八九幺]{{1,20}}[\s，,、]{{1,2}}){{0,10}}[A-Za-z0-9零〇一二三四五六七八九幺]{{1,40}}
          |[\u4e00-\u9fff]{{2,6}})
        [\s，,、]{{0,2}}(?:艾特|爱特|圈a|小老鼠|(?<=[\s\d零〇一二三四五六七八九幺])at(?=\s[^.]{{1,40}}[点點])|@)
        [\s，,、]{{0,2}}{_ZH_WORD}?(?:[\s，,、]{{0,2}}(?:点|點|dot|\.)[\s，,、]{{0,2}}{_ZH_ENDINGS}){{1,3}})""",
        re.IGNORECASE | re.VERBOSE,
    ),
)
"""An e-mail address as it is read out in English, Korean, Japanese, Chinese."""

_IBAN_TOKEN = rf"""(?:[A-Za-z]{{0,4}}\d[A-Za-z0-9]*|[A-Z]{{1,4}}(?![A-Za-z0-9])|[a-z](?![A-Za-z0-9])
    |(?i:double|triple|{_ENGLISH})(?![A-Za-z]))"""

NAMED_IBAN = re.compile(
    rf"""(?:(?<![A-Za-z])(?i:iban)|아이반|アイバン)(?:\s(?i:number|no\.?))?(?:\s?(?i:이|은|는|が|は|是|is|'s))?[\s:：,，、]{{0,3}}
    (?P<iban>{_IBAN_TOKEN}(?:[\s,，、-]{{0,2}}(?:(?:uh|um|and)[\s,]{{1,2}})?{_IBAN_TOKEN}){{1,40}})""",
    re.VERBOSE,
)
"""What is called so, in figures and letters or read out."""

IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d\d(?:[ -]?[A-Za-z0-9]{1,4}){3,9}(?![A-Za-z0-9])")
"""What may be one, with more words after it."""


def hide_addresses(text: str) -> str:
    """Hide e-mail addresses, written or read out; what stands around them stays.

    Args:
        text: Anything; never raises.
    """
    text = ADDRESS.sub(HIDDEN_ADDRESS, text)
    if SPOKEN_AT.search(text):
        for spoken in SPOKEN_ADDRESSES:
            text = spoken.sub(lambda match: match.group().replace(match["address"], HIDDEN_ADDRESS), text)
    return text


def hide_ibans(text: str) -> str:
    """Hide international bank account numbers: what is called so, and what has their check digits.

    Args:
        text: Anything; never raises.
    """
    return NAMED_IBAN.sub(_named_iban, IBAN.sub(_checked_iban, text))


def _checked_iban(match: re.Match[str]) -> str:
    """An IBAN hidden; words that stand after it may look like its groups."""
    found = match.group()
    ends = [at for at, each in enumerate(found) if each in " -"]
    for end in (len(found), *reversed(ends)):
        if _is_iban(re.sub("[ -]", "", found[:end])):
            return _shown(found[:end]) + found[end:]
    return found


def _named_iban(match: re.Match[str]) -> str:
    found = match["iban"]
    told = re.findall(rf"\d|(?<![A-Za-z])(?:{_ENGLISH})(?![A-Za-z])", found, re.IGNORECASE)
    if len(told) < IBAN_DIGITS:
        return match.group()
    written = len(re.findall(r"\d", found)) >= IBAN_DIGITS
    return match.group().replace(found, _shown(found) if written else HIDDEN_IBAN)


def _shown(found: str) -> str:
    """What is left of a written one."""
    plain = re.sub(r"[\W_]", "", found)
    return "*" * (len(plain) - LEFT) + plain[-LEFT:]


def _is_iban(plain: str) -> bool:
    """Whether it is as long as an IBAN and its check digits are right (ISO 7064, MOD 97-10)."""
    if len(plain) not in IBAN_LENGTHS:
        return False
    return int("".join(str(int(each, 36)) for each in plain[4:] + plain[:4])) % 97 == 1
