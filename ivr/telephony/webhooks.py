"""Twilio's webhooks and the media stream's door, as one blueprint under ``/twilio``."""

import re
from collections.abc import Callable

import structlog
from flask import Blueprint, Response, g, request
from flask.blueprints import BlueprintSetupState
from flask_sock import Sock
from simple_websocket import Server
from werkzeug.exceptions import HTTPException

from ivr.call.switchboard_types import Switchboard
from ivr.handoff.ringing_service import RingingService
from ivr.settings import Settings
from ivr.telephony import fields, signature, twiml
from ivr.telephony.dialling import make_ringing
from ivr.telephony.handover import Handover, MessageLeft, reply
from ivr.telephony.stream import StreamLimits, serve
from ivr.telephony.tokens import StreamTokens, TokenRefusedError
from ivr.telephony.waiting_room import MUSIC_PATH, WaitingRoom
from ivr.websocket import MAX_MESSAGE_BYTES

OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""Values of CallStatus after which nothing more comes of a call."""

_log = structlog.get_logger(__name__)


def blueprint(
    switchboard: Switchboard,
    settings: Settings,
    tokens: StreamTokens,
    limits: StreamLimits | None = None,
    frame_bad: Callable[[str], None] | None = None,
    ringing: RingingService | None = None,
    message_left: MessageLeft | None = None,
) -> Blueprint:
    """Make the carrier's routes.

    Args:
        switchboard: The house.
        settings: Credentials, public address, agents' numbers.
        tokens: Where stream tokens are kept; the app sweeps them (:class:`ivr.telephony.watch.StreamWatch`).
        limits: How patient streams are; None for the defaults.
        frame_bad: Told the kind of each message of a stream that is skipped; for the metrics.
        ringing: Rings the agents' telephones (:func:`ivr.telephony.dialling.make_ringing`), started and stopped by
            the app; None: by ``<Dial>`` only.
        message_left: Told of each message a caller leaves.
    """
    routes = Blueprint("twilio", __name__, url_prefix="/twilio")
    ringing = ringing or make_ringing(settings, switchboard)
    handover = Handover(switchboard, settings, ringing, message_left)
    room = WaitingRoom(switchboard, settings, tokens, handover, ringing)
    hooks = _Webhooks(switchboard, settings, tokens, handover, room, ringing)

    @routes.before_request
    def admit() -> Response | None:
        return hooks.guard()

    @routes.errorhandler(Exception)
    def failed(error: Exception) -> Response | HTTPException:
        return hooks.failed(error)

    routes.add_url_rule("/voice", view_func=hooks.voice, methods=["POST"])
    routes.add_url_rule("/after", view_func=hooks.after, methods=["POST"])
    routes.add_url_rule("/status", view_func=hooks.status, methods=["POST"])
    handover.add_routes(routes)
    room.add_routes(routes)

    @routes.record_once
    def configure(state: BlueprintSetupState) -> None:
        options = state.app.config.setdefault("SOCK_SERVER_OPTIONS", {})
        options.setdefault("max_message_size", MAX_MESSAGE_BYTES)

    def media_stream(ws: Server, token: str) -> None:
        serve(ws, g.call_info, switchboard, limits or StreamLimits(), frame_bad)

    Sock().route("/stream/<token>", bp=routes)(media_stream)
    return routes


class _Webhooks:
    """What Twilio asks about a call. Holds nothing that changes."""

    def __init__(
        self,
        switchboard: Switchboard,
        settings: Settings,
        tokens: StreamTokens,
        handover: Handover,
        room: WaitingRoom,
        ringing: RingingService,
    ) -> None:
        self._switchboard = switchboard
        self._settings = settings
        self._tokens = tokens
        self._handover = handover
        self._room = room
        self._ringing = ringing

    def guard(self) -> Response | None:
        """Let a request pass, or answer 403. A stream's token is used up here, before the upgrade is accepted."""
        token = (request.view_args or {}).get("token")
        if request.path == MUSIC_PATH and request.method in {"GET", "HEAD"}:
            return None  # music is no secret, and Twilio keeps a copy
        if token is None:
            why = signature.refusal(request, self._settings)
            return self._refuse(why) if why else None
        waiting = self._tokens.peek(token)
        if waiting is not None and waiting.origin == "browser":
            # A browser can't sign; its token came from a page that needed a login.
            why = signature.cross_origin(request, self._settings)
        else:
            why = signature.refusal(request, self._settings)
        if why:
            return self._refuse(why)
        try:
            g.call_info = self._tokens.redeem(token)
        except TokenRefusedError as error:
            return self._refuse(str(error))
        # Audio in base64 hardly shrinks: compression would cost time and let small frames swell to huge ones.
        request.environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return None

    def voice(self) -> Response:
        """A call comes in: connect it to a stream, or put it through to a person."""
        info = fields.call_info(request)
        if not self._tokens.knows(info.call_sid) and not self._switchboard.admit(info):
            _log.info("call_refused", call_sid=info.call_sid)
            return self._room.person(info.call_sid)
        _log.info("call_arrived", call_sid=info.call_sid, origin=info.origin, language=info.language)
        return self._room.connect(info)

    def after(self) -> Response:
        """The stream is over, or never came: goodbye, or a person."""
        call_sid = fields.call_sid(request.form.get("CallSid"))
        self._tokens.revoke(call_sid)
        ending = self._handover.texts.ending(call_sid)
        _log.info("stream_followed", call_sid=call_sid, next=ending.next)
        if ending.next == "hang_up":
            return reply(twiml.hang_up())
        if ending.next == "voicemail":
            return self._handover.message(call_sid)
        return self._room.person(call_sid)

    def status(self) -> Response:
        """Twilio's status callback."""
        call_sid = fields.call_sid(request.form.get("CallSid"))
        status = request.form.get("CallStatus", "")[:32]
        _log.info("call_status", call_sid=call_sid, status=status)
        if status in OVER:
            self._tokens.revoke(call_sid)
            self._handover.note("ringing", call_sid, lambda: self._ringing.caller_gone(call_sid))
            self._handover.note("finished", call_sid, lambda: self._switchboard.finished(call_sid))
        return Response(status=204)

    def failed(self, error: Exception) -> Response | HTTPException:
        """Something of ours broke: whoever is on the line still gets to a person."""
        if isinstance(error, HTTPException):
            return error
        _log.error("webhook_failed", path=request.path, exc_info=error)
        if signature.is_upgrade(request):
            return Response("The stream could not be opened.", status=500, mimetype="text/plain")
        return self._handover.last_resort()

    def _refuse(self, why: str) -> Response:
        path = re.sub(r"(/stream/).*", r"\1…", request.path)  # a token is a secret, even a refused one
        _log.warning("request_refused", path=path, why=why)
        return Response("Refused.\n", status=403, mimetype="text/plain")
