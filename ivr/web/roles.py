"""Which role may use what."""

import re
from collections.abc import Callable, Mapping

from ivr.records.accounts import ROLES, Role

LEAST: Mapping[str, Role] = {
    "/api": "manager",
    "/api/audit": "admin",
    "/api/callbacks": "agent",
    "/api/desk": "agent",
    "/api/me": "agent",
    "/api/users": "admin",
    "/api/voicemails": "agent",
    "/calls": "manager",
    "/desk": "agent",
    "/phone": "agent",
    "/studio": "manager",
}
"""The least role for a place and everything below it; the longest place that fits counts."""

_ONE_CALL = re.compile(r"(?:/api/(?:calls|recordings)|/calls)/([^/]+)(?:/|$)")
"""One call: open to agents, too, when it came to people."""


def below(path: str, place: str) -> bool:
    """Whether a path is a place or lies below it."""
    return path == place or path.startswith(place + "/")


def least_role(path: str) -> Role:
    """The least role that may use a path; ``admin`` where nothing is said."""
    places = [place for place in LEAST if below(path, place)]
    return LEAST[max(places, key=len)] if places else "admin"


def may(role: Role, path: str, method: str, came_to_people: Callable[[str], bool]) -> bool:
    """Whether somebody of this role may do this.

    Args:
        role: Theirs.
        path: What is asked for.
        method: ``GET`` …
        came_to_people: Whether a call, by its SID, was handed over or left something for people to do; asked only
            when it matters.
    """
    if ROLES.index(role) >= ROLES.index(least_role(path)):
        return True
    call = _ONE_CALL.match(path)
    return call is not None and method in {"GET", "HEAD"} and came_to_people(call[1])
