"""What an agent's browser and the server say to each other on ``/desk/audio/TOKEN``. Pure.

Text messages are JSON objects with a ``type``; binary ones are audio: a frame's number (32 bits, big-endian, one
more each time), then 20 ms of sound in the format that ``hello`` named. Both directions use the same format.
"""

import json
import struct
from dataclasses import dataclass
from typing import Literal

import numpy as np

from audio.contracts import LINE_RATE_HZ, Samples
from audio.g711 import ulaw_to_samples
from audio.jitter import FRAME_MS, FRAME_SAMPLES
from audio.whole_rates import StepDown, StepUp
from ivr.errors import FrameError

HEADER = struct.Struct(">I")
MAX_TEXT_CHARS = 4_096
"""Longest control message read; ours have at most a few hundred characters."""
FORMATS: dict[str, tuple[int, ...]] = {"ulaw": (8_000,), "pcm16": (8_000, 16_000, 24_000)}
"""Formats and the rates (Hz) in which each may come. ``pcm16`` is signed and little-endian."""
_FULL_SCALE = 32_768.0


@dataclass(frozen=True)
class AudioFormat:
    """How frames are written."""

    name: Literal["ulaw", "pcm16"]
    rate_hz: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of 20 ms, without the number."""
        return self.rate_hz * FRAME_MS // 1000 * (1 if self.name == "ulaw" else 2)


@dataclass(frozen=True)
class Hello:
    """The first message: in which format the browser speaks and hears."""

    format: AudioFormat
    microphone: str = "ok"
    """``ok``, or why there is none (``refused``, ``missing``, ``lost``, or the browser's own name of the error)."""


@dataclass(frozen=True)
class Mute:
    """The agent does not want to be heard for now (``on``), or does again."""

    on: bool


@dataclass(frozen=True)
class Microphone:
    """What has become of the browser's microphone; as in :class:`Hello`."""

    state: str


@dataclass(frozen=True)
class Bye:
    """The agent's page closes the audio on purpose."""


Control = Hello | Mute | Microphone | Bye


def read_control(text: str) -> Control:
    """Read a text message.

    Raises:
        FrameError: it can't be used; the message begins with the field at fault.
    """
    if len(text) > MAX_TEXT_CHARS:
        raise FrameError(f"message: {len(text)} characters; at most {MAX_TEXT_CHARS} are read")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"message: not JSON: {error}") from error
    if not isinstance(message, dict):
        raise FrameError(f"message: a JSON {type(message).__name__}; an object is needed")
    match message.get("type"):
        case "hello":
            return Hello(_format(message), _word(message.get("microphone", "ok")))
        case "mute":
            on = message.get("on")
            if not isinstance(on, bool):
                raise FrameError(f"mute.on: {str(on)[:20]!r}; true or false is needed")
            return Mute(on)
        case "microphone":
            return Microphone(_word(message.get("state")))
        case "bye":
            return Bye()
        case other:
            raise FrameError(f"type: unknown {str(other)[:40]!r}; there are hello, mute, microphone, bye")


def _format(message: dict[str, object]) -> AudioFormat:
    name, rate_hz = message.get("format"), message.get("rate_hz")
    rates = FORMATS.get(name) if isinstance(name, str) else None
    if rates is None:
        raise FrameError(f"hello.format: {str(name)[:20]!r}; there are {', '.join(FORMATS)}")
    if not isinstance(rate_hz, int) or rate_hz not in rates:
        raise FrameError(
            f"hello.rate_hz: {str(rate_hz)[:20]!r}; {name} may come at {', '.join(map(str, rates))} Hz"
        )
    return AudioFormat("ulaw" if name == "ulaw" else "pcm16", rate_hz)


def _word(value: object) -> str:
    """A short word of the browser's, fit for logs."""
    return "".join(character for character in str(value)[:40] if character.isalnum() or character in "_-") or "?"


class FrameCodec:
    """Frames of one browser to and from 20 ms of sound at the line's rate. One direction, one thread each."""

    def __init__(self, audio: AudioFormat) -> None:
        """Read and write frames of the format ``audio``."""
        self._audio = audio
        factor = audio.rate_hz // LINE_RATE_HZ
        self._down, self._up = StepDown(factor), StepUp(factor)
        self._sequence = 0

    def read(self, message: bytes) -> tuple[int, Samples]:
        """Read a frame.

        Returns:
            Its number, and float32 samples, shape (160,), at 8 kHz.

        Raises:
            FrameError: it has the wrong length.
        """
        wanted = HEADER.size + self._audio.frame_bytes
        if len(message) != wanted:
            raise FrameError(
                f"frame: {len(message)} bytes; 20 ms of {self._audio.name} at {self._audio.rate_hz} Hz and its "
                f"number are {wanted}"
            )
        (sequence,) = HEADER.unpack_from(message)
        body = message[HEADER.size :]
        if self._audio.name == "ulaw":
            return sequence, ulaw_to_samples(body)
        samples: Samples = np.frombuffer(body, "<i2").astype(np.float32) / np.float32(_FULL_SCALE)
        return sequence, self._down.push(samples)

    def write(self, ulaw: bytes) -> bytes:
        """Write 20 ms of the line's µ-law (160 bytes) as the next frame.

        Raises:
            ValueError: it is not 20 ms.
        """
        if len(ulaw) != FRAME_SAMPLES:
            raise ValueError(f"20 ms of the line are {FRAME_SAMPLES} bytes, not {len(ulaw)}")
        header = HEADER.pack(self._sequence & 0xFFFFFFFF)
        self._sequence += 1
        if self._audio.name == "ulaw":
            return header + ulaw
        raised = self._up.push(ulaw_to_samples(ulaw)) * _FULL_SCALE
        body: bytes = np.clip(np.rint(raised), -32_768, 32_767).astype("<i2").tobytes()
        return header + body


def control(kind: str, **fields: object) -> str:
    """Write a text message of the server's."""
    return json.dumps({"type": kind, **fields})
