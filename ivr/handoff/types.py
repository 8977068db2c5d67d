"""What the desk, the bridge that joins two voices, and the pages pass to each other. Plain values and protocols.

The life of a hand-off (:data:`MOVES`)::

    waiting ⇄ offered ─▶ accepted ─▶ talking ─▶ wrap_up ─▶ completed
       │         │           │          │
       │         └───────────┴──────────┴──▶ waiting       the agent's browser died, or the agent did not answer
       └──▶ callback · voicemail · back_to_machine · abandoned · declined · missed
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol


class HandOffState(StrEnum):
    """Where a hand-off stands. What is in :data:`FINAL` never changes again."""

    WAITING = "waiting"
    OFFERED = "offered"
    """Rings on one agent's desk."""
    ACCEPTED = "accepted"
    """An agent took it; the two don't hear each other yet."""
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    """The talk is over; the agent writes it up."""
    COMPLETED = "completed"
    DECLINED = "declined"
    """An agent whose telephone rang said no, nobody else took the call, and the caller wanted nothing else."""
    MISSED = "missed"
    """The line broke with the server, and there is no number to call."""
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    BACK_TO_MACHINE = "back_to_machine"
    ABANDONED = "abandoned"
    """The caller hung up."""


class DeclineReason(StrEnum):
    """Why an offered call was not taken."""

    BUSY = "busy"
    DECLINED = "declined"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    """The agent's browser was gone, or the telephone could not be reached."""


class AgentStatus(StrEnum):
    """What an agent is doing. ``busy`` and ``wrap_up`` are the desk's to set, the others the agent's."""

    AVAILABLE = "available"
    BUSY = "busy"
    WRAP_UP = "wrap_up"
    BREAK = "break"
    OFFLINE = "offline"


LIVE = frozenset({HandOffState.WAITING, HandOffState.OFFERED, HandOffState.ACCEPTED, HandOffState.TALKING})
"""States in which a caller is on the line."""

TALKS = frozenset({HandOffState.ACCEPTED, HandOffState.TALKING})
"""States in which the caller belongs to an agent."""

FINAL = frozenset(
    {
        HandOffState.COMPLETED,
        HandOffState.DECLINED,
        HandOffState.MISSED,
        HandOffState.CALLBACK,
        HandOffState.VOICEMAIL,
        HandOffState.BACK_TO_MACHINE,
        HandOffState.ABANDONED,
    }
)

_FALLS_THROUGH = FINAL - {HandOffState.COMPLETED}
MOVES: Mapping[HandOffState, frozenset[HandOffState]] = {
    HandOffState.WAITING: frozenset({HandOffState.OFFERED, HandOffState.ACCEPTED}) | _FALLS_THROUGH,
    HandOffState.OFFERED: frozenset({HandOffState.WAITING, HandOffState.ACCEPTED}) | _FALLS_THROUGH,
    HandOffState.ACCEPTED: frozenset({HandOffState.TALKING, HandOffState.WAITING, HandOffState.WRAP_UP})
    | _FALLS_THROUGH,
    HandOffState.TALKING: frozenset({HandOffState.WRAP_UP, HandOffState.WAITING, HandOffState.COMPLETED})
    | _FALLS_THROUGH,
    HandOffState.WRAP_UP: frozenset({HandOffState.COMPLETED}),
    **{state: frozenset() for state in FINAL},
}
"""From where to where a hand-off may go."""

RECORDED: Mapping[HandOffState, str] = {
    HandOffState.WAITING: "waiting",
    HandOffState.ACCEPTED: "accepted",
    HandOffState.WRAP_UP: "completed",
    HandOffState.COMPLETED: "completed",
    HandOffState.DECLINED: "declined",
    HandOffState.MISSED: "missed",
    HandOffState.CALLBACK: "missed",
    HandOffState.VOICEMAIL: "missed",
    HandOffState.BACK_TO_MACHINE: "missed",
    HandOffState.ABANDONED: "missed",
}
"""The call's record's status of a hand-off that came into this state; in the others it stays what it was."""


@dataclass(frozen=True)
class WaitingCall:
    """A caller for whom a person is wanted: what a conversation gives the desk."""

    call_sid: str
    at: datetime
    """When the waiting began; aware. The desk sets it anew by its own clock, which never jumps."""
    language: str | None = None
    """``ko``, ``en``, ``ja``, ``zh``; None: not known."""
    topic: str | None = None
    """The intent it is about."""
    frustration: float = 0.0
    """0 to 1, at the moment of the hand-off."""
    risks: tuple[str, ...] = ()
    """``safety``, ``vulnerable``, ``legal``, ``press`` …"""
    headline: str = ""
    """One line in the hotline's language; may hold words of the caller: escape it."""
    headlines: Mapping[str, str] = field(default_factory=dict)
    """The same by language, as far as it is known in more than one."""
    reason: str = "caller_asked"
    """:class:`ivr.dialogue.types.HandoffReason`."""
    from_number: str | None = None
    """For calling back; None when withheld."""
    again: bool = False
    """The caller's line broke, and this is another one: what they waited before counts."""


@dataclass(frozen=True)
class HandOff:
    """A hand-off as the desk's database holds it."""

    id: str
    call: WaitingCall
    state: HandOffState
    agent_id: str | None = None
    """Whom it is offered to, or who took it."""
    changed_at: datetime | None = None
    """When it came into this state."""
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    """When the talk (or the waiting) was over."""
    returned: int = 0
    """How many agents or lines were lost in mid-talk or in mid-wait."""
    on_hold: bool = False
    notes: str = ""
    disposition: str | None = None
    node: str = ""
    """The process that holds the caller's stream."""


@dataclass(frozen=True)
class Agent:
    """Somebody who takes calls."""

    id: str
    name: str
    languages: tuple[str, ...] = ()
    """Spoken, best first; none: any."""
    topics: tuple[str, ...] = ()
    """Intents known well; none: any."""
    status: AgentStatus = AgentStatus.OFFLINE
    status_at: datetime | None = None
    hand_off_id: str | None = None
    """What is offered to them, what they talk about, or what they write up."""
    last_frustration: float | None = None
    """Of the caller they talked with last; None: none today."""
    last_free_at: datetime | None = None
    """When they were through with that call, wrap-up included; None while they are not."""
    calls_today: int = 0
    hard_calls_today: int = 0
    anger_today: float = 0.0
    """The frustration of today's callers, added up: the load that is balanced."""
    missed_in_a_row: int = 0
    node: str = ""
    """The process that their page is connected to; none: they never sat at the desk."""


@dataclass(frozen=True)
class Outlook:
    """What a waiting caller may honestly be told."""

    position: int | None
    """1 is next; None: not waiting."""
    expected_wait_s: float | None
    """None: not known; say no number then."""
    agents: int
    """On duty and able to take this call, free or not."""
    open: bool
    """Whether the agents' hours run."""


@dataclass(frozen=True)
class Accepted:
    """The answer to the one agent who got the call."""

    hand_off: HandOff
    audio_token: str | None
    """For ``/desk/audio/TOKEN``, once; None when the caller's audio does not go through this server."""


Detached = Literal["completed", "agent_gone", "back_to_machine", "callback", "voicemail", "missed"]
"""Why the desk takes a caller away from where they are; says what the caller hears and where they go:

``agent_gone``: one sentence, then waiting goes on · ``back_to_machine``: one sentence, then the conversation
with the machine goes on · ``callback``, ``voicemail``: what is said of either, then its course ·
``completed``, ``missed``: goodbye, the call ends.
"""

CallerChoice = Literal["callback", "voicemail", "machine"]
"""What a waiting caller may choose instead of waiting."""

INSTEAD: Mapping[CallerChoice, HandOffState] = {
    "callback": HandOffState.CALLBACK,
    "voicemail": HandOffState.VOICEMAIL,
    "machine": HandOffState.BACK_TO_MACHINE,
}
"""Where a hand-off goes when its caller chooses."""


class Bridge(Protocol):
    """Where the caller's open stream is: joins it with an agent's browser. All methods safe from any thread.

    None of them blocks for longer than it takes to put something into a queue.
    """

    def alive(self, call_sid: str) -> bool:
        """Whether the caller is on the line in this process. Cheap: asked once a second for every caller."""
        ...

    def attach(self, call_sid: str, agent_id: str) -> str:
        """Get ready to join the caller with an agent.

        Returns:
            A token, to be used once and soon, with which the agent's browser opens its audio.

        Raises:
            CallerGoneError: the caller is no longer on the line.
        """
        ...

    def detach(self, call_sid: str, why: Detached) -> None:
        """Part the caller from the agent, or end the waiting. Nothing happens for a call that is not here."""
        ...

    def hold(self, call_sid: str, on: bool) -> None:
        """Let the caller hear music and the agent nothing, or join them again."""
        ...


class DeskEvents(Protocol):
    """What the conversation and the bridge tell the desk (:class:`ivr.handoff.desk.Desk`).

    Never blocks, never raises. Each may come twice or late: what does not fit the hand-off's state changes nothing.
    """

    def request(self, call: WaitingCall) -> None:
        """A caller waits for a person from now on."""
        ...

    def expect(self, call_sid: str) -> None:
        """A caller whose line broke is still on the telephone: another stream comes within seconds."""
        ...

    def outlook(self, call_sid: str) -> Outlook:
        """What this caller may be told now; from memory, no database."""
        ...

    def talking(self, call_sid: str, agent_id: str) -> None:
        """The two hear each other."""
        ...

    def caller_gone(self, call_sid: str) -> None:
        """The caller hung up, or their stream broke."""
        ...

    def agent_gone(self, call_sid: str, agent_id: str, why: str) -> None:
        """The agent's audio broke off without a word (not: the agent ended the talk)."""
        ...

    def caller_chose(self, call_sid: str, choice: CallerChoice, at: datetime | None = None) -> None:
        """The caller would rather be called back (``at`` a time, if they named one), leave a message, or go on."""
        ...


@dataclass(frozen=True)
class Choice:
    """Whom routing chose for a call, and why."""

    hand_off_id: str
    agent_id: str
    reason: str
    """A sentence for people."""
    contributions: Mapping[str, float] = field(default_factory=dict)
