"""A hotline of the benchmark's own: the real server, on a free port, with records that are thrown away."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from ivr.errors import HotlineError

READY_TIMEOUT_S = 120.0
"""Longest start: the first one puts the weights together and speaks the prompts."""


class ServerFailedError(HotlineError):
    """The benchmark's server did not come up; the message holds the end of its log."""


@contextmanager
def own_server(**environment: str) -> Iterator[str]:
    """Run a hotline for as long as the context lasts.

    Args:
        **environment: Settings, as environment variables.

    Yields:
        Its address.

    Raises:
        ServerFailedError: it did not become ready.
    """
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="ivr-bench-") as folder:
        log_path = Path(folder) / "server.log"
        with log_path.open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "ivr", "serve", "--port", str(port)],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={
                    **os.environ,
                    "IVR_DATABASE_URL": f"sqlite:///{folder}/ivr.sqlite3",
                    "IVR_SHOP_DATABASE_URL": f"sqlite:///{folder}/shop.sqlite3",
                    "IVR_DRAIN_S": "1",
                    **environment,
                },
            )
        try:
            _wait_ready(url, process, log_path)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_ready(url: str, process: "subprocess.Popen[bytes]", log_path: Path) -> None:
    give_up_s = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < give_up_s and process.poll() is None:
        try:
            if requests.get(f"{url}/ready", timeout=2).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    tail = log_path.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise ServerFailedError(f"the server did not become ready (exit status {process.poll()}):\n{tail}")
