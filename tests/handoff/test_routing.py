"""Who comes next, and to whom."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ivr.handoff.queue import outlooks
from ivr.handoff.routing import RoutingPolicy, in_order, route, urgency, why_not
from ivr.handoff.types import Agent, AgentStatus, HandOff, HandOffState, WaitingCall
from tests.handoff.desks import NOON

POLICY = RoutingPolicy()


def _waiting(name: str, waited_s: float = 0, **fields: Any) -> HandOff:
    values = {"language": "ko", **fields}
    call = WaitingCall(name, NOON - timedelta(seconds=waited_s), **values)
    return HandOff(name, call, HandOffState.WAITING, changed_at=call.at)


def _free(name: str, idle_s: float = 60, **fields: Any) -> Agent:
    values = {"languages": ("ko",), **fields}
    since = NOON - timedelta(seconds=idle_s)
    return Agent(name, name, status=AgentStatus.AVAILABLE, status_at=since, **values)


def _chosen(waiting: list[HandOff], agents: list[Agent], **refused: set[str]) -> dict[str, str]:
    return {each.hand_off_id: each.agent_id for each in route(waiting, agents, refused, NOON, POLICY)}


def test_furious_callers_come_before_calm_ones_but_nobody_waits_for_ever() -> None:
    furious, calm = _waiting("furious", 0, frustration=0.9), _waiting("calm", 60, frustration=0.1)
    patient = _waiting("patient", 400)
    order = [each.id for each in in_order([calm, furious, patient], NOON, POLICY)]
    assert order == ["patient", "furious", "calm"]
    assert urgency(patient, NOON, POLICY) == {"waiting": 1.333}


def test_danger_comes_first() -> None:
    danger, long_ago = _waiting("danger", 0, risks=("press", "safety")), _waiting("long_ago", 500)
    assert [each.id for each in in_order([long_ago, danger], NOON, POLICY)] == ["danger", "long_ago"]


def test_who_lost_an_agent_comes_before_who_waited_as_long() -> None:
    cut_off = replace(_waiting("cut_off", 30), returned=1)
    assert in_order([_waiting("other", 30), cut_off], NOON, POLICY)[0].id == "cut_off"


def test_each_caller_gets_somebody_who_speaks_their_language() -> None:
    agents = [_free("mina"), _free("yuki", languages=("ja",)), _free("poly", languages=())]
    assert _chosen([_waiting("k"), _waiting("j", language="ja"), _waiting("z", language="zh")], agents) == {
        "k": "mina",
        "j": "yuki",
        "z": "poly",
    }


def test_when_nobody_on_duty_speaks_it_anybody_is_better_than_nobody() -> None:
    busy = replace(_free("li", languages=("zh",)), status=AgentStatus.BUSY)
    caller = _waiting("z", language="zh")
    assert _chosen([caller], [_free("mina")]) == {"z": "mina"}
    assert _chosen([caller], [_free("mina"), busy]) == {}  # somebody does: worth waiting for


def test_who_knows_the_topic_is_chosen_before_who_is_idle_longest() -> None:
    knows = _free("knows", 0, topics=("start_return",))
    idle = _free("idle", 3600, topics=("order_status",))
    assert _chosen([_waiting("c", topic="start_return")], [idle, knows]) == {"c": "knows"}
    assert _chosen([_waiting("c")], [idle, knows]) == {"c": "idle"}


def test_no_two_furious_calls_in_a_row_while_another_is_free() -> None:
    long_ago = NOON - timedelta(hours=1)
    tired = _free("tired", 3600, last_frustration=0.9, last_free_at=long_ago, topics=("start_return",))
    rested = _free("rested", 0, last_frustration=0.2, last_free_at=long_ago, topics=("order_status",))
    furious = _waiting("c", frustration=0.8, topic="start_return")
    assert _chosen([furious], [tired, rested]) == {"c": "rested"}
    assert _chosen([furious], [tired]) == {"c": "tired"}  # nobody else: better than waiting
    assert _chosen([replace(furious, call=replace(furious.call, frustration=0.3))], [tired, rested]) == {
        "c": "tired"
    }


def test_a_hard_call_is_followed_by_a_breather() -> None:
    just_now = NOON - timedelta(seconds=POLICY.breather_s - 1)
    tired = _free("tired", last_frustration=0.9, last_free_at=just_now)
    assert _chosen([_waiting("calm")], [tired]) == {}
    rested = replace(tired, last_free_at=NOON - timedelta(seconds=POLICY.breather_s))
    assert _chosen([_waiting("calm")], [rested]) == {"calm": "tired"}


def test_a_call_that_ended_in_the_future_is_no_reason_to_rest() -> None:
    agent = _free("a", last_frustration=0.9, last_free_at=NOON + timedelta(hours=3))
    assert _chosen([_waiting("calm")], [agent]) == {"calm": "a"}  # the clock was set back


def test_the_anger_of_a_day_is_shared_out() -> None:
    loaded, fresh = _free("loaded", 600, anger_today=3.2), _free("fresh", 0, anger_today=0.4)
    assert _chosen([_waiting("furious", frustration=0.9)], [loaded, fresh]) == {"furious": "fresh"}


def test_who_said_no_is_not_asked_for_the_same_call() -> None:
    assert _chosen([_waiting("c")], [_free("a", 600), _free("b")], c={"a"}) == {"c": "b"}


@pytest.mark.parametrize(
    "fields", [{"status": AgentStatus.BREAK}, {"status": AgentStatus.BUSY}, {"hand_off_id": "another"}]
)
def test_only_who_is_free_is_asked(fields: dict[str, Any]) -> None:
    assert _chosen([_waiting("c")], [replace(_free("a"), **fields)]) == {}


def test_each_choice_says_why_in_a_sentence_and_in_numbers() -> None:
    caller = _waiting("c", 30, frustration=0.9, risks=("legal",))
    [choice] = route([caller], [_free("mina", 300), _free("jiho", 0, anger_today=1.0)], {}, NOON, POLICY)
    assert choice.reason == (
        "next (waited 30 s, furious (0.90), risk: legal); "
        "mina is the best of 2 free: first language +0.20, idle +0.25"
    )
    assert choice.contributions == {"first_language": 0.2, "idle": 0.25}


def test_taking_a_second_furious_caller_oneself_is_talked_out_of() -> None:
    long_ago = NOON - timedelta(hours=1)
    tired, rested = _free("tired", last_frustration=0.9, last_free_at=long_ago), _free("rested")
    furious = _waiting("c", frustration=0.8)
    said = why_not(furious, tired, [tired, rested], (), NOON, POLICY)
    assert said == "your last caller was furious too, and rested is free: this one goes there"
    assert why_not(furious, tired, [tired, rested], {"rested"}, NOON, POLICY) is None
    assert why_not(furious, tired, [tired], (), NOON, POLICY) is None
    assert why_not(_waiting("calm"), tired, [tired, rested], (), NOON, POLICY) is None
    assert why_not(furious, rested, [tired, rested], (), NOON, POLICY) is None


def test_waiting_times_are_told_only_when_they_are_known() -> None:
    busy = [replace(_free(name), status=AgentStatus.BUSY) for name in ("a", "b")]
    queue = [_waiting(f"c{number}", 100 - number) for number in range(4)]
    unknown = outlooks(queue, busy, (60.0,) * 4, NOON, POLICY, is_open=True)
    assert [seen.expected_wait_s for seen in unknown.values()] == [None] * 4
    known = outlooks(queue, busy, (30.0, 30.0, 60.0, 60.0, 6000.0), NOON, POLICY, is_open=True)
    assert [(seen.position, seen.expected_wait_s) for seen in known.values()] == [
        (1, 42.0), (2, 42.0), (3, 126.0), (4, 126.0),
    ]  # fmt: skip
    assert known["c0"].agents == 2  # one call of 6,000 s, forgotten open, counts as 4 medians of 60 s


def test_who_is_next_for_a_free_agent_waits_no_time() -> None:
    seen = outlooks([_waiting("a", 10), _waiting("b", 5)], [_free("x")], (60.0,) * 5, NOON, POLICY, is_open=True)
    assert (seen["a"].expected_wait_s, seen["b"].expected_wait_s) == (0.0, 60.0)


def test_callers_of_another_language_stand_in_another_row() -> None:
    agents = [replace(_free("mina"), status=AgentStatus.BUSY), _free("yuki", languages=("ja",))]
    queue = [_waiting("k1", 50), _waiting("k2", 40), _waiting("j1", 30, language="ja")]
    seen = outlooks(queue, agents, (60.0,) * 5, NOON, POLICY, is_open=True)
    assert [seen[name].position for name in ("k1", "k2", "j1")] == [1, 2, 1]
    assert [seen[name].agents for name in ("k1", "j1")] == [1, 1]


def test_a_clock_that_runs_ahead_makes_no_negative_wait() -> None:
    assert urgency(_waiting("c", -600), NOON, POLICY) == {}
