"""``/desk``: the page on which agents take callers over."""

import json
from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, render_template

from ivr.web import pages

TEXTS: Mapping[str, Mapping[str, str]] = json.loads(
    (Path(__file__).parent / "static" / "desk" / "texts.json").read_text(encoding="utf-8")
)
"""The desk's own words, added to those of all pages: interface language → key → text."""

DISPOSITIONS = ("solved", "forwarded", "callback_promised", "refund", "complaint", "no_contact", "other")
"""What became of a call; each has a text ``disposition_NAME``."""


def blueprint() -> Blueprint:
    """Make the page. It uses the templates and files of the phone page's blueprint; access is the guard's."""
    routes = Blueprint("desk", __name__, url_prefix="/desk")
    routes.after_request(pages.protect)

    @routes.get("")
    def desk() -> str:
        ui = pages.interface_language()
        words = {**pages.TEXTS[ui], **TEXTS[ui]}
        return render_template("desk.html", ui=ui, t=words, title="desk_title", dispositions=DISPOSITIONS)

    return routes
