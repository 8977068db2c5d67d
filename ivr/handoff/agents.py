"""The agents: who they are, what they do, and whether their browser is still there."""

import threading
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from ivr.errors import DeskError
from ivr.handoff.desk_sql import AGENTS, SESSIONS, answer, move, note, set_session, sid_of, wrapped_up
from ivr.handoff.desk_store import DeskStore
from ivr.handoff.types import Agent, AgentStatus, DeclineReason, HandOffState

DEMO_AGENTS = (
    Agent("mina", "김미나", ("ko", "en")),
    Agent("jiho", "박지호", ("ko", "ja")),
    Agent("alex", "Alex Kim", ("en", "ko")),
    Agent("yuki", "佐藤ゆき", ("ja", "en")),
    Agent("li", "李婷", ("zh", "ko")),
)
"""Who sits at the desk of the embedded default, so that it works on one laptop; anybody may be any of them."""

LOST_AFTER_S = 4.0
"""Seconds without a sign of life after which a browser counts as gone: four heartbeats of a second. With the half
second between two rounds of the desk the caller is told within 5 s."""

SILENT_S = 90.0
"""The same while a browser listens to events: a page that is out of sight may wake only once a minute."""

CHOSEN = frozenset({AgentStatus.AVAILABLE, AgentStatus.BREAK, AgentStatus.OFFLINE})
"""What agents may set themselves."""


class Attendance:
    """Which browsers show signs of life. Times are seconds of a monotonic clock. Safe from any thread."""

    def __init__(self) -> None:
        """Nobody is there yet."""
        self._lock = threading.Lock()
        self._seen_s: dict[str, float] = {}
        self._streams: Counter[str] = Counter()
        self._arrived: set[str] = set()

    def beat(self, agent_id: str, now_s: float) -> None:
        """A browser was heard of."""
        with self._lock:
            self._seen_s[agent_id] = max(now_s, self._seen_s.get(agent_id, now_s))

    def expect(self, agent_id: str, until_s: float) -> None:
        """A browser will come back by then: the server was away, not the browser."""
        self.beat(agent_id, until_s - LOST_AFTER_S)

    def stream_opened(self, agent_id: str, now_s: float) -> None:
        """A browser listens to events."""
        self.beat(agent_id, now_s)
        with self._lock:
            self._streams[agent_id] += 1
            self._arrived.add(agent_id)

    def stream_closed(self, agent_id: str) -> None:
        """It does no longer: gone, or about to come back."""
        with self._lock:
            self._streams[agent_id] -= 1

    def arrived(self) -> frozenset[str]:
        """Whose browsers have begun to listen since :meth:`settled`: perhaps another process had them before."""
        with self._lock:
            return frozenset(self._arrived)

    def settled(self, agent_ids: Collection[str]) -> None:
        """It is known everywhere that these are here."""
        with self._lock:
            self._arrived -= set(agent_ids)

    def present(self, agent_id: str, now_s: float) -> bool:
        """Whether an agent's browser is there."""
        with self._lock:
            seen_s = self._seen_s.get(agent_id)
            patience_s = SILENT_S if self._streams[agent_id] > 0 else LOST_AFTER_S
        return seen_s is not None and now_s - seen_s <= patience_s


class AgentStore:
    """What agents do, in the desk's database. Every method may raise :class:`ivr.errors.DeskBusyError`."""

    def __init__(self, store: DeskStore) -> None:
        """Use the desk's transactions."""
        self._store = store

    def add(self, agents: Sequence[Agent], now: datetime) -> None:
        """Add agents, or give those who are there already their new name, languages and topics."""
        with self._store.writing() as connection:
            for agent in agents:
                values = _of(agent)
                known = connection.execute(update(AGENTS).where(AGENTS.c.id == agent.id).values(**values))
                if not known.rowcount:
                    connection.execute(insert(AGENTS).values(id=agent.id, created_at=now, **values))

    def know(self, agent: Agent, now: datetime) -> None:
        """Add an agent who is not there yet; one who is stays as they are."""
        with self._store.writing() as connection:
            if connection.execute(select(AGENTS.c.id).where(AGENTS.c.id == agent.id)).first() is None:
                connection.execute(insert(AGENTS).values(id=agent.id, created_at=now, **_of(agent)))

    def any(self) -> bool:
        """Whether there are agents at all."""
        with self._store.reading() as connection:
            return connection.execute(select(AGENTS.c.id).limit(1)).first() is not None

    def enter(self, agent_id: str, now: datetime) -> None:
        """An agent sits down at the desk: on a break until they say otherwise; who is there already stays so.

        Raises:
            DeskError: there is no such agent.
        """
        with self._store.writing() as connection:
            if connection.execute(select(AGENTS.c.id).where(AGENTS.c.id == agent_id)).first() is None:
                raise DeskError(f"there is no agent {agent_id[:64]!r}", "no_agent")
            session = connection.execute(select(SESSIONS).where(SESSIONS.c.agent_id == agent_id)).first()
            if session is None:
                connection.execute(
                    insert(SESSIONS).values(
                        agent_id=agent_id,
                        status=AgentStatus.BREAK.value,
                        status_at=now,
                        missed_in_a_row=0,
                        node=self._store.node,
                    )
                )
                note(connection, now, "agent", None, agent_id, status=AgentStatus.BREAK.value)
            elif session.status == AgentStatus.OFFLINE.value:
                set_session(connection, agent_id, AgentStatus.BREAK, now, node=self._store.node)
            else:
                self._move_here(connection, [agent_id])

    def move_here(self, agent_ids: Collection[str]) -> None:
        """This process looks after these agents from now on: their pages are connected to it."""
        if agent_ids:
            with self._store.writing() as connection:
                self._move_here(connection, agent_ids)

    def _move_here(self, connection: Connection, agent_ids: Collection[str]) -> None:
        connection.execute(update(SESSIONS).where(SESSIONS.c.agent_id.in_(agent_ids)).values(node=self._store.node))

    def set_status(
        self, agent_id: str, status: AgentStatus, now: datetime, why: DeclineReason = DeclineReason.BUSY
    ) -> None:
        """An agent becomes free, goes on a break, or leaves; their wrap-up ends, what rings goes on to the next.

        Args:
            agent_id: Who.
            status: One of :data:`CHOSEN`.
            now: The moment.
            why: What is noted for a call that rings at their desk when they stop being available.

        Raises:
            DeskError: they are in a call, or not at the desk.
        """
        if status not in CHOSEN:
            raise DeskError(f"status: {status.value} is set by the desk; choose available, break or offline")
        with self._store.writing() as connection:
            session = connection.execute(select(SESSIONS).where(SESSIONS.c.agent_id == agent_id)).first()
            if session is None:
                raise DeskError("enter the desk first", "not_entered")
            if session.status == AgentStatus.BUSY.value:
                raise DeskError("you are in a call: finish it first", "in_a_call")
            held = session.hand_off_id
            if session.status == status.value:
                return
            if held is not None:
                ringing = {HandOffState.OFFERED}
                if move(connection, held, ringing, HandOffState.WAITING, now, held_by=agent_id, agent_id=None):
                    answer(connection, held, agent_id, why.value, now)
                    note(connection, now, "declined", sid_of(connection, held), agent_id, reason=why.value)
                else:
                    wrapped_up(connection, held, agent_id, now)
            set_session(connection, agent_id, status, now, hand_off_id=None, missed_in_a_row=0)


def _of(agent: Agent) -> dict[str, object]:
    """What the database keeps of who an agent is."""
    return {"name": agent.name, "languages": list(agent.languages), "topics": list(agent.topics)}
