"""Changes the desk's tables. Every method is one transaction: all of it happens or nothing.

Who gets a call is settled by the database: each change says from which state it leads away, and who comes second
finds no row to change. So it does not matter which thread, or which process, was first to ask.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from ivr.errors import DeskError
from ivr.handoff import desk_reads
from ivr.handoff.desk_reads import Board, DeskEvent, Offer
from ivr.handoff.desk_sql import (
    CALLS,
    OFFERS,
    SESSIONS,
    answer,
    busy,
    changed,
    free,
    move,
    names,
    note,
    set_session,
    why_over,
    wrapped_up,
)
from ivr.handoff.routing import RoutingPolicy
from ivr.handoff.types import (
    LIVE,
    MOVES,
    TALKS,
    AgentStatus,
    Choice,
    DeclineReason,
    HandOff,
    HandOffState,
    WaitingCall,
)
from ivr.records.engine import for_reading, for_writing

MAY_TAKE = (AgentStatus.AVAILABLE, AgentStatus.WRAP_UP, AgentStatus.BREAK)
"""Agents who may take a call; ``wrap_up`` ends with it."""


class DeskStore:
    """The desk's database. Safe from any thread. Every method may raise :class:`DeskBusyError`."""

    def __init__(self, engine: Engine, node: str) -> None:
        """Use a database whose tables exist.

        Args:
            engine: :attr:`ivr.records.store.Store.engine`.
            node: This process's name (:class:`ivr.records.presence.Presence`).
        """
        self._engine = engine
        self.node = node
        self._known: Mapping[str, tuple[int, HandOff]] = {}

    # --- reading -----------------------------------------------------------------------------------------

    def board(self, day_start: datetime, refused_since: datetime, routing: RoutingPolicy) -> Board:
        """Everything that is live; see :func:`ivr.handoff.desk_reads.board`."""
        with self.reading() as connection:
            live = desk_reads.live(connection, self._known)
            self._known = live  # replaced whole: another thread's older one only means reading once more
            hand_offs = tuple(hand_off for _, hand_off in live.values())
            return desk_reads.board(connection, hand_offs, day_start, refused_since, routing)

    def latest(self, call_sid: str) -> HandOff | None:
        """The latest hand-off of a call."""
        with self.reading() as connection:
            return desk_reads.latest(connection, call_sid)

    def offers(self, hand_off_id: str) -> tuple[Offer, ...]:
        """To whom a call was offered, in order, and why."""
        with self.reading() as connection:
            return desk_reads.offers(connection, hand_off_id)

    def events_since(self, after: int, limit: int) -> tuple[DeskEvent, ...]:
        """What happened after event ``after``."""
        with self.reading() as connection:
            return desk_reads.events_since(connection, after, limit)

    def last_event(self) -> int:
        """The number of the latest event."""
        with self.reading() as connection:
            return desk_reads.last_event(connection)

    # --- calls -------------------------------------------------------------------------------------------

    def add(self, call: WaitingCall, now: datetime, returned: int = 0) -> bool:
        """A caller waits; False when they do already.

        Args:
            call: Who, and since when.
            now: The moment.
            returned: How many agents or lines they have lost.
        """
        with self.writing() as connection:
            known = connection.execute(
                select(CALLS.c.id).where(CALLS.c.call_sid == call.call_sid, CALLS.c.state.in_(names(LIVE)))
            ).first()
            if known is not None:
                return False
            connection.execute(
                insert(CALLS).values(
                    id=uuid4().hex,
                    call_sid=call.call_sid,
                    state=HandOffState.WAITING.value,
                    requested_at=min(call.at, now),
                    language=call.language,
                    topic=call.topic,
                    frustration=call.frustration,
                    risks=list(call.risks),
                    headline=call.headline,
                    headlines=dict(call.headlines),
                    reason=call.reason,
                    from_number=call.from_number,
                    changed_at=now,
                    returned=returned,
                    on_hold=False,
                    notes="",
                    node=self.node,
                    rev=0,
                )
            )
            note(connection, now, "waiting", call.call_sid, headline=call.headline, language=call.language)
            return True

    def offer(self, choice: Choice, call_sid: str, now: datetime) -> bool:
        """Let a call ring at an agent; False when the one or the other is not free any more."""
        with self.writing() as connection:
            if not move(connection, choice.hand_off_id, {HandOffState.WAITING}, HandOffState.OFFERED, now,
                         agent_id=choice.agent_id):  # fmt: skip
                return False
            if not changed(
                connection.execute(
                    update(SESSIONS)
                    .where(
                        SESSIONS.c.agent_id == choice.agent_id,
                        SESSIONS.c.status == AgentStatus.AVAILABLE.value,
                        SESSIONS.c.hand_off_id.is_(None),
                    )
                    .values(hand_off_id=choice.hand_off_id)
                )
            ):
                connection.rollback()
                return False
            connection.execute(
                insert(OFFERS).values(
                    desk_call_id=choice.hand_off_id,
                    agent_id=choice.agent_id,
                    offered_at=now,
                    why=choice.reason,
                    contributions=dict(choice.contributions),
                )
            )
            note(connection, now, "offered", call_sid, choice.agent_id, why=choice.reason)
            return True

    def accept(self, hand_off: HandOff, agent_id: str, now: datetime) -> None:
        """Give a call to an agent, exactly once.

        Raises:
            CallTakenError: somebody else has it, or it is over.
            DeskError: the agent can't take a call now.
        """
        with self.writing() as connection:
            takes = {HandOffState.WAITING, HandOffState.OFFERED}
            if not move(connection, hand_off.id, takes, HandOffState.ACCEPTED, now,
                         agent_id=agent_id, accepted_at=now, node=self.node):  # fmt: skip
                raise why_over(connection, hand_off.id)
            self._take_agent(connection, hand_off, agent_id, now)
            mine = answer(connection, hand_off.id, agent_id, "accepted", now)
            answer(connection, hand_off.id, None, "withdrawn", now)
            connection.execute(  # the agent at whose desk it rang is free again
                update(SESSIONS)
                .where(SESSIONS.c.hand_off_id == hand_off.id, SESSIONS.c.agent_id != agent_id)
                .values(hand_off_id=None)
            )
            if not mine:
                connection.execute(
                    insert(OFFERS).values(
                        desk_call_id=hand_off.id, agent_id=agent_id, offered_at=now, why="taken from the list",
                        contributions={}, answer="accepted", answered_at=now,
                    )
                )  # fmt: skip
            note(connection, now, "accepted", hand_off.call.call_sid, agent_id)

    def _take_agent(self, connection: Connection, hand_off: HandOff, agent_id: str, now: datetime) -> None:
        session = connection.execute(select(SESSIONS).where(SESSIONS.c.agent_id == agent_id)).first()
        if session is None or session.status not in names(MAY_TAKE):
            status = session.status if session else "offline"
            raise DeskError(f"you are {status}: finish your call, or set yourself available first", "not_free")
        if session.hand_off_id is not None and session.hand_off_id != hand_off.id:
            # What rang at this desk goes to somebody else; what was being written up is done.
            if move(connection, session.hand_off_id, {HandOffState.OFFERED}, HandOffState.WAITING, now,
                     agent_id=None):  # fmt: skip
                answer(connection, session.hand_off_id, agent_id, DeclineReason.BUSY.value, now)
            else:
                wrapped_up(connection, session.hand_off_id, agent_id, now)
        set_session(connection, agent_id, AgentStatus.BUSY, now, hand_off_id=hand_off.id, missed_in_a_row=0)

    def decline(
        self,
        hand_off: HandOff,
        agent_id: str,
        reason: DeclineReason,
        now: datetime,
        then: AgentStatus | None = None,
    ) -> bool:
        """An offer was not taken: the call waits for the next agent; False when it was not theirs.

        Args:
            hand_off: The offered call.
            agent_id: Who did not take it.
            reason: Why.
            now: The moment.
            then: The agent's status from now on; None leaves it.
        """
        with self.writing() as connection:
            if not move(connection, hand_off.id, {HandOffState.OFFERED}, HandOffState.WAITING, now,
                         held_by=agent_id, agent_id=None):  # fmt: skip
                return False
            answer(connection, hand_off.id, agent_id, reason.value, now)
            missed = reason is DeclineReason.NO_ANSWER
            values: dict[str, object] = {"hand_off_id": None}
            values["missed_in_a_row"] = SESSIONS.c.missed_in_a_row + 1 if missed else 0
            if then is not None:
                values |= {"status": then.value, "status_at": now}
            connection.execute(update(SESSIONS).where(SESSIONS.c.agent_id == agent_id).values(**values))
            note(connection, now, "declined", hand_off.call.call_sid, agent_id, reason=reason.value)
            if then is not None:
                note(connection, now, "agent", None, agent_id, status=then.value)
            return True

    def move(
        self,
        hand_off: HandOff,
        to: HandOffState,
        now: datetime,
        *,
        why: str = "",
        agent_then: AgentStatus = AgentStatus.AVAILABLE,
    ) -> bool:
        """Bring a hand-off from the state it was seen in into another; False when it is no longer there.

        Args:
            hand_off: As it was seen.
            to: Where to.
            now: The moment.
            why: A word for the event.
            agent_then: What the agent who had it does from now on, if it is theirs no longer.
        """
        if to not in MOVES[hand_off.state]:
            return False
        values: dict[str, object] = {}
        if hand_off.state in LIVE and to not in LIVE:
            values |= {"ended_at": now, "on_hold": False}
        if to is HandOffState.WAITING:
            values |= {
                "agent_id": None,
                "on_hold": False,
                "returned": hand_off.returned + (hand_off.state in TALKS),
            }
        if to is HandOffState.COMPLETED:
            values["wrapped_up_at"] = now
        with self.writing() as connection:
            if not move(connection, hand_off.id, {hand_off.state}, to, now, held_by=hand_off.agent_id, **values):
                return False
            keeps = to in TALKS or to is HandOffState.WRAP_UP
            if hand_off.agent_id is not None:
                if hand_off.state is HandOffState.OFFERED:
                    answer(connection, hand_off.id, hand_off.agent_id, "withdrawn", now)
                    connection.execute(
                        update(SESSIONS).where(SESSIONS.c.hand_off_id == hand_off.id).values(hand_off_id=None)
                    )
                elif keeps:
                    status = AgentStatus.WRAP_UP if to is HandOffState.WRAP_UP else AgentStatus.BUSY
                    set_session(connection, hand_off.agent_id, status, now, hand_off_id=hand_off.id)
                else:
                    free(connection, hand_off.id, hand_off.agent_id, now)
                    set_session(connection, hand_off.agent_id, agent_then, now, hand_off_id=None)
            note(connection, now, to.value, hand_off.call.call_sid, hand_off.agent_id, why=why)
            return True

    def adopt(self, hand_off: HandOff, *, returned: bool) -> None:
        """The caller's stream is in this process now, or is expected here.

        Args:
            hand_off: Of whatever process.
            returned: Whether that counts as having lost an agent.
        """
        values = {"node": self.node, "rev": CALLS.c.rev + 1, "returned": CALLS.c.returned + int(returned)}
        with self.writing() as connection:
            connection.execute(update(CALLS).where(CALLS.c.id == hand_off.id).values(**values))

    def write(self, hand_off: HandOff, agent_id: str, now: datetime, kind: str, **values: object) -> bool:
        """Change what an agent writes on their own call (``notes``, ``disposition``, ``on_hold``)."""
        with self.writing() as connection:
            written = changed(
                connection.execute(
                    update(CALLS)
                    .where(CALLS.c.id == hand_off.id, CALLS.c.agent_id == agent_id)
                    .values(rev=CALLS.c.rev + 1, **values)
                )
            )
            if written:
                shown = {name: value for name, value in values.items() if name != "notes"}
                note(connection, now, kind, hand_off.call.call_sid, agent_id, **shown)
            return written

    # --- transactions ------------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads.

        Raises:
            DeskBusyError: the database can't be read.
        """
        try:
            with for_reading(self._engine) as connection:
                yield connection
        except SQLAlchemyError as error:
            raise busy(error) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes; committed at the end, undone by any exception.

        Raises:
            DeskBusyError: the database is locked or away; nothing was changed.
        """
        try:
            with for_writing(self._engine, "desk") as connection:
                yield connection
                connection.commit()
        except SQLAlchemyError as error:
            raise busy(error) from error
