"""The statements that the desk's transactions are made of."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Table, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from ivr.errors import CallTakenError, DeskBusyError
from ivr.handoff.types import FINAL, AgentStatus, HandOffState
from ivr.records.desk_models import AgentRow, AgentSessionRow, DeskCallRow, DeskEventRow, DeskOfferRow, FeedbackRow
from ivr.records.engine import reason

AGENTS = cast(Table, AgentRow.__table__)
CALLS = cast(Table, DeskCallRow.__table__)
SESSIONS = cast(Table, AgentSessionRow.__table__)
OFFERS = cast(Table, DeskOfferRow.__table__)
EVENTS = cast(Table, DeskEventRow.__table__)
FEEDBACK = cast(Table, FeedbackRow.__table__)


def note(
    connection: Connection,
    now: datetime,
    kind: str,
    call_sid: str | None,
    agent_id: str | None = None,
    **data: object,
) -> None:
    """Write down that something happened, in the transaction in which it does."""
    connection.execute(
        insert(EVENTS).values(
            at=now,
            kind=kind,
            call_sid=call_sid,
            agent_id=agent_id,
            data={name: value for name, value in data.items() if value is not None and value != ""},
        )
    )


def move(
    connection: Connection,
    hand_off_id: str,
    since: Collection[HandOffState],
    to: HandOffState,
    now: datetime,
    *,
    held_by: str | None = None,
    **values: object,
) -> bool:
    """The conditional change on which everything rests: True for the one who was first."""
    statement = update(CALLS).where(CALLS.c.id == hand_off_id, CALLS.c.state.in_(names(since)))
    if held_by is not None:
        statement = statement.where(CALLS.c.agent_id == held_by)
    return changed(
        connection.execute(statement.values(state=to.value, changed_at=now, rev=CALLS.c.rev + 1, **values))
    )


def answer(connection: Connection, hand_off_id: str, agent_id: str | None, answer: str, now: datetime) -> bool:
    """Close the open offer of a call to an agent (None: to anybody)."""
    statement = update(OFFERS).where(OFFERS.c.desk_call_id == hand_off_id, OFFERS.c.answer.is_(None))
    if agent_id is not None:
        statement = statement.where(OFFERS.c.agent_id == agent_id)
    return changed(connection.execute(statement.values(answer=answer, answered_at=now)))


def free(connection: Connection, hand_off_id: str, agent_id: str, now: datetime) -> None:
    """The agent is through with the call."""
    connection.execute(
        update(OFFERS)
        .where(
            OFFERS.c.desk_call_id == hand_off_id,
            OFFERS.c.agent_id == agent_id,
            OFFERS.c.answer == "accepted",
            OFFERS.c.free_at.is_(None),
        )
        .values(free_at=now)
    )


def wrapped_up(connection: Connection, hand_off_id: str, agent_id: str, now: datetime) -> None:
    """What the agent was writing up is done; nothing happens when it was something else."""
    if move(connection, hand_off_id, {HandOffState.WRAP_UP}, HandOffState.COMPLETED, now, wrapped_up_at=now):
        free(connection, hand_off_id, agent_id, now)
        note(connection, now, "completed", sid_of(connection, hand_off_id), agent_id)


def sid_of(connection: Connection, hand_off_id: str) -> str | None:
    """The call that a hand-off is of."""
    return connection.scalar(select(CALLS.c.call_sid).where(CALLS.c.id == hand_off_id))


def set_session(
    connection: Connection, agent_id: str, status: AgentStatus, now: datetime, **values: object
) -> None:
    """Change what an agent does."""
    connection.execute(
        update(SESSIONS).where(SESSIONS.c.agent_id == agent_id).values(status=status.value, status_at=now, **values)
    )
    note(connection, now, "agent", None, agent_id, status=status.value)


def why_over(connection: Connection, hand_off_id: str) -> CallTakenError:
    """The refusal of a call that can't be taken: who was faster, or what became of it."""
    row = connection.execute(
        select(CALLS.c.state, CALLS.c.agent_id, AgentRow.name)
        .join(AgentRow, AgentRow.id == CALLS.c.agent_id, isouter=True)
        .where(CALLS.c.id == hand_off_id)
    ).first()
    if row is None:
        return CallTakenError("there is no such call", "no_call")
    if row.state in names({*FINAL, HandOffState.WRAP_UP}) or row.agent_id is None:
        return CallTakenError(f"this call is over: {row.state}", "over")
    name = row.name or row.agent_id
    return CallTakenError(f"{name} was faster and has this call", "taken", agent=row.agent_id, agent_name=name)


def names(states: Collection[HandOffState] | Collection[AgentStatus]) -> list[str]:
    """As the database holds them."""
    return [state.value for state in states]


def changed(result: CursorResult[Any]) -> bool:
    """Whether a statement found something to change."""
    return result.rowcount > 0


def busy(error: SQLAlchemyError) -> DeskBusyError:
    """The error that says: nothing was changed, try again."""
    return DeskBusyError(
        f"the desk's database can't be used now ({reason(error)}); nothing was changed, try again in a moment"
    )
