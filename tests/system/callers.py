"""Callers: with a recording, and with worse."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeVar

import pytest
from wsproto.events import BytesMessage

from audio.contracts import Samples
from audio.wav import read_wav
from ivr.errors import LineError
from ivr.telephony.simulated_line import SimulatedCall

C = TypeVar("C", bound=SimulatedCall)

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
QUIET_S = 0.7
"""Silence of the assistant after which a caller speaks."""
BUSY_S = 60
"""Longest that a hotline may refuse a call because its recognizer is behind: eight callers on a slow machine."""


@cache
def recording(name: str) -> Samples:
    """A recording of ``tests/fixtures``, as ``LANGUAGE/NAME``."""
    path = FIXTURES / f"{name}.wav"
    if not path.exists():
        pytest.skip(f"no recording {path.name} of {path.parent.name}")
    return read_wav(path, 8_000)


def new_sid() -> str:
    """A call's name, as Twilio's look."""
    return f"CA{uuid.uuid4().hex}"


def answered(make: Callable[[], C]) -> C:
    """Ring until there is an answer: a hotline whose recognizer is behind would pass the call on to a person."""
    give_up_s = time.monotonic() + BUSY_S
    while True:
        call = make()
        try:
            call.ring()
        except LineError:
            if time.monotonic() > give_up_s:
                raise
            time.sleep(2)
        else:
            return call


@contextmanager
def on_the_line(make: Callable[[], C]) -> Iterator[C]:
    """A call that is answered, hung up at the end."""
    call = answered(make)
    try:
        yield call
    finally:
        call.hang_up()


class RudeCall(SimulatedCall):
    """A simulated call that can also send what Twilio never would."""

    def send_text(self, text: str) -> None:
        """Send a message as it is."""
        self._send(text)

    def send_bytes(self, data: bytes) -> None:
        """Send a binary message, which Media Streams does not have."""
        assert self._socket is not None
        self._socket._send(BytesMessage(data=data))

    def cut(self) -> None:
        """The network is gone: no stop, no goodbye, no status callback."""
        with self._changed:
            self._hung_up = True
        self._pacer.remove(self)
        assert self._socket is not None
        self._socket._sock.cut()

    @property
    def stream_sid(self) -> str:
        """The stream's name."""
        return self._far_side._stream_sid


def greeted(call: SimulatedCall) -> None:
    """Hear the greeting to its end."""
    assert call.wait_for("audio_start", timeout_s=15) is not None, "no greeting"
    call.wait_until_quiet(quiet_s=QUIET_S)


def say(call: SimulatedCall, name: str) -> bool:
    """Say a recording and hear the reply to its end; False when there was none."""
    call.say(recording(name))
    call.wait_said()
    return call.wait_reply(quiet_s=QUIET_S)
