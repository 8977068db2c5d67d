"""Who may open the API and the pages.

In the embedded default (loopback, no credentials) everybody on this machine may; else whoever shows
``IVR_API_TOKEN``, as a bearer token, or once as ``?token=`` on a page, which turns it into a cookie.
"""

import hashlib
import hmac
import ipaddress
from urllib.parse import urlencode, urlsplit

import structlog
from flask import Flask, Response, jsonify, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from ivr.settings import Settings

log = structlog.get_logger(__name__)

GUARDED = ("/api", "/calls", "/phone", "/desk", "/studio")
"""These paths and everything below them."""

COOKIE = "ivr_access"
COOKIE_S = 12 * 3600
"""Seconds a page stays open to a browser without showing the token again: a working day."""

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")
"""Headers by which a proxy or tunnel shows itself: the caller is then not on this machine, whatever its address."""


def protect(app: Flask, settings: Settings) -> None:
    """Guard :data:`GUARDED` on ``app``; to be called before its routes are used.

    Refusals are JSON ``{"error": …}``: 401 without the token; 403 for a page of another site, and in the open
    mode for whoever is not on this machine or calls it by another name (DNS rebinding).
    """

    @app.before_request
    def guard() -> BaseResponse | None:
        path = request.path
        if not any(path == place or path.startswith(place + "/") for place in GUARDED):
            return None
        problem = _another_site(settings)
        if problem is None and settings.open:
            problem = _not_this_machine()
        if problem is not None:
            return _refuse(problem, 403)
        if settings.open:
            return None
        return _ask_for_token(settings.api_token)


def _ask_for_token(token: str | None) -> BaseResponse | None:
    if token is None:
        return _refuse("this needs a token, and none is configured: set IVR_API_TOKEN (16 characters or more)", 401)
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and _same(shown.strip(), token):
        return None
    if _same(request.cookies.get(COOKIE, ""), _cookie_value(token)):
        return None
    asked = request.args.get("token")
    if asked is not None and request.method == "GET" and not request.path.startswith("/api"):
        if _same(asked, token):
            return _let_in(token)
        return _refuse("the token is not the right one", 401)
    return _refuse("show IVR_API_TOKEN: 'Authorization: Bearer …', or open a page with ?token=… once", 401)


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


def _another_site(settings: Settings) -> str | None:
    """Why a request that changes something seems to come from a page of another site, if it does."""
    if request.method in _SAFE_METHODS:
        return None
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        return "this can't be asked from another site's page"
    origin = request.headers.get("Origin")
    if origin is None:  # not a browser: those always send it
        return None
    ours = {request.host.lower()}
    if settings.public_url:
        ours.add(urlsplit(settings.public_url).netloc.lower())
    if urlsplit(origin).netloc.lower() in ours:
        return None
    return "this can't be asked from another site's page: its Origin is not this server"


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


def _refuse(problem: str, status: int) -> Response:
    log.warning("access.refused", path=request.path, status=status, problem=problem, peer=request.remote_addr)
    response = jsonify(error=problem)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="hotline"'
    return response
