"""Logging in and out: ``/login``, ``/logout``, ``GET /api/me``."""

from collections.abc import Callable
from datetime import UTC, datetime

import structlog
from flask import Blueprint, Response, current_app, redirect, request, session
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as BaseResponse

from ivr.errors import AccountError, RecordsError
from ivr.records.accounts import Accounts, User, login_name
from ivr.records.audit import AuditEntry, AuditLog
from ivr.web import csrf, roles
from ivr.web.access import COOKIE, GUARDED, RETRY_S, SESSION, Guard
from ivr.web.answers import json_answer
from ivr.web.pages import page, protect
from ivr.web.visitors import current_visitor

log = structlog.get_logger(__name__)

_REFUSED = {401: "login_needed", 429: "login_too_many", 503: "login_later"}
"""Status of a refusal → which words the page has for it (and ``…_text``)."""

_LARGEST_FORM_BYTES = 16_384


def blueprint(
    guard: Guard,
    accounts: Accounts,
    audit: AuditLog,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Blueprint:
    """Make the routes; the guard's refusals become pages, too.

    Args:
        guard: Counts attempts.
        accounts: The logins.
        audit: Where logins, failed ones too, are noted.
        clock: The time, aware.
    """
    guard.refused_page = _refused_page
    routes = Blueprint("login", __name__)
    logins = _Logins(guard, accounts, audit, clock)
    routes.add_url_rule("/login", view_func=logins.form, methods=["GET"])
    routes.add_url_rule("/login", view_func=logins.log_in, methods=["POST"])
    routes.add_url_rule("/logout", view_func=logins.log_out, methods=["POST"])
    routes.add_url_rule("/api/me", view_func=me, methods=["GET"])
    return routes


def me() -> Response:
    """Who asks, and what their requests that change something must show."""
    visitor = current_visitor()
    name, role, how = (visitor.name, visitor.role, visitor.how) if visitor else (None, None, None)
    return json_answer({"name": name, "role": role, "how": how, "csrf_token": csrf.page_values()["csrf"] or None})


class _Logins:
    """The form and what it does."""

    def __init__(self, guard: Guard, accounts: Accounts, audit: AuditLog, clock: Callable[[], datetime]) -> None:
        self._rates = guard.rates
        self._accounts = accounts
        self._audit = audit
        self._clock = clock

    def form(self) -> BaseResponse:
        return _form(None, 200)

    def log_in(self) -> BaseResponse:
        request.max_content_length = _LARGEST_FORM_BYTES
        if not _genuine():
            return _form("login_stale", 403)
        address = request.remote_addr or ""
        try:
            name = login_name(request.form.get("name", ""))
        except AccountError:
            name = "?"
        wait_s = self._rates.login(name, address)
        if wait_s is not None:
            log.warning("login.too_many", peer=address)
            return _form("login_too_many", 429, wait_s)
        try:
            user = self._accounts.check(name, request.form.get("password", ""))
            if user is None:
                # What was typed may be a password in the wrong field: only names that exist are kept.
                known = name if name in {each.name for each in self._accounts.users()} else "?"
                self._audit.note(AuditEntry(self._clock(), known, "none", "login_failed", None, {"from": address}))
                return _form("login_wrong", 401)
            self._enter(user)
        except (RecordsError, AccountError) as error:
            log.warning("login.failed", problem=str(error))
            return _form("login_later", 503, RETRY_S)
        self._rates.logged_in(user.name, address)
        self._audit.note(AuditEntry(self._clock(), user.name, user.role, "login", None, {"from": address}))
        return redirect(_next(), 303)

    def _enter(self, user: User) -> None:
        """Open a session under a new secret: one that was planted before is worth nothing.

        Raises:
            RecordsError: the database can't be written now.
            AccountError: the login has just been removed.
        """
        before = session.get(SESSION)
        secret = self._accounts.open_session(user, self._clock())
        if isinstance(before, str):
            self._accounts.close_session(before)
        session.clear()
        session[SESSION] = secret

    def log_out(self) -> BaseResponse:
        if not _genuine():
            return _form("login_stale", 403)
        secret = session.get(SESSION)
        if isinstance(secret, str):
            try:
                user = self._accounts.session_of(secret, self._clock())
                self._accounts.close_session(secret)
            except RecordsError as error:
                log.warning("logout.failed", problem=str(error))
                return _form("login_later", 503, RETRY_S)  # or the session would go on, unseen
            if user is not None:
                self._audit.note(AuditEntry(self._clock(), user.name, user.role, "logout"))
        session.clear()
        response = redirect("/login", 303)
        response.delete_cookie(COOKIE)
        return response


def _genuine() -> bool:
    """Whether a form came from our own page."""
    wrong = csrf.problem(current_app.extensions["csrf"])
    if wrong is not None:
        log.warning("login.forged", problem=wrong, peer=request.remote_addr)
    return wrong is None


def _next() -> str:
    """Where to go after the login: a page of ours that was asked for, else the desk."""
    asked = request.values.get("next", "")
    path = asked.partition("?")[0]
    ours = any(roles.below(path, place) for place in GUARDED if place != "/api")
    # A line break or backslash could be read as another address by a browser; none of our paths has one.
    return asked if ours and asked.isprintable() and "\\" not in asked else "/desk"


def _form(problem: str | None, status: int, retry_s: int | None = None) -> BaseResponse:
    """The form; ``problem`` names the text that says what went wrong."""
    values = {"problem": problem, "next": _next(), "token": generate_csrf()}
    response = protect(Response(page("login.html", title="login_title", script="index.js", **values), status))
    if retry_s is not None:
        response.headers["Retry-After"] = str(retry_s)
    return response


def _refused_page(status: int) -> str:
    key = _REFUSED.get(status, "login_elsewhere")
    least = None
    if status == 403 and current_visitor() is not None:
        key, least = "login_forbidden", roles.least_role(request.path)
    return page("login_refused.html", title=key, script="index.js", key=key, least=least)
