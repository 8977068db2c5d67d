"""Every command of the READMEs does what it says."""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from ivr.bench.own_server import own_server
from ivr.commands import bench
from tests.docs.documents import PYTHON, READMES, ROOT, Command, commands

ENGLISH, KOREAN = READMES
DOCUMENTED_URL = "http://127.0.0.1:8080"
ALL = commands(ENGLISH)
IVR = [command for command in ALL if command.words[:3] == (PYTHON, "-m", "ivr")]
RUN = [command for command in IVR if command.words[3] not in ("serve", "bench")]
SERVE = [command for command in IVR if command.words[3] == "serve"]
BENCH = [command for command in IVR if command.words[3] == "bench"]
MAKE = [command for command in ALL if command.words[0] == "make"]
CURL = [command for command in ALL if command.words[0] == "curl"]
MEASURE = [command for command in ALL if command.words[:2] == (PYTHON, "-m") and command not in IVR]
TALKS = [command for command in RUN if command.words[3] == "call"]

Done = subprocess.CompletedProcess[str]


def name(command: Command) -> str:
    return f"{command.place} {' '.join(word for word in command.words[:5] if word != PYTHON)}"


def test_every_command_is_of_a_kind_that_is_tested_here() -> None:
    assert len(MAKE) + len(IVR) + len(CURL) + len(MEASURE) == len(ALL)
    assert all((MAKE, RUN, SERVE, BENCH, CURL, MEASURE, len(TALKS) >= 3))


def test_both_languages_show_the_same_commands() -> None:
    assert [str(command) for command in commands(KOREAN)] == [str(command) for command in ALL]


@pytest.mark.parametrize("command", MAKE, ids=name)
def test_make_has_the_target(command: Command) -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    # Not run, or this test would call itself: -n says what would be done, and fails without such a target.
    told = subprocess.run(["make", "-n", *command.words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    # A virtual environment is anybody's choice of folder, but what is installed into it must be what is run.
    assert f"{PYTHON} -m" in told.stdout or ".venv/bin/ruff" in told.stdout


def environment(tmp_path: Path, command: Command) -> dict[str, str]:
    """The command's own settings, and records that are thrown away."""
    return {
        **os.environ,
        "IVR_DATABASE_URL": f"sqlite:///{tmp_path}/ivr.sqlite3",
        "IVR_SHOP_DATABASE_URL": f"sqlite:///{tmp_path}/shop.sqlite3",
        **command.environment,
    }


def run(command: Command, url: str, tmp_path: Path) -> Done:
    """Run a command of this Python, against ``url`` where it would ring the documented address."""
    words = [sys.executable if word == PYTHON else word.replace(DOCUMENTED_URL, url) for word in command.words]
    if command in TALKS and "--url" not in words:
        words += ["--url", url]
    return subprocess.run(
        words,
        cwd=ROOT,
        env=environment(tmp_path, command),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )


@pytest.fixture(scope="module")
def conversations(hotline_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Done]]]:
    """The commands that ring, all at once: each takes as long as its conversation."""
    folder = tmp_path_factory.mktemp("conversations")
    with ThreadPoolExecutor(len(TALKS), thread_name_prefix="talk") as pool:
        yield {command.place: pool.submit(run, command, hotline_url, folder) for command in TALKS}


@pytest.mark.slow
@pytest.mark.parametrize("command", RUN, ids=name)
def test_command_succeeds(
    command: Command, hotline_url: str, tmp_path: Path, conversations: dict[str, Future[Done]]
) -> None:
    rung = conversations.get(command.place)
    done = rung.result(300) if rung else run(command, hotline_url, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip()
    assert not done.stderr.strip()
    if command in TALKS:
        wanted = "handed_off" if "agent.wav" in command.words[-1] else "resolved"
        assert f"-- outcome: {wanted}" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("command", CURL, ids=name)
def test_address_answers(command: Command, hotline_url: str, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    done = run(command, hotline_url, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert '"error"' not in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("command", SERVE, ids=name)
def test_server_comes_up_with_these_settings_and_goes_down_in_good_order(command: Command) -> None:
    # Its own --host and --port go; everything else it is told stays.
    assert command.words[3:] == ("serve",)
    with own_server(**command.environment) as url:
        assert requests.post(f"{url}/twilio/voice", data={"CallSid": "CA" + "0" * 32}, timeout=5).status_code == 403
        assert requests.get(f"{url}/api/calls", timeout=5).status_code == 401
        bearer = {"Authorization": f"Bearer {command.environment['IVR_API_TOKEN']}"}
        assert requests.get(f"{url}/api/calls", headers=bearer, timeout=5).json() == []


@pytest.mark.slow
def test_served_process_stops_on_sigterm_with_status_zero(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "ivr", "serve", "--port", "0"]
    with subprocess.Popen(
        words,
        cwd=ROOT,
        env=environment(tmp_path, SERVE[0]),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stderr is not None
        lines = []
        for line in process.stderr:  # structured logs; the server says when it is ready
            lines.append(line)
            if " ready " in line or "loading_failed" in line:
                break
        process.send_signal(signal.SIGTERM)
        try:
            rest = process.communicate(timeout=60)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    assert process.returncode == 0, "".join(lines) + rest
    assert "Traceback" not in "".join(lines) + rest


@pytest.mark.parametrize("command", BENCH, ids=name)
def test_bench_takes_these_arguments(command: Command) -> None:
    # Parsed, not run: a whole benchmark takes a quarter of an hour of an otherwise idle machine.
    with bench.command.make_context("bench", list(command.words[4:])) as context:
        assert context.params["calls"] == 6
        assert context.params["memory_calls"] == 100


@pytest.mark.parametrize("command", MEASURE, ids=name)
def test_measuring_program_is_there(command: Command) -> None:
    found = importlib.util.find_spec(command.words[2])
    assert found is not None
    assert found.origin is not None
    assert '__name__ == "__main__"' in Path(found.origin).read_text(encoding="utf-8")
    assert all(Path(ROOT / word).exists() for word in command.words[3:] if not word.startswith("--"))
