"""Where waiting callers stand and how long it may take. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from statistics import median

from ivr.handoff.routing import RoutingPolicy, able, in_order, is_free
from ivr.handoff.types import Agent, HandOff, HandOffState, Outlook

FEWEST_SAMPLES = 5
"""Handling times below which no waiting time is named: a guess would be invented."""

SAMPLES = 50
"""Latest handling times that count: about an hour of ten agents with six-minute calls."""

WAITS = frozenset({HandOffState.WAITING, HandOffState.OFFERED})


def outlooks(
    hand_offs: Sequence[HandOff],
    agents: Sequence[Agent],
    handling_s: Sequence[float],
    now: datetime,
    policy: RoutingPolicy,
    *,
    is_open: bool,
) -> dict[str, Outlook]:
    """What each waiting caller may be told, by call SID, the one who is next first.

    Args:
        hand_offs: All that are live.
        agents: All agents.
        handling_s: Latest handling times in seconds, from an agent's yes until they were free again, wrap-up
            included; the newest first.
        now: By the desk's clock; aware.
        policy: The deployment's.
        is_open: Whether the agents' hours run.

    Returns:
        The position among all who wait for the same agents (callers of another language may wait for others).
        The expected waiting time is 0 when an agent is free for this call; else, with ``n`` agents who each need
        the median time ``m`` for a call, one of them becomes free every ``m / n`` seconds, and it takes as many
        of these as callers stand before, plus one.
    """
    order = in_order([each for each in hand_offs if each.state in WAITS], now, policy)
    ringing = {each.id for each in order if each.state is HandOffState.OFFERED}
    typical_s = median(handling_s[:SAMPLES]) if len(handling_s) >= FEWEST_SAMPLES else None
    there: dict[str | None, dict[str, Agent]] = {}
    for each in order:
        if each.call.language not in there:
            there[each.call.language] = {agent.id: agent for agent in able(each, agents)}
    rivals = {
        language: [other for other, theirs in there.items() if other == language or mine.keys() & theirs.keys()]
        for language, mine in there.items()
    }
    # An agent at whose desk a call rings is as good as free for whoever is next.
    free = {
        language: sum(is_free(agent, now, policy) or agent.hand_off_id in ringing for agent in mine.values())
        for language, mine in there.items()
    }
    before: Counter[str | None] = Counter()
    found: dict[str, Outlook] = {}
    for each in order:
        language = each.call.language
        ahead = sum(before[other] for other in rivals[language])
        agents_there = len(there[language])
        if ahead < free[language]:
            expected_s: float | None = 0.0
        elif typical_s is None or not agents_there:
            expected_s = None
        else:
            expected_s = (ahead - free[language] + 1) * typical_s / agents_there
        found[each.call.call_sid] = Outlook(ahead + 1, expected_s, agents_there, is_open)
        before[language] += 1
    return found
