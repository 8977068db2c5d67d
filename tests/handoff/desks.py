"""A desk on a database of its own, with a clock and a bridge that the test moves."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ivr.content.types import Hours
from ivr.errors import CallerGoneError
from ivr.handoff.desk import Desk
from ivr.handoff.desk_clock import DeskClock
from ivr.handoff.desk_record import DeskRecord
from ivr.handoff.desk_rules import DeskPolicy
from ivr.handoff.desk_store import DeskStore
from ivr.handoff.types import Agent, AgentStatus, Bridge, HandOff, WaitingCall
from ivr.records.store import Store
from ivr.records.types import Journal
from tests.databases import locked

NOON = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
"""A Monday, twelve o'clock in Seoul."""


@dataclass
class Time:
    """A clock that stands until it is moved."""

    at_s: float = 1000.0
    wall: datetime = NOON

    def go(self, seconds: float) -> None:
        self.at_s += seconds
        self.wall += timedelta(seconds=seconds)

    def clock(self) -> DeskClock:
        return DeskClock(lambda: self.wall, lambda: self.at_s)


@dataclass
class FakeBridge:
    """Knows who is on the line, and notes what the desk asks for."""

    on_the_line: set[str] = field(default_factory=set)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def alive(self, call_sid: str) -> bool:
        return call_sid in self.on_the_line

    def attach(self, call_sid: str, agent_id: str) -> str:
        if call_sid not in self.on_the_line:
            raise CallerGoneError(f"{call_sid}: the caller hung up")
        self.asked.append(("attach", call_sid, agent_id))
        return f"token-{call_sid}-{agent_id}"

    def detach(self, call_sid: str, why: str) -> None:
        self.asked.append(("detach", call_sid, why))

    def hold(self, call_sid: str, on: bool) -> None:
        self.asked.append(("hold", call_sid, str(on)))


@dataclass
class Office:
    """A desk and all that it stands on."""

    path: Path
    """Of the SQLite file; with another ``url``, beside which the process notes that it lives."""
    time: Time = field(default_factory=Time)
    bridge: FakeBridge = field(default_factory=FakeBridge)
    policy: DeskPolicy = field(default_factory=DeskPolicy)
    journal: Journal | None = None
    hours: Hours = field(default_factory=Hours)
    busy_timeout_ms: int = 50
    url: str = ""
    """Of the database; none: SQLite in ``path``."""

    def __post_init__(self) -> None:
        self.url = self.url or f"sqlite:///{self.path}"
        self.open()

    def open(self) -> None:
        """A process starts."""
        beside = None if self.url.startswith("sqlite") else self.path.with_name("journal")
        self.records = Store(self.url, state_dir=beside, busy_timeout_ms=self.busy_timeout_ms)
        self.records.migrate()
        bridge: Bridge = self.bridge
        self.desk = Desk(
            DeskStore(self.records.engine, self.records.presence.node),
            DeskRecord(self.journal),
            bridge=bridge,
            policy=self.policy,
            hours=lambda: self.hours,
            clock=self.time.clock(),
        )

    def close(self) -> None:
        """It ends; its callers' streams end with it."""
        self.desk.stop()
        self.records.close()

    def locked(self) -> AbstractContextManager[None]:
        """Another process is writing, and does not come to an end."""
        return locked(self.url)

    def staff(self, *agents: Agent, status: AgentStatus = AgentStatus.AVAILABLE) -> None:
        """Agents who sit at the desk."""
        self.desk.agents.add(agents, self.desk.now())
        for agent in agents:
            self.desk.enter(agent.id)
            self.desk.set_status(agent.id, status)

    def ring(self, call_sid: str, **fields: Any) -> None:
        """A caller waits for a person."""
        self.bridge.on_the_line.add(call_sid)
        values = {"language": "ko", "from_number": "+821012345678", "headline": "반품 문의"}
        self.desk.request(WaitingCall(call_sid, self.desk.now(), **{**values, **fields}))

    def hang_up(self, call_sid: str) -> None:
        """The caller hangs up."""
        self.bridge.on_the_line.discard(call_sid)
        self.desk.caller_gone(call_sid)

    def go(self, seconds: float, *present: str, step_s: float = 1.0) -> None:
        """Time passes; the browsers of ``present`` show that they live."""
        while seconds > 0:
            self.time.go(min(step_s, seconds))
            seconds -= step_s
            for agent_id in present:
                self.desk.beat(agent_id)
            self.desk.round()

    def hand_off(self, call_sid: str) -> HandOff:
        """The latest hand-off of a call."""
        found = self.desk.store.latest(call_sid)
        assert found is not None
        return found

    def agent(self, agent_id: str) -> Agent:
        found = self.desk.board().agent(agent_id)
        assert found is not None
        return found
