"""Where waiting callers stand and how long it may take. Pure."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from math import inf
from statistics import fmean, median

from ivr.handoff.routing import RoutingPolicy, able, in_order, is_free, resting_until
from ivr.handoff.types import Agent, AgentStatus, HandOff, HandOffState, Outlook

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
        The expected waiting time is what comes of playing the queue on: the callers in their order each take
        the one of their agents who is free first, and occupy them for as long as calls lately did. Who talks or
        writes up now needs half of that, as a call looked at by chance does; who rests, the rest of the
        breather. Callers who come later and are more urgent are not foreseen.
    """
    order = in_order([each for each in hand_offs if each.state in WAITS], now, policy)
    ringing = {each.id for each in order if each.state is HandOffState.OFFERED}
    typical_s = typical(occupied_s) or inf
    free_in_s = {agent.id: _free_in_s(agent, ringing, typical_s, now, policy) for agent in agents}
    there: dict[str | None, list[str]] = {}
    for each in order:
        if each.call.language not in there:
            there[each.call.language] = [agent.id for agent in able(each, agents)]
    rivals = {
        language: [
            other for other, theirs in there.items() if other == language or not set(mine).isdisjoint(theirs)
        ]
        for language, mine in there.items()
    }
    before: Counter[str | None] = Counter()
    found: dict[str, Outlook] = {}
    for each in order:
        language = each.call.language
        mine = there[language]
        position = sum(before[other] for other in rivals[language]) + 1
        before[language] += 1
        first = min(mine, key=free_in_s.__getitem__, default=None)
        expected_s = inf if first is None else free_in_s[first]
        if first is not None:
            free_in_s[first] += typical_s
        told_s = expected_s if expected_s < inf else None
        found[each.call.call_sid] = Outlook(position, told_s, len(mine), is_open)
    return found


def _free_in_s(
    agent: Agent, ringing: Collection[str], typical_s: float, now: datetime, policy: RoutingPolicy
) -> float:
    """Seconds until an agent on duty is free; one at whose desk it rings is as good as free for whoever is next."""
    if is_free(agent, now, policy) or agent.hand_off_id in ringing:
        return 0.0
    until = resting_until(agent, now, policy)
    if agent.status is AgentStatus.AVAILABLE and until is not None:
        return (until - now).total_seconds()
    return typical_s / 2
