"""The managers' guide's worked example, done as it says: from nothing to an answer, without a restart."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from ivr.cli import main
from ivr.content.loader import load_content
from ivr.content.render import render
from ivr.content.types import Content, Language
from ivr.dialogue.engine import decide, start
from ivr.dialogue.types import Answered, Heard
from ivr.metrics import Metrics
from ivr.reloading import Reloader
from ivr.understanding.engine import ExampleUnderstander, create_understander
from tests.content.conftest import PROMPTS
from tests.docs.documents import ROOT
from tests.docs.test_documents import prompt_examples

GUIDE = ROOT / "docs" / "managers.md"
RIVALS = ("order_status", "opening_hours", "return_procedure")
"""Of the other requests; learning all of them would take a minute."""
ASKED: Mapping[Language, str] = {"ko": "선물 포장 되나요", "en": "can you wrap it as a present"}


def _written(folder: Path, name: str, entries: dict[str, Any]) -> None:
    """Add entries to a file, or begin it."""
    path = folder.parent / name
    before = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader) if path.exists() else {}
    path.write_text(yaml.safe_dump({**before, **entries}, allow_unicode=True), "utf-8")


def _steps() -> list[tuple[str, dict[str, Any]]]:
    """The files of the worked example, with what the guide puts into each."""
    found = [(name, entries) for name, entries in prompt_examples(GUIDE) if "gift_wrapping" in str(entries)]
    assert [name for name, _ in found] == [
        "prompts/requests/gift_wrapping.yaml",
        *(f"prompts/{language}/requests.yaml" for language in ("ko", "en", "ja", "zh")),
    ]
    return found


@pytest.mark.slow
def test_a_new_request_is_answered_without_a_restart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "prompts"
    shutil.copytree(PROMPTS, folder)
    in_use: list[tuple[Content, ExampleUnderstander]] = []

    def take(before: Content, content: Content) -> None:
        few = {
            intent: request for intent, request in content.requests.items() if intent in (*RIVALS, "gift_wrapping")
        }
        in_use.append((content, create_understander(replace(content, requests=few), "none")))

    reloader = Reloader(folder, load_content(folder), take, Metrics())
    for name, entries in _steps():
        assert not in_use  # until the last text is there, what is new is not complete, and not taken
        _written(folder, name, entries)
        for _ in range(2):
            reloader.poll()
    assert reloader.problem is None
    ((content, understander),) = in_use

    for language, words in ASKED.items():
        meaning = understander.understand(words, language)
        assert meaning.intent == "gift_wrapping"
        state, _ = decide(start(language), Answered(language), content)
        _, decision = decide(state, Heard(meaning), content)
        answer = content.texts[language]["gift_wrapping_answer"].wordings["neutral"][0]
        assert answer in [render(content, say, language) for say in decision.say]

    monkeypatch.setenv("IVR_PROMPTS_DIR", str(folder))
    checked = CliRunner().invoke(main, ["check"])
    assert [line for line in checked.stdout.splitlines() if "gift" in line and "warning" not in line] == []
