"""What a language's grammar of days and times consists of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ivr.understanding.slots.moments import PartOfDay


@dataclass(frozen=True)
class Grammar:
    """How one language names days and times. Keys of tables have no spaces."""

    rules: tuple[str, ...]
    """Regular expressions in order of precedence; parts of the day come before clock times."""
    near: Mapping[str, tuple[int, PartOfDay | None]]
    """Word → days from today, and the part of the day it names ("tonight")."""
    weekdays: Mapping[str, int]
    """Word → 0 (Monday) to 6."""
    weeks: Mapping[str, int | None]
    """Word → weeks from this one; None: simply the next such day ("돌아오는")."""
    months: Mapping[str, int]
    """Word → months from this one."""
    units: Mapping[str, str]
    """Word → ``minutes``, ``hours``, ``days``, ``weeks`` or ``months``."""
    parts: Mapping[str, PartOfDay]
    named: Mapping[str, tuple[int, int]]
    """Noon and midnight."""
    count: Callable[[str], float | None]
    hour: Callable[[str], int | None]
    minute: Callable[[str], int | None]
    month: Callable[[str], int | None]
    ordinal: Callable[[str], int | None]
    """A day of the month."""
    three_quarters: str = "三"
    this_looks_ahead: bool = False
    """Whether "this Monday", said on a Wednesday, is the coming one."""
    next_is_ambiguous: bool = False
    """Whether "next Friday", said on a Wednesday, may be the day after tomorrow."""
