"""What is overdue on the desk, and where callers go when there is nobody. Pure: the time is an argument."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ivr.handoff.desk_reads import Board
from ivr.handoff.queue import WAITS
from ivr.handoff.routing import RoutingPolicy, able
from ivr.handoff.types import TALKS, Agent, AgentStatus, DeclineReason, Detached, HandOff, HandOffState


@dataclass(frozen=True)
class DeskPolicy:
    """What a deployment may set; seconds. Defaults are choices unless a source is named."""

    routing: RoutingPolicy = field(default_factory=RoutingPolicy)
    offer_s: float = 20.0
    """How long a call rings at one agent; as the agents' telephones do (``IVR_AGENT_RING_S``)."""
    connect_s: float = 10.0
    """From a yes until both hear each other; a browser that asks for its microphone needs a few."""
    wrap_up_s: float = 60.0
    """For writing a call up, at most; then the agent is available again."""
    ask_again_s: float = 60.0
    """After which an agent who said no may be asked for the same call again."""
    nobody_s: float = 10.0
    """How long a caller waits while no agent is on duty at all: an agent's page may just be loading anew."""
    break_s: float = 60.0
    """The same while somebody is on a break: they see who waits, and may come back."""
    longest_wait_s: float = 900.0
    """After which a caller is no longer kept waiting."""
    misses_before_break: int = 2
    """Calls in a row that ring unheard until the agent counts as away."""


ENDS: dict[HandOffState, Detached] = {
    HandOffState.CALLBACK: "callback",
    HandOffState.VOICEMAIL: "voicemail",
    HandOffState.BACK_TO_MACHINE: "back_to_machine",
    HandOffState.WAITING: "agent_gone",
    HandOffState.WRAP_UP: "completed",
    HandOffState.MISSED: "missed",
}
"""What the caller's side is told when the desk brings a hand-off into this state."""

LINE_LOST = "the caller's line broke"
"""Said of hand-offs that wait again because of it."""

AGAIN_S = 120.0
"""Seconds after the end of a hand-off in which another one of the same call, whose line broke, goes on with its
waiting time: a server that is restarted and loads its models takes a minute at most."""

LEFT_BEHIND_S = 60.0
"""Seconds after which what another process has not done is done by this one; it looks twice a second itself."""

GRACE_S = 3.0
"""Seconds after a request before a caller who is not on the line counts as gone: the bridge may hear later."""


@dataclass(frozen=True)
class Move:
    """Bring a hand-off into another state."""

    hand_off: HandOff
    to: HandOffState
    why: str
    agent_then: AgentStatus = AgentStatus.AVAILABLE


@dataclass(frozen=True)
class Decline:
    """An offer was not answered."""

    hand_off: HandOff
    agent: Agent
    reason: DeclineReason
    then: AgentStatus | None


@dataclass(frozen=True)
class Leave:
    """An agent is not there any more."""

    agent: Agent


Step = Move | Decline | Leave


def overdue(
    board: Board,
    now: datetime,
    policy: DeskPolicy,
    *,
    node: str,
    present: Callable[[str], bool],
    alive: Callable[[str], bool],
    is_open: bool,
) -> list[Step]:
    """What must be done now, before callers are offered to agents.

    Args:
        board: The desk.
        now: By the desk's clock; aware.
        policy: The deployment's.
        node: This process: the others see to their own callers and agents.
        present: Whether an agent's browser is there.
        alive: Whether a caller is on the line.
        is_open: Whether the agents' hours run.

    Returns:
        At most one step for each hand-off and each agent.
    """
    steps: list[Step] = []
    done: set[str] = set()
    held = {each.id: each for each in board.hand_offs}
    here = board.of(node)
    for agent in here.agents:
        if agent.status is not AgentStatus.OFFLINE and not present(agent.id):
            hand_off = held.get(agent.hand_off_id or "")
            steps.append(_left(agent, hand_off))
            if hand_off is not None:
                done.add(hand_off.id)
    for hand_off in here.hand_offs:
        if hand_off.id in done:
            continue
        step = _gone(hand_off, now, node, alive) or _left_alone(hand_off, board)
        step = step or _late(hand_off, board, now, policy)
        step = step or _given_up(hand_off, here, now, policy, is_open)
        if step is not None:
            steps.append(step)
    return steps


def left_behind(board: Board, now: datetime, policy: DeskPolicy, *, node: str) -> list[Step]:
    """What another process should have done long ago: it is gone, or can't reach the database.

    Args:
        board: The desk, all processes' callers.
        now: By the desk's clock; aware.
        policy: The deployment's.
        node: This process, whose own callers :func:`overdue` is about.
    """
    then = now - timedelta(seconds=LEFT_BEHIND_S)
    steps: list[Step] = []
    for hand_off in board.hand_offs:
        if hand_off.node == node:
            continue
        step = _late(hand_off, board, then, policy) or _waited_too_long(hand_off, then, policy)
        if step is not None:
            steps.append(step)
    return steps


def after_caller_left(hand_off: HandOff) -> HandOffState | None:
    """Where a hand-off goes when its caller is gone; None: it stays."""
    if hand_off.state is HandOffState.TALKING:
        return HandOffState.WRAP_UP
    if hand_off.state in WAITS or hand_off.state is HandOffState.ACCEPTED:
        return HandOffState.ABANDONED
    return None


def times_returned(hand_off: HandOff, now: datetime) -> int | None:
    """How many agents and lines a caller has lost whose line broke, and who is on another; None: a new hand-off.

    Args:
        hand_off: Their latest, over by now.
        now: By the desk's clock; aware.
    """
    if _since(hand_off.ended_at, now) > AGAIN_S:
        return None
    if hand_off.state in {HandOffState.ABANDONED, HandOffState.WRAP_UP, HandOffState.COMPLETED}:
        return hand_off.returned + 1
    if hand_off.state in {HandOffState.CALLBACK, HandOffState.MISSED} and hand_off.returned:
        return hand_off.returned  # counted when the server was restarted; they came after they were expected
    return None  # what the caller chose holds


def lost_agent(hand_off: HandOff) -> bool:
    """Whether a waiting caller has talked with an agent already; else they returned from a broken line."""
    return bool(hand_off.returned) and hand_off.accepted_at is not None


def instead_of_a_person(hand_off: HandOff) -> HandOffState:
    """What a caller who can't have a person gets.

    Who was cut off from an agent goes on with the machine, which asks what they want; else a call-back, or, without
    a number to call, voicemail.
    """
    if lost_agent(hand_off):
        return HandOffState.BACK_TO_MACHINE
    return HandOffState.CALLBACK if hand_off.call.from_number else HandOffState.VOICEMAIL


def _left(agent: Agent, hand_off: HandOff | None) -> Step:
    if hand_off is not None and hand_off.state is HandOffState.OFFERED:
        return Decline(hand_off, agent, DeclineReason.UNREACHABLE, AgentStatus.OFFLINE)
    if hand_off is not None and hand_off.state in TALKS:
        return Move(hand_off, HandOffState.WAITING, "the agent's browser is gone", AgentStatus.OFFLINE)
    if hand_off is not None and hand_off.state is HandOffState.WRAP_UP:
        return Move(hand_off, HandOffState.COMPLETED, "the agent's browser is gone", AgentStatus.OFFLINE)
    return Leave(agent)


def _gone(hand_off: HandOff, now: datetime, node: str, alive: Callable[[str], bool]) -> Step | None:
    to = after_caller_left(hand_off)
    if to is None or hand_off.node != node or _since(hand_off.call.at, now) < GRACE_S:
        return None
    return None if alive(hand_off.call.call_sid) else Move(hand_off, to, "the caller hung up")


def _left_alone(hand_off: HandOff, board: Board) -> Step | None:
    """The agent's login was removed in mid-talk."""
    if hand_off.state not in TALKS or board.agent(hand_off.agent_id) is not None:
        return None
    return Move(hand_off, HandOffState.WAITING, "the agent's login is gone")


def _late(hand_off: HandOff, board: Board, now: datetime, policy: DeskPolicy) -> Step | None:
    for_s = _since(hand_off.changed_at, now)
    if hand_off.state is HandOffState.OFFERED and for_s > policy.offer_s:
        agent = board.agent(hand_off.agent_id)
        if agent is None:
            return Move(hand_off, HandOffState.WAITING, "the agent is gone")
        away = agent.missed_in_a_row + 1 >= policy.misses_before_break
        return Decline(hand_off, agent, DeclineReason.NO_ANSWER, AgentStatus.BREAK if away else None)
    if hand_off.state is HandOffState.ACCEPTED and for_s > policy.connect_s:
        return Move(hand_off, HandOffState.WAITING, "the agent's audio never came", AgentStatus.BREAK)
    if hand_off.state is HandOffState.WRAP_UP and for_s > policy.wrap_up_s:
        return Move(hand_off, HandOffState.COMPLETED, "the time for writing up is over")
    return None


def _waited_too_long(hand_off: HandOff, now: datetime, policy: DeskPolicy) -> Step | None:
    """After a talk only what was waited since then counts."""
    waited_s = _since(hand_off.changed_at if hand_off.accepted_at else hand_off.call.at, now)
    if hand_off.state not in WAITS or waited_s <= policy.longest_wait_s:
        return None
    return Move(hand_off, instead_of_a_person(hand_off), "waited too long")


def _given_up(hand_off: HandOff, board: Board, now: datetime, policy: DeskPolicy, is_open: bool) -> Step | None:
    if (step := _waited_too_long(hand_off, now, policy)) is not None:
        return step
    if hand_off.state is HandOffState.WAITING and not able(hand_off, board.agents):
        if not is_open:
            return Move(hand_off, instead_of_a_person(hand_off), "outside the agents' hours")
        on_break = any(agent.status is AgentStatus.BREAK for agent in board.agents)
        patience_s = policy.break_s if on_break else policy.nobody_s
        if lost_agent(hand_off) or _since(hand_off.changed_at, now) > patience_s:
            return Move(hand_off, instead_of_a_person(hand_off), "no agent is on duty")
    return None


def _since(at: datetime | None, now: datetime) -> float:
    """Seconds, never negative: another machine's clock may be ahead."""
    return max(0.0, (now - at) / timedelta(seconds=1)) if at is not None else 0.0
