"""The production server: gunicorn with one process of many threads, going down in good order.

A call's socket keeps one thread for as long as the call lasts, and so does each page that follows a call. One
process holds them all, because the recognizer's queue, the live calls and the metrics are the process's.

On SIGTERM the listening socket stays open while live calls end, since the carrier asks over it what follows
their streams: gunicorn's own graceful stop would close it first and drop exactly those callers.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from ivr.call.switchboard_types import DESK_PLACES_PER_CALL
from ivr.settings import Settings

DRAIN_SIGNAL = signal.SIGUSR2
"""From the master to its worker: take no new calls, and report when the live ones have gone."""

DRAIN_GRACE_S = 40.0
"""Seconds beyond ``IVR_DRAIN_S`` after which the process stops even if calls have not ended: hearing out the
last sentence (20 s), the carrier's question about what follows (a few), and some slack."""

EXTRA_THREADS = 40
"""Threads besides one for each call's socket, one for the agent's in it and one for each call's follower: webhooks,
pages, probes."""


class _DrainingArbiter(Arbiter):  # type: ignore[misc]  # gunicorn publishes no types
    """Drains before it stops."""

    drain_s: float = 0.0
    _draining_s: float | None = None

    def handle_term(self) -> None:
        """First SIGTERM: drain. Second one (the worker's, when it is done; or an impatient person's): stop."""
        if self._draining_s is not None or not self.WORKERS:
            raise StopIteration
        self._draining_s = 0.0
        self.log.info("Draining: no new calls; live ones have %g s", self.drain_s)
        self.kill_workers(DRAIN_SIGNAL)

    def manage_workers(self) -> None:
        """Called about once a second: no new worker while draining, and an end to patience."""
        if self._draining_s is None:
            super().manage_workers()
            return
        self._draining_s += 1.0
        if not self.WORKERS or self._draining_s > self.drain_s + DRAIN_GRACE_S:
            raise StopIteration


class HotlineServer(BaseApplication):  # type: ignore[misc]  # gunicorn publishes no types
    """Runs the hotline under gunicorn."""

    def __init__(
        self,
        settings: Settings,
        load: Callable[[], tuple[Any, Callable[[], None]]],
    ) -> None:
        """Prepare.

        Args:
            settings: The deployment's.
            load: Makes the WSGI application and the function that drains it; called in the worker, after the
                fork (speech engines' threads do not survive one).
        """
        self._settings = settings
        self._load = load
        super().__init__()

    def load_config(self) -> None:
        """Set gunicorn's options."""
        settings = self._settings
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        for name, value in self._options(host):
            if name in self.cfg.settings:  # the supported versions do not all know every one
                self.cfg.set(name, value)

    def _options(self, host: str) -> Iterator[tuple[str, object]]:
        threads = 3 * self._settings.max_calls * (1 + DESK_PLACES_PER_CALL) + EXTRA_THREADS
        yield "bind", f"{host}:{self._settings.port}"
        yield "worker_class", "gthread"
        yield "workers", 1
        yield "threads", threads
        yield "worker_connections", threads + 100
        yield "timeout", 120
        yield "graceful_timeout", 5
        yield "keepalive", 5
        yield "control_socket_disable", True
        yield "accesslog", None
        yield "loglevel", "warning"
        yield "proc_name", "ivr"

    def load(self) -> Any:
        """Make the application, in the worker."""
        app, drain = self._load()
        master = os.getppid()
        drained = threading.Event()

        def drain_and_stop() -> None:
            try:
                drain()
            finally:
                drained.set()
                if os.getppid() == master:  # a dead master's worker has been given to a stranger
                    os.kill(master, signal.SIGTERM)

        drainer = threading.Thread(target=drain_and_stop, name="drain", daemon=True)
        stop = signal.getsignal(signal.SIGTERM)

        def on_signal(number: int, frame: FrameType | None) -> None:
            # SIGTERM may come to every process of the service at once (systemd's default): it drains, too, and
            # stops only after that.
            if drainer.ident is None:
                drainer.start()
            elif number == signal.SIGTERM and drained.is_set() and callable(stop):
                stop(number, frame)

        signal.signal(DRAIN_SIGNAL, on_signal)
        signal.signal(signal.SIGTERM, on_signal)
        return app

    def run(self) -> None:
        """Serve until told to stop."""
        arbiter = _DrainingArbiter(self)
        arbiter.drain_s = self._settings.drain_s
        arbiter.run()
