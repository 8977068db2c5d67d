"""Messages that callers leave with the carrier: fetched, written down by our own recognizer, summed up."""

import itertools
import queue
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import structlog

from audio.contracts import Samples
from audio.errors import AudioError, RecognitionBusyError
from audio.wav import read_wav
from ivr.errors import DiallingError
from ivr.records.types import VoicemailRecord

RATE_HZ = 16_000
"""Of the recognizer."""
WINDOW_MS = 32
"""Of one probability of the voice detector (:class:`audio.vad.VoiceStream`)."""
SPEECH_FROM = 0.5
"""Probability from which a window is speech: Silero's own default."""
MOST_PIECE_MS = 25_000
"""Longest piece decoded at once: Whisper hears 30 s, and some silence goes around it."""
PAUSE_MS = 1_500
"""Silence at which a piece may end: shorter pauses lie within sentences."""
AROUND_MS = 200
"""Kept around speech: the detector notices it late."""
MOST_WAITING = 500
"""Messages that wait to be written down; one more keeps its sound, and says so."""
TRIES, AGAIN_S = 5, 10.0
"""Times it is tried, and seconds between: a recording is ready some seconds after the call."""
SUMMARY_CHARACTERS = 140
"""Of the caller's words in the line for the list."""

_log = structlog.get_logger(__name__)


class MessageRecord(Protocol):
    """Where messages are kept: a :class:`ivr.records.types.Journal` is one."""

    def voicemail(self, call_sid: str, voicemail: VoicemailRecord) -> None:
        """Set or replace the call's message."""
        ...


@dataclass(frozen=True)
class Hearing:
    """What turns sound into words. All may block; they run in the messages' own thread."""

    speech: Callable[[Samples], Sequence[float]]
    """Probability of speech of each window of 16 kHz samples."""
    words: Callable[[Samples, str | None, int, str], str]
    """Words of one piece: samples, language, milliseconds of speech, whose call."""
    topic: Callable[[str, str | None], str]
    """What a text is about, in the agents' language; empty when that is not known."""


@dataclass(frozen=True)
class Piece:
    """A part of a message that holds speech; milliseconds."""

    start_ms: int
    end_ms: int
    speech_ms: int


def pieces(probabilities: Sequence[float]) -> list[Piece]:
    """Cut a message into pieces of speech that can be decoded at once. Pure.

    Args:
        probabilities: Of speech, one for each :data:`WINDOW_MS`.
    """
    found: list[Piece] = []
    for index, probability in enumerate(probabilities):
        if probability < SPEECH_FROM:
            continue
        start_ms, end_ms = index * WINDOW_MS, (index + 1) * WINDOW_MS
        last = found[-1] if found else None
        if last and start_ms - last.end_ms < PAUSE_MS and end_ms - last.start_ms <= MOST_PIECE_MS:
            found[-1] = Piece(last.start_ms, end_ms, last.speech_ms + WINDOW_MS)
        else:
            found.append(Piece(start_ms, end_ms, WINDOW_MS))
    return found


def summary_line(transcript: str, topic: str) -> str:
    """One line for the list: what it is about, and how it begins. Pure; nothing in it that was not said."""
    words = " ".join(transcript.split())
    if len(words) > SUMMARY_CHARACTERS:
        words = words[: SUMMARY_CHARACTERS - 1].rstrip() + "…"
    return f"{topic}: {words}" if topic and words else words or topic


def write_down(wav: bytes, language: str | None, call_sid: str, hearing: Hearing) -> str:
    """The words of a message; empty when nothing was said.

    Raises:
        AudioError: it is no recording, or the recognizer failed.
    """
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(wav)
        file.flush()
        samples = read_wav(Path(file.name), RATE_HZ)
    per_ms = RATE_HZ // 1000
    said = (
        hearing.words(
            samples[max(0, piece.start_ms - AROUND_MS) * per_ms : (piece.end_ms + AROUND_MS) * per_ms],
            language,
            piece.speech_ms,
            call_sid,
        )
        for piece in pieces(hearing.speech(samples))
    )
    return " ".join(words for words in said if words)


LOOK_AGAIN_S, LATE_AFTER = 0.5, 20
"""Between two looks for what is unwritten, and after how many it is told that the database stays away."""


class Messages:
    """Writes messages down, one after the other, in a thread of its own. :meth:`left` is safe from any thread."""

    def __init__(
        self,
        record: MessageRecord,
        fetch: Callable[[str], bytes] | None,
        hearing: Callable[[], Hearing | None],
        pending: Callable[[], Iterable[tuple[str, VoicemailRecord]]] = lambda: (),
        again_s: float = AGAIN_S,
    ) -> None:
        """Wait for messages.

        Args:
            record: Where they are kept.
            fetch: Gets a recording by its SID; None: without the carrier's credentials sound can't be fetched.
            hearing: None while the models are being loaded.
            pending: Messages that a process before this one left unwritten; asked once, in the thread.
            again_s: Seconds between two tries.
        """
        self._record = record
        self._fetch = fetch
        self._hearing = hearing
        self._pending = pending
        self._again_s = again_s
        self._waiting: queue.Queue[tuple[str, VoicemailRecord]] = queue.Queue(MOST_WAITING)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="messages", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """End; what is not written down is left to the next process. Idempotent."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def left(self, call_sid: str, message: VoicemailRecord) -> None:
        """A caller left a message; it is kept at once, and written down later. Never blocks."""
        message = replace(message, left_at=message.left_at or datetime.now(UTC))
        try:
            self._waiting.put_nowait((call_sid, message))
        except queue.Full:
            message = replace(message, problem="too many messages at once: listen to it")
            _log.error("message_not_written_down", call_sid=call_sid, why=message.problem)
        self._record.voicemail(call_sid, message)

    def _run(self) -> None:
        for call_sid, message in itertools.chain(self._left_unwritten(), self._arriving()):
            if self._closing.is_set():
                return
            try:
                self._write_down(call_sid, message)
            except Exception as error:
                _log.exception("message_failed", call_sid=call_sid)
                self._give_up(call_sid, message, f"{type(error).__name__}: {error}")

    def _arriving(self) -> Iterator[tuple[str, VoicemailRecord]]:
        """What is left from now on, until the end."""
        while not self._closing.is_set():
            try:
                yield self._waiting.get(timeout=0.2)
            except queue.Empty:
                continue

    def _left_unwritten(self) -> list[tuple[str, VoicemailRecord]]:
        """What a process before this one left, once the database can be read: a new one is still being made."""
        for number in itertools.count(1):
            try:
                return list(self._pending())
            except Exception as error:
                if number == LATE_AFTER:
                    _log.warning("pending_messages_unknown", why=f"{type(error).__name__}: {error}")
                if self._closing.wait(LOOK_AGAIN_S):
                    break
        return []

    def _write_down(self, call_sid: str, message: VoicemailRecord) -> None:
        if self._fetch is None:
            self._give_up(call_sid, message, "its sound can't be fetched: TWILIO_ACCOUNT_SID is not set")
            return
        if message.recording_sid is None:
            self._give_up(call_sid, message, "its sound can't be fetched: Twilio named no recording")
            return
        why, wav = "the models are not ready", b""
        for number in range(TRIES):
            if number and self._closing.wait(self._again_s):
                return  # the next process does it
            hearing = self._hearing()
            if hearing is None:
                continue
            try:
                wav = wav or self._fetch(message.recording_sid)
                words = write_down(wav, message.language, call_sid, hearing)
            except (DiallingError, RecognitionBusyError) as error:
                why = str(error)
            except AudioError as error:
                self._give_up(call_sid, message, str(error))
                return
            else:
                line = summary_line(words, hearing.topic(words, message.language) if words else "")
                self._record.voicemail(call_sid, replace(message, transcript=words, summary=line))
                _log.info("message_written_down", call_sid=call_sid, characters=len(words))
                return
        self._give_up(call_sid, message, why)

    def _give_up(self, call_sid: str, message: VoicemailRecord, why: str) -> None:
        _log.warning("message_not_written_down", call_sid=call_sid, why=why)
        self._record.voicemail(call_sid, replace(message, problem=why[:300]))
