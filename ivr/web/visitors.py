"""Who makes the request under way."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from flask import g

from ivr.handoff.types import Agent
from ivr.records.accounts import Role
from ivr.records.audit import AuditEntry

CHECK_S = 2.0
"""Seconds between two looks whether a login still holds while an answer goes on: an event stream ends this long
after a logout at most. One read by primary key each; 60 streams make 30 a second."""


@dataclass(frozen=True)
class Visitor:
    """Whoever was let in."""

    name: str
    """A login's name, ``token``, or ``local`` on the embedded default."""
    role: Role
    how: Literal["open", "token", "cookie", "login"]
    """Nobody need log in here · a bearer token · the cookie of a page opened with ``?token=`` · a login."""

    @property
    def by_cookie(self) -> bool:
        """Whether the browser lets itself in, so that another site's page could ask in its name."""
        return self.how in {"cookie", "login"}

    def did(self, action: str, now: datetime, call_sid: str | None = None, **detail: object) -> AuditEntry:
        """An entry of the audit log."""
        return AuditEntry(now, self.name, self.role, action, call_sid, detail)


LOCAL = Visitor("local", "admin", "open")
TOKEN = Visitor("token", "admin", "token")


class Standing:
    """Whether somebody who was let in still would be: for answers that go on for long. One for an answer."""

    def __init__(
        self,
        still: Callable[[], bool] = lambda: True,
        every_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """They have just been let in.

        Args:
            still: Whether they would be let in now. May read the database.
            every_s: Seconds between two times that it is asked.
            clock: Seconds of a monotonic clock.
        """
        self._still = still
        self._every_s = every_s
        self._clock = clock
        self._asked_s = clock()
        self._over = False

    @property
    def over(self) -> bool:
        """Whether the answer must end: the login has. Once True, always True."""
        now_s = self._clock()
        if not self._over and now_s - self._asked_s >= self._every_s:
            self._asked_s = now_s
            self._over = not self._still()
        return self._over


def let_in(visitor: Visitor, still: Callable[[], bool] = lambda: True) -> None:
    """Remember, for the rest of the request, who makes it, and how to learn whether they still might."""
    g.visitor = visitor
    g.standing = Standing(still, CHECK_S)


def standing() -> Standing:
    """Whether whoever makes the request still might: ask within it, for an answer that goes on after it."""
    return cast(Standing, g.get("standing") or Standing())


def current_visitor() -> Visitor | None:
    """Who makes the request; None for a path that everybody may ask for."""
    return cast(Visitor | None, g.get("visitor"))


def logged_in_agent() -> Agent | None:
    """The agent whose login makes the request; None: no login does."""
    visitor = current_visitor()
    return Agent(visitor.name, visitor.name) if visitor is not None and visitor.how == "login" else None
