"""The server stops in the middle of everything and starts again."""

from ivr.handoff.recovery import recover
from ivr.handoff.types import Agent, AgentStatus, HandOffState
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
    states = {call_sid: office.hand_off(call_sid).state for call_sid in ("CA1", "CA2", "CA3", "CA4", "CA5")}
    assert states.pop(taken[0]) is HandOffState.COMPLETED
    assert states.pop("CA5") is HandOffState.MISSED
    assert set(states.values()) == {HandOffState.CALLBACK}
    assert all(agent.hand_off_id is None for agent in office.desk.board().agents)


def test_who_is_on_the_line_still_waits_on_before_those_who_came_later(office: Office) -> None:
    office.staff(AGENTS[0], status=AgentStatus.BREAK)
    office.ring("CA1")
    office.go(40, "a", step_s=4)
    _restart(office)
    assert office.hand_off("CA1").state is HandOffState.WAITING
    office.ring("CA2")
    office.go(1, "a")
    assert [office.desk.outlook(each).position for each in ("CA1", "CA2")] == [1, 2]
    office.desk.set_status("a", AgentStatus.AVAILABLE)
    office.go(1, "a")
    assert office.hand_off("CA1").agent_id == "a"


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
