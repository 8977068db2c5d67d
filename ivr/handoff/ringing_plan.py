"""Which agents' telephones ring for whom, and when to give up: by the desk's own routing. Pure.

Telephones are agents of :mod:`ivr.handoff.routing` (made by :mod:`ivr.handoff.ringing_load`); a caller who waits
for them is a hand-off. Time is an argument.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ivr.handoff import routing
from ivr.handoff.queue import outlooks
from ivr.handoff.ringing import (
    CLOSED,
    Attempt,
    Fetch,
    GiveUp,
    Lost,
    Ring,
    RingPolicy,
    Rung,
    Step,
)
from ivr.handoff.types import Agent, AgentStatus, Choice, HandOff, HandOffState, Outlook, WaitingCall

DANGER = "safety"
"""The risk for which an agent's breather is broken: at the desk they would see the caller in the list and could
help, a telephone shows no list."""


def hand_off(call: Rung, now_s: float, at: datetime) -> HandOff:
    """A caller as routing sees them.

    Args:
        call: Theirs.
        now_s: Now.
        at: The time of day; aware.
    """
    since = at - timedelta(seconds=now_s - call.since_s)
    known = call.known or WaitingCall(call.call_sid, since, call.language, from_number=call.from_number)
    state = HandOffState.OFFERED if any(attempt.live for attempt in call.attempts) else HandOffState.WAITING
    return HandOff(call.call_sid, replace(known, at=since), state, returned=call.returned)


def plan(
    calls: Iterable[Rung],
    agents: Sequence[Agent],
    now_s: float,
    at: datetime,
    policy: RingPolicy,
    *,
    is_open: bool,
) -> list[Step]:
    """What must be done now.

    Args:
        calls: All hand-offs that are not over.
        agents: The telephones (:func:`ivr.handoff.ringing_load.telephones`), in the order in which they were
            written down: between equals the first one rings.
        now_s: Now.
        at: The time of day; aware.
        policy: The deployment's.
        is_open: Whether the agents' hours run.

    Returns:
        The steps, the most urgent callers first. A telephone that rings or talks is rung for nobody else, and each
        telephone at most once for each caller.
    """
    by_sid = {call.call_sid: call for call in calls}
    engaged = {agent.id for agent in agents if agent.status is not AgentStatus.AVAILABLE}
    steps: list[Step] = []
    waiting = [hand_off(call, now_s, at) for call in by_sid.values()]
    for each in routing.in_order(waiting, at, policy.routing):
        call = by_sid[each.id]
        steps += _late(call, now_s, policy)
        if call.taken is not None or call.given_up or call.over or now_s < call.not_before_s:
            continue
        if call.own_number is None:
            continue  # only a ``<Dial>`` can ring for it
        if why := _hopeless(call, agents, now_s, policy, is_open):
            steps.append(GiveUp(call.call_sid, why, closed=why == CLOSED))
        elif is_open:
            chosen = _next(call, each, agents, engaged, at, policy)
            for number, choice in enumerate(chosen, start=len(call.attempts)):
                engaged.add(choice.agent_id)
                steps.append(Ring(call.call_sid, _attempt(choice, number, agents, now_s, at)))
    return steps


def dial_now(call: Rung, agents: Sequence[Agent], now_s: float, at: datetime, policy: RingPolicy) -> list[Attempt]:
    """The telephones that a ``<Dial>`` in the caller's own call rings now.

    It can't wait, so who rests, does not speak the caller's language or (last of all) is on the telephone is rung
    when nobody better is left. Those that only the carrier's REST API kept from ringing are rung once more.

    Args:
        call: The hand-off; nothing rings for it.
        agents: The telephones.
        now_s: Now.
        at: The time of day; aware.
        policy: The deployment's.

    Returns:
        The attempts, at most ``policy.dial_most``; none when every telephone was rung.
    """
    asked = {attempt.phone for attempt in call.attempts if not attempt.carrier_failed}
    left = [agent for agent in agents if agent.id not in asked]
    there = [agent for agent in left if agent.status is AgentStatus.AVAILABLE] or left
    rested = [agent for agent in there if routing.is_free(agent, at, policy.routing)]
    each = hand_off(call, now_s, at)
    found = routing.candidates(each, there, rested, (), policy.routing)
    found = found or routing.candidates(each, there, there, (), policy.routing)
    choices = _chosen(each, found, at, policy)[: policy.dial_most]
    first = len(call.attempts)
    return [
        replace(_attempt(choice, first + index, agents, now_s, at), stage="ringing", placed_by="dial")
        for index, choice in enumerate(choices)
    ]


def outlook(
    call: Rung,
    calls: Iterable[Rung],
    agents: Sequence[Agent],
    occupied_s: Sequence[float],
    now_s: float,
    at: datetime,
    policy: RingPolicy,
    *,
    is_open: bool,
) -> Outlook:
    """What a waiting caller may honestly be told: as on the desk (:func:`ivr.handoff.queue.outlooks`)."""
    waiting = [
        hand_off(each, now_s, at) for each in calls if not each.over and each.taken is None and not each.given_up
    ]
    found = outlooks(waiting, agents, occupied_s, at, policy.routing, is_open=is_open)
    return found.get(call.call_sid) or Outlook(None, None, len(agents), is_open)


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


def _hopeless(call: Rung, agents: Sequence[Agent], now_s: float, policy: RingPolicy, is_open: bool) -> str | None:
    if not agents:
        return "no agent has a telephone number here"
    if any(attempt.live for attempt in call.attempts):
        return None
    if not is_open:
        return CLOSED
    asked = {attempt.phone for attempt in call.attempts}
    if asked.issuperset(agent.id for agent in agents):
        return "every agent was rung: " + ", ".join(
            f"{len([a for a in call.attempts if a.answer == answer])} {answer}"
            for answer in dict.fromkeys(attempt.answer for attempt in call.attempts)
        )
    if call.attempts and all(attempt.carrier_failed for attempt in call.attempts):
        return "the carrier's REST API can't be reached"
    return "waited too long" if now_s - call.since_s > policy.longest_wait_s else None


def _next(
    call: Rung,
    each: HandOff,
    agents: Sequence[Agent],
    engaged: Collection[str],
    at: datetime,
    policy: RingPolicy,
) -> list[Choice]:
    """The telephones to ring now for a caller.

    Those that ring for them already are candidates, too: while the best ones ring, the others wait their turn.
    """
    rings = {attempt.phone for attempt in call.attempts if attempt.live}
    if rings and policy.order == "in_order":
        return []  # never two at once: the order is a promise to the agents
    asked = {attempt.phone for attempt in call.attempts} - rings
    left = [agent for agent in agents if agent.id not in asked]
    there = [agent for agent in left if agent.id in rings or agent.id not in engaged]
    rested = [
        agent for agent in there if routing.resting_until(agent, at, policy.routing) is None or agent.id in rings
    ]
    found = routing.candidates(each, left, rested, (), policy.routing)
    if not found and DANGER in each.call.risks:
        found = routing.candidates(each, there, there, (), policy.routing)
    return [choice for choice in _chosen(each, found, at, policy) if choice.agent_id not in rings]


def _chosen(each: HandOff, found: Sequence[Agent], at: datetime, policy: RingPolicy) -> list[Choice]:
    """Whom of a caller's candidates to ring at the same time; the best first."""
    if policy.order == "simultaneous":
        return routing.ranked(each, routing.together(each, found, policy.routing), at, policy.routing)
    return routing.ranked(each, found, at, policy.routing)[:1]


def _attempt(choice: Choice, number: int, agents: Sequence[Agent], now_s: float, at: datetime) -> Attempt:
    name = next(agent.name for agent in agents if agent.id == choice.agent_id)
    return Attempt(
        number,
        choice.agent_id,
        at,
        now_s,
        agent=name,
        chosen=choice.reason,
        contributions=choice.contributions,
    )
