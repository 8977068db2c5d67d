"""From an agent's click to files that managers and developers can use."""

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from ivr.cli import main
from ivr.handoff.desk_feedback import Feedback, FeedbackStore, Label
from ivr.handoff.desk_store import DeskStore
from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.store import Store
from ivr.records.types import TurnRecord
from tests.calls.golden import THEN
from tests.records.samples import STARTED_AT, started

WORDS = '그거 취소 "말고"\n# 반품이요 <b>'


def _turn(text: str, start_ms: int, intent: str | None = None) -> TurnRecord:
    return TurnRecord("caller", text, start_ms, start_ms + 900, language="ko", intent=intent)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "ivr.sqlite3"
    monkeypatch.setenv("IVR_DATABASE_URL", f"sqlite:///{path}")
    store = Store(f"sqlite:///{path}", busy_timeout_ms=2_000)
    store.migrate()
    journal = DatabaseJournal(store, LocalBus())
    journal.call_started(started("CA1"))
    journal.turn("CA1", _turn("배송 언제 와요", 1_000, "order_status"))
    journal.turn("CA1", _turn("[keys 47291]", 3_000))
    journal.turn("CA1", _turn(WORDS, 5_000, "cancel_order"))
    journal.turn("CA1", _turn("사람 바꿔 주세요", 9_000, "agent"))
    assert journal.flush(5)
    journal.close()
    feedback = FeedbackStore(DeskStore(store.engine, store.presence.node))
    for label, turn, intent in (
        (Label.MISUNDERSTOOD, 5_000, "start_return"),
        (Label.EARLIER, 5_000, None),
        (Label.UNKIND, None, None),
    ):
        feedback.add(Feedback("CA1", "mina", label, STARTED_AT, turn, intent, note="-"))
    feedback.add(Feedback("CA-gone", "mina", Label.EARLIER, STARTED_AT))
    store.close()
    return path


def test_labels_become_examples_and_golden_calls(database: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = CliRunner().invoke(main, ["export-feedback", str(out)])
    assert ran.exit_code == 0, ran.output
    assert yaml.safe_load((out / "examples.yaml").read_text("utf-8")) == {"start_return": {"ko": [WORDS]}}
    labels = yaml.safe_load((out / "labels.yaml").read_text("utf-8"))
    assert [(each["call_sid"], each["label"]) for each in labels] == [
        ("CA-gone", "should_have_handed_over_earlier"),
        ("CA1", "unkind"),
        ("CA1", "should_have_handed_over_earlier"),
        ("CA1", "misunderstood"),
    ]
    assert labels[3]["text"] == WORDS and labels[3]["understood"] == "cancel_order"
    case = yaml.safe_load((out / "calls" / "ko" / "CA1_misunderstood_5000.yaml").read_text("utf-8"))
    assert case["caller"] == [{"say": "CA1_1"}, {"press": "47291"}, {"say": "CA1_3"}]
    assert case["then"] == {"intents": ["order_status", "start_return"]}
    early = (out / "calls" / "ko" / "CA1_should_have_handed_over_earlier_5000.yaml").read_text("utf-8")
    assert set(yaml.safe_load(early)["then"]) <= THEN and yaml.safe_load(early)["then"] == {"follows": "person"}
    assert len(list(out.rglob("*.yaml"))) == 4


def test_only_one_kind(database: Path, tmp_path: Path) -> None:
    ran = CliRunner().invoke(main, ["export-feedback", str(tmp_path / "out"), "--label", "unkind"])
    assert ran.exit_code == 0
    assert yaml.safe_load((tmp_path / "out" / "labels.yaml").read_text("utf-8"))[0]["label"] == "unkind"
    assert not (tmp_path / "out" / "calls").exists()


def test_a_folder_that_can_not_be_written_is_named(database: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = CliRunner().invoke(main, ["export-feedback", str(tmp_path / "file" / "out")])
    assert ran.exit_code == 1
    assert "can't be written" in ran.output


def test_a_database_that_can_not_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite3"
    broken.write_text("this is no database, however long it goes on about it")
    monkeypatch.setenv("IVR_DATABASE_URL", f"sqlite:///{broken}")
    ran = CliRunner().invoke(main, ["export-feedback", str(tmp_path / "out")])
    assert ran.exit_code == 2
    assert "IVR_DATABASE_URL" in ran.output
