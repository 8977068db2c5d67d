"""Forms and requests of a logged-in browser must show a token that only our own pages know.

Flask-WTF's: the token lies in Flask's signed session cookie, which also holds the login's session, so the one is
worth nothing without the other.
"""

import hashlib
import hmac
import secrets

from flask import Flask
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf

from ivr.settings import Settings
from ivr.web.visitors import current_visitor

COOKIE = "ivr_session"
HEADER = "X-CSRF-Token"
"""Where scripts show the token; forms have the field ``csrf_token``."""


def install(app: Flask, settings: Settings) -> CSRFProtect:
    """Give the application signed session cookies and the tokens, and its pages :func:`page_values`."""
    app.context_processor(page_values)
    app.secret_key = _signing_key(settings)
    public = settings.public_url or ""
    app.config.update(
        SESSION_COOKIE_NAME=COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        # Browsers send such a cookie over TLS only (and to localhost).
        SESSION_COOKIE_SECURE=public.startswith("https://") or not settings.loopback,
        WTF_CSRF_CHECK_DEFAULT=False,  # asked for where a cookie is what lets a request in
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session it belongs to
        WTF_CSRF_SSL_STRICT=False,  # Origin and Sec-Fetch-Site are checked (ivr.web.access)
        WTF_CSRF_HEADERS=[HEADER],
    )
    return CSRFProtect(app)


def page_values() -> dict[str, object]:
    """For every page: who reads it, and the token its requests must show."""
    visitor = current_visitor()
    return {"visitor": visitor, "csrf": generate_csrf() if visitor is not None and visitor.by_cookie else ""}


def problem(csrf: CSRFProtect) -> str | None:
    """What is wrong with the token of the request under way; None when it is right."""
    try:
        csrf.protect()
    except CSRFError as error:
        return f"{error.description} Load the page again, or send the token of GET /api/me as {HEADER}."
    return None


def _signing_key(settings: Settings) -> bytes:
    """The same on every server with these credentials, and after a restart; without any, new each time."""
    secret = settings.api_token or settings.twilio_auth_token or secrets.token_hex(32)
    return hmac.new(secret.encode(), b"session cookies", hashlib.sha256).digest()
