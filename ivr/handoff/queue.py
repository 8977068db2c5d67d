"""Where waiting callers stand and how long it may take. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from statistics import fmean, median

from ivr.handoff.routing import RoutingPolicy, able, in_order, is_free
from ivr.handoff.types import Agent, HandOff, HandOffState, Outlook

FEWEST_SAMPLES = 5
"""Known calls below which no waiting time is named: a guess would be invented."""

SAMPLES = 50
"""Latest calls that count: about half an hour of ten agents with six-minute calls."""

LONGEST = 4.0
"""Medians; of calls of exponentially distributed length one in sixteen is longer."""

WAITS = frozenset({HandOffState.WAITING, HandOffState.OFFERED})


def typical(occupied_s: Sequence[float]) -> float | None:
    """For how long a call occupies an agent, in seconds; None: too few are known.

    The mean, since that is what a queue moves by (a few long calls hold it up more than the median tells); single
    calls count up to :data:`LONGEST` medians, so that one that was forgotten open does not frighten everybody.
    """
    if len(occupied_s) < FEWEST_SAMPLES:
        return None
    latest = occupied_s[:SAMPLES]
    longest_s = LONGEST * median(latest)
    return fmean(min(each, longest_s) for each in latest)


def outlooks(
    hand_offs: Sequence[HandOff],
    agents: Sequence[Agent],
    occupied_s: Sequence[float],
    now: datetime,
    policy: RoutingPolicy,
    *,
    is_open: bool,
) -> dict[str, Outlook]:
    """What each waiting caller may be told, by call SID, the one who is next first.

    Args:
        hand_offs: All that are live.
        agents: All agents.
        occupied_s: For how many seconds the latest calls occupied their agents, from the first ring to the end of
            the wrap-up and of the breather; the newest first.
        now: By the desk's clock; aware.
        policy: The deployment's.
        is_open: Whether the agents' hours run.

    Returns:
        The position among all who wait for the same agents (callers of another language may wait for others).
        The expected waiting time is 0 when an agent is free for this call; else, with ``n`` agents who are each
        occupied for a mean time ``m`` by a call, one of them becomes free every ``m / n`` seconds, and it takes as
        many of these as callers stand before, plus one. Callers who come later and are more urgent aren't foreseen.
    """
    order = in_order([each for each in hand_offs if each.state in WAITS], now, policy)
    ringing = {each.id for each in order if each.state is HandOffState.OFFERED}
    typical_s = typical(occupied_s)
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
