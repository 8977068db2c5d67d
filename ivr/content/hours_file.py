"""Reads when somebody is there: ``prompts/hours.yaml``."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ivr.content.fields import Fields
from ivr.content.hours import MIDNIGHT
from ivr.content.problems import Problems
from ivr.content.types import LANGUAGES, Hours, Language, Schedule
from ivr.content.yaml_lines import Item

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]?\d|2[0-3]):([0-5]\d)|(24:00))")
_Span = tuple[dt.time, dt.time]


def read_hours(path: Path, languages: Iterable[Language], problems: Problems) -> Hours:
    """Read the file; mistakes are noted. No file: open day and night.

    Args:
        path: The file.
        languages: Those that each holiday needs a name in.
        problems: Where to note mistakes.
    """
    item = problems.read_optional(path)
    if item is None:
        return Hours()
    fields = Fields(path, item.line, item, "hours", ("timezone", "shop", "agents", "holidays"), problems)
    return Hours(
        timezone=_timezone(fields),
        shop=_schedule(fields, "shop"),
        agents=_schedule(fields, "agents"),
        holidays=_holidays(fields, tuple(languages)),
    )


def _timezone(fields: Fields) -> str:
    name = fields.text("timezone") or Hours().timezone
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        fields.note("timezone", f"timezone {name!r} is unknown; write it like Asia/Seoul")
        return Hours().timezone
    return name


def _schedule(fields: Fields, name: str) -> Schedule:
    if name not in fields:
        return Schedule(always=True)
    value = fields.parts[name][1]
    if value.text is not None:
        if value.text.strip() != "always":
            fields.note(name, f"{name} must be `always`, or days with their times (monday: 09:00-18:00)")
        return Schedule(always=True)
    weekly: dict[int, tuple[_Span, ...]] = {}
    for day, (key, times) in fields.problems.mapping(fields.path, value, name).items():
        if day not in DAYS:
            fields.problems.add(
                fields.path, key.line, f"{name}: {day!r} is no day; there are {', '.join(DAYS)}, each by itself"
            )
            continue
        spans = _spans(fields, f"{name}: {day}", times)
        if spans:
            weekly[DAYS.index(day)] = spans
    return Schedule(weekly=weekly)


def _spans(fields: Fields, what: str, item: Item) -> tuple[_Span, ...]:
    """The openings of one day, in order; an empty list is a day that is closed."""
    spans: list[_Span] = []
    if item.kind == "list" and not any(item.items()):
        return ()
    for text in fields.problems.texts(fields.path, item, what):
        match = _SPAN.fullmatch(text)
        if match is None:
            fields.problems.add(fields.path, item.line, f"{what}: {text!r} must be like 09:00-18:00")
            continue
        begin = dt.time(int(match[1]), int(match[2]))
        end = MIDNIGHT if match[5] else dt.time(int(match[3]), int(match[4]))
        if not match[5] and end <= begin:
            fields.problems.add(
                fields.path,
                item.line,
                f"{what}: {text!r} ends before it begins; "
                "write a night as 22:00-24:00 and 00:00-02:00 of the next day",
            )
            continue
        spans.append((begin, end))
    spans.sort()
    for (_, before), (after, _) in pairwise(spans):
        if before == MIDNIGHT or after < before:
            fields.problems.add(fields.path, item.line, f"{what}: times overlap at {after:%H:%M}")
    return tuple(spans)


def _holidays(fields: Fields, languages: tuple[Language, ...]) -> Mapping[dt.date, Mapping[Language, str]]:
    found: dict[dt.date, Mapping[Language, str]] = {}
    if "holidays" not in fields:
        return found
    for name, (key, value) in fields.problems.mapping(fields.path, fields.parts["holidays"][1], "holidays").items():
        try:
            day = dt.date.fromisoformat(name)
        except ValueError:
            fields.problems.add(fields.path, key.line, f"holidays: {name!r} is no day; write it like 2026-12-25")
            continue
        entry = Fields(fields.path, key.line, value, f"holiday {name}", LANGUAGES, fields.problems)
        names = {language: text for language in LANGUAGES if (text := entry.text(language))}
        missing = [language for language in languages if language not in entry.parts]
        if missing:
            entry.note("", f"its name in {', '.join(missing)} is missing")
        found[day] = names
    return found
