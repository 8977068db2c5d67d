"""Reads the clock against the opening times. Pure: the time is an argument.

A time without a time zone is taken as the deployment's own; any other is converted to it. Answers carry the
deployment's time zone.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from zoneinfo import ZoneInfo

from ivr.content.types import Hours, Language, Schedule

AHEAD_DAYS = 60
"""How far :func:`next_opening` and :func:`closing` look: the longest holidays of the four countries take two weeks;
a schedule that opens on no day must end the search."""

MIDNIGHT = dt.time(0, 0)
"""As the end of an opening: midnight of the night that follows, written ``24:00``."""


def is_open(hours: Hours, schedule: Schedule, at: dt.datetime) -> bool:
    """Whether somebody is there at a moment.

    The opening minute counts, the closing minute does not.
    """
    if schedule.always:
        return True
    at = _local(hours, at)
    return any(begin <= at < end for begin, end in _openings(hours, schedule, at.date(), 1))


def next_opening(hours: Hours, schedule: Schedule, at: dt.datetime) -> dt.datetime | None:
    """When it opens next, strictly after ``at``.

    Returns:
        None when it never closes, or opens on none of the next 60 days.
    """
    if schedule.always:
        return None
    at = _local(hours, at)
    return next((begin for begin, _ in _openings(hours, schedule, at.date(), AHEAD_DAYS) if begin > at), None)


def closing(hours: Hours, schedule: Schedule, at: dt.datetime) -> dt.datetime | None:
    """When the opening that ``at`` falls into ends, nights across midnight included.

    Returns:
        None when it is closed at ``at``, or does not close for 60 days.
    """
    if schedule.always:
        return None
    at = _local(hours, at)
    horizon = at.date() + dt.timedelta(days=AHEAD_DAYS)
    openings = _openings(hours, schedule, at.date(), AHEAD_DAYS)
    return next((end for begin, end in openings if begin <= at < end and end.date() <= horizon), None)


def holiday(hours: Hours, day: dt.date) -> Mapping[Language, str] | None:
    """The names of a holiday, None when ``day`` is none."""
    return hours.holidays.get(day)


def day_start(hours: Hours, at: dt.datetime) -> dt.datetime:
    """The midnight with which the day of a moment began."""
    return _local(hours, at).replace(hour=0, minute=0, second=0, microsecond=0)


def _local(hours: Hours, at: dt.datetime) -> dt.datetime:
    zone = ZoneInfo(hours.timezone)
    return at.replace(tzinfo=zone) if at.tzinfo is None else at.astimezone(zone)


def _openings(
    hours: Hours, schedule: Schedule, first: dt.date, days: int
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The openings from the day before ``first`` on; those that meet at midnight are one."""
    zone = ZoneInfo(hours.timezone)
    last: tuple[dt.datetime, dt.datetime] | None = None
    for offset in range(-1, days + 1):
        day = first + dt.timedelta(days=offset)
        if day in hours.holidays:
            continue
        for begins, ends in schedule.weekly.get(day.weekday(), ()):
            begin = dt.datetime.combine(day, begins, zone)
            end = dt.datetime.combine(day + dt.timedelta(days=1) if ends == MIDNIGHT else day, ends, zone)
            if last is not None and last[1] == begin:
                last = (last[0], end)
                continue
            if last is not None:
                yield last
            last = (begin, end)
    if last is not None:
        yield last
