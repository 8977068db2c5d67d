"""``python -m ivr eval``: suites and labelled folders in, verdicts and exit statuses out."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from audio.wav import write_wav
from ivr.commands import eval as command_module
from ivr.commands import eval_fairness
from ivr.evaluation import rooms as rooms_module
from tests.audio import signals
from tests.evaluation.stage import FIXTURES, ROOT, rooms

SPOKEN = FIXTURES / "en" / "order_status.wav"
DOCUMENT = ROOT / "docs" / "evaluation.md"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command_module.command, [str(argument) for argument in arguments])


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two calls of two recordings; the caller asks for an order, tells its number, and asks again."""
    said = ("where is my order", "47291", "where is my order", "colourless green ideas")
    monkeypatch.setattr(rooms_module, "create_rooms", lambda settings, live: rooms(*said, anger=0.1))
    path = tmp_path / "suite.yaml"
    path.write_text(
        f"""\
calls:
  - name: good
    language: en
    say:
      - {{wav: {SPOKEN}, expect: {{intent: order_status}}}}
      - {{wav: {SPOKEN}, expect: {{slots: {{order_number: "47291"}}, actions: [answer]}}}}
  - name: bad
    language: en
    say: [{SPOKEN}, {SPOKEN}]
    expect: {{outcome: resolved}}
""",
        encoding="utf-8",
    )
    return path


def test_calls_that_came_otherwise_are_told_and_fail(suite: Path) -> None:
    result = run(suite)
    assert result.exit_code == 1
    assert result.output.splitlines()[:5] == [
        "passed  good",
        "FAILED  bad",
        "        outcome: expected resolved, got abandoned",
        "1 of 2 calls passed; 4 recordings heard",
        "  heard       4 of 4 as expected",
    ]
    assert re.search(r"response +median \d+ ms, 95 % within \d+ ms", result.output)


def test_all_passed_is_success(suite: Path) -> None:
    suite.write_text(suite.read_text().replace("outcome: resolved", "outcome: abandoned"))
    assert run(suite).exit_code == 0


def test_one_object_per_recording(suite: Path) -> None:
    result = run("--json", suite)
    lines: list[dict[str, Any]] = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(line["call"], line["turn"]) for line in lines] == [("good", 1), ("good", 2), ("bad", 1), ("bad", 2)]
    first = lines[0]
    assert list(first)[:11] == [
        "file", "duration_ms", "language", "text", "speech_rate", "prosody", "emotion", "frustration", "intent",
        "intent_confidence", "slots",
    ]  # fmt: skip
    assert (first["text"], first["intent"], first["emotion"]["label"]) == (
        "where is my order", "order_status", "neutral",
    )  # fmt: skip
    assert 0 <= first["frustration"] < 0.1
    assert first["response_ms"] >= first["decode_ms"]
    assert "result" not in first
    assert lines[1]["result"]["passed"] is True
    assert lines[3]["result"] | {"actions": []} == {
        "passed": False,
        "failures": ["outcome: expected resolved, got abandoned"],
        "language": "en",
        "outcome": "abandoned",
        "handoff": None,
        "actions": [],
    }
    assert "1 of 2 calls passed" in result.stderr


def test_an_unreadable_recording_fails_its_call_alone(suite: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF????WAVEfmt nonsense")
    suite.write_text(suite.read_text().replace(f"say: [{SPOKEN}, ", f"say: [{broken}, "))
    result = run("--json", suite)
    assert result.exit_code == 4
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [bool(line.get("error")) for line in lines] == [False, False, True, False]
    assert "broken.wav" in lines[2]["error"]
    assert [line["result"]["passed"] for line in lines if "result" in line] == [True, False]


@pytest.mark.parametrize(
    ("text", "problem"),
    [("calls: [{name: a}]", r"suite\.yaml:1: a call needs `say`"), ("", r"suite\.yaml:1: is empty")],
)
def test_a_wrong_suite_is_refused_with_its_line(suite: Path, text: str, problem: str) -> None:
    suite.write_text(text)
    result = run(suite)
    assert result.exit_code == 2
    assert re.search(problem, result.stderr)


def test_no_suite_at_all_is_told(tmp_path: Path) -> None:
    assert run().exit_code == 2
    missing = run(tmp_path / "nothing.yaml")
    assert missing.exit_code == 2
    assert "nothing.yaml:1: can't be read" in missing.stderr


def test_the_report_is_written(suite: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert run(suite, "--html", out).exit_code == 1
    assert "1 of 2 calls passed" in out.read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_is_told_before_anything_is_played(suite: Path, tmp_path: Path) -> None:
    result = run(suite, "--html", tmp_path / "nowhere" / "report.html")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr
    assert result.stdout == ""


def example(kind: str) -> str:
    """The document's first block of a kind."""
    found = re.search(rf"```{kind}\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return found[1]


@pytest.mark.slow
def test_the_documents_example_does_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    (tmp_path / "mornings.yaml").write_text(example("yaml"), encoding="utf-8")
    result = run(tmp_path / "mornings.yaml", "--html", tmp_path / "report.html")
    told = [line for line in example("text").splitlines() if "median" not in line and line.strip() != "…"]
    assert result.output.splitlines()[: len(told)] == told
    assert result.exit_code == 0
    assert (tmp_path / "report.html").stat().st_size > 5_000


def labelled_folder(folder: Path, rows: list[tuple[str, str, str]]) -> Path:
    """Speaker, emotion, sex of clips that all sound alike."""
    folder.mkdir()
    lines = ["path,speaker,emotion,sex,language,corpus"]
    for number, (speaker, emotion, sex) in enumerate(rows):
        shutil.copy(SPOKEN, folder / f"{number}.wav")
        lines.append(f"{number}.wav,{speaker},{emotion},{sex},en,mine")
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")
    return folder


class Encoder:
    """In place of the recognizer: states at no cost."""

    def __init__(self, *_: object, **__: object) -> None:
        """Take what the recognizer takes."""

    def states(self, samples: np.ndarray[Any, np.dtype[np.float32]]) -> np.ndarray[Any, np.dtype[np.float32]]:
        return np.zeros((len(samples) // 320, 512), np.float32)


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(eval_fairness, "WhisperRecognizer", Encoder)
    monkeypatch.setattr(eval_fairness, "resolve_model", lambda *_: None)
    monkeypatch.setenv("IVR_CACHE_DIR", str(tmp_path / "cache"))


@pytest.mark.usefixtures("cheap")
def test_groups_are_compared_and_small_ones_named(tmp_path: Path) -> None:
    rows = [("ann", "neutral", "female")] * 4 + [("bob", "neutral", "male")] * 2 + [("bob", "angry", "male")]
    folder = labelled_folder(tmp_path / "calls", rows)
    result = run("--fairness", folder)
    assert result.exit_code == 0
    assert re.search(r"^\| sex female \| 1 \| 0\.000 \(0\.000 to 0\.490; 4\) \| – \|", result.stdout, re.MULTILINE)
    assert "Too few to tell anything (fewer than 30):" in result.stdout
    assert "- sex male: angry clips found, 1 clips" in result.stdout
    assert "none can be told" in result.stdout
    lines = [json.loads(line) for line in run("--fairness", "--json", folder).stdout.splitlines()]
    women = next(line for line in lines if line["group"] == "female")
    assert women["false_alarms"] == {
        "share": 0.0, "low": 0.0, "high": pytest.approx(0.4899, abs=1e-4), "clips": 4, "too_few": True,
    }  # fmt: skip
    assert women["known_false_alarms"]["clips"] == 1  # three were spent on the speaker's own voice


@pytest.mark.usefixtures("cheap")
def test_what_can_not_be_heard_is_counted(tmp_path: Path) -> None:
    folder = labelled_folder(tmp_path / "calls", [("ann", "neutral", "female")] * 2)
    write_wav(folder / "0.wav", signals.silence(2), 8000)
    result = run("--fairness", folder)
    assert result.exit_code == 0
    assert "1 of 2 recordings can't be read or have too little voice" in result.stderr


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize(
    ("manifest", "problem"),
    [
        (None, "no manifest.csv"),
        ("path,speaker\n", "manifest.csv:1: no column emotion"),
        ("path,speaker,emotion\ngone.wav,ann,calm\n", "manifest.csv:2: gone.wav: no such recording"),
    ],
)
def test_a_wrong_folder_is_told(tmp_path: Path, manifest: str | None, problem: str) -> None:
    if manifest is not None:
        (tmp_path / "manifest.csv").write_text(manifest)
    result = run("--fairness", tmp_path)
    assert result.exit_code == 2
    assert problem in result.stderr


def test_without_a_trained_model_there_is_nothing_to_compare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_EMOTION_MODEL", "off")
    result = run("--fairness", tmp_path)
    assert result.exit_code == 2
    assert "IVR_EMOTION_MODEL is off" in result.stderr
