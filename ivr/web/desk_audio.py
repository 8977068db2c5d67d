"""``/desk/audio/TOKEN``: the WebSocket over which an agent's browser talks with a caller."""

import base64

import structlog
from flask import Blueprint, Response, request
from flask_sock import Sock
from simple_websocket import Server

from ivr.bridge import agent_leg
from ivr.bridge.agent_leg import AgentLeg
from ivr.bridge.hub import BridgeHub, Place
from ivr.bridge.types import AgentJoined, AgentLeft
from ivr.errors import BridgeTokenError, CallerGoneError, FrameError, LineClosedError
from ivr.settings import Settings
from ivr.web.access import from_our_page
from ivr.websocket import CallSocket

SEND_S = 2.0
"""Longest a send waits for a browser that does not read; then it counts as gone."""
WRITTEN_S = 2.0
"""Longest wait for the last message to be written."""
WEBSOCKET_VERSION, KEY_BYTES = "13", 16
"""RFC 6455, 4.1."""
MOST_REASON_BYTES = 120
"""A closing reason has 123 bytes at most (RFC 6455, 5.5)."""

_log = structlog.get_logger(__name__)


def blueprint(hub: BridgeHub, settings: Settings) -> Blueprint:
    """Make the route ``/desk/audio/<token>``.

    Args:
        hub: Where callers wait for agents.
        settings: ``public_url`` names pages that are ours.
    """
    routes = Blueprint("desk_audio", __name__, url_prefix="/desk/audio")

    @routes.before_request
    def guard() -> Response | None:
        if not from_our_page(settings):
            _log.warning("agent_audio_refused", why="another site's page", origin=request.headers["Origin"][:100])
            return Response("This can't be opened from another site's page.", 403, mimetype="text/plain")
        if request.headers.get("Sec-WebSocket-Version") != WEBSOCKET_VERSION or not _key_is_whole():
            return _no_upgrade()
        # Sound hardly shrinks: compression would cost time and let small frames swell to huge ones.
        request.environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return None

    def audio(ws: Server, token: str) -> None:
        carry(CallSocket(ws, send_timeout_s=SEND_S), token, hub)

    Sock().route("/<token>", bp=routes)(audio)

    @routes.get("/<token>")
    def page(token: str) -> Response:
        return _no_upgrade()

    return routes


def _key_is_whole() -> bool:
    """Whether the request's key is 16 bytes in base64 (RFC 6455, 4.1)."""
    try:
        return len(base64.b64decode(request.headers.get("Sec-WebSocket-Key", ""), validate=True)) == KEY_BYTES
    except ValueError:
        return False


def _no_upgrade() -> Response:
    """What to do instead of asking like this (RFC 9110, 15.5.22; RFC 6455, 4.4)."""
    return Response(
        "This is a WebSocket: open it with an upgrade, as the desk's page does.",
        426,
        {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": WEBSOCKET_VERSION},
        mimetype="text/plain",
    )


def carry(sock: CallSocket, token: str, hub: BridgeHub) -> None:
    """Carry one agent's audio, from the accepted upgrade to the end. Never raises.

    A refusal is a close with one of the statuses of :mod:`ivr.bridge.agent_leg` and a reason: unlike an HTTP
    status, a page can read it.
    """
    status, why = agent_leg.ENDED, ""
    try:
        status, why = _carry(sock, hub.redeem(token), hub)
    except CallerGoneError as error:
        status, why = agent_leg.CALLER_GONE, str(error)
    except BridgeTokenError as error:
        _log.warning("agent_audio_refused", why=str(error))
        status, why = agent_leg.REFUSED, str(error)
    except Exception:
        _log.exception("agent_audio_failed")
        status, why = agent_leg.FAILED, "something failed here; accept the call again"
    finally:
        sock.finish(status, why.encode()[:MOST_REASON_BYTES].decode(errors="ignore"))


def _carry(sock: CallSocket, place: Place, hub: BridgeHub) -> tuple[int, str]:
    """Join the browser with its caller, and read it to its end; with what to close it."""
    leg = AgentLeg(sock, place.call_sid, place.agent_id)
    try:
        leg.greet()
    except FrameError as error:
        _log.warning("agent_hello_bad", call_sid=place.call_sid, agent=place.agent_id, why=str(error))
        return agent_leg.BAD_HELLO, str(error)
    except LineClosedError:
        return agent_leg.ENDED, ""
    _log.info("agent_audio_open", call_sid=place.call_sid, agent=place.agent_id)
    place.post(AgentJoined(leg))
    try:
        why, on_purpose = leg.read(lambda: hub.alive(place.call_sid))
        _log.info("agent_audio_closed", call_sid=place.call_sid, agent=place.agent_id, why=why)
        place.post(AgentLeft(leg, why, on_purpose))
    finally:
        leg.end(agent_leg.ENDED, "")
        leg.join(WRITTEN_S)
    return agent_leg.ENDED, ""
