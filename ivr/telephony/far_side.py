"""Twilio's side of the media stream: the messages it sends, and how it reads ours. Pure."""

import base64
import json
from dataclasses import dataclass
from typing import Any, Literal

from ivr.call.line import FRAME_MS
from ivr.errors import FrameError
from ivr.telephony.messages import ULAW_ENCODING, ULAW_RATE_HZ


@dataclass(frozen=True)
class Order:
    """One message of the hotline to Twilio."""

    event: Literal["media", "mark", "clear"]
    ulaw: bytes = b""
    name: str = ""


class FarSide:
    """Writes one stream's messages with their running numbers. The caller keeps two threads apart."""

    def __init__(self, call_sid: str, account_sid: str, stream_sid: str) -> None:
        """Start before the first message."""
        self._call_sid = call_sid
        self._account_sid = account_sid
        self._stream_sid = stream_sid
        self._sequence = 0
        self.frames = 0
        """Media messages written: the stream's own time in frames."""

    def connected(self) -> str:
        """The first message; it has no number."""
        return json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})

    def start(self) -> str:
        """The second message."""
        start = {
            "accountSid": self._account_sid,
            "streamSid": self._stream_sid,
            "callSid": self._call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": ULAW_ENCODING, "sampleRate": ULAW_RATE_HZ, "channels": 1},
            "customParameters": {},
        }
        return self._numbered({"event": "start", "start": start})

    def media(self, ulaw: bytes) -> str:
        """One frame of the caller's audio."""
        timestamp_ms = self.frames * FRAME_MS
        self.frames += 1
        media = {
            "track": "inbound",
            "chunk": str(self.frames),
            "timestamp": str(timestamp_ms),
            "payload": base64.b64encode(ulaw).decode("ascii"),
        }
        return self._numbered({"event": "media", "media": media})

    def dtmf(self, key: str) -> str:
        """A key was pressed."""
        return self._numbered({"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": key}})

    def mark(self, name: str) -> str:
        """A mark was reached or cleared."""
        return self._numbered({"event": "mark", "mark": {"name": name}})

    def stop(self) -> str:
        """The caller hung up."""
        stop = {"accountSid": self._account_sid, "callSid": self._call_sid}
        return self._numbered({"event": "stop", "stop": stop})

    def read(self, text: str) -> Order:
        """Read a message of the hotline as strictly as Twilio does.

        Raises:
            FrameError: Twilio would not take it.
        """
        try:
            message = json.loads(text)
            event = message["event"]
            stream_sid = message["streamSid"]
            ulaw = base64.b64decode(message["media"]["payload"], validate=True) if event == "media" else b""
            name = str(message["mark"]["name"]) if event == "mark" else ""
        except (ValueError, KeyError, TypeError) as error:
            raise FrameError(f"{type(error).__name__} {error} in {text[:100]}") from error
        if stream_sid != self._stream_sid:
            raise FrameError(f"streamSid: {stream_sid!r} is not this stream's")
        if event not in {"media", "mark", "clear"}:
            raise FrameError(f"event: {event!r} is not one that Twilio takes")
        return Order(event, ulaw, name)

    def _numbered(self, message: dict[str, Any]) -> str:
        self._sequence += 1
        return json.dumps({**message, "sequenceNumber": str(self._sequence), "streamSid": self._stream_sid})
