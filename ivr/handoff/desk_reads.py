"""Reads the desk's tables into values."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select

from ivr.handoff.queue import SAMPLES
from ivr.handoff.routing import RoutingPolicy, burdened, is_hard
from ivr.handoff.types import FINAL, Agent, AgentStatus, DeclineReason, HandOff, HandOffState, WaitingCall
from ivr.records.desk_models import AgentRow, AgentSessionRow, DeskCallRow, DeskEventRow, DeskOfferRow

_CALLS = DeskCallRow.__table__

# Built once: the desk is read twice a second, and building a statement costs more than running it.
_FINAL = frozenset(state.value for state in FINAL)
_IS_LIVE = DeskCallRow.state.not_in(sorted(_FINAL))
_REVS = select(DeskCallRow.id, DeskCallRow.rev).where(_IS_LIVE)
_LIVE = select(_CALLS).where(_IS_LIVE)
_SOME = select(_CALLS).where(DeskCallRow.id.in_(bindparam("ids", expanding=True)))

MANY = 100
"""Changed hand-offs from which all are read rather than those."""

_LATEST = (
    select(_CALLS)
    .where(DeskCallRow.call_sid == bindparam("call_sid"))
    .order_by(DeskCallRow.requested_at.desc(), DeskCallRow.changed_at.desc())
    .limit(1)
)
_AGENTS = (
    select(
        AgentRow.id,
        AgentRow.name,
        AgentRow.languages,
        AgentRow.topics,
        AgentSessionRow.status,
        AgentSessionRow.status_at,
        AgentSessionRow.hand_off_id,
        AgentSessionRow.missed_in_a_row,
        AgentSessionRow.node,
    )
    .join(AgentSessionRow, AgentSessionRow.agent_id == AgentRow.id, isouter=True)
    .order_by(AgentRow.name, AgentRow.id)
)
_TODAY = (
    select(DeskOfferRow.agent_id, DeskOfferRow.free_at, DeskCallRow.frustration)
    .join(DeskCallRow, DeskCallRow.id == DeskOfferRow.desk_call_id)
    .where(DeskOfferRow.answer == "accepted", DeskOfferRow.offered_at >= bindparam("day_start"))
    .order_by(DeskOfferRow.answered_at, DeskOfferRow.id)
)
_REFUSED = (
    select(DeskOfferRow.desk_call_id, DeskOfferRow.agent_id)
    .join(DeskCallRow, DeskCallRow.id == DeskOfferRow.desk_call_id)
    .where(DeskCallRow.state.in_(["waiting", "offered"]))
    .where(DeskOfferRow.answer.in_([reason.value for reason in DeclineReason]))
    .where(DeskOfferRow.answered_at >= bindparam("since"))
)
_HANDLING = (
    select(DeskOfferRow.offered_at, DeskOfferRow.free_at, DeskCallRow.frustration)
    .join(DeskCallRow, DeskCallRow.id == DeskOfferRow.desk_call_id)
    .where(DeskOfferRow.answer == "accepted", DeskOfferRow.free_at.is_not(None))
    .order_by(DeskOfferRow.free_at.desc())
    .limit(SAMPLES)
)
_EVENTS = (
    select(DeskEventRow.__table__)
    .where(DeskEventRow.id > bindparam("after"))
    .order_by(DeskEventRow.id)
    .limit(bindparam("most"))
)


@dataclass(frozen=True)
class Board:
    """The desk at one moment."""

    hand_offs: tuple[HandOff, ...] = ()
    """All that are not final."""
    agents: tuple[Agent, ...] = ()
    refused: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Hand-off id → agents who have just said no to it or did not answer."""
    occupied_s: tuple[float, ...] = ()
    """For how long the latest calls occupied their agents, the newest first."""

    def of(self, node: str) -> "Board":
        """What one process looks after: the callers whose lines it has, and the agents whose pages it has."""
        here = {"", node}
        return replace(
            self,
            hand_offs=tuple(each for each in self.hand_offs if each.node in here),
            agents=tuple(each for each in self.agents if each.node in here),
        )

    def without(self, call_sids: Collection[str]) -> "Board":
        """The desk without some callers."""
        return replace(
            self, hand_offs=tuple(each for each in self.hand_offs if each.call.call_sid not in call_sids)
        )

    def live(self, call_sid: str) -> HandOff | None:
        """The hand-off of a call that is not final."""
        return next((each for each in self.hand_offs if each.call.call_sid == call_sid), None)

    def agent(self, agent_id: str | None) -> Agent | None:
        """One agent."""
        return next((each for each in self.agents if each.id == agent_id), None)


@dataclass(frozen=True)
class Offer:
    """A call rang at an agent's desk, or was taken there."""

    agent_id: str
    offered_at: datetime
    why: str
    contributions: Mapping[str, object]
    answer: str | None
    """None: it still rings."""
    answered_at: datetime | None
    free_at: datetime | None


@dataclass(frozen=True)
class DeskEvent:
    """Something that happened on the desk."""

    id: int
    at: datetime
    kind: str
    call_sid: str | None
    agent_id: str | None
    data: Mapping[str, object]


def live(connection: Connection, known: Mapping[str, tuple[int, HandOff]]) -> dict[str, tuple[int, HandOff]]:
    """The hand-offs that are not final, by id, each with the revision it was read at.

    Args:
        connection: To the desk's database.
        known: What was read before; what has not changed since is taken from there.
    """
    revs = {row.id: row.rev for row in connection.execute(_REVS)}
    found = {each: known[each] for each, rev in revs.items() if each in known and known[each][0] == rev}
    missing = [each for each in revs if each not in found]
    if missing:
        few = len(missing) < MANY
        rows = connection.execute(_SOME, {"ids": missing}) if few else connection.execute(_LIVE)
        found |= {row.id: (row.rev, hand_off(row)) for row in rows if row.state not in _FINAL}
    return found


def board(
    connection: Connection,
    hand_offs: tuple[HandOff, ...],
    day_start: datetime,
    refused_since: datetime,
    routing: RoutingPolicy,
) -> Board:
    """Everything that is live.

    Args:
        connection: To the desk's database.
        hand_offs: What :func:`live` found.
        day_start: From when on calls count for agents' load; aware.
        refused_since: From when on a no counts; aware.
        routing: Which calls are hard, and how long agents rest after them.
    """
    return Board(
        hand_offs,
        agents(connection, day_start, routing),
        _refused(connection, refused_since),
        occupied_s(connection, routing),
    )


def hand_off(row: Row[Any]) -> HandOff:
    """One row of ``desk_calls``."""
    call = WaitingCall(
        call_sid=row.call_sid,
        at=row.requested_at,
        language=row.language,
        topic=row.topic,
        frustration=row.frustration,
        risks=tuple(row.risks),
        headline=row.headline,
        headlines=row.headlines,
        reason=row.reason,
        from_number=row.from_number,
    )
    return HandOff(
        id=row.id,
        call=call,
        state=HandOffState(row.state),
        agent_id=row.agent_id,
        changed_at=row.changed_at,
        accepted_at=row.accepted_at,
        ended_at=row.ended_at,
        returned=row.returned,
        on_hold=row.on_hold,
        notes=row.notes,
        disposition=row.disposition,
        node=row.node,
    )


def latest(connection: Connection, call_sid: str) -> HandOff | None:
    """The latest hand-off of a call, live or final."""
    row = connection.execute(_LATEST, {"call_sid": call_sid}).first()
    return None if row is None else hand_off(row)


def agents(connection: Connection, day_start: datetime, routing: RoutingPolicy) -> tuple[Agent, ...]:
    """All agents with what they do now and what they have had since ``day_start``, by name."""
    rows = connection.execute(_AGENTS).all()
    found = {
        row.id: Agent(
            row.id,
            row.name,
            tuple(row.languages),
            tuple(row.topics),
            AgentStatus(row.status or AgentStatus.OFFLINE),
            row.status_at,
            row.hand_off_id,
            missed_in_a_row=row.missed_in_a_row or 0,
            node=row.node or "",
        )
        for row in rows
    }
    for row in connection.execute(_TODAY, {"day_start": day_start}):
        agent = found.get(row.agent_id)
        if agent is not None:
            found[agent.id] = burdened(agent, row.frustration, row.free_at, routing)
    return tuple(found.values())


def _refused(connection: Connection, since: datetime) -> dict[str, frozenset[str]]:
    """Who said no to calls that still wait."""
    found: dict[str, set[str]] = {}
    for row in connection.execute(_REFUSED, {"since": since}):
        found.setdefault(row.desk_call_id, set()).add(row.agent_id)
    return {each: frozenset(agents) for each, agents in found.items()}


def occupied_s(connection: Connection, routing: RoutingPolicy) -> tuple[float, ...]:
    """Seconds for which the latest calls occupied their agents, the newest first.

    From the moment it rang until the agent was free again, wrap-up included, and after a hard call rested.
    """
    return tuple(
        max(0.0, (row.free_at - row.offered_at).total_seconds())
        + (routing.breather_s if is_hard(row.frustration, routing) else 0.0)
        for row in connection.execute(_HANDLING)
    )


def offers(connection: Connection, hand_off_id: str) -> tuple[Offer, ...]:
    """To whom a call was offered, in order, and why."""
    rows = connection.execute(
        select(DeskOfferRow.__table__).where(DeskOfferRow.desk_call_id == hand_off_id).order_by(DeskOfferRow.id)
    )
    return tuple(
        Offer(row.agent_id, row.offered_at, row.why, row.contributions, row.answer, row.answered_at, row.free_at)
        for row in rows
    )


def events_since(connection: Connection, after: int, limit: int) -> tuple[DeskEvent, ...]:
    """What happened after event ``after``, oldest first."""
    rows = connection.execute(_EVENTS, {"after": after, "most": limit})
    return tuple(DeskEvent(row.id, row.at, row.kind, row.call_sid, row.agent_id, row.data) for row in rows)


def last_event(connection: Connection) -> int:
    """The number of the latest event; 0 without any."""
    return connection.scalar(select(func.max(DeskEventRow.id))) or 0
