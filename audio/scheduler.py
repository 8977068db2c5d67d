"""The one owner of recognition in a process: who is decoded next, and who is refused.

Recognition is the only heavy work of a call. Final decodes (a caller is waiting) go before speculative ones
(a caller may have finished), oldest first; speculative ones are given up first; nothing waits without bound.
Background decodes (a talk between people, which is only written down) come after all of them, and go first.
"""

import functools
import logging
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Literal

from audio import phantoms
from audio.contracts import Language, Recognition, Recognizer, Samples
from audio.errors import RecognitionBusyError, RecognitionError, RecognitionTimeoutError

_log = logging.getLogger(__name__)

FIRST_GUESS_S = 0.4
"""What a decode is taken to cost before the first one is done: about a 3 s utterance with Whisper base int8
on two cores (``python -m tests.measure.recognition``)."""
_AVERAGE_WEIGHT = 0.2
"""Weight of the newest decode in the moving average: it remembers about the last nine."""

DropReason = Literal["replaced", "busy", "closed"]


class SchedulerObserver:
    """Is told what happens, for metrics: override what you need.

    Called from any thread, never under the scheduler's lock; must be quick and must not raise.
    """

    def queue_changed(self, *, final: int, speculative: int) -> None:
        """So many jobs of each kind are waiting."""

    def decoded(self, *, final: bool, wait_s: float, decode_s: float) -> None:
        """A decode ended, well or not, after so long in the queue and so long at work."""

    def dropped(self, reason: DropReason) -> None:
        """A speculative decode was given up: for a newer one of its call, for want of room, at the end."""

    def refused(self, *, late: bool) -> None:
        """A final decode was refused: no room, or (``late``) its deadline passed while it waited."""


@dataclass(eq=False)
class _Job:
    """One decode that was asked for. ``final`` and ``due_s`` change, under the scheduler's lock, by a promotion."""

    samples: Samples
    language: Language | None
    speech_ms: int | None
    call_id: str
    final: bool
    due_s: float
    """When it is too late to start, on the scheduler's clock."""
    asked_s: float
    background: bool = False
    """Nobody waits for it."""
    future: "Future[Recognition]" = field(default_factory=Future)

    @property
    def rank(self) -> int:
        """Lower goes first."""
        return 2 * self.background + (not self.final)


_Notice = Callable[[], None]
"""Something to be told once the lock is free: futures call their listeners in the thread that ends them."""


class RecognitionScheduler:
    """Queues decodes and runs them on ``workers`` threads. Safe from any thread."""

    def __init__(
        self,
        recognizer: Recognizer,
        workers: int,
        queue_limit: int,
        clock: Callable[[], float] = time.monotonic,
        observer: SchedulerObserver | None = None,
    ) -> None:
        """Start the workers.

        Args:
            recognizer: Must bear ``workers`` calls at once.
            workers: Threads, 1 or more.
            queue_limit: Most jobs waiting, of both kinds together, 1 or more.
            clock: Seconds, monotonic.
            observer: Is told what happens.
        """
        if workers < 1 or queue_limit < 1:
            raise ValueError(f"workers and queue_limit must be 1 or more, not {workers} and {queue_limit}")
        self._recognizer = recognizer
        self._queue_limit = queue_limit
        self._clock = clock
        self._observer = observer or SchedulerObserver()
        self._changed = threading.Condition()
        self._waiting: list[_Job] = []  # in the order they were asked for; guarded by _changed, as all below
        self._running: list[_Job] = []
        self._average_s = FIRST_GUESS_S
        self._closing = False
        self._threads = [
            threading.Thread(target=self._work, name=f"recognition-{number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(
        self,
        samples: Samples,
        *,
        language: Language | None,
        final: bool,
        deadline_s: float | None,
        call_id: str,
        speech_ms: int | None = None,
        background: bool = False,
    ) -> "Future[Recognition]":
        """Ask for a decode. Never blocks and never raises: every refusal is in the future.

        A new job takes the place of the speculative one of the same call that still waits.

        Args:
            samples: 16 kHz audio of the whole turn; not to be changed afterwards.
            language: The language spoken, or None to find it.
            final: Whether the turn has ended and the caller waits.
            deadline_s: Seconds from now after which it is no longer worth starting; None: never.
            call_id: Whose speech it is.
            speech_ms: Milliseconds of it that the VAD took for speech, when known.
            background: Nobody waits for it: any other job goes before it, and takes its place when there is no
                room.

        Returns:
            A future that ends with the recognition, or with the recognizer's exception, RecognitionBusyError
            (no room), RecognitionTimeoutError (its deadline passed while it waited) or RecognitionError
            (closed); or that is cancelled: a speculative job that was given up. Cancelling it yourself gives
            the job up, if it is still waiting.
        """
        now_s = self._clock()
        due_s = now_s + _or_never(deadline_s)
        job = _Job(samples, language, speech_ms, call_id, final, due_s, now_s, background)
        with self._changed:
            if self._closing:
                notices = [self._failure(job, RecognitionError("the recognizer is shutting down"))]
            else:
                notices = self._drop_late(now_s)
                notices += self._drop(
                    [other for other in self._waiting if other.call_id == call_id and not other.final], "replaced"
                )
                if len(self._waiting) >= self._queue_limit:
                    notices += self._make_room(job)
                if len(self._waiting) < self._queue_limit:
                    self._waiting.append(job)
                    self._changed.notify()
                else:
                    notices.append(self._refusal(job, late=False))
            notices.append(self._depth_notice())
        _tell(notices)
        return job.future

    def promote(self, future: "Future[Recognition]", *, deadline_s: float | None = None) -> bool:
        """Make a speculative decode final: the turn ended with what it was given.

        One that is being decoded is decoded again, with the costly fallback, if its result looks wrong.

        Args:
            future: From :meth:`submit`.
            deadline_s: Seconds from now after which it is no longer worth starting; None: never.

        Returns:
            Whether the decode still waits or runs. False: it is done, or was given up (``future.cancelled()``).
        """
        with self._changed:
            for job in (*self._waiting, *self._running):
                if job.future is future and not future.cancelled():
                    job.final = True
                    job.due_s = self._clock() + _or_never(deadline_s)
                    notice = self._depth_notice()
                    break
            else:
                # Taken out but not told yet, by another thread at this very moment: say so now.
                future.cancel()
                return False
        notice()
        return True

    def load(self) -> float:
        """Seconds that a final decode asked for now would wait for a worker, by the average of late."""
        with self._changed:
            ahead = sum(job.final and not job.background for job in self._waiting)
            busy = len(self._running)
            if ahead + busy < len(self._threads):
                return 0.0
            return self._average_s * (ahead + busy) / len(self._threads)

    def queue_depth(self) -> tuple[int, int]:
        """Waiting jobs: (final, speculative)."""
        with self._changed:
            final = sum(job.final for job in self._waiting)
            return final, len(self._waiting) - final

    def close(self, timeout_s: float = 10.0) -> None:
        """Refuse new jobs, give up the speculative ones, finish the final ones, end the threads.

        Args:
            timeout_s: Seconds to wait in all; what then still waits fails with RecognitionError, and a
                decode that still runs is left to end with the process.
        """
        with self._changed:
            self._closing = True
            notices = self._drop([job for job in self._waiting if not job.final], "closed")
            self._changed.notify_all()
        _tell(notices)
        give_up_s = time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(max(0.0, give_up_s - time.monotonic()))
        with self._changed:
            left, self._waiting = self._waiting, []
            notices = [self._failure(job, RecognitionError("the recognizer was shut down")) for job in left]
            notices.append(self._depth_notice())
        _tell(notices)
        if any(thread.is_alive() for thread in self._threads):
            _log.warning("a decode was still running %.0f s after the recognizer was closed", timeout_s)

    def _work(self) -> None:
        """What a worker thread does until the scheduler is closed and its queue is empty."""
        while (job := self._next()) is not None:
            started_s = self._clock()
            outcome: Recognition | Exception
            try:
                outcome = self._decode(job)
            except Exception as error:  # the caller's to handle: the worker lives on for the others
                outcome = error
            ended_s = self._clock()
            with self._changed:
                self._running.remove(job)
                self._average_s += _AVERAGE_WEIGHT * (ended_s - started_s - self._average_s)
            self._observer.decoded(final=job.final, wait_s=started_s - job.asked_s, decode_s=ended_s - started_s)
            if isinstance(outcome, Exception):
                job.future.set_exception(outcome)
            else:
                job.future.set_result(outcome)

    def _decode(self, job: _Job) -> Recognition:
        quick = not job.final
        result = _recognize(self._recognizer, job, quick=quick)
        if quick and job.final and _looks_wrong(result):  # promoted meanwhile
            result = _recognize(self._recognizer, job, quick=False)
        return result

    def _next(self) -> _Job | None:
        """Wait for the job to do next; None once closed and empty."""
        while True:
            with self._changed:
                notices = self._drop_late(self._clock())
                job = min(self._waiting, key=lambda each: each.rank, default=None)  # the oldest of its rank
                if job is not None:
                    self._waiting.remove(job)
                    if job.future.set_running_or_notify_cancel():
                        self._running.append(job)
                    else:
                        job = None  # its caller gave it up
                    notices.append(self._depth_notice())
                elif self._closing:
                    return None
                elif not notices:
                    self._changed.wait()
            _tell(notices)
            if job is not None:
                return job

    def _make_room(self, job: _Job) -> list[_Notice]:
        """Give up the oldest waiting job of the lowest rank below ``job``'s.

        A guess takes the place of background jobs only: guesses must not eat each other in a rush.
        """
        below = [other for other in self._waiting if other.rank > job.rank and (job.final or other.background)]
        least = max((other.rank for other in below), default=None)
        given_up = [other for other in below if other.rank == least][:1]
        if given_up and given_up[0].final:
            self._waiting.remove(given_up[0])
            return [self._refusal(given_up[0], late=False)]
        return self._drop(given_up, "busy")

    def _drop_late(self, now_s: float) -> list[_Notice]:
        """Take out the final jobs whose deadline has passed, and those whose caller gave them up."""
        late = [job for job in self._waiting if job.due_s < now_s]
        self._waiting = [job for job in self._waiting if job.due_s >= now_s and not job.future.cancelled()]
        return [self._refusal(job, late=True) for job in late]

    def _drop(self, jobs: list[_Job], reason: DropReason) -> list[_Notice]:
        """Take speculative ``jobs`` out."""
        self._waiting = [job for job in self._waiting if job not in jobs]

        def notice(job: _Job) -> None:
            job.future.cancel()
            self._observer.dropped(reason)

        return [functools.partial(notice, job) for job in jobs]

    def _refusal(self, job: _Job, *, late: bool) -> _Notice:
        waited_s = self._clock() - job.asked_s
        error = (
            RecognitionTimeoutError(f"call {job.call_id}: not decoded, its deadline passed after {waited_s:.1f} s")
            if late
            else RecognitionBusyError(f"call {job.call_id}: refused, {self._queue_limit} decodes are waiting")
        )
        fail = self._failure(job, error)

        def notice() -> None:
            fail()
            if job.final:
                self._observer.refused(late=late)
            else:
                self._observer.dropped("busy")

        return notice

    def _failure(self, job: _Job, error: RecognitionError) -> _Notice:
        def notice() -> None:
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(error)

        return notice

    def _depth_notice(self) -> _Notice:
        final = sum(job.final for job in self._waiting)
        speculative = len(self._waiting) - final
        return lambda: self._observer.queue_changed(final=final, speculative=speculative)


def _tell(notices: list[_Notice]) -> None:
    for notice in notices:
        notice()


def _or_never(deadline_s: float | None) -> float:
    return math.inf if deadline_s is None else deadline_s


def _recognize(recognizer: Recognizer, job: _Job, *, quick: bool) -> Recognition:
    return recognizer.recognize(job.samples, language=job.language, quick=quick, speech_ms=job.speech_ms)


def _looks_wrong(result: Recognition) -> bool:
    if result.rejected_because or result.confidence <= 0:
        return False
    return phantoms.looks_wrong(math.log(result.confidence), result.compression_ratio)
