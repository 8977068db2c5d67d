"""Reads what every caller must be told before they ask: ``prompts/incidents.yaml``."""

import datetime as dt
import re
from pathlib import Path

from ivr.content.fields import Fields
from ivr.content.problems import Problems
from ivr.content.types import Incident

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9_]*")


def read_incidents(path: Path, problems: Problems) -> dict[str, tuple[Incident, int]]:
    """Read the file; mistakes are noted. No file: no incidents.

    Returns:
        Name → the incident, and its line.
    """
    found: dict[str, tuple[Incident, int]] = {}
    item = problems.read_optional(path)
    for name, (key, value) in problems.mapping(path, item, "the file").items() if item else ():
        if not _SNAKE_CASE.fullmatch(name):
            problems.add(path, key.line, f"incident {name!r} must be like south_delays (snake_case)")
            continue
        fields = Fields(path, key.line, value, f"incident {name}", ("active", "until", "requests"), problems)
        until = fields.text("until")
        day: dt.date | None = None
        if until is not None:
            try:
                day = dt.date.fromisoformat(until)
            except ValueError:
                fields.note("until", f"until {until!r} is no day; write it like 2026-12-31")
        found[name] = (Incident(name, fields.flag("active"), day, fields.texts("requests")), key.line)
    return found
