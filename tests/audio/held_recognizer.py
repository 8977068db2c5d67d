"""A recognizer that decodes when the test says so, and who may be asked to wait for it."""

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

import numpy as np

from audio.contracts import Language, Recognition, Samples
from audio.scheduler import DropReason, RecognitionScheduler, SchedulerObserver

WAIT_S = 10.0
"""A test that waits this long has failed; none waits otherwise."""
HEARD = Recognition("", "ko", {"ko": 1.0, "en": 0.0, "ja": 0.0, "zh": 0.0}, 0.9, 0.0, 1.0, "short", 0.1)


@dataclass
class Decode:
    """One call of the recognizer, held until the test lets it go."""

    number: int
    quick: bool
    language: Language | None
    speech_ms: int | None
    thread: str
    release: threading.Event = field(default_factory=threading.Event)
    outcome: Recognition | Exception = HEARD


class HeldRecognizer:
    """Starts decodes when the scheduler says so and ends them when the test says so."""

    def __init__(self) -> None:
        self.started: list[Decode] = []
        self._changed = threading.Condition()
        self.open = False

    def recognize(
        self,
        samples: Samples,
        *,
        language: Language | None = None,
        quick: bool = False,
        speech_ms: int | None = None,
    ) -> Recognition:
        decode = Decode(int(samples[0]), quick, language, speech_ms, threading.current_thread().name)
        with self._changed:
            self.started.append(decode)
            self._changed.notify_all()
        if not self.open:
            assert decode.release.wait(WAIT_S)
        if isinstance(decode.outcome, Exception):
            raise decode.outcome
        return replace(decode.outcome, text=str(decode.number))

    def wait(self, count: int) -> Decode:
        """The decode that was started as number ``count``."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.started) >= count, WAIT_S)
            return self.started[count - 1]

    def let_all_go(self) -> None:
        self.open = True
        for decode in list(self.started):
            decode.release.set()


class Notes(SchedulerObserver):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.drops: list[DropReason] = []
        self.refusals: list[bool] = []
        self.decodes: list[tuple[bool, float, float]] = []
        self.depth = (0, 0)

    def queue_changed(self, *, final: int, speculative: int) -> None:
        self.depth = (final, speculative)

    def decoded(self, *, final: bool, wait_s: float, decode_s: float) -> None:
        self.decodes.append((final, wait_s, decode_s))

    def dropped(self, reason: DropReason) -> None:
        self.drops.append(reason)

    def refused(self, *, late: bool) -> None:
        self.refusals.append(late)


class Clock:
    """Seconds that pass when the test says so."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def ask(
    scheduler: RecognitionScheduler,
    number: int,
    *,
    final: bool = True,
    call: str | None = None,
    deadline_s: float | None = None,
) -> "Future[Recognition]":
    """Submit an utterance that is known by its number."""
    samples = np.full(4, number, np.float32)
    return scheduler.submit(
        samples, language="ko", final=final, deadline_s=deadline_s, call_id=call or f"call {number}", speech_ms=700
    )
