"""Speaking: text to line audio, by the engine a setting names.

A new voice is one more entry in :data:`_VOICES`, a class satisfying :class:`audio.contracts.Synthesiser`.
"""

import logging
import os
import re
import selectors
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from audio.contracts import LINE_RATE_HZ, Language, Samples
from audio.errors import SynthesisError
from audio.espeak_process import pack_message, read_message
from audio.japanese import to_kana
from audio.resample import resample

MAX_TEXT_CHARS = 2_000
"""About two minutes of speech; more is a mistake in a prompt."""

NORMAL_WPM = 155
"""espeak-ng's words per minute at rate 1, below its default of 175: a narrow band and a robotic voice need
time. Measured, pauses included: English 160 words a minute, Korean 4.2 syllables a second."""

_log = logging.getLogger(__name__)

SILENT_TRIES = 3
"""Tries, each with a new process, for a text that came out silent: on a busy machine pyttsx3 now and then ends
a rendering before espeak-ng has begun it (seen once in 310 prompts and once in 27 calls, the cores overloaded)."""

_WPM_RANGE = (80, 310)
"""Below 80 espeak-ng does not go (its manual); 310 is rate 2."""

_VOICE_OF: dict[Language, str] = {"ko": "ko", "en": "en-us", "ja": "ja", "zh": "cmn"}

SPEECH_LEVEL_DBFS = -20.0
"""RMS of the frames with speech in them, dB relative to full scale: espeak-ng's peaks then stay 1 to 4 dB
below clipping, and every voice and prompt is equally loud."""

_PEAK_LIMIT = 0.95
"""µ-law ends at 0.98."""

_FRAME_MS = 10
_KEPT_SILENCE_MS = 30
"""Left at both ends: enough that no first consonant is cut, little enough that a reply starts at once."""

_SILENCE_BELOW_DB = 35.0
"""Frames this far below the speech level count as silence at the ends."""

_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>")


def clean_text(text: str) -> str:
    """Take out what can't be said: control characters, markup, broken Unicode; runs of space become one.

    Raises:
        SynthesisError: nothing is left to say, or it is too long.
    """
    sayable = "".join(
        " " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char
        for char in _MARKUP.sub(" ", text)
        if unicodedata.category(char) not in {"Cf", "Cs", "Co", "Cn"}
    )
    sayable = " ".join(sayable.split())
    if not any(char.isalnum() for char in sayable):
        raise SynthesisError(f"nothing to say in {text[:40]!r}")
    if len(sayable) > MAX_TEXT_CHARS:
        raise SynthesisError(
            f"text of {len(sayable)} characters is too long to say (at most {MAX_TEXT_CHARS}): {sayable[:40]!r}…"
        )
    return sayable


def finish_speech(samples: Samples, rate_hz: int) -> Samples:
    """Make rendered speech ready for the line: 8 kHz, trimmed, at :data:`SPEECH_LEVEL_DBFS`, never clipped.

    Args:
        samples: float32, shape (n,).
        rate_hz: Its rate.

    Returns:
        8 kHz; empty when there is no sound in it.
    """
    line = resample(samples, rate_hz, LINE_RATE_HZ)
    frame = LINE_RATE_HZ * _FRAME_MS // 1000
    count = len(line) // frame
    if not count:
        return np.zeros(0, dtype=np.float32)
    power = np.mean(np.square(line[: count * frame].reshape(count, frame), dtype=np.float64), axis=1)
    if power.max() < 1e-8:  # -80 dBFS: below one step of µ-law
        return np.zeros(0, dtype=np.float32)
    # Speech frames: within 25 dB of the loudest; the pauses must not make a slow text louder.
    level = float(np.sqrt(power[power > power.max() * 10**-2.5].mean()))
    sounding = np.flatnonzero(power > (level**2) * 10 ** (-_SILENCE_BELOW_DB / 10))
    margin = _KEPT_SILENCE_MS * LINE_RATE_HZ // 1000
    start = max(0, int(sounding[0]) * frame - margin)
    end = min(len(line), (int(sounding[-1]) + 1) * frame + margin)
    kept = line[start:end]
    gain = min(10 ** (SPEECH_LEVEL_DBFS / 20) / level, _PEAK_LIMIT / float(np.abs(kept).max()))
    finished: Samples = (kept * np.float32(gain)).astype(np.float32)
    return finished


class EspeakSynthesiser:
    """espeak-ng by way of pyttsx3, in a process of its own (:mod:`audio.espeak_process`). Thread-safe.

    Robotic in every language. Korean and English are clear enough to be followed; Japanese is read from kana
    (:mod:`audio.japanese`: espeak-ng says "Chinese letter" for each kanji), and its Mandarin takes Hanzi,
    simplified or traditional, as they are.
    """

    name = f"espeak-{NORMAL_WPM}-2"

    def __init__(self, *, timeout_s: float = 8.0, volume: float = 1.0) -> None:
        """Prepare; the process starts at the first text.

        Args:
            timeout_s: Seconds a text may take, the process's start included. 2,000 characters take about
                0.7 s (``python -m pytest tests/audio/test_synthesis.py``); the rest is for a busy machine.
            volume: Of the finished speech, 0 to 1, relative to :data:`SPEECH_LEVEL_DBFS`.
        """
        self._timeout_s = timeout_s
        self._volume = min(1.0, max(0.0, volume))
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def speak(self, text: str, *, language: Language, rate: float = 1.0) -> Samples:
        """Speak ``text``: see :class:`audio.contracts.Synthesiser`.

        A process that died is started again and asked once more; one that hangs is ended.
        """
        if language not in _VOICE_OF:
            raise SynthesisError(f"no voice speaks {language!r}; known: {', '.join(_VOICE_OF)}")
        sayable = clean_text(text)
        request = pack_message(
            {
                "text": to_kana(sayable) if language == "ja" else sayable,
                "voice": _VOICE_OF[language],
                "wpm": int(min(_WPM_RANGE[1], max(_WPM_RANGE[0], round(NORMAL_WPM * rate)))),
                "volume": 1.0,
            }
        )
        deadline = time.monotonic() + self._timeout_s
        for _ in range(SILENT_TRIES):
            with self._lock:
                header, pcm = self._ask(request, deadline)
            if "error" in header:
                raise SynthesisError(f"espeak-ng could not say {text[:40]!r} ({language}): {header['error']}")
            raw = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype=np.int16)
            finished = finish_speech((raw / 32_768.0).astype(np.float32), int(header["rate_hz"]))
            if len(finished):
                return finished * np.float32(self._volume) if self._volume < 1.0 else finished
            _log.warning("espeak-ng gave no sound for a text of %d characters (%s)", len(sayable), language)
            with self._lock:
                self._end_process()
        raise SynthesisError(f"espeak-ng gave no sound for {text[:40]!r} ({language})")

    def close(self) -> None:
        """End the process. Speaking afterwards is an error. Idempotent."""
        with self._lock:
            self._closed = True
            self._end_process()

    def _ask(self, request: bytes, deadline: float) -> tuple[dict[str, Any], bytes]:
        """Send one request and wait for its answer. Called with the lock held."""
        died: Exception | None = None
        for _ in range(2):
            process = self._running_process()
            try:
                return _exchange(process, request, deadline)
            except TimeoutError as error:
                self._end_process()
                raise SynthesisError(
                    f"espeak-ng did not answer within {self._timeout_s:g} s; its process was ended"
                ) from error
            except (EOFError, OSError, ValueError) as error:
                self._end_process()
                died = error
        raise SynthesisError("espeak-ng's process died twice on the same text") from died

    def _running_process(self) -> "subprocess.Popen[bytes]":
        if self._closed:
            raise SynthesisError("the synthesiser is closed")
        if self._process is not None and self._process.poll() is not None:
            self._end_process()
        if self._process is None:
            root = str(Path(__file__).resolve().parent.parent)
            paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "audio.espeak_process"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                    # Its own session: Ctrl-C ends the server, which finishes its calls and then ends this.
                    start_new_session=True,
                )
            except OSError as error:
                raise SynthesisError(f"espeak-ng's process could not be started: {error}") from error
        return self._process

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # an unwritten request in the buffer of a dead process
                    continue


def _exchange(process: "subprocess.Popen[bytes]", request: bytes, deadline: float) -> tuple[dict[str, Any], bytes]:
    if process.stdin is None or process.stdout is None:
        raise EOFError("the process has no pipes")
    process.stdin.write(request)
    process.stdin.flush()
    return read_message(_reader(process.stdout.fileno(), deadline))


def _reader(descriptor: int, deadline: float) -> Callable[[int], bytes]:
    """Reads exact counts from a pipe until ``deadline`` (time.monotonic), then raises TimeoutError."""

    def read(count: int) -> bytes:
        found = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while len(found) < count:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError
                piece = os.read(descriptor, min(count - len(found), 1 << 20))
                if not piece:
                    raise EOFError("the process ended")
                found += piece
        return bytes(found)

    return read


_VOICES: dict[str, Callable[[], EspeakSynthesiser]] = {"espeak": EspeakSynthesiser}


def create_synthesiser(name: str) -> EspeakSynthesiser:
    """The synthesiser a setting names.

    Args:
        name: ``espeak``.

    Raises:
        SynthesisError: no such voice; names those there are.
    """
    if name not in _VOICES:
        raise SynthesisError(f"there is no voice {name!r}; choose one of: {', '.join(sorted(_VOICES))}")
    return _VOICES[name]()
