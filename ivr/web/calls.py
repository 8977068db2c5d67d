"""The pages on which people read calls: the latest ones, and one of them turn by turn, live or ended."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog
from flask import Blueprint, Response, request
from markupsafe import Markup

from ivr.dialogue.frustration import PARTS
from ivr.errors import RecordsError
from ivr.handoff.summary import worded
from ivr.records.store import Store
from ivr.records.views import CallView
from ivr.web.api import DEFAULT_LIMIT, FLUSH_S, MOST_CALLS
from ivr.web.call_timeline import in_words
from ivr.web.pages import TEXTS, interface_language, page, protect
from ivr.web.timeline_words import clock

log = structlog.get_logger(__name__)

RENEW_S, RENEW_LONG_S = 5, 60
"""Seconds after which the list looks for news: the usual one, and a long one, which costs the database more."""

FELT = PARTS | {"frustration"}
"""Contributions that tell how the caller felt."""


def blueprint(store: Store, flush: Callable[[float], bool] = lambda timeout_s: True) -> Blueprint:
    """Make the pages ``/calls`` and ``/calls/CALLSID``.

    They use the templates and files of the phone page's blueprint. Access is the application's guard.

    Args:
        store: The calls' database.
        flush: ``DatabaseJournal.flush``: waits (at most its seconds) for the writes under way.
    """
    pages = Blueprint("calls", __name__, url_prefix="/calls")
    pages.after_request(protect)

    @pages.errorhandler(RecordsError)
    def database_down(error: RecordsError) -> Response:
        log.warning("calls.database_down", problem=str(error))
        return Response(page("no_call.html", script="calls.js", title="calls_down"), 503, {"Retry-After": "5"})

    @pages.get("")
    def calls() -> str:
        asked = request.args.get("limit", "")
        good = re.fullmatch(r"[0-9]{1,3}", asked) and 1 <= int(asked) <= MOST_CALLS
        limit = int(asked) if good else DEFAULT_LIMIT
        flush(FLUSH_S)
        rows = [_row(view) for view in store.latest(limit)]
        more = MOST_CALLS if len(rows) == limit < MOST_CALLS else None
        renew_s = RENEW_S if limit <= DEFAULT_LIMIT else RENEW_LONG_S
        return page("calls.html", script="calls.js", title="calls_title", calls=rows, more=more, renew_s=renew_s)

    @pages.get("/<call_sid>")
    def call(call_sid: str) -> Response:
        flush(FLUSH_S)
        view = store.call(call_sid)
        if view is None:
            return Response(page("no_call.html", script="calls.js", title="call_unknown"), 404)
        record = view.as_json()
        drawing = in_words(record, TEXTS[interface_language()])
        return Response(
            page(
                "call.html",
                script="calls.js",
                title="call_title",
                call=record,
                handed_over=worded(view.handoff.entry.summary, interface_language()) if view.handoff else {},
                row=_row(view),
                entries=_entries(view),
                timeline=Markup(drawing) if view.turns else "",  # in_words() escapes
                clock=clock,
                felt=FELT,
            )
        )

    return pages


def _row(view: CallView) -> Mapping[str, object]:
    """A call in the list: what tells it from others at a glance."""
    header = view.header
    scores = [turn.entry.frustration for turn in view.turns if turn.entry.frustration is not None]
    feelings = [turn.entry.emotion.get("label") for turn in view.turns if turn.entry.emotion]
    return {
        **header.as_json(),
        "utc": _utc(header.started_at),
        "lasted": None if header.ended_at is None else clock((header.ended_at - header.started_at).total_seconds()),
        "turns": sum(turn.entry.speaker == "caller" for turn in view.turns),
        "frustration": max(scores, default=None),
        "feelings": list(dict.fromkeys(label for label in feelings if label != "neutral")),
        "reason": view.handoff.entry.reason if view.handoff else None,
    }


def _entries(view: CallView) -> list[tuple[str, Mapping[str, object]]]:
    """Turns and decisions in the order in which they happened; a decision stands before the words it led to."""
    record = view.as_json()
    turns = [
        (turn.entry.start_ms, 1, "turn", data) for turn, data in zip(view.turns, _all(record["turns"]), strict=True)
    ]
    decisions = [
        (decision.entry.at_ms, 0, "decision", data)
        for decision, data in zip(view.decisions, _all(record["decisions"]), strict=True)
    ]
    ordered = sorted([*turns, *decisions], key=lambda entry: entry[:2])
    return [(kind, data) for _, _, kind, data in ordered]


def _all(value: object) -> list[dict[str, object]]:
    return value if isinstance(value, list) else []


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
