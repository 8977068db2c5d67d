"""Links, settings, routes and examples of the documents are true."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from ivr.app import Hotline
from ivr.cli import COMMANDS, main
from ivr.content.loader import OPTIONAL_FILES, load_content
from ivr.content.requests import COMMANDS as COMMAND_NAMES
from ivr.content.requests import REQUEST_KEYS
from ivr.content.types import SLOT_KINDS
from ivr.fulfilment.outcomes import SHOP_OUTCOMES
from ivr.settings import Settings, environment_name, load_settings
from tests.content.conftest import PROMPTS
from tests.docs.documents import DOCUMENTS, READMES, ROOT, Block, blocks, links

TEXT = {document: document.read_text(encoding="utf-8") for document in DOCUMENTS}
NOWHERE_ELSE = re.compile(
    r"(?<![\w.])/(?:work|root|tmp|home|Users)/|\bpypi\b|\bregistry\b|\bmirror\b|index-url", re.IGNORECASE
)
"""Paths of one machine, and hosts that packages come from: neither is a user's business."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in links(document):
        assert (document.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_nothing_of_one_machine(document: Path) -> None:
    found = [match[0] for match in NOWHERE_ELSE.finditer(TEXT[document])]
    assert not found


def test_every_document_can_be_found_from_the_readme() -> None:
    for readme in READMES:
        reached = {(ROOT / target).resolve() for target in links(readme)}
        assert reached >= set(DOCUMENTS) - {readme}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_named_settings_and_files_exist(document: Path) -> None:
    known = {environment_name(key) for key in Settings.model_fields}
    assert set(re.findall(r"\bIVR_[A-Z_]+\b", TEXT[document])) <= known
    for path in re.findall(r"`((?:prompts|audio|ivr|tests|docs)/[\w/.]*)", TEXT[document]):
        if not re.search(r"NAME|LANGUAGE|gift_wrapping|recordings", path) and Path(path).name not in OPTIONAL_FILES:
            assert (ROOT / path).exists(), path


@pytest.mark.parametrize("document", READMES, ids=lambda path: path.name)
def test_commands_that_are_named_exist(document: Path) -> None:
    named = set(re.findall(r"(?:python -m ivr|`ivr) ([a-z-]+)", TEXT[document]))
    assert named <= set(COMMANDS)
    assert {"serve", "call", "listen", "bench", "settings"} <= named


def test_every_route_is_documented(tmp_path: Path) -> None:
    hotline = Hotline(load_settings(database_url=f"sqlite:///{tmp_path}/calls.sqlite3"))
    try:
        rules = list(hotline.app.url_map.iter_rules())
    finally:
        hotline.close()
    told = "".join(TEXT.values())
    for rule in rules:
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: _placeholder(match[1]), rule.rule)
        method = (
            "WS"
            if rule.rule.startswith(("/twilio/stream", "/desk/audio"))
            else min((rule.methods or set()) - {"HEAD", "OPTIONS"})
        )
        assert re.search(rf"`{method} {re.escape(path)}[`?]", told), f"{method} {path}"


def _placeholder(name: str) -> str:
    return {"filename": "FILE"}.get(name, name.upper().replace("_", ""))


def test_every_setting_is_printed_with_default_and_meaning() -> None:
    printed = CliRunner().invoke(main, ["settings"])
    assert printed.exit_code == 0
    lines = printed.output.splitlines()
    for key, field in Settings.model_fields.items():
        at = next(number for number, line in enumerate(lines) if line.startswith(f"{environment_name(key)} = "))
        assert "(default " in lines[at], key
        assert field.description, f"{key} is undocumented"
        assert field.description in lines[at + 1]


def test_every_setting_says_its_unit() -> None:
    for key, field in Settings.model_fields.items():
        if key.endswith("_s"):
            assert "econds" in (field.description or ""), key
            assert field.metadata, f"{key} has no range"


@pytest.mark.parametrize(
    "block", [block for path in DOCUMENTS for block in blocks(path, "toml")], ids=lambda b: b.place
)
def test_settings_files_are_accepted(block: Block) -> None:
    values: dict[str, Any] = tomllib.loads(block.body)
    assert values
    Settings(**values)


def prompt_examples(document: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Examples that name the prompt file they belong to, as text throughout (``no`` is a word)."""
    for block in blocks(document, "yaml"):
        named = re.match(r"# (prompts/[\w/]+\.yaml)\n", block.body)
        if named:
            yield named[1], yaml.load(block.body, Loader=yaml.BaseLoader)


@pytest.mark.parametrize(
    "document", [path for path in DOCUMENTS if any(prompt_examples(path))], ids=lambda path: path.name
)
def test_prompt_examples_are_accepted_together(document: Path, tmp_path: Path) -> None:
    folder = tmp_path / "prompts"
    for source in PROMPTS.rglob("*.yaml"):
        target = folder / source.relative_to(PROMPTS)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    examples = list(prompt_examples(document))
    assert examples
    for name, example in examples:
        path = tmp_path / name
        before = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) if path.exists() else {}
        path.write_text(yaml.safe_dump({**before, **example}, allow_unicode=True), encoding="utf-8")
    content = load_content(folder)
    for name, example in examples:
        if name.startswith("prompts/requests/"):
            assert example["intent"] in content.requests


def test_the_managers_guide_covers_every_file_and_key() -> None:
    guide = TEXT[ROOT / "docs" / "managers.md"]
    for path in (PROMPTS / "en").glob("*.yaml"):
        assert f"`{path.name}`" in guide
    for path in PROMPTS.glob("*.yaml"):
        assert f"`prompts/{path.name}`" in guide
    for key in REQUEST_KEYS:
        assert f"| `{key}` |" in guide
    for name in (*COMMAND_NAMES, *SLOT_KINDS):
        assert f"`{name}`" in guide
    for name in OPTIONAL_FILES:
        assert f"`prompts/{name}`" in guide
    for connector, outcomes in SHOP_OUTCOMES.items():
        (row,) = [line for line in guide.splitlines() if line.startswith(f"| `{connector}` |")]
        told = {*re.findall(r"`(\w+)`", row)}
        filled = {*re.findall(r"`{(\w+)}`", row)}
        assert told == {*outcomes}
        assert filled == {*frozenset().union(*outcomes.values())} - {"order_number"}
