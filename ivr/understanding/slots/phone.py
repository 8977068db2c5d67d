"""Telephone numbers, as E.164: said digit by digit, in groups, with a country code, or written in digits."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

import phonenumbers

from ivr.content.types import Language
from ivr.understanding.corrections import segments
from ivr.understanding.number_words import KOREAN_ENDINGS
from ivr.understanding.numbers import LIKELY, MAX_CORRECTIONS, digit_runs
from ivr.understanding.slots.types import SlotContext
from ivr.understanding.types import SlotValue

_COUNTRY: Mapping[Language, str] = {"ko": "KR", "en": "US", "ja": "JP", "zh": "CN"}
"""The country whose numbers are tried after the deployment's mobile numbers."""
_PLUS = re.compile(r"\+|\bplus\b|플러스|プラス|加(?=[零〇一二两三四五六七八九\d幺])", re.IGNORECASE)
_MIN_DIGITS, _MAX_DIGITS = 7, 15
"""Shortest number with an area code in the four countries; the longest that E.164 allows."""
_ONE_LENGTH = frozenset({"KR", "JP", "CN"})
"""Countries whose mobile numbers all have one length; shorter ones that the metadata still knows are misheard."""
_MAX_RUNS = 6
"""Numbers in one utterance that are looked at, the last ones: a telephone number has a handful of groups."""
MAX_CHARACTERS = 200
"""Of a longer text the end is read: twenty seconds of speech, and time must stay bounded."""


def find_phone(text: str, language: Language, context: SlotContext) -> tuple[SlotValue, ...]:
    """Find a valid telephone number.

    The deployment's mobile numbers come first, then those of the country of the language, then the deployment's
    others: 070 is a mobile telephone in Japan and an Internet one in Korea.
    """
    left_out = max(0, len(text) - MAX_CHARACTERS)
    text = text[left_out:]
    said: SlotValue | None = None
    """Digits so far, a leading + kept."""
    for part in segments(text, language)[-MAX_CORRECTIONS:]:
        found = _in_part(text, part, language, context.region, said)
        said = found or said
    number = _number(said.value, language, context.region) if said else None
    if said is None or number is None:
        return ()
    return (_shift(SlotValue(number, said.confidence, said.span), left_out),)


def _in_part(
    text: str, part: tuple[int, int], language: Language, region: str, before: SlotValue | None
) -> SlotValue | None:
    """The most likely number of one part, after what came before it; digits that are no number yet are kept."""
    best: SlotValue | None = None
    for candidate in _candidates(text[slice(*part)], language):
        shifted = _shift(candidate, part[0])
        if _number(shifted.value, language, region):
            return shifted
        if before is not None and (merged := _merge(before, shifted, language, region)) is not None:
            return merged
        if best is None or len(shifted.value) > len(best.value):
            best = shifted
    return best if before is None else None


def _candidates(text: str, language: Language) -> Iterator[SlotValue]:
    """Digit strings of a text: with tens joined and not, each alone and then all of them together."""
    doubtful = language == "en" or (language == "ko" and any(ending in text for ending in KOREAN_ENDINGS))
    for other in (False, True) if doubtful else (False,):
        # "오사삼이요" is 543 or 5432, "six fifty two" 652 or 6502: whichever makes a number.
        runs = digit_runs(
            text, language, join_tens=language != "en" or not other, flipped=language == "ko" and other
        )
        runs = runs[-_MAX_RUNS:]
        plus = _PLUS.search(text)
        yield from (_with_plus(run, plus) for run in sorted(runs, key=lambda run: -len(run.value)))
        if len(runs) > 1 and all(_near(text, one, other) for one, other in pairwise(runs)):
            spans = [run.span for run in runs if run.span]
            joined = SlotValue("".join(run.value for run in runs), LIKELY, (spans[0][0], spans[-1][1]))
            yield _with_plus(joined, plus)


def _near(text: str, one: SlotValue, other: SlotValue) -> bool:
    """Whether little stands between two groups."""
    return one.span is not None and other.span is not None and other.span[0] - one.span[1] <= 8


def _with_plus(run: SlotValue, plus: re.Match[str] | None) -> SlotValue:
    if plus is None or run.span is None or not 0 <= run.span[0] - plus.end() <= 2:
        return run
    return SlotValue(f"+{run.value}", run.confidence, (plus.start(), run.span[1]))


def _shift(value: SlotValue, by: int) -> SlotValue:
    span = None if value.span is None else (value.span[0] + by, value.span[1] + by)
    return SlotValue(value.value, value.confidence, span)


def _merge(before: SlotValue, after: SlotValue, language: Language, region: str) -> SlotValue | None:
    """Put corrected digits in place: of the same number of digits at the end, else wherever a number results."""
    said = before.value
    ends = [max(0, len(said) - len(after.value)), *range(len(said), -1, -1)]
    for end in ends:
        whole = said[:end] + after.value
        if _number(whole, language, region):
            spans = [span for span in (before.span, after.span) if span is not None]
            span = (spans[0][0], spans[-1][1]) if spans else None
            return SlotValue(whole, min(LIKELY, before.confidence, after.confidence), span)
    return None


def _number(said: str, language: Language, region: str) -> str | None:
    """The number in E.164, if it is one that can exist."""
    digits = said.lstrip("+")
    if not _MIN_DIGITS <= len(digits) <= _MAX_DIGITS:
        return None
    if said.startswith("+"):
        # "팔이 십" (82, 10) and 820 sound the same; after 82 only mobile numbers, 10, begin so.
        repaired = ("+8210" + digits[3:],) if digits.startswith("820") else ()
        return next(filter(None, (_valid(number, None) for number in (said, *repaired))), None)
    mobile = _valid(said, region, mobile=True)
    if mobile is not None:
        return mobile
    return _valid(said, _COUNTRY[language]) or _valid(said, region)


def _valid(said: str, region: str | None, mobile: bool = False) -> str | None:
    try:
        number = phonenumbers.parse(said, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    is_mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    if mobile and not is_mobile:
        return None
    if is_mobile and region in _ONE_LENGTH and not _has_usual_length(number, region):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _has_usual_length(number: phonenumbers.PhoneNumber, region: str | None) -> bool:
    """Whether a mobile number is as long as the country's mobile numbers are."""
    usual = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    return usual is None or len(str(usual.national_number)) == len(str(number.national_number))
