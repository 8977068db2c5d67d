"""Who may open the API and the pages.

In the embedded default (loopback, no credentials) everybody on this machine may; else whoever has logged in, as
far as their role goes (:mod:`ivr.web.roles`), and whoever shows ``IVR_API_TOKEN``: as a bearer token, or once as
``?token=`` on a page, which turns it into a cookie.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote, urlencode, urlsplit

import structlog
from flask import Flask, Response, jsonify, redirect, request, session
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from ivr.errors import RecordsError
from ivr.records.accounts import Accounts
from ivr.settings import Settings
from ivr.web import csrf, pages, roles
from ivr.web.answers import AccessCode, code_of
from ivr.web.rate import Rates
from ivr.web.visitors import LOCAL, TOKEN, Visitor, let_in

log = structlog.get_logger(__name__)

GUARDED = ("/api", "/calls", "/phone", "/desk", "/studio")
"""These paths and everything below them."""

LOGIN_PATHS = ("/login", "/logout")
"""Open to everybody, but not to another site's page."""

COOKIE = "ivr_access"
COOKIE_S = 12 * 3600
"""Seconds a page stays open to a browser without showing the token again: a working day."""

SESSION = "login"
"""Where Flask's session holds the secret of the login's session."""

RETRY_S = 2
"""``Retry-After`` while the database can't say who asks."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")
"""Headers by which a proxy or tunnel shows itself: the caller is then not on this machine, whatever its address."""

RefusedPage = Callable[[int], str]
"""Makes the page that tells a person of a refusal, by its status."""


class Guard:
    """Lets requests in, or not. One for an application."""

    def __init__(
        self,
        settings: Settings,
        accounts: Accounts | None = None,
        came_to_people: Callable[[str], bool] = lambda call_sid: False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Prepare.

        Args:
            settings: The deployment's.
            accounts: The logins; None: nobody can log in.
            came_to_people: Whether a call came to the agents: they may then open it.
            clock: The time, aware.

        Raises:
            ConfigurationError: ``IVR_RATE_STORAGE_URL`` can't be used.
        """
        self._settings = settings
        self._accounts = accounts
        self._came_to_people = came_to_people
        self._clock = clock
        self.rates = Rates(settings.rate_storage_url, settings.api_rate_per_min)
        self.refused_page: RefusedPage | None = None
        """Set by the login's pages; None: refusals are JSON for everybody."""

    def protect(self, app: Flask) -> None:
        """Guard :data:`GUARDED` on ``app``; to be called before its routes are used.

        Refusals are JSON ``{"error": …, "code": …}``, and a page for browsers: 401 without a login or the token;
        403 for a page of another site, for a role that may not, and in the open mode for whoever is not on this
        machine or calls it by another name (DNS rebinding); 429 for too many requests; 503 when the database is
        away.
        """
        tokens = csrf.install(app, self._settings)
        if self._settings.trusted_proxies:
            app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # how Flask's own guide does it
                app.wsgi_app, x_for=self._settings.trusted_proxies, x_proto=0, x_host=0
            )

        @app.before_request
        def guard() -> BaseResponse | None:
            path = request.path
            guarded = any(roles.below(path, place) for place in GUARDED)
            if not guarded and path not in LOGIN_PATHS:
                return None
            problem = _another_site(self._settings)
            if problem is not None:
                return self.refuse(problem, 403, "another_site")
            problem = _not_this_machine() if self._settings.open else None
            if problem is not None:
                return self.refuse(problem, 403, "not_this_machine")
            if not guarded:
                return None
            visitor = self._who()
            if not isinstance(visitor, Visitor):
                return visitor
            let_in(visitor, self._still(visitor))
            return self._within_limits(visitor) or self._genuine(visitor, tokens) or self._allowed(visitor)

    def refuse(
        self, problem: str, status: int, code: AccessCode | None = None, retry_s: int | None = None
    ) -> BaseResponse:
        """Say no, and why: a page for people, JSON for programs."""
        log.warning("access.refused", path=request.path, status=status, problem=problem, peer=request.remote_addr)
        if status == 401 and self._wants_page() and self._accounts is not None and request.method == "GET":
            asked = request.full_path.rstrip("?")
            response: BaseResponse = redirect(f"/login?next={quote(asked)}", 303)
        elif self.refused_page is not None and self._wants_page():
            response = pages.protect(Response(self.refused_page(status), status))
        else:
            response = jsonify(error=problem, code=code or code_of(status))
            response.status_code = status
        response.headers["Cache-Control"] = "no-store"
        if response.status_code == 401:
            response.headers["WWW-Authenticate"] = 'Bearer realm="hotline"'
        if retry_s is not None:
            response.headers["Retry-After"] = str(retry_s)
        return response

    @staticmethod
    def _wants_page() -> bool:
        return "text/html" in request.headers.get("Accept", "") and not request.path.startswith("/api")

    # --- who it is ---

    def _who(self) -> Visitor | BaseResponse:
        """Who asks, or why that can't be told."""
        token = self._settings.api_token
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        if token is not None and scheme.lower() == "bearer" and _same(shown.strip(), token):
            return TOKEN
        try:
            visitor = self._by_login()
        except RecordsError as error:
            log.warning("access.database_down", problem=str(error))
            return self.refuse("who you are can't be looked up now; try again in a moment", 503, retry_s=RETRY_S)
        if visitor is None and self._settings.open:
            visitor = LOCAL
        if visitor is None and token is not None and _same(request.cookies.get(COOKIE, ""), _cookie_value(token)):
            visitor = Visitor("token", "admin", "cookie")
        return visitor or self._ask_for_credentials(token)

    def _by_login(self) -> Visitor | None:
        """The login whose session the browser shows.

        Raises:
            RecordsError: the database can't be read.
        """
        secret = session.get(SESSION)
        if self._accounts is None or not isinstance(secret, str):
            return None
        now = self._clock()
        user = self._accounts.session_of(secret, now)
        if user is None:
            session.clear()
            return None
        try:
            self._accounts.seen(secret, now)
        except RecordsError as error:  # locked for a moment: the session goes on, its idle time as well
            log.info("access.not_noted", problem=str(error))
        return Visitor(user.name, user.role, "login")

    def _still(self, visitor: Visitor) -> Callable[[], bool]:
        """What says, later and in any thread, whether this request would be let in again.

        It would not after a logout, nor once the login has been removed, has run out or has lost its role.
        """
        accounts, secret = self._accounts, session.get(SESSION)
        if visitor.how != "login" or accounts is None or not isinstance(secret, str):
            return lambda: True
        path, method = request.path, request.method

        def still() -> bool:
            try:
                user = accounts.session_of(secret, self._clock())
                return user is not None and roles.may(user.role, path, method, self._came_to_people)
            except RecordsError as error:  # away for a moment: nobody is sent away for that
                log.info("access.not_asked_again", problem=str(error))
                return True

        return still

    def _ask_for_credentials(self, token: str | None) -> BaseResponse:
        """Refuse; or let a page in that shows the token in its address."""
        is_page = request.method == "GET" and not roles.below(request.path, "/api")
        asked = request.args.get("token") if is_page else None
        address = request.remote_addr or ""
        shown = asked is not None or "Authorization" in request.headers
        wait_s = self.rates.wrong_token(address) if shown else None
        if wait_s is not None:
            return self.refuse("too many wrong tokens came from this address; try again later", 429, retry_s=wait_s)
        if token is not None and asked is not None and _same(asked, token):
            return _let_in(token)
        if asked is not None:
            return self.refuse("the token is not the right one", 401)
        if token is None:
            return self.refuse(
                "this needs a token, and none is configured: set IVR_API_TOKEN (16 characters or more)"
                + ("; or log in at /login" if self._accounts is not None else ""),
                401,
            )
        return self.refuse(
            "show IVR_API_TOKEN: 'Authorization: Bearer …', or open a page with ?token=… once"
            + ("; or log in at /login" if self._accounts is not None else ""),
            401,
        )

    # --- what they may ---

    def _within_limits(self, visitor: Visitor) -> BaseResponse | None:
        if visitor.how == "open":
            return None
        wait_s = self.rates.api(visitor.name)
        if wait_s is None:
            return None
        return self.refuse(f"too many requests: try again in {wait_s} s", 429, retry_s=wait_s)

    def _genuine(self, visitor: Visitor, tokens: CSRFProtect) -> BaseResponse | None:
        """Refuse what a browser sends with its cookie but without our page's token."""
        if request.method in _SAFE_METHODS or not visitor.by_cookie:
            return None
        problem = csrf.problem(tokens)
        return None if problem is None else self.refuse(problem, 403, "stale_page")

    def _allowed(self, visitor: Visitor) -> BaseResponse | None:
        try:
            if roles.may(visitor.role, request.path, request.method, self._came_to_people):
                return None
        except RecordsError as error:
            log.warning("access.database_down", problem=str(error))
            return self.refuse(
                "what you may see can't be looked up now; try again in a moment", 503, retry_s=RETRY_S
            )
        least = roles.least_role(request.path)
        return self.refuse(
            f"this is for the role {least}; {visitor.name!r} has the role {visitor.role}", 403, "role_needed"
        )


def protect(app: Flask, settings: Settings) -> Guard:
    """Guard an application on which nobody can log in."""
    guard = Guard(settings)
    guard.protect(app)
    return guard


def _let_in(token: str) -> BaseResponse:
    """Send the browser to the same page without the token in its address, with a cookie instead."""
    rest = [(key, value) for key, value in request.args.items(multi=True) if key != "token"]
    # A path of our own routes: "//host" can't be among them, since it would begin with a guarded place.
    response = redirect(request.path + ("?" + urlencode(rest) if rest else ""), 303)
    response.set_cookie(
        COOKIE,
        _cookie_value(token),
        max_age=COOKIE_S,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def from_our_page(settings: Settings) -> bool:
    """Whether the request's ``Origin`` is this server; also without one: then it is no browser that asks."""
    origin = request.headers.get("Origin")
    ours = {request.host.lower(), urlsplit(settings.public_url or "").netloc.lower()} - {""}
    return origin is None or urlsplit(origin).netloc.lower() in ours


def _another_site(settings: Settings) -> str | None:
    """Why a request that changes something seems to come from a page of another site, if it does."""
    if request.method in _SAFE_METHODS:
        return None
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        return "this can't be asked from another site's page"
    if not from_our_page(settings):
        return "this can't be asked from another site's page: its Origin is not this server"
    return None


def _not_this_machine() -> str | None:
    """Why a request in the open mode does not come from this machine's own user, if it does not."""
    if not _is_loopback(request.remote_addr or "") or any(name in request.headers for name in _FORWARDED):
        return "without credentials only this machine itself is served: set IVR_API_TOKEN to open it to others"
    host = urlsplit(f"//{request.host}").hostname or ""
    if host != "localhost" and not _is_loopback(host):
        return "without credentials this is served as localhost or 127.0.0.1 only: set IVR_API_TOKEN"
    return None


def _is_loopback(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        return parsed.ipv4_mapped.is_loopback
    return parsed.is_loopback


def _same(shown: str, expected: str) -> bool:
    """Compare in constant time, whatever characters were shown."""
    return hmac.compare_digest(shown.encode("utf-8", "replace"), expected.encode())


def _cookie_value(token: str) -> str:
    """What the browser keeps: worth as much as the token on this server, but not the token."""
    return hmac.new(token.encode(), b"page access", hashlib.sha256).hexdigest()
