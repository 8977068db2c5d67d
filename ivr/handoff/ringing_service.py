"""Rings agents' telephones: keeps the book (:mod:`ivr.handoff.ringing_book`) and does what it asks for.

Webhooks come in from any thread and are answered at once, from memory; requests to the carrier are made by a small
pool, and a thread of its own looks at the clock. Every change is written into the record of the call's hand-off.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol, TypeVar

import structlog

from ivr.content.types import Hours
from ivr.errors import DiallingError, RecordsError
from ivr.handoff.desk_clock import DeskClock
from ivr.handoff.ringing import (
    Attempt,
    Caller,
    FetchCaller,
    HangUp,
    Place,
    Pressed,
    RingPolicy,
    Rung,
    Write,
    WriteStatus,
)
from ivr.handoff.ringing_book import RingingBook
from ivr.handoff.ringing_load import Talk
from ivr.handoff.routing import resting_until
from ivr.handoff.types import Agent, HandOffState, Outlook

ROUND_S = 0.5
"""Seconds between two looks at the clock; news is acted upon at once."""
REQUESTS_AT_ONCE = 8
"""Requests to the carrier at a time: too many at once get 429 (https://www.twilio.com/docs/api/errors/20429)."""
STOP_S = 5.0
"""Seconds for the round under way when the service is closed."""

_Result = TypeVar("_Result")
_log = structlog.get_logger(__name__)


class Dialler(Protocol):
    """What the carrier does for us. Each may block for seconds, and raises :class:`ivr.errors.DiallingError`."""

    def ring(self, call: Rung, attempt: Attempt) -> str:
        """Ring an agent's telephone; gives the SID of that call. Never rings twice for one attempt."""
        ...

    def hang_up(self, leg_sid: str) -> None:
        """End a call, ringing or not; one that is over already is no error."""
        ...

    def fetch(self, call: Rung) -> None:
        """Let the caller's call ask at once what comes next."""
        ...


class RingRecord(Protocol):
    """Where it is written what was rung: a :class:`ivr.records.types.Journal` is one."""

    def handoff_rung(
        self, call_sid: str, attempts: Sequence[dict[str, object]], state: str, state_why: str
    ) -> None:
        """Change which telephones were rung, and where the hand-off stands."""
        ...

    def handoff_status(self, call_sid: str, status: str, agent: str | None = None) -> None:
        """Change the status of the call's hand-off."""
        ...


class RingingService:
    """Safe from any thread."""

    def __init__(
        self,
        phones: Sequence[Agent],
        dialler: Dialler | None,
        record: RingRecord,
        *,
        policy: RingPolicy | None = None,
        clock: DeskClock | None = None,
        hours: Callable[[], Hours] = Hours,
        earlier: Callable[[datetime], Sequence[Talk]] | None = None,
    ) -> None:
        """Nothing is rung by itself before :meth:`start` (or :meth:`round`).

        Args:
            phones: Who has which telephone; ``id`` is its number, E.164. Equals are rung in this order.
            dialler: The carrier's REST API; None: only ``<Dial>`` can ring (:meth:`dialled`).
            record: Told of every change.
            policy: The deployment's.
            clock: For tests.
            hours: When agents take calls; asked each time.
            earlier: Reads the calls that agents took since a moment, so that a restart does not forget their load
                (:func:`ivr.handoff.ringing_recall.talks_since`); None: it does.
        """
        self.phones = tuple(phones)
        self._dialler = dialler
        self._record = record
        self._lock = threading.RLock()
        self._earlier = earlier
        policy = policy or RingPolicy()
        self._routing = policy.routing
        self._clock = clock or DeskClock()
        self._book = RingingBook(phones, policy, self._clock, hours)
        self._pool = ThreadPoolExecutor(REQUESTS_AT_ONCE, "dialling") if dialler else None
        self._wake = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="ringing", daemon=True)

    @property
    def rings_itself(self) -> bool:
        """Whether telephones are rung over REST while the caller waits."""
        return self._dialler is not None and bool(self.phones)

    def start(self) -> None:
        """Begin."""
        if self.phones:
            self._thread.start()

    def stop(self) -> None:
        """End. Idempotent; what rings goes on ringing, and is refused by the next process."""
        self._closed = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    # --- the caller ---------------------------------------------------------------------------------------

    def enter(self, caller: Caller, *, again: bool = False) -> Rung:
        """A caller waits for an agent's telephone; see :meth:`ivr.handoff.ringing_book.RingingBook.enter`."""
        return self._do(lambda book: book.enter(caller, again=again))

    def find(self, call_sid: str) -> Rung | None:
        """What is known of a call."""
        with self._lock:
            return self._book.find(call_sid)

    def is_open(self) -> bool:
        """Whether the agents' hours run: outside them no telephone rings."""
        with self._lock:
            return self._book.staff.is_open()

    def opens_again(self) -> bool:
        """Whether the agents' hours run again within weeks, so that a call-back can be promised."""
        with self._lock:
            return self._book.staff.opens_again()

    def agents(self) -> tuple[tuple[Agent, datetime | None], ...]:
        """The telephones: who has them, what they do now, what they have had today; and until when they rest."""
        with self._lock:
            agents, now = self._book.agents(), self._clock.now()
        return tuple((agent, resting_until(agent, now, self._routing)) for agent in agents)

    def outlook(self, call_sid: str) -> Outlook:
        """What a waiting caller may be told."""
        with self._lock:
            return self._book.outlook(call_sid)

    def dialled(self, call_sid: str) -> list[Attempt]:
        """The telephones that a ``<Dial>`` is to ring now; see the book."""
        return self._do(lambda book: book.dialled(call_sid))

    def chose(self, call_sid: str, to: HandOffState, why: str) -> bool:
        """The caller gets something else than an agent; False when an agent has the caller by now."""
        return self._do(lambda book: book.chose(call_sid, to, why))

    def nobody(self, call_sid: str, why: str) -> None:
        """Nobody takes the call: the caller is asked what they would rather have."""
        self._do(lambda book: book.nobody(call_sid, why))

    def message(self, call_sid: str, left: bool) -> None:
        """The caller left a message, or did not."""
        self._do(lambda book: book.message(call_sid, left))

    def caller_gone(self, call_sid: str) -> None:
        """The caller's call is over."""
        self._do(lambda book: book.caller_gone(call_sid))

    def joined(self, call_sid: str) -> None:
        """The caller is in the room with the agent who took the call."""
        self._do(lambda book: book.joined(call_sid))

    def talked(self, call_sid: str, *, sure: bool = False) -> bool:
        """The room is empty: they have talked. Whether they have; ``sure``: the carrier says so."""
        return self._do(lambda book: book.talked(call_sid, sure=sure))

    # --- the agents' telephones ---------------------------------------------------------------------------

    def picked_up(self, call_sid: str, number: int, leg_sid: str) -> Rung | None:
        """An agent's telephone was picked up: the hand-off to tell of, or None: it is too late."""
        return self._do(lambda book: book.picked_up(call_sid, number, leg_sid))

    def pressed(self, call_sid: str, number: int, leg_sid: str, key: str | None) -> Pressed:
        """An agent pressed a key, or (None) none in time. Exactly one agent gets the call."""
        return self._do(lambda book: book.pressed(call_sid, number, leg_sid, key))

    def leg_over(self, call_sid: str, number: int, leg_sid: str, status: str) -> None:
        """An agent's telephone call is over, or was never answered; ``status`` is Twilio's CallStatus."""
        self._do(lambda book: book.leg_over(call_sid, number, leg_sid, status))

    def dial_over(self, call_sid: str, status: str) -> None:
        """A ``<Dial>`` is over and nobody was joined; ``status`` is Twilio's DialCallStatus."""
        self._do(lambda book: book.dial_over(call_sid, status))

    # --- the clock and the carrier ------------------------------------------------------------------------

    def round(self) -> None:
        """Do what is to be done now. For the thread of this service, and for tests."""
        self._do(RingingBook.round, wake=False)

    def _do(self, change: Callable[[RingingBook], _Result], *, wake: bool = True) -> _Result:
        """Change the book, and see to what follows; records are written in the order of the changes."""
        with self._lock:
            result = change(self._book)
            effects, self._book.effects = self._book.effects, []
            for effect in effects:
                match effect:
                    case Write() | WriteStatus():
                        self._write(effect)
                    case Place(call_sid, number):
                        self._later(self._place, call_sid, number)
                    case HangUp(leg_sid) if self._dialler is not None:
                        self._later(self._dialler.hang_up, leg_sid)
                    case FetchCaller(call):
                        self._later(self._fetch, call)
                    case _:
                        pass
        if wake:
            self._wake.set()
        return result

    def _write(self, effect: Write | WriteStatus) -> None:
        """Write into the record; a broken one must not keep the agent from the caller."""
        try:
            if isinstance(effect, Write):
                call = effect.call
                attempts = [_told(each) for each in call.attempts]
                self._record.handoff_rung(call.call_sid, attempts, call.state.value, call.why)
            else:
                self._record.handoff_status(effect.call_sid, effect.status, effect.agent)
        except Exception as error:
            _log.error("ringing_not_recorded", why=f"{type(error).__name__}: {error}")

    def _place(self, call_sid: str, number: int) -> None:
        """Ring a telephone; in the pool."""
        call = self.find(call_sid)
        attempt = call.attempt(number) if call is not None else None
        if self._dialler is None or call is None or attempt is None or not attempt.live:
            return  # withdrawn before it began
        try:
            leg_sid = self._dialler.ring(call, attempt)
        except Exception as error:
            _log.warning("agent_not_rung", call_sid=call_sid, attempt=number, why=str(error))
            why, carrier = str(error), error.carrier if isinstance(error, DiallingError) else True
            self._do(lambda book: book.not_placed(call_sid, number, why, carrier=carrier))
            return
        self._do(lambda book: book.placed(call_sid, number, leg_sid))

    def _fetch(self, call: Rung) -> None:
        """Fetch a caller; in the pool. If that fails, their call asks by itself what comes next, a little later."""
        if self._dialler is None:
            return
        try:
            self._dialler.fetch(call)
        except DiallingError as error:
            _log.warning("caller_not_fetched", call_sid=call.call_sid, why=str(error), gone=error.gone)
            if error.gone:
                self.caller_gone(call.call_sid)

    def _later(self, do: Callable[..., None], *values: object) -> None:
        if self._pool is not None and not self._closed:
            self._pool.submit(_safely, do, *values)

    def recall(self) -> bool:
        """Read what agents have had today, once. For the thread of this service, and for tests.

        Returns:
            False when the database can't be read now.
        """
        if self._earlier is None:
            return True
        try:
            talks = self._earlier(self._book.staff.day_start())
        except RecordsError as error:  # its tables may not be there yet; asked again every round
            _log.debug("agents_load_unknown", why=str(error))
            return False
        except Exception:  # what is written there is no reason to ring nobody
            _log.exception("agents_load_unreadable")
            talks = ()
        self._do(lambda book: book.staff.recall(talks), wake=False)
        self._earlier = None
        return True

    def _run(self) -> None:
        recalled = False
        while not self._closed and not (recalled and self._dialler is None):
            self._wake.wait(ROUND_S)
            self._wake.clear()
            try:
                recalled = recalled or self.recall()
                if self._dialler is not None:
                    self.round()
            except Exception:
                _log.exception("ringing_round_failed")


def _safely(do: Callable[..., None], *values: object) -> None:
    try:
        do(*values)
    except DiallingError as error:
        _log.warning("carrier_refused", what=do.__name__, why=str(error))
    except Exception:
        _log.exception("dialling_failed", what=do.__name__)


def _told(attempt: Attempt) -> dict[str, object]:
    """An attempt as the record keeps it."""
    return {
        "number": attempt.number,
        "phone": attempt.phone,
        "at": attempt.at,
        "answer": attempt.answer,
        "why": attempt.why,
        "leg_sid": attempt.leg_sid,
        "agent": attempt.agent,
        "chosen": attempt.chosen,
        "contributions": attempt.contributions,
        "ended_at": attempt.ended_at,
    }
