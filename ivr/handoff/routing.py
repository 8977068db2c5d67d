"""Which waiting caller comes next, and to which agent. Pure: the time is an argument, nothing is remembered.

Callers are ordered by urgency, the most urgent one chooses first among the agents who are free. Agents are people:
nobody gets two furious callers in a row while somebody else is free, a hard call is followed by a breather, and
the anger of a day is shared out. Every choice comes with the numbers that made it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ivr.handoff.types import Agent, AgentStatus, Choice, HandOff

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class RoutingPolicy:
    """What a deployment may set. Defaults are choices, not measurements, unless a source is named."""

    furious_from: float = 0.6
    """Frustration (0 to 1) from which a call is a hard one; the default is ``upset_from`` of ``policy.yaml``."""
    breather_s: float = 120.0
    """Seconds after a hard call in which nothing is offered to the agent; they may still take a call themselves."""
    waiting_weight: float = 0.2
    """Urgency for each minute of waiting: five minutes outweigh the difference between calm and furious, so
    that nobody waits for ever behind angrier callers."""
    returned_weight: float = 1.0
    """Urgency for each agent who was lost in mid-talk: these callers have been served badly once."""


RISK_URGENCY: Mapping[str, float] = {"safety": 2.0, "vulnerable": 1.0, "legal": 0.5, "press": 0.5}
"""Urgency of the gravest risk; 1.0 is as much as five minutes of waiting. Danger to somebody goes before all."""

OTHER_RISK = 0.25

TOPIC_KNOWN, TOPIC_FOREIGN = 1.0, -0.5
"""An agent who knows the topic; one who knows others, but not this one."""

FIRST_LANGUAGE = 0.2
NO_COMMON_LANGUAGE = -3.0
"""Taken only when nobody on duty speaks the caller's language: better a person than none."""

IDLE_WEIGHT, IDLE_FULL_S = 0.5, 600.0
"""Who has been free for ten minutes or more has the whole bonus: between equals the longest idle one is next."""

LOAD_HARD, LOAD_CALM, LOAD_MOST = 1.0, 0.25, 2.0
"""Subtracted for each furious caller's worth of anger that an agent had today beyond the least burdened one:
counts fully for a hard call, a quarter for others, and never more than the last."""

SHARE = 1.0
"""Anger today, above the least burdened candidate's, from which others are asked for a hard call first: one utterly
furious caller's worth (frustration 1)."""


def urgency(hand_off: HandOff, now: datetime, policy: RoutingPolicy) -> dict[str, float]:
    """How urgent a waiting call is: the sum of what is returned, each part at least 0."""
    call = hand_off.call
    waited_min = max(0.0, (now - call.at).total_seconds()) / 60.0
    parts = {
        "waiting": policy.waiting_weight * waited_min,
        "frustration": min(1.0, max(0.0, call.frustration)),
        "risk": max((RISK_URGENCY.get(risk, OTHER_RISK) for risk in call.risks), default=0.0),
        "returned": policy.returned_weight * hand_off.returned,
    }
    return {name: round(value, 3) for name, value in parts.items() if value > 0}


def in_order(hand_offs: Sequence[HandOff], now: datetime, policy: RoutingPolicy) -> list[HandOff]:
    """The most urgent one first; between equals the one who came first."""
    return sorted(hand_offs, key=lambda each: (-sum(urgency(each, now, policy).values()), each.call.at, each.id))


def is_hard(frustration: float | None, policy: RoutingPolicy) -> bool:
    """Whether a call with this frustration is (or was) a furious one."""
    return frustration is not None and frustration >= policy.furious_from


def burdened(agent: Agent, frustration: float, free_at: datetime | None, policy: RoutingPolicy) -> Agent:
    """An agent after one more talk today.

    Args:
        agent: As before it.
        frustration: The caller's, 0 to 1.
        free_at: When the agent was through with it; aware. None: not yet, or not known.
        policy: The deployment's.
    """
    return replace(
        agent,
        last_frustration=frustration,
        last_free_at=free_at,
        calls_today=agent.calls_today + 1,
        hard_calls_today=agent.hard_calls_today + is_hard(frustration, policy),
        anger_today=agent.anger_today + frustration,
    )


def resting_until(agent: Agent, now: datetime, policy: RoutingPolicy) -> datetime | None:
    """Until when nothing is offered to an agent after a hard call; None when they don't rest (any more).

    A call that ended in the future (the clock was set back since) is no reason to rest.
    """
    if agent.last_free_at is None or not is_hard(agent.last_frustration, policy):
        return None
    until = agent.last_free_at + timedelta(seconds=policy.breather_s)
    return until if agent.last_free_at <= now < until else None


def is_free(agent: Agent, now: datetime, policy: RoutingPolicy) -> bool:
    """Whether a call may be offered to an agent now."""
    available = agent.status is AgentStatus.AVAILABLE and agent.hand_off_id is None
    return available and resting_until(agent, now, policy) is None


def on_duty(agent: Agent) -> bool:
    """Whether an agent is at work: free, talking or writing up; not on a break."""
    return agent.status in {AgentStatus.AVAILABLE, AgentStatus.BUSY, AgentStatus.WRAP_UP}


def speaks(agent: Agent, language: str | None) -> bool:
    """Whether an agent speaks a language; what is not known stands in nobody's way."""
    return language is None or not agent.languages or language in agent.languages


def able(hand_off: HandOff, agents: Sequence[Agent]) -> list[Agent]:
    """Agents on duty who can take a call: those who speak its language; when there are none, all."""
    there = [agent for agent in agents if on_duty(agent)]
    return [agent for agent in there if speaks(agent, hand_off.call.language)] or there


def route(
    waiting: Sequence[HandOff],
    agents: Sequence[Agent],
    refused: Mapping[str, Collection[str]],
    now: datetime,
    policy: RoutingPolicy,
) -> list[Choice]:
    """Choose agents for waiting calls.

    Args:
        waiting: Calls in state ``waiting``, in any order.
        agents: All agents.
        refused: Hand-off id → agents who have said no to it, or did not answer, and aren't asked again.
        now: By the desk's clock; aware.
        policy: The deployment's.

    Returns:
        One choice for each call that is to be offered now, the most urgent first; each agent at most once.
    """
    free = {agent.id: agent for agent in agents if is_free(agent, now, policy)}
    choices: list[Choice] = []
    if not free:
        return choices
    for hand_off in in_order(waiting, now, policy):
        found = candidates(hand_off, agents, list(free.values()), refused.get(hand_off.id, NOBODY), policy)
        if found:
            choice = ranked(hand_off, found, now, policy)[0]
            choices.append(choice)
            del free[choice.agent_id]
            if not free:
                break
    return choices


def why_not(
    hand_off: HandOff,
    agent: Agent,
    agents: Sequence[Agent],
    refused: Collection[str],
    now: datetime,
    policy: RoutingPolicy,
) -> str | None:
    """Why an agent should leave a call, which they want to take themselves, to somebody else; None: take it.

    Only one reason counts: it would be their second furious caller in a row while somebody rested is free.
    """
    if not (is_hard(hand_off.call.frustration, policy) and is_hard(agent.last_frustration, policy)):
        return None
    others = [
        other
        for other in agents
        if other.id != agent.id
        and other.id not in refused
        and not is_hard(other.last_frustration, policy)
        and speaks(other, hand_off.call.language)
        and other.status is AgentStatus.AVAILABLE
        and other.hand_off_id in {None, hand_off.id}
    ]
    if not others:
        return None
    return f"your last caller was furious too, and {others[0].name} is free: this one goes there"


def candidates(
    hand_off: HandOff,
    agents: Sequence[Agent],
    free: Sequence[Agent],
    refused: Collection[str],
    policy: RoutingPolicy,
) -> list[Agent]:
    """Free agents who may get a call.

    Args:
        hand_off: The call.
        agents: All agents: when somebody on duty speaks the caller's language, only those who do may get it.
        free: Those of them who are free.
        refused: Agents who aren't asked (again).
        policy: The deployment's.

    Returns:
        In the order of ``free``; for a hard call those whose last one was hard, too, only when nobody else is left.
    """
    can = {agent.id for agent in able(hand_off, agents)}
    found = [agent for agent in free if agent.id in can and agent.id not in refused]
    if is_hard(hand_off.call.frustration, policy):
        found = [agent for agent in found if not is_hard(agent.last_frustration, policy)] or found
    return found


def together(hand_off: HandOff, found: Sequence[Agent], policy: RoutingPolicy) -> list[Agent]:
    """Which of a call's candidates are asked at the same time, where whoever says yes first gets it.

    Those who know other topics, but not this one, are left for later while others are there; and with a hard call
    those who had :data:`SHARE` more anger today than the least burdened of the rest.

    Args:
        hand_off: The call.
        found: From :func:`candidates`.
        policy: The deployment's.

    Returns:
        At least one if there is a candidate at all; in the order of ``found``.
    """
    topic = hand_off.call.topic
    chosen = [agent for agent in found if not (topic and agent.topics) or topic in agent.topics] or list(found)
    if is_hard(hand_off.call.frustration, policy):
        least = min((agent.anger_today for agent in chosen), default=0.0)
        chosen = [agent for agent in chosen if agent.anger_today - least < SHARE]
    return chosen


def ranked(hand_off: HandOff, found: Sequence[Agent], now: datetime, policy: RoutingPolicy) -> list[Choice]:
    """A call's candidates, each with the numbers and a sentence that say why.

    Args:
        hand_off: The call.
        found: From :func:`candidates`.
        now: By the desk's clock; aware.
        policy: The deployment's.

    Returns:
        The best first; equals in the order of ``found``.
    """
    least = min((agent.anger_today for agent in found), default=0.0)
    scored = [(agent, _fit(hand_off, agent, least, now, policy)) for agent in found]
    scored.sort(key=lambda each: -sum(each[1].values()))
    return [
        Choice(
            hand_off.id,
            agent.id,
            _sentence(hand_off, agent, parts, (place, len(scored)), now, policy),
            parts,
        )
        for place, (agent, parts) in enumerate(scored, start=1)
    ]


def _fit(
    hand_off: HandOff, agent: Agent, least_anger: float, now: datetime, policy: RoutingPolicy
) -> dict[str, float]:
    """How well an agent fits a call, part by part."""
    call = hand_off.call
    parts: dict[str, float] = {}
    if call.topic and agent.topics:
        parts["topic"] = TOPIC_KNOWN if call.topic in agent.topics else TOPIC_FOREIGN
    if call.language and agent.languages:
        if call.language == agent.languages[0]:
            parts["first_language"] = FIRST_LANGUAGE
        elif call.language not in agent.languages:
            parts["no_common_language"] = NO_COMMON_LANGUAGE
    if agent.status_at is not None:
        idle_s = max(0.0, (now - agent.status_at).total_seconds())
        parts["idle"] = IDLE_WEIGHT * min(1.0, idle_s / IDLE_FULL_S)
    weight = LOAD_HARD if is_hard(call.frustration, policy) else LOAD_CALM
    parts["anger_today"] = -min(LOAD_MOST, weight * (agent.anger_today - least_anger))
    return {name: round(value, 3) for name, value in parts.items() if round(value, 3)}


def _sentence(
    hand_off: HandOff,
    agent: Agent,
    parts: Mapping[str, float],
    placed: tuple[int, int],
    now: datetime,
    policy: RoutingPolicy,
) -> str:
    """Why this agent, for people; ``placed``: which of how many candidates."""
    call = hand_off.call
    waited_s = max(0.0, (now - call.at).total_seconds())
    because = [f"waited {waited_s:.0f} s"]
    if is_hard(call.frustration, policy):
        because.append(f"furious ({call.frustration:.2f})")
    because += [f"risk: {risk}" for risk in call.risks]
    if hand_off.returned:
        because.append("was cut off")
    place, among = placed
    if among == 1:
        fits = "the only one free for it"
    else:
        fits = f"{'the best' if place == 1 else f'number {place}'} of {among} free: " + (
            ", ".join(f"{name.replace('_', ' ')} {value:+.2f}" for name, value in parts.items()) or "all alike"
        )
    return f"next ({', '.join(because)}); {agent.name} is {fits}"
