"""The desk itself and the bridge together: what agents click, and what becomes of the voices."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ivr.bridge.hub import BridgeHub
from ivr.content.types import Hours
from ivr.handoff.agents import DEMO_AGENTS
from ivr.handoff.desk import Desk
from ivr.handoff.desk_record import DeskRecord
from ivr.handoff.desk_store import DeskStore
from ivr.handoff.types import AgentStatus, HandOffState
from ivr.records.store import Store
from tests.bridge.house import Scene, scene, wait_for
from tests.bridge.sides import SID, Agent
from tests.bridge.sounds import tone

pytestmark = pytest.mark.slow


@contextmanager
def office(path: Path, *agents: str) -> Iterator[tuple[Scene, Desk]]:
    """A hotline with its desk; the agents' browsers show signs of life until the end."""
    store = Store(f"sqlite:///{path}")
    store.migrate()
    desks: list[Desk] = []

    def open_desk(hub: BridgeHub) -> Desk:
        desk = Desk(DeskStore(store.engine, store.presence.node), DeskRecord(None), bridge=hub, hours=Hours)
        desk.agents.add(DEMO_AGENTS, desk.now())
        for agent in agents:
            desk.enter(agent)
            desk.set_status(agent, AgentStatus.AVAILABLE)
        desk.start()
        desks.append(desk)
        return desk

    over = threading.Event()

    def beat() -> None:
        while not over.wait(1.0):
            for agent in agents:
                desks[0].beat(agent)

    with scene(open_desk) as stage:
        beating = threading.Thread(target=beat, name="test-heartbeat")
        beating.start()
        try:
            yield stage, desks[0]
        finally:
            over.set()
            beating.join()
    desks[0].stop()
    store.close()


def state_is(desk: Desk, state: HandOffState) -> Callable[[], bool]:
    def asked() -> bool:
        hand_off = desk.store.latest(SID)
        return hand_off is not None and hand_off.state is state

    return asked


def take(stage: Scene, desk: Desk, agent_id: str) -> Agent:
    """An agent clicks accept, and the page opens its audio."""
    wait_for(lambda: desk.store.latest(SID), "the desk knows of the caller")
    token = desk.accept(SID, agent_id).audio_token
    assert token is not None
    agent = Agent(stage.url, token)
    stage.agents.append(agent)
    return agent


def test_from_accept_to_wrap_up(tmp_path: Path) -> None:
    with office(tmp_path / "desk.sqlite3", "alex") as (stage, desk):
        caller = stage.ring()
        wait_for(lambda: desk.store.latest(SID), "the desk knows of the caller")
        clicked_s = time.monotonic()
        agent = take(stage, desk, "alex")
        agent.say(tone(700, 3.0))
        wait_for(lambda: abs(caller.hears_hz(0.2) - 700) < 10, "the caller hears the agent")
        assert time.monotonic() - clicked_s < 2.0
        wait_for(state_is(desk, HandOffState.TALKING), "the desk knows that they talk")
        desk.hold(SID, "alex", True)
        wait_for(lambda: agent.got("hold"), "on hold")
        desk.finish(SID, "alex")
        assert agent.closed.wait(5)
        assert caller.closed.wait(10)
        assert state_is(desk, HandOffState.WRAP_UP)()
        stage.ended()
        assert stage.outcome == "handed_off"


def test_a_browser_dies_and_the_next_agent_goes_on(tmp_path: Path) -> None:
    with office(tmp_path / "desk.sqlite3", "alex", "mina") as (stage, desk):
        caller = stage.ring()
        wait_for(lambda: desk.store.latest(SID), "the desk knows of the caller")
        first = desk.store.latest(SID)
        assert first is not None
        wait_for(state_is(desk, HandOffState.OFFERED), "it rings")
        offered = desk.store.latest(SID)
        assert offered is not None and offered.agent_id is not None
        take(stage, desk, offered.agent_id)
        wait_for(state_is(desk, HandOffState.TALKING), "they talk")
        stage.agents[0].die()
        wait_for(lambda: (desk.store.latest(SID) or first).returned == 1, "it is given back", 5)
        other = "mina" if offered.agent_id == "alex" else "alex"
        second = take(stage, desk, other)
        second.say(tone(700, 3.0))
        wait_for(lambda: abs(caller.hears_hz(0.2) - 700) < 10, "the caller hears the next agent")


def test_who_hangs_up_while_waiting_is_off_the_desk(tmp_path: Path) -> None:
    with office(tmp_path / "desk.sqlite3", "alex") as (stage, desk):
        caller = stage.ring()
        wait_for(lambda: desk.store.latest(SID), "the desk knows of the caller")
        caller.hang_up()
        wait_for(state_is(desk, HandOffState.ABANDONED), "it is abandoned")


def test_nobody_on_duty_so_a_call_back_is_arranged(tmp_path: Path) -> None:
    with office(tmp_path / "desk.sqlite3") as (stage, desk):
        stage.ring()
        wait_for(state_is(desk, HandOffState.CALLBACK), "nobody is there", 20)
        wait_for(lambda: "call you back" in stage.said, "the caller hears of it")
