"""``/api/callbacks`` and ``/api/voicemails``: whom to call back, what messages say; and that it was done."""

import re
from collections.abc import Callable
from typing import Protocol

import structlog
from flask import Blueprint, Response, request

from ivr.errors import DiallingError, RecordsError
from ivr.records.store import Store
from ivr.records.views import entry_json
from ivr.web.answers import json_answer, problem

log = structlog.get_logger(__name__)

DEFAULT_LIMIT, MOST = 100, 500
"""Entries in one answer, when nothing is asked and at most."""

FLUSH_S = 0.3
"""Seconds to wait for what has just happened to reach the database before it is read."""

STATUSES = ("waiting", "done")


class Promises(Protocol):
    """Where it is written that something was dealt with; a :class:`ivr.records.types.Journal` is one."""

    def callback_done(self, call_sid: str) -> None:
        """The promise was kept."""
        ...

    def voicemail_done(self, call_sid: str) -> None:
        """Somebody has dealt with the message."""
        ...


def blueprint(
    store: Store,
    journal: Promises,
    flush: Callable[[float], bool] = lambda timeout_s: True,
    fetch: Callable[[str], bytes] | None = None,
) -> Blueprint:
    """Make the routes ``GET /api/KIND``, ``POST /api/KIND/CALLSID/done``, ``GET /api/voicemails/CALLSID/audio``.

    Args:
        store: The calls' database.
        journal: What was done is written there.
        flush: ``DatabaseJournal.flush``.
        fetch: Gets a recording from the carrier by its SID, as WAV; None: without credentials it can't be had.
    """
    routes = Blueprint("callbacks", __name__, url_prefix="/api")

    @routes.errorhandler(RecordsError)
    def database_down(error: RecordsError) -> Response:
        log.warning("api.database_down", problem=str(error))
        return problem("the calls' database can't be read now; try again in a moment", 503)

    @routes.get("/callbacks")
    def callbacks() -> Response:
        asked = _asked()
        if isinstance(asked, Response):
            return asked
        flush(FLUSH_S)
        found = store.callbacks(*asked)
        return json_answer([{"call_sid": call_sid, **entry_json(callback)} for call_sid, callback in found])

    @routes.post("/callbacks/<call_sid>/done")
    def done(call_sid: str) -> Response:
        flush(FLUSH_S)
        view = store.call(call_sid)
        if view is None or view.callback is None:
            return problem(f"no call-back is promised in call {call_sid[:64]!r}", 404)
        journal.callback_done(call_sid)
        return json_answer({"call_sid": call_sid, **entry_json(view.callback.entry), "status": "done"})

    @routes.get("/voicemails")
    def voicemails() -> Response:
        asked = _asked()
        if isinstance(asked, Response):
            return asked
        flush(FLUSH_S)
        found = store.voicemails(*asked)
        return json_answer(
            [{"call_sid": sid, **entry_json(each), "audio_url": _audio_url(sid)} for sid, each in found]
        )

    @routes.post("/voicemails/<call_sid>/done")
    def voicemail_done(call_sid: str) -> Response:
        flush(FLUSH_S)
        view = store.call(call_sid)
        if view is None or view.voicemail is None:
            return problem(f"no message was left in call {call_sid[:64]!r}", 404)
        journal.voicemail_done(call_sid)
        return json_answer({"call_sid": call_sid, **entry_json(view.voicemail.entry), "status": "done"})

    @routes.get("/voicemails/<call_sid>/audio")
    def audio(call_sid: str) -> Response:
        flush(FLUSH_S)
        view = store.call(call_sid)
        recording_sid = view.voicemail.entry.recording_sid if view and view.voicemail else None
        if recording_sid is None:
            return problem(f"no recording is known of call {call_sid[:64]!r}", 404)
        if fetch is None:
            return problem("the recording is with the carrier; set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN", 503)
        try:
            sound = fetch(recording_sid)
        except DiallingError as error:
            log.warning("api.message_not_fetched", call_sid=call_sid, problem=str(error))
            if error.gone:
                return problem("the carrier does not have the recording any more", 404)
            return problem("the carrier can't be asked for the recording now; try again in a moment", 502)
        answer = Response(sound, mimetype="audio/wav")
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    return routes


def _audio_url(call_sid: str) -> str:
    return f"/api/voicemails/{call_sid}/audio"


def _asked() -> tuple[str | None, int] | Response:
    """Status and limit of the request, or what is wrong with them."""
    status = request.args.get("status")
    if status is not None and status not in STATUSES:
        return problem(f"status: {status[:20]!r} is not one of {', '.join(STATUSES)}", 400)
    asked = request.args.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch(r"[0-9]{1,3}", asked) or not 1 <= int(asked) <= MOST:
        return problem(f"limit: {asked[:20]!r} is not a whole number from 1 to {MOST}", 400)
    return status, int(asked)
