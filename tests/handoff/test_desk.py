"""From a caller who waits to an agent who talks, and everything that may come in between."""

import datetime as dt
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from ivr.content.types import Hours, Schedule
from ivr.errors import CallerGoneError, CallTakenError, DeskBusyError, DeskError
from ivr.handoff.types import Agent, AgentStatus, CallerChoice, DeclineReason, HandOffState, WaitingCall
from ivr.records.types import CallbackRecord, Journal
from tests.handoff.desks import NOON, Office

MINA = Agent("mina", "김미나", ("ko",))
JIHO = Agent("jiho", "박지호", ("ko",))


def test_a_call_rings_at_an_agent_who_takes_it_and_writes_it_up(office: Office) -> None:
    office.staff(MINA)
    office.ring("CA1")
    office.go(1, "mina")
    assert office.hand_off("CA1").state is HandOffState.OFFERED
    accepted = office.desk.accept("CA1", "mina")
    assert accepted.audio_token == "token-CA1-mina"
    assert accepted.hand_off.agent_id == "mina"
    office.desk.talking("CA1", "mina")
    office.go(1, "mina")
    assert office.hand_off("CA1").state is HandOffState.TALKING
    assert office.agent("mina").status is AgentStatus.BUSY
    office.desk.write("CA1", "mina", notes="반품 접수", disposition="solved")
    office.go(30, "mina")
    office.desk.finish("CA1", "mina")
    assert ("detach", "CA1", "completed") in office.bridge.asked
    assert office.agent("mina").status is AgentStatus.WRAP_UP
    office.desk.write("CA1", "mina", notes="반품 접수, 내일 수거")
    office.desk.set_status("mina", AgentStatus.AVAILABLE)
    done = office.hand_off("CA1")
    assert (done.state, done.notes, done.disposition) == (
        HandOffState.COMPLETED, "반품 접수, 내일 수거", "solved",
    )  # fmt: skip
    assert office.desk.board().occupied_s == (31.0,)


def test_of_two_who_click_at_once_one_is_told_who_has_it(office: Office) -> None:
    office.staff(MINA, JIHO)
    office.ring("CA1")
    office.go(1, "mina", "jiho")
    office.desk.accept("CA1", "jiho")
    with pytest.raises(CallTakenError, match="박지호 was faster"):
        office.desk.store.accept(office.hand_off("CA1"), "mina", office.desk.now())
    assert office.agent("mina").status is AgentStatus.AVAILABLE
    with pytest.raises(CallTakenError, match="faster"):
        office.desk.accept("CA1", "mina")


def test_a_talk_that_begins_at_the_very_moment_can_be_ended(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.staff(MINA)
    office.ring("CA1")
    office.go(1, "mina")
    office.desk.accept("CA1", "mina")
    seen = [office.hand_off("CA1")]  # accepted; when the end is asked for they hear each other
    office.desk.talking("CA1", "mina")
    office.go(1, "mina")
    latest = office.desk.store.latest
    monkeypatch.setattr(office.desk.store, "latest", lambda call_sid: seen.pop() if seen else latest(call_sid))
    office.desk.finish("CA1", "mina")
    assert office.hand_off("CA1").state is HandOffState.WRAP_UP
    with pytest.raises(CallTakenError, match="over already"):
        office.desk.finish("CA1", "mina")


def test_clicking_accept_twice_is_clicking_it_once(office: Office) -> None:
    office.staff(MINA)
    office.ring("CA1")
    office.go(1, "mina")
    first = office.desk.accept("CA1", "mina")
    assert office.desk.accept("CA1", "mina").audio_token == first.audio_token


def test_an_agent_in_a_call_takes_no_other(office: Office) -> None:
    office.staff(MINA)
    office.ring("CA1")
    office.ring("CA2")
    office.go(1, "mina")
    office.desk.accept("CA1", "mina")
    with pytest.raises(DeskError, match="busy"):
        office.desk.accept("CA2", "mina")
    assert office.hand_off("CA2").state is HandOffState.WAITING


@pytest.mark.parametrize("reason", list(DeclineReason))
def test_declined_calls_go_to_the_next_agent_with_the_reason_kept(office: Office, reason: DeclineReason) -> None:
    office.staff(MINA, JIHO)
    office.ring("CA1")
    office.go(1, "mina", "jiho")
    first = office.hand_off("CA1").agent_id
    assert first is not None
    office.desk.decline("CA1", first, reason)
    office.go(1, "mina", "jiho")
    assert office.hand_off("CA1").agent_id == ({"mina", "jiho"} - {first}).pop()
    declined = [each for each in office.desk.store.events_since(0, 100) if each.kind == "declined"]
    assert [(each.agent_id, each.data["reason"]) for each in declined] == [(first, reason.value)]
    with pytest.raises(CallTakenError):
        office.desk.decline("CA1", first, reason)


def test_who_lets_it_ring_twice_counts_as_away(office: Office) -> None:
    office.staff(MINA)
    for call_sid in ("CA1", "CA2"):
        office.ring(call_sid)
    office.go(21.5, "mina")
    assert office.agent("mina").missed_in_a_row == 1
    office.go(25, "mina")
    assert office.agent("mina").status is AgentStatus.BREAK


def test_without_anybody_on_duty_the_caller_is_called_back(office: Office) -> None:
    office.ring("CA1")
    office.ring("CA2", from_number=None)
    office.go(9)
    assert office.hand_off("CA1").state is HandOffState.WAITING  # an agent's page may just be loading anew
    office.go(4)
    assert office.hand_off("CA1").state is HandOffState.CALLBACK
    assert office.hand_off("CA2").state is HandOffState.VOICEMAIL
    assert {("detach", "CA1", "callback"), ("detach", "CA2", "voicemail")} <= set(office.bridge.asked)


def test_an_agents_browser_that_dies_in_mid_talk_gives_the_caller_to_the_next_within_5_s(office: Office) -> None:
    office.staff(MINA, JIHO)
    office.ring("CA1")
    office.go(1, "mina", "jiho")
    first = office.hand_off("CA1").agent_id or ""
    other = ({"mina", "jiho"} - {first}).pop()
    office.desk.accept("CA1", first)
    office.desk.talking("CA1", first)
    office.go(3, "mina", "jiho")
    office.go(5, other, step_s=0.5)
    assert ("detach", "CA1", "agent_gone") in office.bridge.asked
    assert (office.hand_off("CA1").state, office.hand_off("CA1").agent_id) == (HandOffState.OFFERED, other)
    assert office.agent(first).status is AgentStatus.OFFLINE


def test_when_the_last_agents_browser_dies_the_caller_goes_back_to_the_machine(office: Office) -> None:
    office.staff(MINA)
    office.ring("CA1")
    office.go(1, "mina")
    office.desk.accept("CA1", "mina")
    office.desk.talking("CA1", "mina")
    office.go(1, "mina")
    office.go(5, step_s=0.5)
    assert office.hand_off("CA1").state is HandOffState.BACK_TO_MACHINE
    assert office.bridge.asked[-1] == ("detach", "CA1", "back_to_machine")


def test_the_bridge_may_say_so_first(office: Office) -> None:
    office.staff(MINA, JIHO)
    office.ring("CA1")
    office.go(1, "mina", "jiho")
    first = office.hand_off("CA1").agent_id or ""
    office.desk.accept("CA1", first)
    office.desk.agent_gone("CA1", first, "socket closed")
    office.desk.agent_gone("CA1", first, "socket closed")
    office.go(0.5, "mina", "jiho")
    assert office.hand_off("CA1").state is HandOffState.OFFERED
    assert office.hand_off("CA1").returned == 1
    assert office.agent(first).status is AgentStatus.BREAK  # the page lives, its sound does not


def test_audio_that_never_comes_is_an_agent_lost(office: Office) -> None:
    office.staff(MINA)
    office.ring("CA1")
    office.go(1, "mina")
    office.desk.accept("CA1", "mina")
    office.go(12, "mina")
    assert office.hand_off("CA1").state is HandOffState.BACK_TO_MACHINE


@pytest.mark.parametrize(("talks", "state"), [(False, HandOffState.ABANDONED), (True, HandOffState.WRAP_UP)])
def test_a_caller_who_hangs_up(office: Office, talks: bool, state: HandOffState) -> None:
    office.staff(MINA)
    office.ring("CA1")
    office.go(1, "mina")
    if talks:
        office.desk.accept("CA1", "mina")
        office.desk.talking("CA1", "mina")
        office.go(1, "mina")
    office.hang_up("CA1")
    office.go(1, "mina")
    assert office.hand_off("CA1").state is state
    assert office.agent("mina").status is (AgentStatus.WRAP_UP if talks else AgentStatus.AVAILABLE)


def test_a_hang_up_nobody_reported_is_found_out(office: Office) -> None:
    office.staff(MINA, status=AgentStatus.BREAK)
    office.ring("CA1")
    office.go(1, "mina")
    office.bridge.on_the_line.clear()
    office.go(3, "mina")
    assert office.hand_off("CA1").state is HandOffState.ABANDONED


def test_accepting_a_caller_who_has_just_hung_up_says_so(office: Office) -> None:
    office.staff(MINA)
    office.ring("CA1")
    office.go(1, "mina")
    office.bridge.on_the_line.clear()
    with pytest.raises(CallerGoneError):
        office.desk.accept("CA1", "mina")
    assert office.hand_off("CA1").state is HandOffState.ABANDONED
    assert office.agent("mina").status is AgentStatus.AVAILABLE


@pytest.mark.parametrize(
    ("choice", "state"),
    [
        ("callback", HandOffState.CALLBACK),
        ("voicemail", HandOffState.VOICEMAIL),
        ("machine", HandOffState.BACK_TO_MACHINE),
    ],
)
def test_a_waiting_caller_may_choose_something_else(
    office: Office, choice: CallerChoice, state: HandOffState
) -> None:
    office.staff(MINA)
    office.ring("CA1")
    office.go(1, "mina")
    office.desk.caller_chose("CA1", choice)
    office.go(1, "mina")
    assert office.hand_off("CA1").state is state
    assert office.agent("mina").hand_off_id is None  # it rings no more


def test_a_locked_database_changes_nothing_and_loses_nothing(office: Office) -> None:
    office.staff(MINA)
    office.ring("CA1")
    office.go(1, "mina")
    with office.locked():
        with pytest.raises(DeskBusyError, match="nothing was changed, try again"):
            office.desk.accept("CA1", "mina")
        office.ring("CA2")
        with pytest.raises(DeskBusyError):
            office.go(1, "mina")
    office.desk.accept("CA1", "mina")
    office.go(1, "mina")
    assert office.hand_off("CA1").agent_id == "mina"
    assert office.hand_off("CA2").state is HandOffState.WAITING


def test_when_the_database_stays_away_nobody_is_kept_waiting_for_it(office: Office) -> None:
    office.staff(MINA, status=AgentStatus.BREAK)
    office.ring("CA1")
    office.go(1, "mina")
    with office.locked():
        office.ring("CA2", from_number=None)
        with pytest.raises(DeskBusyError):
            office.go(1, "mina")
        assert office.desk.without_database() == 0
        office.time.go(60)
        assert office.desk.without_database() == 2
        assert office.desk.without_database() == 0  # told once
    assert {("detach", "CA1", "callback"), ("detach", "CA2", "voicemail")} <= set(office.bridge.asked)
    office.bridge.on_the_line.clear()
    office.go(1, "mina")
    assert office.hand_off("CA1").state is HandOffState.ABANDONED
    assert office.desk.store.latest("CA2") is None


def test_a_clock_set_back_or_forward_moves_nobody(office: Office) -> None:
    office.staff(MINA, status=AgentStatus.BREAK)
    office.ring("CA0")
    office.go(1, "mina")
    for jump in (timedelta(hours=-3), timedelta(hours=5)):
        office.time.wall += jump
        office.go(1, "mina")
    waited = office.desk.now() - office.hand_off("CA0").call.at
    assert waited == timedelta(seconds=3)
    assert office.desk.now() == NOON + timedelta(seconds=3)


def test_nobody_at_the_desk_by_that_name(office: Office) -> None:
    with pytest.raises(DeskError, match="no agent 'x'"):
        office.desk.enter("x")
    with pytest.raises(DeskError, match="enter the desk"):
        office.desk.accept("CA1", "x")


def test_the_desk_alone_sets_busy(office: Office) -> None:
    office.staff(MINA)
    with pytest.raises(DeskError, match="set by the desk"):
        office.desk.set_status("mina", AgentStatus.BUSY)


class Told:
    """What the calls' records hear. The part of a ``Journal`` that the desk uses."""

    def __init__(self) -> None:
        self.statuses: list[tuple[str, str, str | None]] = []
        self.callbacks: dict[str, CallbackRecord] = {}

    def handoff_status(self, call_sid: str, status: str, agent: str | None = None) -> None:
        self.statuses.append((call_sid, status, agent))

    def callback(self, call_sid: str, callback: CallbackRecord) -> None:
        self.callbacks[call_sid] = callback

    def outcome(self, call_sid: str, outcome: str) -> None:
        assert outcome == "callback"


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def weekdays(tmp_path: Path, told: Told) -> Iterator[Office]:
    """Open on weekdays from 9 to 18 o'clock in Seoul."""
    times = ((dt.time(9), dt.time(18)),)
    hours = Hours("Asia/Seoul", agents=Schedule(dict.fromkeys(range(5), times)))
    office = Office(tmp_path / "hours.sqlite3", journal=cast(Journal, told), hours=hours)
    yield office
    office.close()


def test_outside_the_agents_hours_the_call_back_is_for_the_next_opening(weekdays: Office, told: Told) -> None:
    weekdays.go(7 * 3600, step_s=7 * 3600)  # seven in the evening
    weekdays.ring("CA1", topic="start_return")
    weekdays.go(1)
    assert weekdays.hand_off("CA1").state is HandOffState.CALLBACK
    promised = told.callbacks["CA1"]
    assert (promised.request, promised.number) == ("start_return", "+821012345678")
    assert promised.at == NOON + timedelta(hours=21)  # nine the next morning
    assert not weekdays.desk.outlook("CA1").open


def test_who_works_late_still_gets_the_callers_who_wait(weekdays: Office) -> None:
    weekdays.go(7 * 3600, step_s=7 * 3600)
    weekdays.staff(MINA)
    weekdays.ring("CA1")
    weekdays.go(1, "mina")
    assert weekdays.hand_off("CA1").agent_id == "mina"


def test_the_calls_record_hears_what_becomes_of_its_hand_off(weekdays: Office, told: Told) -> None:
    weekdays.staff(MINA, JIHO)
    weekdays.ring("CA1")
    weekdays.go(1, "mina", "jiho")
    first = weekdays.hand_off("CA1").agent_id or ""
    weekdays.desk.accept("CA1", first)
    weekdays.desk.agent_gone("CA1", first, "socket closed")
    weekdays.go(1, "mina", "jiho")
    second = weekdays.hand_off("CA1").agent_id or ""
    weekdays.desk.accept("CA1", second)
    weekdays.desk.finish("CA1", second)
    names = {"mina": "김미나", "jiho": "박지호"}
    assert told.statuses == [
        ("CA1", "accepted", names[first]),
        ("CA1", "waiting", None),
        ("CA1", "accepted", names[second]),
        ("CA1", "completed", None),
    ]


@pytest.mark.slow
def test_a_thousand_waiting_callers_leave_the_desk_quick(office: Office) -> None:
    office.staff(MINA, JIHO, status=AgentStatus.BREAK)
    for number in range(1_000):
        office.desk.store.add(WaitingCall(f"CA{number:04}", office.desk.now(), "ko"), office.desk.now())
        office.bridge.on_the_line.add(f"CA{number:04}")
    office.go(1, "mina", "jiho")
    began_s = time.process_time()
    office.desk.accept("CA0500", "mina")
    assert time.process_time() - began_s < 0.2  # 0.02 on an idle machine
    began_s = time.process_time()
    office.go(1, "mina", "jiho")
    assert time.process_time() - began_s < 0.5
    places = {office.desk.outlook(f"CA{number:04}").position for number in range(1_000) if number != 500}
    assert places == set(range(1, 1_000))
