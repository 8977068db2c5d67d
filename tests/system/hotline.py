"""A hotline that a test may hurt: its process, its files and its log are the test's own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import requests

from ivr.telephony.carrier import Carrier, Verb

READY_S = 120.0
"""Longest start on a busy machine."""

Found = TypeVar("Found")


def wait_until(found: Callable[[], Found], timeout_s: float, what: str) -> Found:
    """Ask again and again until the answer is true; fails the test when it never is."""
    give_up_s = time.monotonic() + timeout_s
    while True:
        answer = found()
        if answer:
            return answer
        assert time.monotonic() < give_up_s, f"not within {timeout_s:g} s: {what} (last: {answer!r})"
        time.sleep(0.05)


@dataclass(frozen=True)
class Api:
    """A hotline as programs see it."""

    url: str
    token: str | None = None

    def get(self, path: str, **headers: str) -> requests.Response:
        """GET with the token, if there is one."""
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return requests.get(self.url + path, headers={**bearer, **headers}, timeout=10)

    def record(self, call_sid: str, timeout_s: float = 15.0) -> dict[str, Any]:
        """A call's record, once it is closed."""

        def closed() -> dict[str, Any] | None:
            found: dict[str, Any] = self.get(f"/api/calls/{call_sid}").json()
            return found if found.get("ended_at") else None

        return wait_until(closed, timeout_s, f"the record of {call_sid} is closed") or {}

    def problems(self) -> dict[str, str]:
        """What ``/ready`` says is wrong."""
        found: dict[str, str] = self.get("/ready").json()["problems"]
        return found

    def metric(self, name: str, **labels: str) -> float:
        """One value of ``/metrics``; 0 for a series that is not there yet."""
        wanted = "{" + ",".join(f'{key}="{value}"' for key, value in labels.items()) + "}" if labels else ""
        found = re.search(rf"^{re.escape(name + wanted)} (\S+)$", self.get("/metrics").text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    def webhook(
        self, call_sid: str, path: str = "/twilio/voice", *, secret: str | None = None, **fields: str
    ) -> Verb:
        """Post a webhook as Twilio would; the TwiML that comes back."""
        return Carrier(secret).post(self.url + path, {"CallSid": call_sid, "IvrOrigin": "simulated", **fields})


@dataclass(frozen=True)
class Hotline(Api):
    """A running server of a test's own."""

    folder: Path = field(default_factory=Path)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def log(self) -> str:
        """Everything the server has said so far."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    @property
    def records(self) -> Path:
        """The calls' database."""
        return self.folder / "ivr.sqlite3"

    @property
    def shop(self) -> Path:
        """The orders' database."""
        return self.folder / "shop.sqlite3"

    def terminate(self) -> None:
        """Ask it to stop, as an operator would."""
        assert self.process is not None
        self.process.terminate()

    def kill(self) -> None:
        """End the server and its worker at once, as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)  # its own group: see start_new_session
        self.process.wait(10)

    def exit_status(self, timeout_s: float) -> int:
        """Wait until it has stopped."""
        assert self.process is not None
        return self.process.wait(timeout_s)


@contextmanager
def running(
    folder: Path, *, ready: bool = True, api_token: str | None = None, port: int = 0, **environment: str
) -> Iterator[Hotline]:
    """Run a hotline for as long as the context lasts.

    Args:
        folder: Its databases and its log; a second one there finds what the first left.
        ready: Wait until it can take calls; False: only until it answers.
        api_token: Its ``IVR_API_TOKEN``.
        port: Where it listens; 0: anywhere.
        **environment: Settings.
    """
    port = wait_until(lambda: _free(port), 10.0, "the server before has let go of its port") or 0
    credentials = {"IVR_API_TOKEN": api_token} if api_token else {}
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ivr", "serve", "--port", str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=_clean(os.environ)
            | {
                "IVR_DATABASE_URL": f"sqlite:///{folder}/ivr.sqlite3",
                "IVR_SHOP_DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3",
                "IVR_DRAIN_S": "1",
                "IVR_LOG_FORMAT": "json",
                **credentials,
                **environment,
            },
        )
    hotline = Hotline(f"http://127.0.0.1:{port}", api_token, folder, process)
    try:
        wait_until(lambda: process.poll() is not None or _answers(hotline, ready), READY_S, "the server is ready")
        assert process.poll() is None, f"the server stopped (status {process.poll()}): {hotline.log[-2000:]}"
        yield hotline
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                hotline.kill()


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without settings of whoever runs the tests."""
    return {name: value for name, value in environment.items() if not name.startswith(("IVR_", "TWILIO_"))} | {
        name: environment[name] for name in ("IVR_CACHE_DIR",) if name in environment
    }


def _free(port: int) -> int | None:
    """The port, or any for 0; None: it is not free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: a dead one had it
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return None
        return int(probe.getsockname()[1])


def _answers(hotline: Hotline, ready: bool) -> bool:
    try:
        response = hotline.get("/ready" if ready else "/health")
    except requests.RequestException:
        return False
    return response.ok
