"""Our side of the sound: what was sent, what the caller has really heard, and stopping at once.

"Finished sending" is not "finished speaking": the carrier buffers. Each phrase is followed by a mark, and
the marks that come back say what was heard; inside a phrase the clock tells how far it got.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from ivr.call.line import Line

BYTES_PER_MS = 8
"""µ-law at 8 kHz."""

MARK_GRACE_MS = 1_500
"""How long after its computed end a phrase's mark may still be missing before it counts as played: a line
that never returns marks must not hold up the call."""


@dataclass(frozen=True)
class Phrase:
    """A piece of speech: a text and its sound."""

    text: str
    ulaw: bytes

    @property
    def length_ms(self) -> int:
        """How long it takes to say."""
        return len(self.ulaw) // BYTES_PER_MS


@dataclass(frozen=True)
class Spoken:
    """One thing we said, as far as the caller heard it."""

    text: str
    """What was heard: whole phrases, and the words of a cut phrase up to where it was cut, with ``…``."""
    start_ms: int
    end_ms: int
    interrupted: bool


@dataclass(frozen=True)
class _Queued:
    mark: str
    phrase: Phrase
    start_ms: int

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.phrase.length_ms


class Mouth:
    """Speaks on a line and knows what was heard. Owned by the call's thread."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._queue: deque[_Queued] = deque()
        self._done: list[_Queued] = []
        self._paused_ms: int | None = None
        self._marks = 0

    @property
    def speaking(self) -> bool:
        """Whether something sent has not been heard to its end yet."""
        return bool(self._queue) and not self.paused

    @property
    def paused(self) -> bool:
        """Whether we have stopped in the middle, and may yet go on."""
        return self._paused_ms is not None

    @property
    def ends_at_ms(self) -> int | None:
        """When the last phrase should end, by the clock; None when silent."""
        return self._queue[-1].end_ms if self._queue else None

    def say(self, phrases: Sequence[Phrase], now_ms: int) -> None:
        """Send phrases, each followed by a mark, after whatever is still playing.

        Raises:
            LineClosedError: the line is gone.
        """
        start_ms = max(now_ms, self.ends_at_ms or 0)
        for phrase in phrases:
            self._marks += 1
            queued = _Queued(f"phrase-{self._marks}", phrase, start_ms)
            self._line.send_audio(phrase.ulaw)
            self._line.send_mark(queued.mark)
            self._queue.append(queued)
            start_ms = queued.end_ms

    def mark_reached(self, name: str) -> None:
        """Take in a mark: its phrase, and all before it, were heard. Marks of cleared audio are ignored."""
        if not self.paused and any(queued.mark == name for queued in self._queue):
            while self._queue:
                queued = self._queue.popleft()
                self._done.append(queued)
                if queued.mark == name:
                    return

    def finished(self, now_ms: int) -> Spoken | None:
        """What has been said since the last call of this, once all of it was heard; None before that."""
        if self.paused:
            return None
        while self._queue and now_ms > self._queue[0].end_ms + MARK_GRACE_MS:
            self._done.append(self._queue.popleft())
        if self._queue or not self._done:
            return None
        return self._report(self._done[-1].end_ms, interrupted=False)

    def pause(self, now_ms: int) -> bool:
        """Stop at once, perhaps to go on: what comes next tells. False when silent already.

        Raises:
            LineClosedError: the line is gone.
        """
        if not self.speaking:
            return False
        self._line.clear()
        self._paused_ms = now_ms
        return True

    def resume(self, now_ms: int) -> None:
        """Go on after a pause, from the beginning of the phrase that was cut.

        Raises:
            LineClosedError: the line is gone.
        """
        rest = [queued.phrase for queued in self._queue]
        self._queue.clear()
        self._paused_ms = None
        self.say(rest, now_ms)

    def stop(self, now_ms: int) -> Spoken | None:
        """Stop at once, or after a pause for good, and say what was heard; None when silent.

        Raises:
            LineClosedError: the line is gone.
        """
        if not self._queue:
            return None
        if not self.paused:
            self._line.clear()
        return self.cut(now_ms)

    def cut(self, now_ms: int) -> Spoken | None:
        """Account for a stop that the line made itself (a hang-up); None when nothing was being said."""
        if not self._queue and not self._done:
            return None
        stopped_ms = now_ms if self._paused_ms is None else self._paused_ms
        return self._report(stopped_ms, interrupted=bool(self._queue))

    def _report(self, end_ms: int, *, interrupted: bool) -> Spoken:
        """Close the book on what was said until ``end_ms``."""
        heard = [queued.phrase.text for queued in self._done]
        start_ms = (self._done or self._queue)[0].start_ms
        if self._queue:
            cut = self._queue[0]
            part = _first_part(cut.phrase.text, (end_ms - cut.start_ms) / max(1, cut.phrase.length_ms))
            if part:
                heard.append(part + "…")
        self._queue.clear()
        self._done.clear()
        self._paused_ms = None
        return Spoken(" ".join(heard), start_ms, max(start_ms, end_ms), interrupted)


def _first_part(text: str, share: float) -> str:
    """The words of ``text`` that were said when ``share`` (0 to 1) of its sound had been played."""
    if share <= 0:
        return ""
    length = int(len(text) * min(1.0, share))
    if " " not in text:
        return text[:length]
    end = text.rfind(" ", 0, length + 1)
    return text[:end].rstrip() if end > 0 else ""
