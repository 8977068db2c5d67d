"""Ringing agents' telephones for callers who wait: what happened so far, and what to do next. Pure.

One :class:`Rung` is one caller's hand-off, with an :class:`Attempt` for every telephone that was rung for it. Time
is an argument: seconds of a clock that only grows. What carries it out is :mod:`ivr.handoff.ringing_service`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from ivr.handoff.queue import outlooks
from ivr.handoff.routing import RoutingPolicy
from ivr.handoff.types import FINAL, Agent, AgentStatus, DeclineReason, HandOff, HandOffState, Outlook, WaitingCall

Order = Literal["simultaneous", "in_order"]
Answer = Literal["accepted", "withdrawn", "busy", "declined", "no_answer", "unreachable"]
"""``accepted``, a :class:`ivr.handoff.types.DeclineReason`, or ``withdrawn``: we hung up while it rang."""
Stage = Literal["placing", "ringing", "whisper", "talking", "over"]
Pressed = Literal["accepted", "declined", "again", "taken", "gone"]
"""What an agent's key came to; ``taken``: another agent was faster, ``gone``: the caller is."""

ANSWERS: Mapping[str, Answer] = {
    "busy": "busy",
    "no-answer": "no_answer",
    "failed": "unreachable",
    "canceled": "withdrawn",
}
"""Twilio's CallStatus of a leg that nobody answered → what it means
(https://www.twilio.com/docs/voice/api/call-resource#call-status-values)."""

MAY_RETURN = frozenset({HandOffState.BACK_TO_MACHINE, HandOffState.CALLBACK})
"""Ends after which the same call may come to another hand-off: the machine has the caller again."""

MAY_LEAVE_MESSAGE = frozenset(
    {HandOffState.WAITING, HandOffState.OFFERED, HandOffState.MISSED, HandOffState.DECLINED, HandOffState.ABANDONED}
)
"""States in which a message that is left decides what the hand-off came to."""


@dataclass(frozen=True)
class RingPolicy:
    """What a deployment may set."""

    order: Order = "simultaneous"
    ring_s: float = 20.0
    """Seconds a telephone rings (``IVR_AGENT_RING_S``)."""
    slack_s: float = 45.0
    """Seconds on top, until a telephone of which nothing more is heard counts as over: the whisper is asked for
    twice, 8 s each, and Twilio may let it ring 5 s longer (Calls resource, ``Timeout``)."""
    longest_wait_s: float = 900.0
    """After which nobody is kept waiting any longer; as on the desk (``DeskPolicy``)."""
    leave_s: float = 5.0
    """Seconds in which a caller whose agent has left must leave the room by themselves; then we fetch them."""


@dataclass(frozen=True)
class Attempt:
    """One telephone rung for one caller."""

    number: int
    """Counts up within the hand-off, from 0."""
    phone: str
    """E.164."""
    at: datetime
    """When it began; aware."""
    since_s: float
    stage: Stage = "placing"
    answer: Answer | None = None
    why: str = ""
    leg_sid: str | None = None
    """The agent's own call."""
    placed_by: Literal["rest", "dial"] = "rest"
    """``dial``: by a ``<Dial>`` in the caller's own call, which needs no REST."""
    guessed: bool = False
    """Whether ``answer`` is that of the whole ``<Dial>``: the telephone's own may still come."""
    carrier_failed: bool = False
    """Whether it was the carrier's REST API, not the telephone, that could not be reached."""

    @property
    def live(self) -> bool:
        """Whether it rings, or an agent is on it."""
        return self.stage != "over"


@dataclass(frozen=True)
class Caller:
    """Somebody who is to get a person, as their call came in."""

    call_sid: str
    language: str
    own_number: str | None = None
    """The hotline's number that was called: agents see it calling. None: not known, so REST can't place calls."""
    from_number: str | None = None
    whisper: str = ""
    """What the agent hears first."""
    here: str = ""
    """How the carrier reaches the server that this call came to: ``https://…``, no slash at the end."""


@dataclass(frozen=True, kw_only=True)
class Rung(Caller):
    """One caller for whom telephones are rung."""

    at: datetime
    since_s: float
    """When the waiting began."""
    not_before_s: float = 0.0
    """Nothing is rung before: after a restart telephones may still be ringing of which we know nothing."""
    state: HandOffState = HandOffState.WAITING
    why: str = ""
    attempts: tuple[Attempt, ...] = ()
    given_up: bool = False
    """Nobody took the call: the caller is asked what they would rather have."""
    agent_left_s: float | None = None
    """When the agent's telephone ended in mid-talk."""
    alone: bool = False
    """The caller did not leave the room by themselves after that."""
    ended_s: float | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in FINAL

    @property
    def taken(self) -> Attempt | None:
        """The attempt whose agent has the call."""
        return next((each for each in self.attempts if each.live and each.answer == "accepted"), None)

    def attempt(self, number: int) -> Attempt | None:
        """An attempt by its number."""
        return self.attempts[number] if 0 <= number < len(self.attempts) else None

    def having(self, changed: Attempt) -> "Rung":
        """The same, with this attempt changed."""
        return replace(self, attempts=tuple(changed if a.number == changed.number else a for a in self.attempts))


@dataclass(frozen=True)
class Ring:
    """Ring a telephone."""

    call_sid: str
    attempt: Attempt


@dataclass(frozen=True)
class GiveUp:
    """Nobody takes the call."""

    call_sid: str
    why: str


@dataclass(frozen=True)
class Lost:
    """Nothing was heard of a telephone for too long."""

    call_sid: str
    attempt: Attempt


@dataclass(frozen=True)
class Fetch:
    """The caller is alone in the room: the agent has left."""

    call_sid: str


Step = Ring | GiveUp | Lost | Fetch


@dataclass(frozen=True)
class Place:
    """Ring an attempt's telephone."""

    call_sid: str
    number: int


@dataclass(frozen=True)
class HangUp:
    """End an agent's call."""

    leg_sid: str


@dataclass(frozen=True)
class FetchCaller:
    """Let the caller's call ask at once what comes next."""

    call: Rung


@dataclass(frozen=True)
class Write:
    """Write down where a hand-off stands."""

    call: Rung


@dataclass(frozen=True)
class WriteStatus:
    """Write down the status of a hand-off."""

    call_sid: str
    status: str
    agent: str | None = None


Effect = Place | HangUp | FetchCaller | Write | WriteStatus


def plan(
    calls: Iterable[Rung], phones: Sequence[str], now_s: float, at: datetime, policy: RingPolicy
) -> list[Step]:
    """What must be done now.

    Args:
        calls: All hand-offs that are not over.
        phones: The agents' numbers, in the order in which they are to be rung.
        now_s: Now.
        at: The time of day; aware.
        policy: The deployment's.

    Returns:
        The steps, the callers who wait longest first. A telephone that rings or talks is rung for nobody else, and
        each telephone at most once for each caller.
    """
    waiting = sorted(calls, key=lambda each: each.since_s)
    engaged = {attempt.phone for call in waiting for attempt in call.attempts if attempt.live}
    steps: list[Step] = []
    for call in waiting:
        steps += _late(call, now_s, policy)
        if call.taken is not None or call.given_up or call.over or now_s < call.not_before_s:
            continue
        if call.own_number is None:
            continue  # only a ``<Dial>`` can ring for it
        if why := _hopeless(call, phones, now_s, policy):
            steps.append(GiveUp(call.call_sid, why))
            continue
        for attempt in _next(call, phones, engaged, now_s, at, policy):
            engaged.add(attempt.phone)
            steps.append(Ring(call.call_sid, attempt))
    return steps


def _late(call: Rung, now_s: float, policy: RingPolicy) -> list[Step]:
    """Telephones and rooms of which nothing is heard any more."""
    patience_s = policy.ring_s + policy.slack_s
    lost: list[Step] = [
        Lost(call.call_sid, attempt)
        for attempt in call.attempts
        if attempt.live and attempt.stage != "talking" and now_s - attempt.since_s > patience_s
    ]
    if call.agent_left_s is not None and now_s - call.agent_left_s > policy.leave_s:
        lost.append(Fetch(call.call_sid))
    return lost


def _hopeless(call: Rung, phones: Sequence[str], now_s: float, policy: RingPolicy) -> str | None:
    if not phones:
        return "no agent has a telephone number here"
    if any(attempt.live for attempt in call.attempts):
        return None
    asked = {attempt.phone for attempt in call.attempts}
    if asked.issuperset(phones):
        return "every agent was rung: " + ", ".join(
            f"{len([a for a in call.attempts if a.answer == answer])} {answer}"
            for answer in dict.fromkeys(attempt.answer for attempt in call.attempts)
        )
    if call.attempts and all(attempt.carrier_failed for attempt in call.attempts):
        return "the carrier's REST API can't be reached"
    return "waited too long" if now_s - call.since_s > policy.longest_wait_s else None


def _next(
    call: Rung, phones: Sequence[str], engaged: set[str], now_s: float, at: datetime, policy: RingPolicy
) -> list[Attempt]:
    """The telephones to ring now for a caller."""
    asked = {attempt.phone for attempt in call.attempts}
    free = [phone for phone in phones if phone not in asked and phone not in engaged]
    if policy.order == "in_order":
        # Never two at once: the order is a promise to the agents.
        free = [] if any(attempt.live for attempt in call.attempts) else free[:1]
    first = len(call.attempts)
    return [Attempt(first + index, phone, at, now_s) for index, phone in enumerate(free)]


def untaken(call: Rung) -> HandOffState:
    """What a hand-off came to that nobody took, when the caller wants nothing else."""
    said_no = any(attempt.answer == DeclineReason.DECLINED.value for attempt in call.attempts)
    return HandOffState.DECLINED if said_no else HandOffState.MISSED


def dials_instead(call: Rung) -> bool:
    """Whether a ``<Dial>`` should ring the telephones, as the carrier's REST API can't be used."""
    failed = bool(call.attempts) and all(attempt.carrier_failed for attempt in call.attempts)
    return call.given_up and failed and not call.over


@dataclass
class Handling:
    """Latest times that calls took, from an agent's yes until the talk was over; newest first, seconds."""

    seconds: list[float] = field(default_factory=list)

    def add(self, took_s: float) -> None:
        """Another talk is over."""
        self.seconds = [took_s, *self.seconds][:50]


def outlook(
    call: Rung,
    calls: Iterable[Rung],
    phones: Sequence[str],
    handling_s: Sequence[float],
    now_s: float,
    at: datetime,
) -> Outlook:
    """What a waiting caller may honestly be told: as on the desk (:func:`ivr.handoff.queue.outlooks`)."""
    waiting = [
        HandOff(
            each.call_sid,
            WaitingCall(each.call_sid, at - timedelta(seconds=now_s - each.since_s)),
            HandOffState.OFFERED if any(a.live for a in each.attempts) else HandOffState.WAITING,
        )
        for each in calls
        if not each.over and each.taken is None and not each.given_up
    ]
    holders = {a.phone: each.call_sid for each in calls for a in each.attempts if a.live}
    agents = [
        Agent(
            phone,
            phone,
            status=AgentStatus.BUSY if phone in holders else AgentStatus.AVAILABLE,
            hand_off_id=holders.get(phone),
        )
        for phone in phones
    ]
    found = outlooks(waiting, agents, handling_s, at.astimezone(UTC), RoutingPolicy(), is_open=True)
    return found.get(call.call_sid) or Outlook(None, None, len(agents), True)
