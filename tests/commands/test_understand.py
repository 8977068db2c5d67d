"""``python -m ivr understand`` and ``tune``: lines in, answers out; thresholds from the examples."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ivr.commands import tune, understand
from ivr.content.loader import load_content
from ivr.understanding.engine import create_understander

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, cache: Path, tmp_path: Path) -> None:
    monkeypatch.setenv("IVR_CACHE_DIR", str(cache))
    monkeypatch.setenv("IVR_PROMPTS_DIR", str(PROMPTS))
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, lines: bytes = b"") -> Result:
    return CliRunner().invoke(understand.command, arguments, input=lines)


def answers(*arguments: str, lines: bytes) -> Sequence[dict[str, Any]]:
    result = run("--json", *arguments, lines=lines)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_line_gets_one_answer_of_the_public_form() -> None:
    lines = "배송 조회 부탁드려요 주문번호 47291\nwhere is my order\n\n노래 좀 틀어 줘\n".encode()
    ordered, english, empty, foreign = answers(lines=lines)
    assert list(ordered) == ["text", "language", "intent", "confidence", "alternatives", "slots"]
    assert (ordered["language"], ordered["intent"]) == ("ko", "order_status")
    assert ordered["slots"] == {"order_number": "47291"}
    assert (english["language"], english["intent"]) == ("en", "order_status")
    assert (empty["text"], empty["intent"], empty["confidence"]) == ("", None, 0.0)
    assert foreign["intent"] is None


def test_the_language_may_be_given() -> None:
    (answer,) = answers("--language", "ja", lines="注文".encode())
    assert answer["language"] == "ja"


def test_a_folder_of_requests_is_enough(tmp_path: Path) -> None:
    requests = tmp_path / "requests"
    requests.mkdir()
    for intent, examples in {"pizza": ["one pizza please", "I want a pizza"], "taxi": ["call a taxi"]}.items():
        (requests / f"{intent}.yaml").write_text(f"intent: {intent}\nexamples: {{en: {json.dumps(examples)}}}\n")
    (answer,) = answers("--requests", str(requests), lines=b"a pizza please\n")
    assert answer["intent"] == "pizza"


def test_bytes_that_are_no_text_and_endless_lines_are_answered() -> None:
    rows = answers(lines=b"\xff\xfe\x00\n" + b"x" * 250_000 + b"\nwhere is my order")
    assert rows[-1]["intent"] == "order_status"
    assert all(row["intent"] is None for row in rows[:-1])


@pytest.mark.parametrize("make", [lambda path: None, lambda path: path.mkdir(), lambda path: path.write_text("")])
def test_a_wrong_folder_is_status_2(tmp_path: Path, make: Any) -> None:
    make(tmp_path / "nothing")
    result = run("--requests", str(tmp_path / "nothing"))
    assert result.exit_code == 2
    assert f"{tmp_path / 'nothing'}:1: is no folder of request files" in result.stderr


def test_a_wrong_encoder_is_status_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_SENTENCE_ENCODER", "bert")
    result = run()
    assert result.exit_code == 2
    assert "IVR_SENTENCE_ENCODER" in result.stderr


def test_tuned_thresholds_are_written_and_used(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts = tmp_path / "prompts"
    shutil.copytree(PROMPTS, prompts, ignore=shutil.ignore_patterns("thresholds.yaml"))
    monkeypatch.setenv("IVR_PROMPTS_DIR", str(prompts))
    before = load_content(prompts)
    tried = CliRunner().invoke(tune.command, ["--dry-run"])
    assert tried.exit_code == 0
    assert load_content(prompts).version == before.version
    result = CliRunner().invoke(tune.command, ["--loss", "0.4", "--ask", "0.9"])
    assert result.exit_code == 0, result.output
    tuned = load_content(prompts)
    assert set(tuned.thresholds) == {"ko", "en", "ja", "zh"}
    assert tuned.version != before.version
    loose, strict = (create_understander(content, cache_dir=cache) for content in (before, tuned))
    text = "영업하는 시간 좀"
    assert loose.understand(text, "ko").intent == "opening_hours"
    assert strict.understand(text, "ko").confidence == loose.understand(text, "ko").confidence
    lines = ["물건이 늦는 것 같아서요", "옷 좀 돌려보낼 건데요", text, "배송 좀 봐 주세요", "문은 언제 여세요"]
    kept = [sum(each.understand(line, "ko").intent is not None for line in lines) for each in (loose, strict)]
    assert kept[1] <= kept[0]
    assert any(not strict.understand(line, "ko").sure for line in lines) or kept[1] < kept[0]


def test_tune_names_wrong_prompts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_PROMPTS_DIR", str(tmp_path / "nothing"))
    result = CliRunner().invoke(tune.command, [])
    assert result.exit_code == 2
    assert "IVR_PROMPTS_DIR" in result.stderr
