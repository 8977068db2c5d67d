"""Finds where a caller takes back what was just said: "4 7 2 9 1, no, 5", "화요일 아니 수요일", "不对"."""

import re
from collections.abc import Mapping

from ivr.content.types import Language

_MARKERS: Mapping[Language, re.Pattern[str]] = {
    "ko": re.compile(
        r"^\W*아니(?:오|요)(?!\w)|(?:아니\s*)?아니(?:라고요|라|다|고요|고|야|요|죠|지)?(?![에였])|아뇨|말고"
        r"|(?:아\s*)?(?:죄송|미안)(?:해요|합니다|한데요)?|잠깐만요?|잠시만요?|잘못\s*(?:말|불)\w*|틀렸\w*|정정\w*"
    ),
    "en": re.compile(
        r"\bno[\s,]+(?:it'?s\s+)?not\s+\w+|\b(?:no|nope|sorry|i mean|i meant|wait|hold on|actually|scratch that|"
        r"make that|rather|correction|my mistake|my bad|oops)\b",
        re.IGNORECASE,
    ),
    "ja": re.compile(
        r"いいえ|いえ|いや|(?:あ、?)?違(?:います|いました|った|う)|ちがいます|ちがう|じゃな(?:くて|い)|ではな(?:くて|い)"
        r"|間違え?(?:ました|た|い)|すみません|ごめんなさい|訂正\w*"
    ),
    "zh": re.compile(
        r"(?:哦|啊|诶)?不对|(?:哦|啊)不(?:是)?|不是|(?:说|搞|弄|讲)?错了|等一下|等等|应该是|更正|抱歉|对不起|不不"
    ),
}


def segments(text: str, language: Language) -> list[tuple[int, int]]:
    """The parts of an utterance between words of correction, as (start, end); one part when nothing is taken back.

    A text that begins with such a word ("no, it's 5") begins with an empty part.
    """
    parts: list[tuple[int, int]] = []
    start = 0
    for found in _MARKERS[language].finditer(text):
        parts.append((start, found.start()))
        start = found.end()
    return [*parts, (start, len(text))]


def merge_digits(before: str, after: str, wanted: int | None) -> str:
    """Put corrected digits in place of those they correct.

    Args:
        before: What had been said.
        after: What was said instead: all of it, or its end.
        wanted: How many digits the number has, when that is known.

    Returns:
        ``after`` alone when it is a whole number, else ``before`` with its end replaced, so that the length is
        right: with 5 wanted, ``472`` and ``95`` are ``47295``, and so are ``47291`` and ``5``.
    """
    if wanted is not None and len(after) >= wanted:
        return after
    if wanted is not None and len(before) >= wanted - len(after):
        return before[: wanted - len(after)] + after
    return before[: max(0, len(before) - len(after))] + after
