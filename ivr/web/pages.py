"""What all pages share: their words in two languages, and what a browser may do with them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Response, render_template, request

TEXTS: Mapping[str, Mapping[str, str]] = json.loads(
    (Path(__file__).parent / "static" / "phone" / "texts.json").read_text(encoding="utf-8")
)
"""The pages' own words: interface language → key → text."""


def interface_language() -> str:
    """The language the reader chose before (cookie), else the browser's, else English: a key of :data:`TEXTS`."""
    chosen = request.cookies.get("ui", "")
    return chosen if chosen in TEXTS else request.accept_languages.best_match(TEXTS) or "en"


def page(template: str, **values: Any) -> str:
    """Render a page in its reader's language."""
    ui = interface_language()
    return render_template(template, ui=ui, t=TEXTS[ui], **values)


def protect(response: Response) -> Response:
    """Let a page load from here and nowhere else."""
    # Not every browser lets 'self' cover WebSockets of the same host, so they are named.
    sockets = f"ws://{request.host} wss://{request.host}"
    response.headers["Content-Security-Policy"] = (
        f"default-src 'self'; connect-src 'self' {sockets}; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Other sites must not learn the address (it may hold ?token=). Not "no-referrer": forms would then come with an
    # Origin of "null", which can't be told from another site's.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=()"
    if request.endpoint != "phone.static":
        response.headers["Cache-Control"] = "no-store"
    return response
