"""Japanese writing to kana: espeak-ng knows no kanji and says "Chinese letter" for each.

What it wins is measured by ``python -m tests.measure.japanese``.
"""

import functools
import re
import threading

import sudachipy

from audio.errors import SynthesisError

_PARTICLES = {"は": "ワ", "へ": "エ"}
"""Particles are not said as they are written; neither is the は that ends a greeting."""

_ENDS_IN_WA = {"感動詞", "接続詞"}
_AS_WRITTEN = {"空白", "補助記号"}
"""Kinds of word (UniDic's) whose reading is the name of the sign."""

_ONES = ("", "イチ", "ニ", "サン", "ヨン", "ゴ", "ロク", "ナナ", "ハチ", "キュウ")
_DAYS = {
    **{2: "フツカ", 3: "ミッカ", 4: "ヨッカ", 5: "イツカ", 6: "ムイカ", 7: "ナノカ", 8: "ヨウカ", 9: "ココノカ"},
    **{10: "トオカ", 14: "ジュウヨッカ", 20: "ハツカ", 24: "ニジュウヨッカ"},
}
_HOURS = {4: "ヨジ", 7: "シチジ", 9: "クジ"}
_MONTHS = {4: "シガツ", 7: "シチガツ", 9: "クガツ"}
_IRREGULAR = {"日": (_DAYS, "ニチ"), "時": (_HOURS, "ジ"), "月": (_MONTHS, "ガツ")}
"""Counters before which numbers are said in their own way; the dictionary reads number and counter apart."""

_WEEKDAYS = {"月": "ゲツ", "火": "カ", "水": "スイ", "木": "モク", "金": "キン", "土": "ド", "日": "ニチ"}

_NUMBER = r"(?<![0-9一二三四五六七八九十百千万])([一二三四五六七八九十]{1,3}|[1-9][0-9]?)"
_COUNTED = re.compile(_NUMBER + "([日時月])(?!曜)")
_WEEKDAY = re.compile("([月火水木金土日])曜日")

_lock = threading.Lock()  # a tokenizer serves one thread at a time


def to_kana(text: str) -> str:
    """Write Japanese as it is said, in katakana. Thread-safe.

    Words by SudachiPy and its small dictionary (Apache-2.0; 0.2 s to load, once). Signs and what it can't read
    stay as they are.

    Raises:
        SynthesisError: the dictionary can't be loaded.
    """
    counted = _COUNTED.sub(_say_counted, text)
    counted = _WEEKDAY.sub(lambda found: _WEEKDAYS[found[1]] + "ヨウビ", counted)
    with _lock:
        return "".join(_say(word) for word in _tokenizer().tokenize(counted))


@functools.cache
def _tokenizer() -> sudachipy.Tokenizer:
    try:
        return sudachipy.Dictionary(dict="small").tokenizer()
    except Exception as error:  # a class of the extension's own
        raise SynthesisError(
            f"the Japanese dictionary can't be loaded ({error}): install sudachidict-small again"
        ) from error


def _say(word: sudachipy.Morpheme) -> str:
    kind, written, read = (str(each) for each in (word.part_of_speech()[0], word.surface(), word.reading_form()))
    if kind in _AS_WRITTEN or not read:
        return written
    if kind == "助詞" and written in _PARTICLES:
        return _PARTICLES[written]
    if kind in _ENDS_IN_WA and written.endswith("は"):
        return read[:-1] + "ワ"
    return read


def _say_counted(found: re.Match[str]) -> str:
    """A day, an hour or a month: ``七日`` becomes ``ナノカ``."""
    digits, counter = found.groups()
    number = int(digits) if digits.isascii() else _value(digits)
    names, regular = _IRREGULAR[counter]
    if counter == "日" and number == 1:
        return "ツイタチ" if found.string[: found.start()].endswith("月") else "イチニチ"
    return names.get(number) or _number(number) + regular


def _value(kanji: str) -> int:
    """``二十四`` → 24; digits in a row (``二四``) too."""
    value = 0
    for sign in kanji:
        if sign == "十":
            value = max(value, 1) * 10
        else:
            one = "一二三四五六七八九".index(sign) + 1
            value = value + one if "十" in kanji else value * 10 + one
    return value


def _number(number: int) -> str:
    """1 to 99; what is larger never stands in a date."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "ジュウ" if tens == 1 else _ONES[tens % 10] + "ジュウ"
    return head + _ONES[ones]
