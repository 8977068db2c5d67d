"""The phone line as a call sees it, whoever the carrier is.

A carrier's adapter (``ivr/telephony``) turns its messages into these events and hands them to the call in
order; the call answers through the :class:`Line` protocol.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ivr.content.types import Language

FRAME_MS = 20
"""Length of one frame on the line; Twilio sends 20 ms (160 bytes of µ-law) per ``media`` message."""


@dataclass(frozen=True)
class CallInfo:
    """What is known of a call when it arrives."""

    call_sid: str
    from_number: str | None = None
    to_number: str | None = None
    language: Language | None = None
    """The language asked for by the number dialled (``?language=`` on its webhook); None: found by listening."""
    origin: str = "twilio"
    """``twilio``, ``browser`` or ``simulated``."""
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class AudioReceived:
    """Some of the caller's audio: µ-law 8 kHz, any whole number of bytes (20 ms usually)."""

    ulaw: bytes


@dataclass(frozen=True)
class KeyPressed:
    """The caller pressed a key: ``0`` to ``9``, ``*``, ``#``."""

    key: str


@dataclass(frozen=True)
class MarkReached:
    """The audio sent before the mark ``name`` was played, or thrown away by a ``clear``."""

    name: str


@dataclass(frozen=True)
class LineEnded:
    """The caller hung up or the stream broke: nothing more will come."""

    why: str


LineEvent = AudioReceived | KeyPressed | MarkReached | LineEnded


class Line(Protocol):
    """What a call can do on its line. Safe from any one thread at a time.

    Every method raises :class:`ivr.errors.LineClosedError` once the line is gone.
    """

    def send_audio(self, ulaw: bytes) -> None:
        """Queue µ-law 8 kHz audio for playing; returns as soon as it is on its way."""
        ...

    def send_mark(self, name: str) -> None:
        """Ask to be told when everything sent so far has been played."""
        ...

    def clear(self) -> None:
        """Throw away everything sent but not played yet."""
        ...

    def close(self) -> None:
        """End the stream from our side: the carrier goes on with what follows the stream."""
        ...
