"""A hotline that records and lets people log in: the whole way, from the call to whoever hears it."""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import requests
import soundfile
from numpy.typing import NDArray

from ivr.telephony.simulated_line import SimulatedCall
from tests.records.samples import KEY
from tests.system.callers import greeted, say
from tests.system.hotline import Hotline, running, wait_until

pytestmark = pytest.mark.slow

TOKEN = "a token of 16 characters or more"
PASSWORD = "correct horse battery"
CALLER = "+821055512345"


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    folder = tmp_path_factory.mktemp("private")
    with running(
        folder,
        api_token=TOKEN,
        IVR_RECORD_CALLS="true",
        IVR_RECORDING_KEY=KEY,
        IVR_RECORDINGS_DIR=str(folder / "recordings"),
    ) as server:
        yield server


def ivr(hotline: Hotline, *arguments: str, said: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command on the hotline's own database."""
    environment = {
        "IVR_DATABASE_URL": f"sqlite:///{hotline.records}",
        "IVR_RECORDINGS_DIR": str(hotline.folder / "recordings"),
        "PYTHONUTF8": "1",
    }
    return subprocess.run(
        [sys.executable, "-m", "ivr", *arguments],
        env=environment,
        input=said,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def logged_in(hotline: Hotline, name: str) -> requests.Session:
    browser = requests.Session()
    page = browser.get(f"{hotline.url}/login", timeout=10).text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    form = {"name": name, "password": PASSWORD, "csrf_token": found[1]}
    assert browser.post(f"{hotline.url}/login", data=form, timeout=10, allow_redirects=False).status_code == 303
    return browser


def test_a_call_is_recorded_heard_by_those_who_may_and_forgotten(hotline: Hotline) -> None:
    with SimulatedCall(hotline.url, language="en", from_number=CALLER) as call:
        greeted(call)
        assert say(call, "en/hours")
        call.hang_up()
        caller, assistant = call.recording()
        call_sid = call.call_sid
    record = hotline.record(call_sid)
    assert "This call is recorded." in record["turns"][0]["text"]
    wait_until(lambda: hotline.get(f"/api/recordings/{call_sid}").ok, 15, "the recording is kept")
    answer = hotline.get(f"/api/recordings/{call_sid}/audio")
    samples, rate_hz = soundfile.read(io.BytesIO(answer.content), dtype="float32")
    assert rate_hz == 8_000
    assert _alike(samples[:, 0], caller) > 0.9
    # Where each of our sentences begins differs by a few frames between the two ends: their loudness is compared.
    assert _alike(_loudness(samples[:, 1]), _loudness(assistant)) > 0.9
    (file,) = (hotline.folder / "recordings").iterdir()
    assert b"RIFF" not in file.read_bytes()

    for name, role in (("anna", "agent"), ("root", "admin")):
        added = ivr(hotline, "user", "add", name, "--role", role, said=PASSWORD + "\n")
        assert added.returncode == 0, added.stderr
    agent, admin = logged_in(hotline, "anna"), logged_in(hotline, "root")
    path = f"{hotline.url}/api/recordings/{call_sid}/audio"
    assert agent.get(path, timeout=10).status_code == 403  # the machine's own call
    assert admin.get(path, timeout=10).status_code == 200
    log = admin.get(f"{hotline.url}/api/audit?call_sid={call_sid}", timeout=10).json()
    heard = [entry["who"] for entry in log if entry["action"] == "recording_heard"]
    assert heard == ["root", "token"]

    forgotten = ivr(hotline, "forget", "--caller", CALLER, "--yes")
    assert forgotten.returncode == 0, forgotten.stderr
    assert "recordings: 1" in forgotten.stdout
    assert hotline.get(f"/api/calls/{call_sid}").status_code == 404
    assert admin.get(path, timeout=10).status_code == 404
    assert list((hotline.folder / "recordings").iterdir()) == []


def test_who_hangs_up_before_they_are_told_is_not_recorded(hotline: Hotline) -> None:
    with SimulatedCall(hotline.url, language="en", from_number=CALLER) as call:
        assert call.wait_for("audio_start", timeout_s=15) is not None
        call.hang_up()
        call_sid = call.call_sid
    hotline.record(call_sid)
    assert hotline.get(f"/api/recordings/{call_sid}").status_code == 404
    assert list((hotline.folder / "recordings").glob("*")) == []


def test_it_does_not_start_without_a_key(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "ivr", "serve", "--port", "0"],
        env={
            "IVR_RECORD_CALLS": "true",
            "IVR_DATABASE_URL": f"sqlite:///{tmp_path}/ivr.sqlite3",
            "PYTHONUTF8": "1",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode == 2
    assert refused.stderr.startswith("IVR_RECORDING_KEY: ")


def _loudness(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Root mean square of each 100 ms."""
    frames = samples[: len(samples) // 800 * 800].reshape(-1, 800)
    loudness: NDArray[np.float32] = np.sqrt((frames**2).mean(axis=1))
    return loudness


def _alike(recorded: NDArray[np.float32], heard: NDArray[np.float32]) -> float:
    """How alike two sides are at their best offset (normalised cross-correlation, -1 to 1)."""
    size = 1 << (len(recorded) + len(heard)).bit_length()
    together = np.fft.irfft(np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(heard, size)), size)
    return float(together.max() / (np.linalg.norm(recorded) * np.linalg.norm(heard) + 1e-9))
