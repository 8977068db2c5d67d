"""``replay``: another policy on a call that was, turn by turn."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.commands.replay import command
from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.store import Store
from ivr.records.types import CallStarted, TurnRecord


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with one call that turned sour."""
    url = f"sqlite:///{tmp_path}/calls.db"
    monkeypatch.setenv("IVR_DATABASE_URL", url)
    store = Store(url)
    journal = DatabaseJournal(store, LocalBus())
    journal.call_started(CallStarted("CA1", datetime.now(UTC)))
    journal.turn("CA1", TurnRecord("assistant", "안녕하세요", 0, 1_000))
    said = [
        ("주문 언제 와요", {}, 0.0),
        ("도대체 뭐 하는 거예요", {"words": 0.7, "repeated": 0.7}, 0.47),
        ("장난해요\x1b진짜", {"words": 0.9, "voice": 0.8}, 0.66),
    ]
    for at, (text, signs, score) in enumerate(said, 1):
        journal.turn("CA1", TurnRecord("caller", text, at * 2_000, at * 2_500, frustration=score, signs=signs))
    journal.call_ended("CA1", datetime.now(UTC), "abandoned")
    assert journal.flush(5.0)
    journal.close()
    store.close()
    return url


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


@pytest.mark.usefixtures("database")
def test_the_call_is_told_again_turn_by_turn() -> None:
    result = run("CA1", "--json")
    assert result.exit_code == 0
    turns = [json.loads(line) for line in result.stdout.splitlines()]
    assert [turn["text"] for turn in turns] == ["주문 언제 와요", "도대체 뭐 하는 거예요", "장난해요\x1b진짜"]
    assert [turn["reaction"] for turn in turns] == ["none", "empathise", "offer_agent"]
    for turn in turns:
        assert sum(turn["contributions"].values()) == pytest.approx(turn["frustration"], abs=0.005)


@pytest.mark.usefixtures("database")
def test_a_stricter_policy_hands_over_sooner(tmp_path: Path) -> None:
    policy = tmp_path / "strict.yaml"
    policy.write_text("offer_person_from: 0.35\nhand_over_from: 0.4\n", encoding="utf-8")
    result = run("CA1", "--policy", str(policy))
    assert result.exit_code == 0
    assert "hand_off" in result.stdout.splitlines()[-1]
    assert len(result.stdout.splitlines()) == 2


@pytest.mark.usefixtures("database")
def test_people_read_then_and_now_with_what_made_it() -> None:
    *_, last = run("CA1").stdout.splitlines()
    assert re.match(r"    7\.5 s  0\.66 -> 0\.\d\d  offer_agent  장난해요 진짜   \(carried ", last), (
        "no control characters"
    )
    now, *shares = (float(number) for number in re.findall(r"\d\.\d\d(?=  |,|\))", last.partition("->")[2]))
    assert sum(shares) == pytest.approx(now, abs=0.02)
    assert len(shares) == 3


@pytest.mark.usefixtures("database")
def test_a_policy_without_feelings_does_nothing(tmp_path: Path) -> None:
    policy = tmp_path / "off.yaml"
    policy.write_text("feel: false\n", encoding="utf-8")
    result = run("CA1", "--policy", str(policy))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "judges no feelings" in result.stderr


@pytest.mark.usefixtures("database")
def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    assert run("CA2").exit_code == 3
    assert "no such file" in run("CA1", "--policy", str(tmp_path / "none.yaml")).stderr
    broken = tmp_path / "broken.yaml"
    broken.write_text("hand_over_from: much\n", encoding="utf-8")
    result = run("CA1", "--policy", str(broken))
    assert result.exit_code == 2
    assert "broken.yaml:1: hand_over_from" in result.stderr
