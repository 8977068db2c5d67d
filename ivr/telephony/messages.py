"""Twilio Media Streams: the messages on the socket, in both directions.

Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages. Numbers in ``sequenceNumber``,
``chunk`` and ``timestamp`` arrive as JSON strings; numbers are taken too.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr.errors import FrameError

ULAW_ENCODING = "audio/x-mulaw"
ULAW_RATE_HZ = 8_000
MAX_MESSAGE_CHARS = 65_536
"""Longest message read, in characters: a 20 ms ``media`` has about 300, a ``start`` a few thousand at most."""
MAX_NAME_CHARS = 256
"""Longest mark name kept."""
KEYS = frozenset("0123456789*#ABCD")
"""The sixteen DTMF keys (ITU-T Q.23)."""


@dataclass(frozen=True)
class Connected:
    """The socket is open; says which protocol follows."""

    protocol: str
    version: str


@dataclass(frozen=True)
class Started:
    """What is known of the stream: sent once, before any media."""

    stream_sid: str
    call_sid: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    format_problem: str = ""
    """Why the audio of this stream can't be read; empty when it is 8 kHz mono µ-law."""


@dataclass(frozen=True)
class Media:
    """Some of the caller's audio."""

    ulaw: bytes
    track: str = "inbound"
    sequence: int | None = None
    """Position among all messages of the stream, from 1."""
    chunk: int | None = None
    """Position among the media messages, from 1."""
    timestamp_ms: int | None = None
    """Presentation time from the start of the stream."""
    doubts: tuple[str, ...] = ()
    """Fields that were there and not numbers."""


@dataclass(frozen=True)
class Dtmf:
    """A key was pressed."""

    key: str


@dataclass(frozen=True)
class Mark:
    """The audio before the mark was played or cleared."""

    name: str


@dataclass(frozen=True)
class Stopped:
    """The stream is over: the caller hung up or the call was redirected."""


Message = Connected | Started | Media | Dtmf | Mark | Stopped


def parse(text: str | bytes) -> Message:
    """Read one message from Twilio.

    Args:
        text: One WebSocket message as it came.

    Raises:
        FrameError: it can't be used; the message begins with the field at fault (``media.payload: …``).
    """
    if isinstance(text, bytes | bytearray):
        raise FrameError(f"frame: binary, {len(text)} bytes; Media Streams messages are JSON text")
    if len(text) > MAX_MESSAGE_CHARS:
        raise FrameError(f"frame: {len(text)} characters; at most {MAX_MESSAGE_CHARS} are read")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"frame: not JSON: {error}") from error
    if not isinstance(message, dict):
        raise FrameError(f"frame: a JSON {type(message).__name__}; an object is needed")
    event = message.get("event")
    if event == "media":  # 50 a second and call; everything else is rare
        return _media(message)
    if event == "start":
        return _started(message)
    if event == "mark":
        return Mark(_name(_part(message, "mark").get("name"), "mark.name"))
    if event == "dtmf":
        return _dtmf(message)
    if event == "stop":
        return Stopped()
    if event == "connected":
        return Connected(str(message.get("protocol", ""))[:64], str(message.get("version", ""))[:64])
    raise FrameError(f"event: unknown {str(event)[:64]!r}")


def media(stream_sid: str, ulaw: bytes) -> str:
    """Write the message that plays µ-law audio to the caller."""
    payload = base64.b64encode(ulaw).decode("ascii")
    return f'{{"event":"media","streamSid":{json.dumps(stream_sid)},"media":{{"payload":"{payload}"}}}}'


def mark(stream_sid: str, name: str) -> str:
    """Write the message that asks to be told when everything sent so far was played."""
    return json.dumps({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})


def clear(stream_sid: str) -> str:
    """Write the message that throws away what was sent and not played."""
    return json.dumps({"event": "clear", "streamSid": stream_sid})


def _media(message: dict[str, Any]) -> Media:
    part = _part(message, "media")
    payload = part.get("payload")
    if not isinstance(payload, str) or not payload:
        raise FrameError("media.payload: missing or empty")
    try:
        ulaw = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise FrameError(f"media.payload: not base64: {error}") from error
    numbers: dict[str, int | None] = {}
    doubts: list[str] = []
    for name, value in (
        ("sequenceNumber", message.get("sequenceNumber")),
        ("media.chunk", part.get("chunk")),
        ("media.timestamp", part.get("timestamp")),
    ):
        numbers[name] = _number(value)
        if value is not None and numbers[name] is None:
            doubts.append(f"{name}: {str(value)[:32]!r} is not a number")
    return Media(
        ulaw,
        track=str(part.get("track", "inbound"))[:32],
        sequence=numbers["sequenceNumber"],
        chunk=numbers["media.chunk"],
        timestamp_ms=numbers["media.timestamp"],
        doubts=tuple(doubts),
    )


def _started(message: dict[str, Any]) -> Started:
    part = _part(message, "start")
    stream_sid = part.get("streamSid", message.get("streamSid"))
    if not isinstance(stream_sid, str) or not stream_sid:
        raise FrameError("start.streamSid: missing; nothing can be sent without it")
    parameters = part.get("customParameters")
    return Started(
        stream_sid=_name(stream_sid, "start.streamSid"),
        call_sid=str(part.get("callSid", ""))[:64],
        parameters={str(key): str(value) for key, value in parameters.items()}
        if isinstance(parameters, dict)
        else {},
        format_problem=_format_problem(part.get("mediaFormat")),
    )


def _format_problem(media_format: object) -> str:
    """Say what is wrong with ``start.mediaFormat``; one that is absent is taken to be the only one there is."""
    if media_format is None:
        return ""
    if not isinstance(media_format, dict):
        return "start.mediaFormat: not an object"
    wanted = {"encoding": ULAW_ENCODING, "sampleRate": ULAW_RATE_HZ, "channels": 1}
    for name, value in wanted.items():
        got = media_format.get(name, value)
        if got != value and str(got) != str(value):
            return f"start.mediaFormat.{name}: {str(got)[:64]!r}; only {value!r} can be heard"
    return ""


def _dtmf(message: dict[str, Any]) -> Dtmf:
    key = str(_part(message, "dtmf").get("digit", ""))
    if key not in KEYS:
        raise FrameError(f"dtmf.digit: {key[:32]!r} is not a key")
    return Dtmf(key)


def _part(message: dict[str, Any], name: str) -> dict[str, Any]:
    part = message.get(name)
    if not isinstance(part, dict):
        raise FrameError(f"{name}: missing or not an object")
    return part


def _name(value: object, where: str) -> str:
    """A name that can be logged and sent back: text, not empty, bounded, without broken characters."""
    if not isinstance(value, str) or not 0 < len(value) <= MAX_NAME_CHARS:
        raise FrameError(f"{where}: missing, empty or longer than {MAX_NAME_CHARS} characters")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise FrameError(f"{where}: not valid text: {error.reason}") from error
    return value


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value < 2**63 else None
    if isinstance(value, str) and len(value) <= 18 and value.isascii() and value.isdigit():
        return int(value)
    return None
