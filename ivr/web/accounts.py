"""For admins: ``/api/users``, and ``/api/audit``: who saw and changed what."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from flask import Blueprint, Response, request

from ivr.errors import AccountError, RecordsError
from ivr.records.accounts import ROLES, Accounts, Role, User
from ivr.records.audit import AuditEntry, AuditLog
from ivr.records.views import time_text
from ivr.web import desk_fields as read
from ivr.web.answers import json_answer, problem
from ivr.web.desk_fields import FieldError
from ivr.web.visitors import LOCAL, current_visitor

log = structlog.get_logger(__name__)

DEFAULT_LIMIT, MOST = 100, 1_000
"""Entries of the audit log in one answer, when nothing is asked and at most."""


def blueprint(
    accounts: Accounts, audit: AuditLog, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Blueprint:
    """Make the routes. That only admins get here is the guard's to see to.

    Args:
        accounts: The logins.
        audit: What is shown.
        clock: The time, aware.
    """
    routes = Blueprint("accounts", __name__, url_prefix="/api")

    @routes.errorhandler(RecordsError)
    def database_down(error: RecordsError) -> Response:
        log.warning("accounts.database_down", problem=str(error))
        return problem("the database can't be used now; nothing was changed, try again in a moment", 503)

    @routes.errorhandler(AccountError)
    @routes.errorhandler(FieldError)
    def refused(error: Exception) -> Response:
        return problem(str(error), 400)

    @routes.get("/users")
    def users() -> Response:
        return json_answer([_user_json(user) for user in accounts.users()])

    @routes.post("/users")
    def add() -> Response:
        name, role, password = _field("name"), _role(), _field("password")
        return json_answer(_user_json(accounts.add(name, role, password, clock(), did("user_added", name))), 201)

    @routes.patch("/users/<name>")
    def change(name: str) -> Response:
        fields = set(read.fields(request))
        if not fields or not fields <= {"role", "password"}:
            raise FieldError('send a JSON object with "role", "password" or both')
        role = _role() if "role" in fields else None
        password = _field("password") if "password" in fields else None
        return json_answer(_user_json(accounts.change(name, clock(), role, password, did("user_changed", name))))

    @routes.delete("/users/<name>")
    def remove(name: str) -> Response:
        accounts.remove(name, did("user_removed", name))
        return Response(status=204)

    @routes.get("/audit")
    def entries() -> Response:
        limit = read.limit(request.args.get("limit"), DEFAULT_LIMIT, MOST)
        before = _before()
        found = audit.entries(
            limit, before=before, who=request.args.get("who"), call_sid=request.args.get("call_sid")
        )
        return json_answer([{"id": number, **entry.as_json()} for number, entry in found])

    def did(action: str, name: str) -> AuditEntry:
        return (current_visitor() or LOCAL).did(action, clock(), user=name[:64])

    return routes


def _user_json(user: User) -> dict[str, object]:
    return {"name": user.name, "role": user.role, "created_at": time_text(user.created_at)}


def _field(name: str) -> str:
    value = read.fields(request).get(name)
    if not isinstance(value, str) or not value:
        raise FieldError(f"{name}: must be a text")
    return value


def _role() -> Role:
    value = read.fields(request).get("role")
    if value not in ROLES:
        raise FieldError(f"role: {str(value)[:20]!r} is not one of {', '.join(ROLES)}")
    return value


def _before() -> int | None:
    asked = request.args.get("before", "0")
    if not re.fullmatch(r"[0-9]{1,15}", asked):
        raise FieldError(f"before: {asked[:20]!r} is not a whole number")
    return int(asked) or None
