"""When a caller who is to get a person waits for the desk."""

from pathlib import Path
from typing import Any

import pytest

from ivr.handoff.agents import DEMO_AGENTS
from ivr.handoff.desk_setup import desk_takes_calls
from ivr.handoff.types import AgentStatus
from ivr.settings import load_settings
from tests.handoff.desks import Office

NUMBERS = "+821000000001"


@pytest.mark.parametrize(
    ("settings", "status", "expected"),
    [
        ({}, AgentStatus.AVAILABLE, True),
        ({}, AgentStatus.BREAK, False),
        ({}, AgentStatus.OFFLINE, False),
        ({"agent_numbers": NUMBERS}, AgentStatus.AVAILABLE, False),
        ({"agent_numbers": NUMBERS, "desk": "on"}, AgentStatus.OFFLINE, True),
        ({"desk": "off"}, AgentStatus.AVAILABLE, False),
    ],
)
def test_the_setting_the_numbers_and_who_is_there_decide(
    tmp_path: Path, settings: dict[str, Any], status: AgentStatus, expected: bool
) -> None:
    office = Office(tmp_path / "desk.sqlite3")
    try:
        office.desk.agents.add(DEMO_AGENTS, office.desk.now())
        office.desk.enter("mina")
        office.desk.set_status("mina", status)
        assert desk_takes_calls(load_settings(**settings), office.desk) is expected
    finally:
        office.close()


def test_a_database_that_is_away_means_no_desk(tmp_path: Path) -> None:
    office = Office(tmp_path / "desk.sqlite3")
    office.close()
    (tmp_path / "desk.sqlite3").unlink()
    (tmp_path / "desk.sqlite3").mkdir()
    assert desk_takes_calls(load_settings(), office.desk) is False
