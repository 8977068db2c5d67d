"""Recording calls: both sides as they were heard, kept only if the caller was told.

The caller's audio is the clock: it arrives without gaps for as long as the line is up, and what we send is heard
from where the caller's audio stands, one thing after the other, unless it is cleared.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import structlog

from audio.g711 import ULAW_SILENCE
from ivr.call.line import CallInfo, Line
from ivr.call.mouth import BYTES_PER_MS
from ivr.content.render import render
from ivr.content.sentences import sentences
from ivr.content.types import Content, Language
from ivr.dialogue.types import Say
from ivr.errors import RecordsError
from ivr.records.recordings import Recording, RecordingFile, Vault

_log = structlog.get_logger(__name__)

PART_BYTES = 5_000 * BYTES_PER_MS
"""One side of what is encrypted and written at a time: 5 s, so that a crash loses little and nobody's minutes wait
in memory."""

MOST_PENDING = 200
"""Parts that wait for the disk, of all calls: 16 MB. Beyond that a recording is given up, never the call."""

KEEP_ATTEMPTS, KEEP_WAIT_S = 10, 1.0
"""How often, and seconds between, the database is asked to take a recording's row."""


def notice_heard(content: Content, languages: Sequence[Language], heard: Sequence[str]) -> str | None:
    """The words by which a caller was told of the recording; None unless all were heard to their end.

    Args:
        content: The call's prompts.
        languages: Of :func:`ivr.call.callers.greeting_languages`.
        heard: What the caller heard of our voice, turn by turn.
    """
    everything = " ".join(heard)
    notices = [render(content, Say("recording_notice"), language) for language in languages]
    told = all(sentence in everything for notice in notices for sentence in sentences(notice))
    return " ".join(notices) if told else None


class Recorder:
    """Writes the recordings of a process's calls, in a thread of its own. Safe from any thread."""

    def __init__(self, vault: Vault, sleep: Callable[[float], None] = time.sleep) -> None:
        """Begin.

        Args:
            vault: Where they go.
            sleep: For tests.
        """
        self._vault = vault
        self._sleep = sleep
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="recordings")
        self._room = threading.BoundedSemaphore(MOST_PENDING)

    def begin(self, info: CallInfo) -> "Tape":
        """Record a call from now on."""
        return Tape(info.call_sid, self, datetime.now(UTC))

    def close(self) -> None:
        """Write what waits, then stop."""
        self._pool.shutdown(wait=True)

    def submit(self, work: Callable[[], object]) -> bool:
        """Do something on the recorder's thread; False when too much waits there already."""
        if not self._room.acquire(blocking=False):
            return False

        def run() -> None:
            try:
                work()
            finally:
                self._room.release()

        try:
            self._pool.submit(run)
        except RuntimeError:  # closed
            self._room.release()
            return False
        return True

    def create(self, call_sid: str) -> RecordingFile:
        """Begin a call's file.

        Raises:
            OSError: the folder can't be written.
        """
        return self._vault.create(call_sid)

    def keep(self, recording: Recording) -> None:
        """Note a complete recording; a database that is locked or away is asked again for some seconds.

        Raises:
            RecordsError: it would not take it.
        """
        for attempt in range(KEEP_ATTEMPTS):
            try:
                self._vault.keep(recording)
                return
            except RecordsError:
                if attempt == KEEP_ATTEMPTS - 1:
                    raise
                self._sleep(KEEP_WAIT_S)


class Tape:
    """One call's recording. Safe from any thread; nothing here waits for the disk or raises."""

    def __init__(self, call_sid: str, recorder: Recorder, started_at: datetime) -> None:
        """Begin at ``started_at``, aware."""
        self._call_sid = call_sid
        self._recorder = recorder
        self._started_at = started_at
        self._lock = threading.Lock()
        self._caller = bytearray()
        self._ours = bytearray()
        self._written = 0  # bytes of one side that are on their way to the disk
        self._broken = False
        self._done = False
        self._file: RecordingFile | None = None  # the recorder's thread's alone

    def caller(self, ulaw: bytes) -> None:
        """Some of the caller's audio, as it arrives."""
        with self._lock:
            if self._broken or self._done:
                return
            self._caller += ulaw
            while len(self._caller) >= PART_BYTES:
                self._cut(PART_BYTES)

    def ours(self, ulaw: bytes) -> None:
        """Audio that was sent: heard after what was sent before it, and not before now."""
        with self._lock:
            if self._broken or self._done:
                return
            self._ours += ULAW_SILENCE * (len(self._caller) - len(self._ours)) + ulaw

    def cleared(self) -> None:
        """What was sent and not heard yet never is."""
        with self._lock:
            del self._ours[len(self._caller) :]

    def finish(self, notice: str | None) -> None:
        """The call is over.

        Args:
            notice: The words by which the caller was told; None: they were not, so nothing is kept. Idempotent.
        """
        with self._lock:
            if self._done:
                return
            self._done = True
            self._caller += ULAW_SILENCE * (-len(self._caller) % BYTES_PER_MS)
            rest = self._mixed(len(self._caller))
            recording = Recording(self._call_sid, self._started_at, self._written // BYTES_PER_MS, notice or "")
            keeps = notice is not None and not self._broken
        work = (lambda: self._complete(rest, recording)) if keeps else self._discard
        if not self._recorder.submit(work):
            _log.error("recording_lost", call_sid=self._call_sid, why="too much waits for the disk")

    def _cut(self, size: int) -> None:
        """Send a part on its way. With the lock held."""
        part = self._mixed(size)
        if not self._recorder.submit(lambda: self._append(part)):
            self._broken = True
            self._caller.clear()
            self._ours.clear()
            _log.error("recording_given_up", call_sid=self._call_sid, why="too much waits for the disk")

    def _mixed(self, size: int) -> bytes:
        """Take so many bytes off both sides: the caller on the left, we on the right. With the lock held."""
        both = bytearray(2 * size)
        both[::2] = self._caller[:size]
        ours = self._ours[:size]
        both[1::2] = ours + ULAW_SILENCE * (size - len(ours))
        del self._caller[:size], self._ours[:size]
        self._written += size
        return bytes(both)

    # --- on the recorder's thread ---

    def _append(self, part: bytes, *, last: bool = False) -> bool:
        if self._broken:
            return False
        try:
            self._file = self._file or self._recorder.create(self._call_sid)
            self._file.append(part, last=last)
            return True
        except OSError as error:
            _log.error("recording_given_up", call_sid=self._call_sid, why=error.strerror)
            self._broken = True
            self._discard()
            return False

    def _complete(self, rest: bytes, recording: Recording) -> None:
        if self._append(rest, last=True):
            try:
                self._recorder.keep(recording)
            except RecordsError as error:
                _log.error("recording_lost", call_sid=self._call_sid, why=str(error))
                self._discard()

    def _discard(self) -> None:
        if self._file is not None:
            self._file.discard()


class TapedLine:
    """A line whose outgoing side is recorded (:class:`ivr.call.line.Line`)."""

    def __init__(self, line: Line, tape: Tape) -> None:
        """Send on ``line``, and note it on ``tape``."""
        self._line = line
        self._tape = tape

    def send_audio(self, ulaw: bytes) -> None:
        """Send and record."""
        self._line.send_audio(ulaw)
        self._tape.ours(ulaw)

    def send_mark(self, name: str) -> None:
        """Send."""
        self._line.send_mark(name)

    def clear(self) -> None:
        """Throw away what was not heard, on the recording too."""
        self._line.clear()
        self._tape.cleared()

    def close(self) -> None:
        """Close."""
        self._line.close()
