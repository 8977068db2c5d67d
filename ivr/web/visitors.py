"""Who makes the request under way."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from flask import g

from ivr.handoff.types import Agent
from ivr.records.accounts import Role
from ivr.records.audit import AuditEntry


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


def let_in(visitor: Visitor) -> None:
    """Remember, for the rest of the request, who makes it."""
    g.visitor = visitor


def current_visitor() -> Visitor | None:
    """Who makes the request; None for a path that everybody may ask for."""
    return cast(Visitor | None, g.get("visitor"))


def logged_in_agent() -> Agent | None:
    """The agent whose login makes the request; None: no login does."""
    visitor = current_visitor()
    return Agent(visitor.name, visitor.name) if visitor is not None and visitor.how == "login" else None
