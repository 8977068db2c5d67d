"""Ringing agents' telephones for callers who wait: what happened so far, and what is to be done. Plain values.

One :class:`Rung` is one caller's hand-off, with an :class:`Attempt` for every telephone that was rung for it. Times
are seconds of a clock that only grows. What comes next is decided in :mod:`ivr.handoff.ringing_plan`, and carried
out by :mod:`ivr.handoff.ringing_service`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from ivr.content.types import Language
from ivr.handoff.routing import RoutingPolicy
from ivr.handoff.types import FINAL, DeclineReason, HandOffState, WaitingCall

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

CLOSED = "outside the agents' hours"
"""Why nobody is rung then."""


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
    dial_most: int = 10
    """Telephones that one ``<Dial>`` may ring (https://www.twilio.com/docs/voice/twiml/number)."""
    routing: RoutingPolicy = field(default_factory=RoutingPolicy)
    """As on the desk."""
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
    agent: str = ""
    """Whose telephone it is: a name, or the number again."""
    chosen: str = ""
    """Why this one: a sentence for people."""
    contributions: Mapping[str, float] = field(default_factory=dict)
    """The numbers behind it (:class:`ivr.handoff.types.Choice`)."""
    ended_at: datetime | None = None
    """When it was over; aware."""

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
    """What the agent hears first, in the hotline's language."""
    whispers: Mapping[Language, str] = field(default_factory=dict)
    """The same by language, for agents who speak others."""
    here: str = ""
    """How the carrier reaches the server that this call came to: ``https://…``, no slash at the end."""
    known: WaitingCall | None = None
    """What the conversation told of them; None: there was none, or it is not known any more."""


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
    closed: bool = False
    """Whether that is because the agents' hours are over: no telephone rings, and nobody is kept waiting."""
    offered_callback: bool = False
    """Whether this call was to get a call-back for that reason before, and came here again all the same."""
    returned: int = 0
    """How many agents took the call and were lost before the two could talk."""
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
    def frustration(self) -> float:
        """The caller's, 0 to 1; 0 when nothing is known."""
        return self.known.frustration if self.known is not None else 0.0

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
    closed: bool = False
    """Whether it is because of the hours."""


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


def untaken(call: Rung) -> HandOffState:
    """What a hand-off came to that nobody took, when the caller wants nothing else."""
    said_no = any(attempt.answer == DeclineReason.DECLINED.value for attempt in call.attempts)
    return HandOffState.DECLINED if said_no else HandOffState.MISSED


def dials_instead(call: Rung) -> bool:
    """Whether a ``<Dial>`` should ring the telephones, as the carrier's REST API can't be used."""
    failed = bool(call.attempts) and all(attempt.carrier_failed for attempt in call.attempts)
    return call.given_up and failed and not call.over and not call.closed
