"""The server stops in the middle of everything and starts again."""

from typing import cast

import pytest

from ivr.errors import CallTakenError
from ivr.handoff.desk_returning import RETURN_S
from ivr.handoff.desk_store import DeskStore
from ivr.handoff.recovery import recover
from ivr.handoff.types import Agent, AgentStatus, HandOffState
from ivr.records.types import Journal
from tests.call.stage import Notebook
from tests.handoff.desks import Office

AGENTS = tuple(Agent(name, name, ("ko",)) for name in ("a", "b", "c"))


def _restart(office: Office) -> int:
    office.close()
    office.bridge.asked.clear()
    office.open()
    return recover(office.desk, office.records.dead, office.bridge.alive)


def test_whose_line_broke_with_the_server_is_called_back(office: Office) -> None:
    office.staff(*AGENTS)
    for call_sid in ("CA1", "CA2", "CA3", "CA4"):
        office.ring(call_sid)
    office.ring("CA5", from_number=None)
    office.go(1, "a", "b", "c")
    taken = [call_sid for call_sid in ("CA1", "CA2", "CA3") if office.hand_off(call_sid).agent_id]
    for call_sid in taken[:2]:
        agent = office.hand_off(call_sid).agent_id or ""
        office.desk.accept(call_sid, agent)
        office.desk.talking(call_sid, agent)
    office.go(1, "a", "b", "c")
    office.desk.finish(taken[0], office.hand_off(taken[0]).agent_id or "")
    office.bridge.on_the_line.clear()
    assert _restart(office) == 5
    waiting = {"CA1", "CA2", "CA3", "CA4", "CA5"} - {taken[0]}
    assert {office.hand_off(call_sid).agent_id for call_sid in waiting} == {None}
    office.ring("CA6")  # whom an agent takes meanwhile keeps them
    office.go(1, "a", "b", "c")
    busy = office.hand_off("CA6").agent_id or ""
    office.desk.accept("CA6", busy)
    office.desk.talking("CA6", busy)
    office.go(RETURN_S + 1, "a", "b", "c")
    states = {call_sid: office.hand_off(call_sid).state for call_sid in ("CA1", "CA2", "CA3", "CA4", "CA5")}
    assert states.pop(taken[0]) is HandOffState.COMPLETED
    assert states.pop("CA5") is HandOffState.MISSED
    assert set(states.values()) == {HandOffState.CALLBACK}
    held = {agent.id: agent.hand_off_id for agent in office.desk.board().agents}
    assert held.pop(busy) == office.hand_off("CA6").id
    assert set(held.values()) == {None}


def test_who_is_on_the_line_still_waits_on_before_those_who_came_later(office: Office) -> None:
    office.staff(AGENTS[0], status=AgentStatus.BREAK)
    office.ring("CA1")
    office.go(40, "a", step_s=4)
    _restart(office)
    assert office.hand_off("CA1").state is HandOffState.WAITING
    assert office.hand_off("CA1").node == office.desk.store.node
    office.ring("CA2")
    office.go(1, "a")
    assert [office.desk.outlook(each).position for each in ("CA1", "CA2")] == [1, 2]
    office.desk.set_status("a", AgentStatus.AVAILABLE)
    office.go(1, "a")
    assert office.hand_off("CA1").agent_id == "a"


def test_who_comes_back_in_time_has_the_place_they_had_and_counts_as_returned(office: Office) -> None:
    office.staff(AGENTS[0], status=AgentStatus.BREAK)
    office.ring("CA1", frustration=0.3)
    office.go(20, "a", step_s=4)
    since = office.hand_off("CA1").call.at
    office.bridge.on_the_line.clear()
    _restart(office)
    office.ring("CA2", frustration=0.9)
    office.go(10, "a")
    assert office.desk.outlook("CA1").position == 1
    office.ring("CA1", again=True, frustration=0.0, headline="")
    office.go(12, "a", step_s=4)
    back = office.hand_off("CA1")
    assert (back.state, back.returned, back.call.at) == (HandOffState.WAITING, 1, since)
    assert (back.call.frustration, back.call.headline) == (0.3, "반품 문의")  # what was known of them holds
    office.desk.set_status("a", AgentStatus.AVAILABLE)
    office.go(1, "a")
    assert office.hand_off("CA1").agent_id == "a"


def test_nobody_gets_a_caller_who_is_only_expected(office: Office) -> None:
    office.staff(AGENTS[0], status=AgentStatus.BREAK)
    office.ring("CA1")
    office.go(1, "a")
    office.bridge.on_the_line.clear()
    _restart(office)
    office.desk.enter("a")
    office.desk.set_status("a", AgentStatus.AVAILABLE)
    office.go(5, "a")
    assert office.hand_off("CA1").state is HandOffState.WAITING
    with pytest.raises(CallTakenError, match="expected back"):
        office.desk.accept("CA1", "a")
    office.ring("CA1", again=True)
    office.go(1, "a")
    assert office.hand_off("CA1").agent_id == "a"


def test_who_talked_waits_again_and_the_agent_is_free(office: Office) -> None:
    office.staff(AGENTS[0])
    office.ring("CA1")
    office.go(1, "a")
    office.desk.accept("CA1", "a")
    office.desk.talking("CA1", "a")
    office.go(1_200, "a", step_s=3)  # a long talk is no waiting
    office.bridge.on_the_line.clear()
    _restart(office)
    assert office.agent("a").status is AgentStatus.AVAILABLE
    office.ring("CA1", again=True)
    office.go(1, "a")
    back = office.hand_off("CA1")
    assert (back.state, back.returned, back.agent_id) == (HandOffState.OFFERED, 1, "a")


def test_models_that_load_long_do_not_lose_a_caller_who_is_still_on_the_telephone(office: Office) -> None:
    office.staff(AGENTS[0], status=AgentStatus.BREAK)
    office.ring("CA1")
    office.ring("CA2")
    office.go(1, "a")
    office.bridge.on_the_line.clear()
    _restart(office)
    for _ in range(4):
        office.go(15, "a", step_s=3)
        office.desk.expect("CA1")
    assert office.hand_off("CA1").state is HandOffState.WAITING
    assert office.hand_off("CA2").state is HandOffState.CALLBACK


def test_who_comes_back_after_all_is_not_called_back_as_well(office: Office) -> None:
    office.journal = cast(Journal, Notebook())
    office.staff(AGENTS[0], status=AgentStatus.BREAK)
    office.ring("CA1")
    office.go(1, "a")
    since = office.hand_off("CA1").call.at
    office.bridge.on_the_line.clear()
    _restart(office)
    office.go(RETURN_S + 1, "a")
    assert office.hand_off("CA1").state is HandOffState.CALLBACK
    office.ring("CA1", again=True)
    office.go(1, "a")
    back = office.hand_off("CA1")
    assert (back.state, back.returned, back.call.at) == (HandOffState.WAITING, 1, since)
    told = [name for name, _ in cast(Notebook, office.journal).other]
    assert [name for name in told if name.startswith("callback")] == ["callback", "callback_done"]


def test_a_broken_line_that_came_back_is_no_caller_who_hung_up(office: Office) -> None:
    office.staff(AGENTS[0], status=AgentStatus.BREAK)
    office.ring("CA1")
    office.go(1, "a")
    office.desk.caller_gone("CA1")  # the old line's last word, read when the new one is there
    office.ring("CA1", again=True)
    office.go(1, "a")
    assert office.hand_off("CA1").state is HandOffState.WAITING
    office.hang_up("CA1")
    office.go(1, "a")
    assert office.hand_off("CA1").state is HandOffState.ABANDONED
    office.ring("CA1", again=True)
    office.go(1, "a")
    assert (office.hand_off("CA1").state, office.hand_off("CA1").returned) == (HandOffState.WAITING, 1)


def test_a_process_that_lost_a_caller_to_another_does_not_end_their_waiting(office: Office) -> None:
    office.staff(AGENTS[0], status=AgentStatus.BREAK)
    office.ring("CA1")
    office.go(1, "a")
    DeskStore(office.records.engine, "another").adopt(office.hand_off("CA1"), returned=True)
    office.hang_up("CA1")
    office.go(5, "a")
    assert (office.hand_off("CA1").state, office.hand_off("CA1").returned) == (HandOffState.WAITING, 1)


def test_agents_browsers_are_given_time_to_come_back(office: Office) -> None:
    office.staff(AGENTS[0])
    _restart(office)
    office.go(10, step_s=1)
    assert office.agent("a").status is AgentStatus.AVAILABLE
    office.go(7, step_s=1)
    assert office.agent("a").status is AgentStatus.OFFLINE


def test_another_process_that_lives_is_left_alone(office: Office) -> None:
    office.staff(AGENTS[0], status=AgentStatus.BREAK)
    office.ring("CA1")
    office.go(1, "a")
    assert recover(office.desk, lambda node, since: False, office.bridge.alive) == 0
    assert office.hand_off("CA1").state is HandOffState.WAITING
