"""Two servers on one database: one desk, two processes that look after it."""

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.errors import CallTakenError, DeskBusyError, DeskError
from ivr.handoff.desk_rules import LEFT_BEHIND_S
from ivr.handoff.recovery import recover
from ivr.handoff.types import Agent, AgentStatus, HandOffState
from ivr.web.desk_stream import stream
from ivr.web.visitors import Standing
from tests.handoff.desks import Office, Time
from tests.postgres import PostgresServer

MINA, JIHO = Agent("mina", "김미나", ("ko",)), Agent("jiho", "박지호", ("ko",))


class Pair:
    """Two offices, a and b, whose clocks agree."""

    def __init__(self, url: str, folder: Path) -> None:
        time = Time()
        self.a, self.b = (
            Office(folder / name / "desk.sqlite3", url=url, time=time, busy_timeout_ms=5_000) for name in ("a", "b")
        )

    def go(self, seconds: float, *, a: tuple[str, ...] = (), b: tuple[str, ...] = ()) -> None:
        """Time passes in both; these agents' browsers show there that they live."""
        for _ in range(round(seconds)):
            self.a.time.go(1)
            for office, agents in ((self.a, a), (self.b, b)):
                for agent_id in agents:
                    office.desk.beat(agent_id)
                office.desk.round()


@pytest.fixture
def pair(database_url: str, tmp_path: Path) -> Iterator[Pair]:
    pair = Pair(database_url, tmp_path)
    yield pair
    pair.a.close()
    pair.b.close()


def test_of_agents_at_two_servers_who_click_at_once_one_has_the_call(pair: Pair) -> None:
    """Whatever else keeps them apart, in the end the database does."""
    pair.a.staff(MINA, status=AgentStatus.BREAK)
    pair.b.staff(JIHO, status=AgentStatus.BREAK)
    calls = [f"CA{number:02}" for number in range(20)]
    for call_sid in calls:
        pair.a.ring(call_sid)
    pair.go(1, a=("mina",), b=("jiho",))
    got: list[tuple[str, str]] = []
    told: list[str] = []
    failed: list[BaseException] = []
    together = threading.Barrier(2)

    def work(office: Office, agent: str) -> None:
        try:
            for call_sid in calls:
                hand_off = office.hand_off(call_sid)
                together.wait(20)
                try:
                    office.desk.store.accept(hand_off, agent, office.desk.now())
                    got.append((call_sid, agent))
                except CallTakenError as error:
                    told.append(str(error))
                together.wait(20)
                if (call_sid, agent) in got:
                    assert office.desk.store.move(
                        office.hand_off(call_sid), HandOffState.WRAP_UP, office.desk.now()
                    )
                together.wait(20)
        except BaseException as error:
            failed.append(error)
            together.abort()

    threads = [threading.Thread(target=work, args=each) for each in ((pair.a, "mina"), (pair.b, "jiho"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert sorted(call_sid for call_sid, _ in got) == calls
    assert len(told) == len(calls) and all("was faster" in each for each in told)


def test_a_callers_line_is_in_one_server_and_the_other_says_so(pair: Pair) -> None:
    pair.a.staff(MINA, status=AgentStatus.BREAK)
    pair.b.staff(JIHO, status=AgentStatus.BREAK)
    pair.a.ring("CA1")
    pair.go(1, a=("mina",), b=("jiho",))
    with pytest.raises(DeskError, match="on another server") as refused:
        pair.b.desk.accept("CA1", "jiho")
    assert refused.value.code == "elsewhere"
    assert pair.b.hand_off("CA1").state is HandOffState.WAITING  # and nothing happened to the caller
    assert pair.a.desk.accept("CA1", "mina").audio_token == "token-CA1-mina"
    pair.go(1, a=("mina",), b=("jiho",))
    with pytest.raises(DeskError, match="on another server"):
        pair.b.desk.finish("CA1", "mina")
    with pytest.raises(DeskError, match="on another server"):
        pair.b.desk.hold("CA1", "mina", True)
    assert pair.a.hand_off("CA1").state is HandOffState.ACCEPTED


def test_callers_ring_at_agents_of_their_own_server_alone(pair: Pair) -> None:
    pair.b.staff(JIHO)
    pair.a.ring("CA1")
    pair.go(2, b=("jiho",))
    assert pair.a.hand_off("CA1").state is HandOffState.WAITING
    assert pair.a.desk.outlook("CA1").agents == 0
    pair.a.staff(MINA)
    pair.go(1, a=("mina",), b=("jiho",))
    assert pair.a.hand_off("CA1").agent_id == "mina"


def test_one_server_does_not_send_the_others_agents_home(pair: Pair) -> None:
    pair.a.staff(MINA)
    pair.b.staff(JIHO)
    pair.go(10, a=("mina",), b=("jiho",))
    assert pair.a.agent("mina").status is pair.a.agent("jiho").status is AgentStatus.AVAILABLE
    pair.go(6, a=("mina",))
    assert pair.a.agent("jiho").status is AgentStatus.OFFLINE  # its own has noticed
    assert pair.a.agent("mina").status is AgentStatus.AVAILABLE


def test_an_agent_whose_page_connects_to_the_other_server_works_there(pair: Pair) -> None:
    pair.a.staff(MINA)
    pair.b.ring("CA1")
    pair.go(1, a=("mina",))
    assert pair.b.hand_off("CA1").state is HandOffState.WAITING
    pair.b.desk.attendance.stream_opened("mina", pair.b.desk.clock.seconds())
    pair.go(1, b=("mina",))
    pair.go(1, b=("mina",))
    assert pair.b.hand_off("CA1").agent_id == "mina"


def test_an_agent_whose_page_moved_in_mid_talk_and_then_died_gives_the_caller_back(pair: Pair) -> None:
    pair.a.staff(MINA)
    pair.a.ring("CA1")
    pair.go(1, a=("mina",))
    pair.a.desk.accept("CA1", "mina")
    pair.a.desk.talking("CA1", "mina")
    pair.b.desk.enter("mina")
    pair.go(8, b=("mina",))
    assert pair.a.hand_off("CA1").state is HandOffState.TALKING  # her sound has not moved
    pair.go(6)
    assert pair.a.hand_off("CA1").agent_id is None
    assert pair.a.agent("mina").status is AgentStatus.OFFLINE


def test_the_events_of_one_server_reach_the_pages_of_the_other(pair: Pair) -> None:
    pair.a.staff(MINA, status=AgentStatus.BREAK)
    pair.b.staff(JIHO, status=AgentStatus.BREAK)
    desk = pair.b.desk
    events = stream(desk, "jiho", {}, desk.store.last_event(), lambda: False, Standing())
    assert "event: hello" in next(events)
    pair.a.ring("CA1")
    pair.go(1, a=("mina",), b=("jiho",))
    pair.a.desk.accept("CA1", "mina")
    kinds = [each.split("event: ")[1].split("\n")[0] for each in itertools.islice(events, 3)]
    events.close()
    assert kinds == ["waiting", "agent", "accepted"]


def test_no_event_is_skipped_however_many_write(pair: Pair) -> None:
    """Numbers are given in the order in which transactions end, or a reader would pass over the slower one's."""
    pair.a.staff(*(Agent(f"a{number}", f"a{number}") for number in range(4)))
    writers = [(pair.a, "a0"), (pair.b, "a1"), (pair.a, "a2"), (pair.b, "a3")]
    rounds = 25
    after = start = pair.a.desk.store.last_event()

    def write(office: Office, agent: str) -> None:
        for number in range(rounds):
            status = AgentStatus.BREAK if number % 2 == 0 else AgentStatus.AVAILABLE
            office.desk.agents.set_status(agent, status, office.desk.now())

    threads = [threading.Thread(target=write, args=each) for each in writers]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    while any(thread.is_alive() for thread in threads) or not seen or seen[-1] < pair.b.desk.store.last_event():
        for event in pair.b.desk.store.events_since(after, 1_000):
            seen.append(event.id)
            after = event.id
    assert seen == [event.id for event in pair.a.desk.store.events_since(start, 1_000)]
    assert len(seen) == rounds * len(writers)


def test_callers_of_a_server_that_is_gone_are_called_back_by_the_other(pair: Pair) -> None:
    """A process on another machine, say: nobody can tell at once that it is dead."""
    pair.a.staff(MINA)
    pair.b.staff(JIHO)
    pair.a.ring("CA1")
    pair.go(1, a=("mina",), b=("jiho",))
    assert pair.a.hand_off("CA1").state is HandOffState.OFFERED
    for _ in range(round(LEFT_BEHIND_S)):
        pair.b.go(1, "jiho")
    assert pair.b.hand_off("CA1").state is HandOffState.OFFERED
    for _ in range(25):
        pair.b.go(1, "jiho")
    assert pair.b.hand_off("CA1").state is HandOffState.WAITING
    for _ in range(round(pair.b.policy.longest_wait_s) // 10):
        pair.b.go(10, "jiho", step_s=10)
    assert pair.b.hand_off("CA1").state is HandOffState.CALLBACK


def test_who_waits_again_after_a_long_talk_is_not_sent_away_by_the_other(pair: Pair) -> None:
    pair.a.staff(MINA)
    pair.a.ring("CA1")
    pair.go(1, a=("mina",))
    pair.a.desk.accept("CA1", "mina")
    pair.a.desk.talking("CA1", "mina")
    pair.a.go(pair.a.policy.longest_wait_s + LEFT_BEHIND_S + 5, "mina", step_s=4)
    pair.a.staff(JIHO)
    pair.a.desk.agent_gone("CA1", "mina", "her audio broke off")
    pair.go(3, a=("mina", "jiho"))
    assert pair.a.hand_off("CA1").state is HandOffState.OFFERED
    assert pair.a.hand_off("CA1").agent_id == "jiho"


def test_a_server_that_starts_leaves_the_others_callers_and_agents_alone(pair: Pair) -> None:
    pair.a.staff(MINA, status=AgentStatus.BREAK)
    pair.a.ring("CA1")
    pair.go(1, a=("mina",))
    pair.b.close()
    pair.b.open()
    assert recover(pair.b.desk, lambda node, since: node != pair.a.desk.store.node, pair.b.bridge.alive) == 0
    assert pair.a.hand_off("CA1").node == pair.a.agent("mina").node == pair.a.desk.store.node


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.slow)], indirect=True)
def test_a_database_that_stops_and_comes_back_changes_nothing_by_itself(
    pair: Pair, postgres: PostgresServer
) -> None:
    pair.a.staff(MINA)
    pair.a.ring("CA1")
    pair.go(1, a=("mina",))
    postgres.stop()
    with pytest.raises(DeskBusyError, match="nothing was changed, try again"):
        pair.a.desk.accept("CA1", "mina")
    pair.a.ring("CA2")
    with pytest.raises(DeskBusyError):
        pair.a.go(1, "mina")
    postgres.start()
    pair.a.desk.accept("CA1", "mina")
    pair.a.go(1, "mina")
    assert pair.a.hand_off("CA1").agent_id == "mina"
    assert pair.a.hand_off("CA2").state is HandOffState.WAITING
