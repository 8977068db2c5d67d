"""``/api/callbacks`` and ``/api/voicemails``: whom to call back, what messages say; and that it was done."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import structlog
from flask import Blueprint, Response, request

from ivr.errors import DiallingError, RecordsError
from ivr.records.store import Store
from ivr.records.types import CallbackRecord, VoicemailRecord
from ivr.records.views import CallView, Json, Numbered, entry_json
from ivr.web import desk_fields as read
from ivr.web.answers import json_answer, problem, sound
from ivr.web.api import FLUSH_S
from ivr.web.desk_fields import FieldError

log = structlog.get_logger(__name__)

DEFAULT_LIMIT, MOST = 100, 500
"""Entries in one answer, when nothing is asked and at most."""

STATUSES = ("waiting", "done")

E = TypeVar("E", CallbackRecord, VoicemailRecord)


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

    @routes.errorhandler(FieldError)
    def wrong(error: FieldError) -> Response:
        return problem(str(error), 400)

    @routes.get("/callbacks")
    def callbacks() -> Response:
        return json_answer([_json(call_sid, promise) for call_sid, promise in listed(store.callbacks)])

    @routes.get("/voicemails")
    def voicemails() -> Response:
        return json_answer(
            [
                {**_json(call_sid, message), "audio_url": f"/api/voicemails/{call_sid}/audio"}
                for call_sid, message in listed(store.voicemails)
            ]
        )

    def listed(latest: Callable[[str | None, int], Sequence[tuple[str, E]]]) -> Sequence[tuple[str, E]]:
        asked = _status(), read.limit(request.args.get("limit"), DEFAULT_LIMIT, MOST)
        flush(FLUSH_S)
        return latest(*asked)

    @routes.post("/callbacks/<call_sid>/done")
    def callback_done(call_sid: str) -> Response:
        return done(call_sid, lambda view: view.callback, journal.callback_done, "no call-back is promised")

    @routes.post("/voicemails/<call_sid>/done")
    def voicemail_done(call_sid: str) -> Response:
        return done(call_sid, lambda view: view.voicemail, journal.voicemail_done, "no message was left")

    def done(
        call_sid: str,
        entry_of: Callable[[CallView], Numbered[E] | None],
        note: Callable[[str], None],
        nothing: str,
    ) -> Response:
        flush(FLUSH_S)
        view = store.call(call_sid)
        kept = entry_of(view) if view else None
        if kept is None:
            return problem(f"{nothing} in call {call_sid[:64]!r}", 404)
        note(call_sid)
        return json_answer({**_json(call_sid, kept.entry), "status": "done"})

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
            wav = fetch(recording_sid)
        except DiallingError as error:
            log.warning("api.message_not_fetched", call_sid=call_sid, problem=str(error))
            if error.gone:
                return problem("the carrier does not have the recording any more", 404)
            return problem("the carrier can't be asked for the recording now; try again in a moment", 502)
        return sound(wav)

    return routes


def _json(call_sid: str, entry: CallbackRecord | VoicemailRecord) -> Json:
    return {"call_sid": call_sid, **entry_json(entry)}


def _status() -> str | None:
    """The status that is asked for.

    Raises:
        FieldError: it is another.
    """
    status = request.args.get("status")
    if status is not None and status not in STATUSES:
        raise FieldError(f"status: {status[:20]!r} is not one of {', '.join(STATUSES)}")
    return status
