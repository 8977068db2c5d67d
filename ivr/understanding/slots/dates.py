"""Finds days and times: one engine, and a grammar per language that says how people name them.

A grammar is a list of rules in order of precedence; each is a regular expression over folded text whose named
groups say what its parts are. The first rule that matches takes its words out of the text, so that "십오일" in
"삼월 십오일" is not read again.

groups: ``near`` (a word such as tomorrow) · ``week`` and ``weekday`` · ``year``, ``month``, ``day`` · ``months``
(next month) · ``count``, ``unit``, ``back`` (three days ago) · ``part`` · ``hour``, ``minute``, ``half``,
``quarter``, ``before`` (ten to five) · ``named`` (noon)
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from ivr.content.types import Language
from ivr.understanding.corrections import segments
from ivr.understanding.numbers import CERTAIN, LIKELY, UNSURE
from ivr.understanding.slots.dates_en import ENGLISH
from ivr.understanding.slots.dates_ja import JAPANESE
from ivr.understanding.slots.dates_ko import KOREAN
from ivr.understanding.slots.dates_zh import CHINESE
from ivr.understanding.slots.grammar import Grammar
from ivr.understanding.slots.moments import (
    DAY,
    Moment,
    after,
    day_of_month,
    end_of_month,
    hour_of_day,
    month_day,
    weekday,
)
from ivr.understanding.slots.types import SlotContext
from ivr.understanding.text import fold
from ivr.understanding.types import SlotValue

_GRAMMARS: Mapping[Language, Grammar] = {"ko": KOREAN, "en": ENGLISH, "ja": JAPANESE, "zh": CHINESE}
_COMPILED: Mapping[Language, tuple[re.Pattern[str], ...]] = {
    language: tuple(re.compile(rule) for rule in grammar.rules) for language, grammar in _GRAMMARS.items()
}


def find_moment(text: str, language: Language, context: SlotContext) -> tuple[SlotValue, ...]:
    """Find the day, the time of day, or both.

    Returns:
        One value in TIMEX3's notation; none when neither was said. Less sure when morning or afternoon had to be
        guessed or the week can be understood in two ways.
    """
    if context.now is None:
        return ()
    folded, origin = fold(text)
    whole: _Found | None = None
    corrected = False
    for start, end in segments(folded, language):
        found = _read(folded[start:end], _GRAMMARS[language], _COMPILED[language], context.now)
        if found is None:
            continue
        found = _Found(found.moment, start + found.start, start + found.end)
        corrected = corrected or whole is not None
        whole = found if whole is None else _Found(whole.moment.with_later(found.moment), whole.start, found.end)
    value = whole.moment.written() if whole else None
    if whole is None or value is None:
        return ()
    confidence = UNSURE if whole.moment.unsure else LIKELY if whole.moment.guessed or corrected else CERTAIN
    return (SlotValue(value, confidence, (origin[whole.start], origin[whole.end - 1] + 1)),)


@dataclass(frozen=True)
class _Found:
    """A moment and where its words stand."""

    moment: Moment
    start: int
    end: int


def _read(text: str, grammar: Grammar, rules: tuple[re.Pattern[str], ...], now: datetime) -> _Found | None:
    """Everything one part of a text says about a moment."""
    whole: _Found | None = None
    for rule in rules:
        for found in rule.finditer(text):
            before = whole.moment if whole else Moment()
            moment = _understood(found, grammar, now, before)
            if moment is None and not found.groupdict().get("month"):
                continue
            text = text[: found.start()] + "\0" * (found.end() - found.start()) + text[found.end() :]
            if moment is None:  # "2월 30일": no such day, and not the 30th either
                continue
            if whole is not None:
                whole = _Found(moment, min(whole.start, found.start()), max(whole.end, found.end()))
            else:
                whole = _Found(moment, *found.span())
            break
    return whole


_Handler = Callable[[Mapping[str, str], Grammar, datetime, Moment], Moment | None]


def _understood(found: re.Match[str], grammar: Grammar, now: datetime, known: Moment) -> Moment | None:
    """What is known, with what one rule adds; None when it adds nothing."""
    said = {name: words for name, words in found.groupdict().items() if words}
    group, handler = next((group, handler) for group, handler in _HANDLERS if group in said)
    if group in _OF_THE_DAY:
        return handler(said, grammar, now, known)
    if known.day is not None:
        return None
    moment = handler(said, grammar, now, known)
    if moment is None:
        return None
    return replace(
        known,
        day=moment.day,
        part=known.part or moment.part,
        clock=known.clock or moment.clock,
        exact=known.exact or moment.exact,
        unsure=moment.unsure,
    )


def _near(said: Mapping[str, str], grammar: Grammar, now: datetime, known: Moment) -> Moment | None:
    """Tomorrow, 모레, 今晚."""
    days, part = grammar.near[_key(said["near"])]
    return Moment(now.date() + DAY * days, part)


def _span(said: Mapping[str, str], grammar: Grammar, now: datetime, known: Moment) -> Moment | None:
    """Three days ago, 2주 뒤 수요일."""
    count = grammar.count(said["count"])
    if count is None:
        return None
    count += 0.5 if "half" in said else 0.0
    unit = grammar.units[_key(said["unit"])] if "unit" in said else "days"
    start = now
    if "near" in said and unit not in ("minutes", "hours"):
        start = now + DAY * grammar.near[_key(said["near"])][0]
    if "from" in said:
        start = datetime.combine(weekday(now.date(), grammar.weekdays[_key(said["from"])], None), now.time())
    moment = after(start, -count if "back" in said else count, unit)
    if moment is not None and moment.day is not None and unit == "weeks" and "weekday" in said:
        return Moment(weekday(moment.day, grammar.weekdays[_key(said["weekday"])], 0))
    return moment


def _weekday(said: Mapping[str, str], grammar: Grammar, now: datetime, known: Moment) -> Moment | None:
    number = grammar.weekdays[_key(said["weekday"])]
    week = grammar.weeks[_key(said["week"])] if "week" in said else None
    day = weekday(now.date(), number, week)
    if week == 0 and day < now.date() and "week" in said and grammar.this_looks_ahead:
        day = weekday(now.date(), number, None)
    ambiguous = grammar.next_is_ambiguous and week == 1 and number > now.weekday()
    return Moment(day, unsure=ambiguous)


def _month_day(said: Mapping[str, str], grammar: Grammar, now: datetime, known: Moment) -> Moment | None:
    month, day = grammar.month(said["month"]), grammar.ordinal(said["day"])
    year = grammar.count(said["year"]) if "year" in said else None
    if month is None or day is None or not 1 <= month <= 12:
        return None
    return _on(month_day(now.date(), month, day, int(year) if year else None))


def _day(said: Mapping[str, str], grammar: Grammar, now: datetime, known: Moment) -> Moment | None:
    day = grammar.ordinal(said["day"])
    months = grammar.months[_key(said["months"])] if "months" in said else None
    return None if day is None else _on(day_of_month(now.date(), day, months))


def _month_end(said: Mapping[str, str], grammar: Grammar, now: datetime, known: Moment) -> Moment | None:
    return Moment(end_of_month(now.date(), grammar.months[_key(said["months"])] if "months" in said else 0))


def _on(day: date | None) -> Moment | None:
    return None if day is None else Moment(day)


def _part(said: Mapping[str, str], grammar: Grammar, now: datetime, known: Moment) -> Moment | None:
    return None if known.part or known.exact else replace(known, part=grammar.parts[_key(said["part"])])


def _named(said: Mapping[str, str], grammar: Grammar, now: datetime, known: Moment) -> Moment | None:
    if known.clock is not None:
        return None
    return replace(known, clock=grammar.named[_key(said["named"])], exact=True)


def _clock(said: Mapping[str, str], grammar: Grammar, now: datetime, known: Moment) -> Moment | None:
    """An hour, with its minutes: half past three, 三点三刻, 네 시 십 분 전."""
    hour = grammar.hour(said["hour"])
    minute = grammar.minute(said["minute"]) if "minute" in said else 0
    if known.clock is not None or hour is None or minute is None or hour > 24 or minute > 59:
        return None
    if "half" in said:
        minute = 30
    if "quarter" in said:
        minute = 45 if grammar.three_quarters in said["quarter"] else 15
    part = known.part
    if "before" in said and minute:
        hour = hour_of_day(hour, part)
        hour, minute = (hour - 1) % 24, 60 - minute
        return replace(known, clock=(hour, minute), exact=True)
    exact = hour > 12 or hour == 0
    return replace(known, clock=(hour, minute), exact=exact)


_HANDLERS: tuple[tuple[str, _Handler], ...] = (
    ("count", _span),
    ("hour", _clock),
    ("named", _named),
    ("month_end", _month_end),
    ("month", _month_day),
    ("weekday", _weekday),
    ("day", _day),
    ("near", _near),
    ("part", _part),
)
"""Which group makes a rule what it is; the first that was said counts. Every rule has one of them."""
_OF_THE_DAY = ("hour", "named", "part")
"""Groups that tell the time of day, where the others tell the day."""


def _key(words: str) -> str:
    """Words as a grammar's tables have them: without spaces and hyphens."""
    return re.sub(r"[\s\-.]", "", words)
