"""Holds a text against what it is said to come from: numbers, dates, amounts, names, quoted words; promises.

What a summary says in plain words comes from the prompts; what could be wrong in it, or made up by a model that
polished it, is what these can be read off from. Pure.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from ivr.content.types import Language

_NUMBER = re.compile(r"\+?[\d*][\d*,.:/\-]*")
"""Figures with what stands inside numbers, dates, times and masked numbers."""

_QUOTED = re.compile(r"“([^”]+)”|\"([^\"]+)\"|「([^」]+)」|『([^』]+)』|‘([^’]+)’")

_CAPITALISED = re.compile(r"(?<![.!?:;·“\"「|\n] )(?<!^)(?<![\w'’])(?!I['’])[A-Z][\w'’-]+")
"""A Latin word with a capital that does not begin a sentence: a name."""

_NAMED: Mapping[Language, re.Pattern[str]] = {
    "ko": re.compile(r"([가-힣A-Za-z]{1,10})\s?(?:고객)?(?:님|씨|양|군)(?![가-힣])"),
    "en": re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.? ([A-Z]\w+)"),
    "ja": re.compile(r"([一-龠々ァ-ヶーA-Za-z]{1,10})(?:様|さん|氏)"),
    "zh": re.compile(r"([一-龥]{1,4})(?:先生|女士|小姐|老师)"),
}
"""Somebody called by name."""

_NOBODY = frozenset(
    {*("고객", "상담원", "담당자", "직원", "선생", "손", "기사", "사장", "사용자", "여러분", "회원")}
    | {"客", "お客", "担当者", "皆", "这位", "位", "那位", "该", "各位"}
)
"""Called politely, but by no name."""

_COUNTED: Mapping[Language, re.Pattern[str]] = {
    "ko": re.compile(
        r"(?<![가-힣])(한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)\s?"
        r"(?:번|차례|건|개|명|통|시간|일|달|장|가지|분(?!들))"
    ),
    "en": re.compile(
        r"\b(twice|thrice|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty"
        r"|hundred|thousand|second|third|fourth|fifth)\b",
        re.IGNORECASE,
    ),
    "ja": re.compile(r"([一二三四五六七八九十百千万]+|ふた|みっ|いっ)(?:回|度|件|個|名|日|時間|通|枚|円|つ)"),
    "zh": re.compile(r"([一二两三四五六七八九十百千万]+)(?:次|遍|件|个|位|天|小时|张|元|块|通|笔)"),
}
"""Counts in words."""

_COUNTS: Mapping[str, str] = {
    "1": "한 いっ 一",
    "2": "두 two twice second ふた 二 两",
    "3": "세 three thrice third みっ 三",
    "4": "네 four fourth 四",
    "5": "다섯 five fifth 五",
    "6": "여섯 six 六",
    "7": "일곱 seven 七",
    "8": "여덟 eight 八",
    "9": "아홉 nine 九",
    "10": "열 ten 十",
    "11": "eleven",
    "12": "twelve",
}
_WORTH = {word: number for number, words in _COUNTS.items() for word in words.split()}

_PROMISES: Mapping[Language, re.Pattern[str]] = {
    "ko": re.compile(r"보상|무료|할인|쿠폰|적립|환불|교환|취소|보장|약속|사은품|배상"),
    "en": re.compile(
        r"\b(compensat\w*|free|discount\w*|vouchers?|coupons?|refund\w*|exchang\w*|cancel\w*|guarantee\w*|promis\w*"
        r"|gifts?|credit\w*|waiv\w*)\b",
        re.IGNORECASE,
    ),
    "ja": re.compile(r"補償|無料|割引|クーポン|ポイント|返金|交換|キャンセル|保証|約束|賠償|取り消"),
    "zh": re.compile(r"补偿|赔偿|免费|折扣|优惠|退款|换货|取消|保证|承诺|赠送|积分"),
}
"""Words that may bind the shop: they must not come from nowhere."""

_ADDRESS = re.compile(r"https?://|www\.|\S+@\S+")


def unsupported(text: str, sources: Iterable[str], language: Language) -> tuple[str, ...]:
    """Find what a text claims and its sources do not hold.

    Args:
        text: One statement.
        sources: What it may be made from: the call's words, records, and texts already checked.
        language: The text's language.

    Returns:
        The numbers, dates, amounts, names, quoted words and addresses that are in none of the sources; empty:
        nothing was made up, as far as these show.
    """
    known = tuple(sources)
    words = _squeezed(" ".join(known))
    numbers = {_bare(match) for source in known for match in _NUMBER.findall(source)}
    numbers |= {part for number in numbers for part in re.split(r"\D+", number) if part}
    outside = _QUOTED.sub(" ", text)
    missing = [match for match in _NUMBER.findall(outside) if _bare(match) not in numbers]
    missing += [
        match
        for match in _COUNTED[language].findall(outside)
        if _WORTH.get(match.lower(), match) not in numbers and not _has(match, known)
    ]
    quoted = ("".join(match) for match in _QUOTED.findall(text))
    missing += [each for each in quoted if _squeezed(each.rstrip("…")) not in words]
    names = _CAPITALISED.findall(outside) if language == "en" else re.findall(r"[A-Za-z][A-Za-z'’-]+", outside)
    names += [each for each in _NAMED[language].findall(outside) if each not in _NOBODY]
    missing += [each for each in names if _squeezed(each.removesuffix("'s").removesuffix("’s")) not in words]
    missing += [each for each in _ADDRESS.findall(outside) if _squeezed(each) not in words]
    return tuple(dict.fromkeys(missing))


def promised(text: str, sources: Iterable[str], language: Language) -> tuple[str, ...]:
    """Find words that may bind the shop (refund, free, guarantee …) and are in none of the sources."""
    words = _squeezed(" ".join(sources))
    return tuple(each for each in _PROMISES[language].findall(text) if _squeezed(each) not in words)


def _has(word: str, sources: Iterable[str]) -> bool:
    return any(word.lower() in source.lower() for source in sources)


def _bare(number: str) -> str:
    return number.strip(".,:/-").replace(",", "")


def _squeezed(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum() or character == "*")
