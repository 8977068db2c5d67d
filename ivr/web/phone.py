"""The telephone in the browser: its page, the calls it asks for, and the index page.

The page itself speaks Twilio's Media Streams protocol to ``/twilio/stream/TOKEN``; here it only gets a line and
learns, when the line has closed, what would follow on a telephone.
"""

import threading
import uuid
from collections import OrderedDict
from typing import Any, Protocol

import structlog
from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound, RequestEntityTooLarge

from ivr.call.line import CallInfo
from ivr.call.switchboard_types import Switchboard
from ivr.content.types import LANGUAGES
from ivr.settings import Settings
from ivr.web.calls import FELT
from ivr.web.pages import page, protect

log = structlog.get_logger(__name__)

_LARGEST_REQUEST_BYTES = 4096
_MOST_OPEN_CALLS = 1000
"""Calls remembered until the page reports their end; far above any ``max_calls``, so only lost pages fall out."""
_LINKS = (
    ("phone", "/phone"),
    ("desk", "/desk"),
    ("calls", "/calls"),
    ("health", "/health"),
    ("ready", "/ready"),
    ("metrics", "/metrics"),
)


class TokenIssuer(Protocol):
    """What gives out the single-use tokens of ``/twilio/stream/TOKEN``."""

    def issue(self, info: CallInfo) -> str:
        """Make a token for the stream of ``info``'s call."""
        ...


class _OpenCalls:
    """The calls this page asked for and has not reported ended. Thread-safe and bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sids: OrderedDict[str, None] = OrderedDict()

    def add(self, call_sid: str) -> None:
        with self._lock:
            self._sids[call_sid] = None
            while len(self._sids) > _MOST_OPEN_CALLS:
                self._sids.popitem(last=False)

    def remove(self, call_sid: str) -> bool:
        """Whether it was there."""
        with self._lock:
            if call_sid not in self._sids:
                return False
            del self._sids[call_sid]
            return True


def blueprint(switchboard: Switchboard, settings: Settings, tokens: TokenIssuer) -> Blueprint:
    """Make the pages' blueprint: ``GET /``, ``GET /phone``, ``POST /phone/call``, ``POST /phone/ended``.

    Access (who may open them) is the application's guard, not done here. Static files are under ``/assets``.

    Args:
        switchboard: Admits the calls and says what follows them.
        settings: ``phones`` tell a person from voicemail; ``public_url`` is shown for Twilio.
        tokens: Issues the token with which the page opens its media stream.
    """
    pages = Blueprint(
        "phone", __name__, static_folder="static", static_url_path="/assets", template_folder="templates"
    )
    open_calls = _OpenCalls()

    pages.after_request(protect)

    @pages.get("/")
    def index() -> str:
        address = f"{request.scheme}://{request.host}"
        public = (settings.public_url or address).rstrip("/")
        return page("index.html", script="index.js", links=_LINKS, address=address, public_address=public)

    @pages.app_errorhandler(404)
    def not_found(error: NotFound) -> ResponseReturnValue:
        """A page for people; programs get what they would get anyway."""
        if "text/html" not in request.headers.get("Accept", ""):
            return error
        return protect(Response(page("not_found.html", script="index.js", title="not_found"), 404))

    @pages.get("/phone")
    def phone() -> str:
        return page("phone.html", script="main.js", title="phone_title", felt=FELT)

    @pages.post("/phone/call")
    def call() -> tuple[Response, int]:
        asked = _json_object()
        if asked is None:
            return _refusal('send a JSON object, like {"language": "auto"}', 400)
        wanted = asked.get("language") or "auto"
        language = next((known for known in LANGUAGES if known == wanted), None)
        if language is None and wanted != "auto":
            return _refusal(f"language: {str(wanted)[:20]!r} is not one of auto, {', '.join(LANGUAGES)}", 400)
        info = CallInfo(call_sid=f"CA{uuid.uuid4().hex}", language=language, origin="browser")
        if not switchboard.admit(info):
            log.info("browser_call_refused", call_sid=info.call_sid)
            return _refusal("the hotline can't take the call now; try again in a minute", 503)
        open_calls.add(info.call_sid)
        scheme = "wss" if request.is_secure else "ws"
        stream_url = f"{scheme}://{request.host}/twilio/stream/{tokens.issue(info)}"
        return jsonify(call_sid=info.call_sid, stream_url=stream_url), 200

    @pages.post("/phone/ended")
    def ended() -> tuple[Response, int]:
        told = _json_object()
        call_sid = told.get("call_sid") if told else None
        if told is None or not isinstance(call_sid, str):
            return _refusal('send a JSON object, like {"call_sid": "CA…", "hung_up": false}', 400)
        if not open_calls.remove(call_sid):
            return _refusal("call_sid: no call of this page is open under it", 404)
        # A caller who hung up goes nowhere, whatever the conversation had in mind: as on a telephone.
        follows: str = "hang_up" if told.get("hung_up") is True else switchboard.ending(call_sid).next
        if follows == "person" and not settings.phones:
            follows = "voicemail"
        switchboard.finished(call_sid)
        return jsonify(next=follows), 200

    return pages


def _json_object() -> dict[str, Any] | None:
    """The request's body, or None when it is no JSON object or too long to be honest."""
    request.max_content_length = _LARGEST_REQUEST_BYTES
    try:
        body = request.get_json(silent=True)
    except RequestEntityTooLarge:
        return None
    return body if isinstance(body, dict) else None


def _refusal(error: str, status: int) -> tuple[Response, int]:
    return jsonify(error=error), status
