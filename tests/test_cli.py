"""The front door, run as its users run it: a process of its own, its exit status and what it prints."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ivr.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
HELP_CPU_S = 2.0
"""Processor seconds (user and system) for ``--help``. Not wall time: another test may have the processor."""
HEAVY = ("ctranslate2", "faster_whisper", "librosa", "numba", "onnxruntime", "pyttsx3")
"""What loading takes seconds or starts threads."""

Ivr = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def ivr(tmp_path: Path) -> Ivr:
    """Runs ``python -m ivr`` in an empty folder, with the settings given and no others."""

    def run(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("IVR_", "TWILIO_"))}
        return subprocess.run(
            [sys.executable, "-m", "ivr", *arguments],
            cwd=tmp_path,
            env={
                **inherited,
                "PYTHONPATH": str(ROOT),
                "PYTHONUTF8": "1",
                "IVR_PROMPTS_DIR": str(ROOT / "prompts"),
                "IVR_PORT": "0",
                **settings,
            },
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    return run


@pytest.mark.slow
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_quick_and_loads_no_model(command: str) -> None:
    watched = (
        "import sys, time\n"
        "from ivr.cli import main\n"
        f"main({[*command.split(), '--help']!r}, standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], time.process_time(), file=sys.stderr)\n"
    )
    helped = subprocess.run(
        [sys.executable, "-c", watched], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert helped.returncode == 0, helped.stderr
    assert helped.stdout.startswith("Usage: ")
    loaded, _, cpu_s = helped.stderr.strip().rpartition(" ")
    if command != "listen":  # its whole work is the models': their code is imported with it, their weights are not
        assert loaded == "[]"
    assert float(cpu_s) < HELP_CPU_S


def test_help_names_every_command(ivr: Ivr) -> None:
    helped = ivr("--help")
    assert helped.returncode == 0
    assert re.findall(r"^  ([a-z-]+)  +[A-Z]", helped.stdout, re.MULTILINE)[-len(COMMANDS) :] == list(COMMANDS)


def test_an_unknown_command_is_told(ivr: Ivr) -> None:
    told = ivr("sreve")
    assert told.returncode == 2
    assert "sreve" in told.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("IVR_PORT", "99999"),
        ("IVR_AGENT_NUMBERS", "01055500001"),
        ("IVR_VOICE", "nobody"),
        ("IVR_DATABASE_URL", "calls.sqlite3"),
        ("IVR_DATABASE_URL", "sqlite://"),
        ("IVR_SHOP_DATABASE_URL", "shop"),
        ("IVR_SHOP_DATABASE_URL", "nosuchdatabase://shop"),
    ],
)
def test_serve_refuses_a_wrong_variable_by_name(ivr: Ivr, variable: str, value: str) -> None:
    refused = ivr("serve", **{variable: value})
    assert refused.returncode == 2, refused.stderr
    assert refused.stderr.startswith(f"{variable}: ")
    assert "Traceback" not in refused.stderr


def test_serve_refuses_a_wrong_key_of_the_file_by_name(ivr: Ivr, tmp_path: Path) -> None:
    (tmp_path / "ivr.toml").write_text("no_input_s = -1\n")
    refused = ivr("serve")
    assert refused.returncode == 2
    assert "ivr.toml: no_input_s" in refused.stderr


@pytest.mark.parametrize("command", ["settings", "listen"])
def test_other_commands_refuse_wrong_settings_too(ivr: Ivr, command: str) -> None:
    wav = [str(ROOT / "tests" / "fixtures" / "en" / "hours.wav")] if command == "listen" else []
    refused = ivr(command, *wav, IVR_NO_INPUT_S="soon")
    assert refused.returncode == 2
    assert "IVR_NO_INPUT_S" in refused.stderr


def test_serve_needs_credentials_outside_this_machine(ivr: Ivr) -> None:
    refused = ivr("serve", "--host", "0.0.0.0")
    assert refused.returncode == 2
    assert "TWILIO_AUTH_TOKEN" in refused.stderr
    assert "IVR_API_TOKEN" in refused.stderr


def test_serve_names_file_and_line_of_a_broken_prompt(ivr: Ivr, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    shutil.copytree(ROOT / "prompts", prompts)
    dialogue = prompts / "ko" / "dialogue.yaml"
    lines = dialogue.read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines, 1) if "{digits}" in line)
    lines[at - 1] = lines[at - 1].replace("{digits}", "{digits")
    dialogue.write_text("\n".join(lines), encoding="utf-8")
    refused = ivr("serve", IVR_PROMPTS_DIR=str(prompts))
    assert refused.returncode == 2
    # A text's list begins on one of the two lines above its first wording.
    assert re.search(rf"^{re.escape(str(dialogue))}:({at - 1}|{at}): more_digits", refused.stderr, re.MULTILINE)
    assert "Traceback" not in refused.stderr


def test_serve_names_a_missing_folder_of_prompts(ivr: Ivr) -> None:
    refused = ivr("serve", IVR_PROMPTS_DIR="nowhere")
    assert refused.returncode == 2
    assert refused.stderr.startswith("nowhere:1: ")
    assert "IVR_PROMPTS_DIR" in refused.stderr


def test_settings_prints_no_secret(ivr: Ivr) -> None:
    printed = ivr("settings", IVR_API_TOKEN="sixteen-characters-or-more", TWILIO_AUTH_TOKEN="very-secret-token")
    assert printed.returncode == 0
    assert "IVR_API_TOKEN = set" in printed.stdout
    assert "sixteen-characters" not in printed.stdout
    assert "very-secret" not in printed.stdout


def test_nobody_answers_where_no_hotline_is(ivr: Ivr) -> None:
    rung = ivr("call", str(ROOT / "tests" / "fixtures" / "en" / "hours.wav"), "--url", "http://127.0.0.1:9")
    assert rung.returncode == 3
    assert "no answer" in rung.stderr


def test_an_unreadable_recording_is_named(ivr: Ivr, tmp_path: Path) -> None:
    (tmp_path / "empty.wav").write_bytes(b"")
    for command in ("call", "listen"):
        refused = ivr(command, "empty.wav")
        assert refused.returncode == 4
        assert "empty.wav" in refused.stderr
