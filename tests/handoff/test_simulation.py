"""Nobody falls through: whole shifts with everything that can go wrong."""

import threading
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.errors import CallTakenError, DeskBusyError, DeskError
from ivr.handoff.desk_reads import DeskEvent
from ivr.handoff.desk_sql import CALLS, OFFERS
from ivr.handoff.types import FINAL, Agent, AgentStatus, HandOffState
from tests.handoff.desks import Office
from tests.handoff.shift import Shift


def _events(office: Office) -> list[DeskEvent]:
    found: list[DeskEvent] = []
    while more := office.desk.store.events_since(found[-1].id if found else 0, 1_000):
        found += more
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("database_url", "seed"), [("sqlite", 1), ("sqlite", 2), ("postgresql", 1)], indirect=["database_url"]
)
def test_of_200_hand_offs_none_is_lost_and_none_doubled(database_url: str, tmp_path: Path, seed: int) -> None:
    office = Office(tmp_path / "desk.sqlite3", url=database_url, busy_timeout_ms=1)
    shift = Shift(office, seed)
    shift.play()
    with office.desk.store.reading() as connection:
        rows = connection.execute(select(CALLS.c.call_sid, CALLS.c.state, CALLS.c.ended_at)).all()
        talks = connection.execute(select(OFFERS).where(OFFERS.c.answer == "accepted")).all()
        open_offers = connection.execute(select(OFFERS).where(OFFERS.c.answer.is_(None))).all()
    states = Counter(row.state for row in rows)
    # None lost: every caller who came has one hand-off, and it came to an end that is kept.
    assert sorted(row.call_sid for row in rows) == shift.came
    assert set(states) <= {state.value for state in FINAL}
    assert all(row.ended_at is not None for row in rows)
    # The shift was as bad as it was meant to be.
    events = _events(office)
    declined = Counter(each.data["reason"] for each in events if each.kind == "declined")
    assert {"busy", "declined", "no_answer", "unreachable"} <= set(declined)
    ends = {"completed", "abandoned", "callback", "voicemail", "back_to_machine"}
    assert ends <= set(states) and states["completed"] >= 60
    assert shift.locked > 0
    # None doubled: nobody has two agents, no agent two callers, at any time.
    assert all(talk.free_at is not None for talk in talks)
    assert open_offers == []
    for by in ("desk_call_id", "agent_id"):
        until: dict[str, datetime] = {}
        for talk in sorted(talks, key=lambda each: (each.answered_at, each.free_at)):
            key = getattr(talk, by)
            assert key not in until or until[key] <= talk.answered_at, f"two at once: {by} {key}"
            until[key] = talk.free_at
    assert all(agent.hand_off_id is None for agent in office.desk.board().agents)
    office.close()


def test_of_many_who_click_at_once_exactly_one_gets_each_call(database_url: str, tmp_path: Path) -> None:
    office = Office(tmp_path / "desk.sqlite3", url=database_url, busy_timeout_ms=5_000)
    agents = [Agent(f"a{number}", f"a{number}") for number in range(8)]
    office.staff(*agents, status=AgentStatus.BREAK)
    calls = [f"CA{number}" for number in range(12)]
    for call_sid in calls:
        office.ring(call_sid)
    office.go(1, *(agent.id for agent in agents))
    got: list[tuple[str, str]] = []
    told: Counter[str] = Counter()
    failed: list[BaseException] = []
    lock, together = threading.Lock(), threading.Barrier(len(agents))

    def work(agent: Agent) -> None:
        try:
            for call_sid in calls:
                together.wait(20)
                try:
                    office.desk.accept(call_sid, agent.id)
                except DeskBusyError:
                    told["busy"] += 1
                except CallTakenError as error:
                    with lock:
                        told["faster" if "was faster" in str(error) else str(error)] += 1
                except DeskError as error:
                    with lock:
                        told[str(error)] += 1
                else:
                    with lock:
                        got.append((call_sid, agent.id))
                together.wait(20)
                with lock:
                    mine = (call_sid, agent.id) in got
                if mine:
                    office.desk.finish(call_sid, agent.id)
                together.wait(20)
        except BaseException as error:
            failed.append(error)
            together.abort()

    threads = [threading.Thread(target=work, args=(agent,)) for agent in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert sorted(call_sid for call_sid, _ in got) == sorted(calls)  # each exactly once
    assert told == Counter({"faster": len(calls) * (len(agents) - 1)})
    attached = [(call_sid, agent) for kind, call_sid, agent in office.bridge.asked if kind == "attach"]
    assert sorted(attached) == sorted(got)
    assert {office.hand_off(call_sid).state for call_sid in calls} <= {HandOffState.WRAP_UP, HandOffState.COMPLETED}
    office.close()


def test_the_desks_own_thread_offers_a_call_at_once(tmp_path: Path) -> None:
    office = Office(tmp_path / "desk.sqlite3", busy_timeout_ms=5_000)
    office.staff(Agent("mina", "김미나"))
    office.desk.start()
    version = office.desk.inbox.wait(-1, 0)
    office.ring("CA1")
    for _ in range(20):
        version = office.desk.inbox.wait(version, 0.5)
        found = office.desk.store.latest("CA1")
        if found is not None and found.state is HandOffState.OFFERED:
            break
    assert office.hand_off("CA1").agent_id == "mina"
    office.close()
    assert office.desk.inbox.closed
