"""Days and times as parts that are put together: which day, which part of it, which hour and minute.

Written in the notation of TIMEX3 (ISO-TimeML, ISO 24617-1): ``2026-03-17``, ``2026-03-17T15:00``, ``T15:30`` when
no day was said, ``TMO``, ``TAF``, ``TEV`` for morning, afternoon and evening.
"""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

PartOfDay = Literal["MO", "AF", "EV", "NI"]
DAY = timedelta(days=1)
LAST_AFTERNOON_HOUR = 7
"""An hour said without morning or afternoon is in the afternoon up to this one ("at three"), in the morning from
the next one on ("at ten"): when people are called back, and when shops are open."""
PART_HOURS = {"MO": "10:00", "AF": "14:00", "EV": "18:00"}
"""The hour that stands for a part of the day, within shops' hours; it is read back before it is used."""
MAX_YEARS = 20
"""Dates further away are misheard."""


@dataclass(frozen=True)
class Moment:
    """What was said about one moment; what was not said is None."""

    day: date | None = None
    part: PartOfDay | None = None
    clock: tuple[int, int] | None = None
    """Hour (0 to 24) and minute, as said."""
    exact: bool = False
    """Whether ``day`` and ``clock`` are already what is meant ("in an hour", "15:30")."""
    unsure: bool = False
    """Whether another reading is as likely ("next Friday")."""

    def with_later(self, later: "Moment") -> "Moment":
        """This moment, corrected by what was said after it."""
        return Moment(
            later.day or self.day,
            later.part or (self.part if later.clock is None or later.day is None else None),
            later.clock or self.clock,
            later.exact if later.clock else self.exact,
            self.unsure or later.unsure,
        )

    @property
    def guessed(self) -> bool:
        """Whether morning or afternoon was not said."""
        return self.clock is not None and self.part is None and not self.exact and 1 <= self.clock[0] <= 12

    def written(self) -> str | None:
        """The moment in TIMEX3's notation; None when nothing was said."""
        day = self.day
        text = ""
        if self.clock is not None:
            hour = self.clock[0] if self.exact else hour_of_day(self.clock[0], self.part)
            if day is not None and self.part == "NI" and self.clock[0] == 12:
                day += DAY
            text = f"T{hour % 24:02d}:{self.clock[1]:02d}"
        elif self.part is not None:
            text = "TEV" if self.part == "NI" else f"T{self.part}"
        return f"{day.isoformat()}{text}" if day is not None else text or None


def hour_of_day(hour: int, part: PartOfDay | None) -> int:
    """The hour on a 24-hour clock of an hour that was said with a part of the day."""
    if hour > 12 or hour == 0:
        return hour
    if part == "MO":
        return hour % 12
    if part == "NI":
        return hour + 12 if 6 <= hour < 12 else hour % 12
    if part in ("AF", "EV"):
        return hour % 12 + 12
    return hour + 12 if hour <= LAST_AFTERNOON_HOUR else hour


def in_calendar(written: str, now: datetime) -> str:
    """A moment in TIMEX3's notation as an ISO 8601 date, or date and time.

    A time without a day is the next such time; of a part of the day, the hour in :data:`PART_HOURS` is taken.

    Args:
        written: What :meth:`Moment.written` returned.
        now: The time of the call.
    """
    day, _, clock = written.partition("T")
    if not clock:
        return day
    clock = PART_HOURS.get(clock, clock)
    if day:
        return f"{day}T{clock}"
    later = clock > f"{now:%H:%M}"
    return f"{(now if later else now + DAY).date().isoformat()}T{clock}"


def weekday(now: date, number: int, week: int | None) -> date:
    """A day of the week.

    Args:
        now: Today.
        number: 0 (Monday) to 6.
        week: 0 this week, 1 the next, -1 the last; None: the next such day after today.
    """
    if week is None:
        return now + DAY * ((number - now.weekday() - 1) % 7 + 1)
    return now + DAY * (number - now.weekday() + 7 * week)


def month_day(now: date, month: int, day: int, year: int | None = None) -> date | None:
    """A date without a year is the next one; None when there is no such day."""
    for candidate in (year,) if year is not None else (now.year, now.year + 1):
        if abs(candidate - now.year) > MAX_YEARS:
            return None
        found = _date(candidate, month, day)
        if found is not None and (year is not None or found >= now):
            return found
    return None


def day_of_month(now: date, day: int, months: int | None) -> date | None:
    """The next such day, or that of this month (``months`` 0), the next (1), and so on."""
    for ahead in (months,) if months is not None else (0, 1, 2):
        month = now.month - 1 + ahead
        found = _date(now.year + month // 12, month % 12 + 1, day)
        if found is not None and (months is not None or found >= now):
            return found
    return None


def end_of_month(now: date, months: int) -> date:
    """The last day of this month (0), the next (1), and so on."""
    year, month = divmod(now.year * 12 + now.month - 1 + months, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def after(now: datetime, amount: float, unit: str) -> Moment | None:
    """The moment so many ``minutes``, ``hours``, ``days``, ``weeks`` or ``months`` from now, or before."""
    if abs(amount) > 1_000:
        return None
    if unit in ("minutes", "hours"):
        then = now + timedelta(minutes=amount * (60 if unit == "hours" else 1))
        return Moment(then.date(), None, (then.hour, then.minute), exact=True)
    if unit == "months":
        last = end_of_month(now.date(), int(amount))
        return Moment(last.replace(day=min(now.day, last.day)))
    return Moment(now.date() + DAY * int(amount * (7 if unit == "weeks" else 1)))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
