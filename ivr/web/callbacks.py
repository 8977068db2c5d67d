"""``/api/callbacks``: whom to call back, when and why; and that it was done."""

import re
from collections.abc import Callable
from typing import Protocol

import structlog
from flask import Blueprint, Response, request

from ivr.errors import RecordsError
from ivr.records.store import Store
from ivr.records.views import entry_json
from ivr.web.answers import json_answer, problem

log = structlog.get_logger(__name__)

DEFAULT_LIMIT, MOST = 100, 500
"""Call-backs in one answer, when nothing is asked and at most."""

FLUSH_S = 0.3
"""Seconds to wait for what has just happened to reach the database before it is read."""

STATUSES = ("waiting", "done")


class Promises(Protocol):
    """Where it is written that a promise was kept; a :class:`ivr.records.types.Journal` is one."""

    def callback_done(self, call_sid: str) -> None:
        """The promise was kept."""
        ...


def blueprint(
    store: Store, journal: Promises, flush: Callable[[float], bool] = lambda timeout_s: True
) -> Blueprint:
    """Make the routes ``GET /api/callbacks`` and ``POST /api/callbacks/CALLSID/done``.

    Args:
        store: The calls' database.
        journal: What was done is written there.
        flush: ``DatabaseJournal.flush``.
    """
    routes = Blueprint("callbacks", __name__, url_prefix="/api/callbacks")

    @routes.errorhandler(RecordsError)
    def database_down(error: RecordsError) -> Response:
        log.warning("api.database_down", problem=str(error))
        return problem("the calls' database can't be read now; try again in a moment", 503)

    @routes.get("")
    def callbacks() -> Response:
        status = request.args.get("status")
        if status is not None and status not in STATUSES:
            return problem(f"status: {status[:20]!r} is not one of {', '.join(STATUSES)}", 400)
        asked = request.args.get("limit", str(DEFAULT_LIMIT))
        if not re.fullmatch(r"[0-9]{1,3}", asked) or not 1 <= int(asked) <= MOST:
            return problem(f"limit: {asked[:20]!r} is not a whole number from 1 to {MOST}", 400)
        flush(FLUSH_S)
        found = store.callbacks(status, int(asked))
        return json_answer([{"call_sid": call_sid, **entry_json(callback)} for call_sid, callback in found])

    @routes.post("/<call_sid>/done")
    def done(call_sid: str) -> Response:
        flush(FLUSH_S)
        view = store.call(call_sid)
        if view is None or view.callback is None:
            return problem(f"no call-back is promised in call {call_sid[:64]!r}", 404)
        journal.callback_done(call_sid)
        return json_answer({"call_sid": call_sid, **entry_json(view.callback.entry), "status": "done"})

    return routes
