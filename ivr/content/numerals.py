"""Numbers as words: ``29900`` is 이만 구천구백, twenty-nine thousand nine hundred, 二万九千九百."""

from ivr.content.types import Language

LIMIT = 10**12
"""Whole numbers below it have words; nothing a caller is told is larger."""

_ZERO: dict[Language, str] = {"ko": "영", "en": "zero", "ja": "ゼロ", "zh": "零"}
_MINUS: dict[Language, str] = {"ko": "마이너스 ", "en": "minus ", "ja": "マイナス", "zh": "负"}

_KO_ONES = ("", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
_KO_TENS = ("", "십", "백", "천")
_KO_GROUPS = ("", "만", "억")
_KANJI = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九")
_JA_TENS = ("", "十", "百", "千")
_JA_GROUPS = ("", "万", "億")
_ZH_GROUPS = ("", "万", "亿")

_EN_SMALL = (
    *("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_GROUPS = ("", " thousand", " million", " billion")

_KO_NATIVE_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_KO_NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")


def cardinal(number: int, language: Language) -> str:
    """Write a whole number in words; Sino-Korean for Korean.

    Args:
        number: Above -10^12 and below 10^12.
        language: The language of the words.

    Raises:
        ValueError: the number is outside that range.
    """
    if abs(number) >= LIMIT:
        raise ValueError(f"{number} is outside -{LIMIT} to {LIMIT}")
    if number < 0:
        return _MINUS[language] + cardinal(-number, language)
    if number == 0:
        return _ZERO[language]
    match language:
        case "ko":
            return _korean(number)
        case "en":
            return _english(number)
        case "ja":
            return _japanese(number)
        case "zh":
            return _chinese(number)


def native_korean(number: int) -> str:
    """Write 1 to 99 as Korean counts things: 한, 두 … 스무, 스물한; it stands before 개, 장, 시."""
    tens, ones = divmod(number, 10)
    return "스무" if number == 20 else _KO_NATIVE_TENS[tens] + _KO_NATIVE_ONES[ones]


def _groups(number: int, size: int) -> list[tuple[int, int]]:
    """The groups of digits that are not zero, the highest first, each with its place."""
    found: list[tuple[int, int]] = []
    place = 0
    while number:
        number, group = divmod(number, size)
        if group:
            found.append((group, place))
        place += 1
    return found[::-1]


def _korean(number: int) -> str:
    """Grouped by ten thousand, with a space after each group; ten thousand itself is 만, not 일만."""
    parts: list[str] = []
    for group, place in _groups(number, 10_000):
        words = "".join(
            ("" if digit == 1 and tens else _KO_ONES[digit]) + _KO_TENS[tens] for digit, tens in _groups(group, 10)
        )
        parts.append("만" if place == 1 and group == 1 and not parts else words + _KO_GROUPS[place])
    return " ".join(parts)


def _japanese(number: int) -> str:
    """Grouped by ten thousand; 一 is said before 万 and 億, and before 千 in front of them."""
    parts: list[str] = []
    for group, place in _groups(number, 10_000):
        words = "".join(
            ("" if digit == 1 and tens and not (tens == 3 and place) else _KANJI[digit]) + _JA_TENS[tens]
            for digit, tens in _groups(group, 10)
        )
        parts.append(words + _JA_GROUPS[place])
    return "".join(parts)


def _chinese(number: int) -> str:
    """Grouped by ten thousand; 零 bridges empty places, two is 两 before 百, 千, 万 and 亿."""
    words, last = "", 0
    for group, place in _groups(number, 10_000):
        if words and (group < 1000 or last - place > 1):
            words += "零"
        words += ("两" if group == 2 and place else _chinese_group(group, first=not words)) + _ZH_GROUPS[place]
        last = place
    return words


def _chinese_group(group: int, *, first: bool) -> str:
    words, last = "", 0
    for digit, tens in _groups(group, 10):
        if words and last - tens > 1:
            words += "零"
        two_of = digit == 2 and tens >= 2
        bare_ten = digit == 1 and tens == 1 and first and not words
        words += ("" if bare_ten else "两" if two_of else _KANJI[digit]) + ("", "十", "百", "千")[tens]
        last = tens
    return words


def _english(number: int) -> str:
    return " ".join(_english_group(group) + _EN_GROUPS[place] for group, place in _groups(number, 1000))


def _english_group(group: int) -> str:
    hundreds, rest = divmod(group, 100)
    parts = [f"{_EN_SMALL[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        parts.append(_EN_TENS[tens] + (f"-{_EN_SMALL[ones]}" if ones else ""))
    elif rest:
        parts.append(_EN_SMALL[rest])
    return " ".join(parts)
