"""The program that speaks: pyttsx3 with espeak-ng, run by :mod:`audio.synthesis` as a process of its own.

It is apart because pyttsx3 is not thread-safe and prints to standard output, because a crash inside a C library
must not take the calls with it, and because espeak-ng is GPL-3.0 while the hotline is not.

Messages, both ways, on standard input and output: two 4-byte big-endian lengths, a JSON header, a payload.
Request: ``{"text", "voice", "wpm", "volume"}`` and no payload. Answer: ``{"rate_hz"}`` and 16-bit mono PCM in
machine order, or ``{"error"}``. The program ends when its standard input does.
"""

import contextlib
import ctypes
import faulthandler
import json
import os
import struct
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

_LENGTHS = struct.Struct(">II")

MAX_HEADER_BYTES = 64 * 1024
MAX_PAYLOAD_BYTES = 64 * 1024 * 1024
"""24 minutes of sound at 22,050 Hz: anything longer is a broken message."""

STUCK_S = 30.0
"""Seconds after which a request that does not finish ends this program, in case nobody is left to do it."""

_LONGEST_DATA_PATH = 140
"""Characters. espeak-ng 1.52 cuts longer folder names off and exits (measured by starting it with
ESPEAK_DATA_PATH of 150 characters: works, 180: exits), so those are reached through a link."""


def pack_message(header: Mapping[str, object], payload: bytes = b"") -> bytes:
    """One message as bytes."""
    head = json.dumps(header).encode()
    return _LENGTHS.pack(len(head), len(payload)) + head + payload


def read_message(read: Callable[[int], bytes]) -> tuple[dict[str, Any], bytes]:
    """Read one message.

    Args:
        read: Returns exactly as many bytes as asked for, or raises EOFError.

    Raises:
        EOFError: the other side is gone.
        ValueError: what came is not a message.
    """
    head_bytes, payload_bytes = _LENGTHS.unpack(read(_LENGTHS.size))
    if head_bytes > MAX_HEADER_BYTES or payload_bytes > MAX_PAYLOAD_BYTES:
        raise ValueError(f"message of {head_bytes} + {payload_bytes} bytes")
    header = json.loads(read(head_bytes))
    if not isinstance(header, dict):
        raise ValueError(f"header is {type(header).__name__}, not an object")  # noqa: TRY004 - bad data, not a bad call
    return header, read(payload_bytes)


class _Speaker:
    """pyttsx3's engine, rendering into memory by way of a file.

    espeak-ng works in a thread of its own, and pyttsx3's ``runAndWait`` does not wait for it: it returns before
    the file is written, and on its way cancels whatever is still queued, a change of speed for instance. So
    every step here waits until the library is idle.
    """

    def __init__(self, folder: Path) -> None:
        _load_wheel(folder)
        # Late: the import itself looks for the library.
        import pyttsx3  # noqa: PLC0415
        from pyttsx3.drivers import _espeak  # noqa: PLC0415

        self._file = folder / "speech.wav"
        self._problems: list[str] = []
        self._is_working: Callable[[], int] = _espeak.IsPlaying
        self._engine = pyttsx3.init("espeak")
        self._engine.connect("error", lambda exception, **_: self._problems.append(str(exception)))
        # The first loop only marks the engine ready: commands before it would queue up instead of being done.
        self._engine.runAndWait()
        self._wait_until_idle()

    def render(self, request: Mapping[str, Any]) -> tuple[dict[str, object], bytes]:
        """Speak one request: the answer's header and payload."""
        self._problems.clear()
        self._file.unlink(missing_ok=True)
        self._engine.setProperty("voice", str(request["voice"]))
        self._engine.setProperty("rate", int(request["wpm"]))
        self._engine.setProperty("volume", float(request["volume"]))
        self._wait_until_idle()
        if self._problems:
            return {"error": "; ".join(self._problems)}, b""
        self._engine.save_to_file(str(request["text"]), str(self._file))
        self._engine.runAndWait()
        self._wait_until_idle()
        if self._problems:
            return {"error": "; ".join(self._problems)}, b""
        if not self._file.exists():
            return {"error": "pyttsx3 wrote no file"}, b""
        with wave.open(str(self._file), "rb") as recording:
            return {"rate_hz": recording.getframerate()}, recording.readframes(recording.getnframes())

    def _wait_until_idle(self) -> None:
        """Wait for espeak-ng's thread; :data:`STUCK_S` ends the program if it never comes to rest."""
        while self._is_working():
            time.sleep(0.001)


def _load_wheel(folder: Path) -> None:
    """Make the espeak-ng of the ``espeakng-loader`` wheel the one pyttsx3 finds; without it, the system's is.

    Loading it globally first works because the loader then knows its soname, ``libespeak-ng.so.1``.
    """
    try:
        import espeakng_loader  # noqa: PLC0415

        library, data = espeakng_loader.get_library_path(), espeakng_loader.get_data_path()
        ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
    except (ImportError, OSError, RuntimeError):
        return
    if len(data) > _LONGEST_DATA_PATH:
        (folder / "espeak-ng-data").symlink_to(data)
        data = str(folder)
    os.environ["ESPEAK_DATA_PATH"] = data


def _exactly(source: BinaryIO) -> Callable[[int], bytes]:
    def read(count: int) -> bytes:
        found = source.read(count)
        if len(found) < count:
            raise EOFError
        return found

    return read


def _serve(read: Callable[[int], bytes], out: BinaryIO, folder: Path) -> None:
    speaker: _Speaker | None = None
    while True:
        request, _ = read_message(read)
        faulthandler.dump_traceback_later(STUCK_S, exit=True)
        try:
            speaker = speaker or _Speaker(folder)
            header, payload = speaker.render(request)
        except Exception as error:  # whatever it is, the asker must hear of it
            header, payload = {"error": f"{type(error).__name__}: {error}"}, b""
        faulthandler.cancel_dump_traceback_later()
        out.write(pack_message(header, payload))
        out.flush()


def main() -> None:
    """Answer requests until standard input ends."""
    # The answers keep the real standard output; what pyttsx3 prints goes nowhere.
    answers = os.dup(sys.stdout.fileno())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    with (
        tempfile.TemporaryDirectory(prefix="espeak-") as folder,
        contextlib.suppress(EOFError, BrokenPipeError, KeyboardInterrupt),
        os.fdopen(answers, "wb") as out,
    ):
        _serve(_exactly(sys.stdin.buffer), out, Path(folder))


if __name__ == "__main__":
    main()
