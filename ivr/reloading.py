"""Takes changes of the prompts without a restart. A broken file never replaces a good one."""

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from ivr.content.loader import load_content
from ivr.content.types import Content
from ivr.content.watch import FolderWatch
from ivr.errors import HotlineError
from ivr.metrics import Metrics

_log = structlog.get_logger(__name__)

POLL_S = 1.0
"""Between two looks at the folder, some hundred file dates (1 ms). A change is taken after it has stood still for
one more look, so a manager's edit is heard in the next call 2 to 3 s and the training time later."""
NICENESS = 10
"""Of the thread that prepares a change (0 to 19): live calls come first. Linux gives each thread its own."""
PROBLEMS_SHOWN = 20
"""Lines of a broken version's problems that are logged and shown; ``python -m ivr check`` shows all."""


class Reloader:
    """Watches the prompts and prepares each new version in a thread of its own."""

    def __init__(
        self,
        folder: Path,
        current: Content,
        take: Callable[[Content, Content], None],
        metrics: Metrics,
        poll_s: float = POLL_S,
    ) -> None:
        """Begin with the version in use.

        Args:
            folder: The prompts.
            current: The version that calls get now.
            take: Prepares a version (given before and after) and gives it to new calls; raises to refuse it.
            metrics: Counts what was taken and refused.
            poll_s: Seconds between two looks at the folder.
        """
        self._folder = folder
        self._current = current
        self._take = take
        self._metrics = metrics
        self._poll_s = poll_s
        self._watch = FolderWatch(folder)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="prompts", daemon=True)
        self.problem: str | None = None
        """Why the files as they are now are not in use; None when they are."""

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def close(self) -> None:
        """Stop watching; a version that is being prepared may still be taken."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(self._poll_s + 1.0)

    def poll(self) -> bool:
        """Look once, and take what has changed and come to rest.

        Returns:
            Whether a new version was taken. Never raises: what can't be taken is logged and shown.
        """
        if not self._watch.changed():
            return False
        began_s = time.monotonic()
        try:
            content = load_content(self._folder)
            if content.version == self._current.version:
                self.problem = None
                return False
            self._take(self._current, content)
        except HotlineError as error:
            self._refuse(str(error))
            return False
        except Exception as error:
            _log.exception("prompts_not_prepared")
            self._refuse(f"{type(error).__name__}: {error}")
            return False
        self._current, self.problem = content, None
        self._metrics.prompts_reloaded.labels(result="taken").inc()
        _log.info("prompts_taken", version=content.version, seconds=round(time.monotonic() - began_s, 1))
        return True

    def _refuse(self, why: str) -> None:
        lines = why.splitlines()
        if len(lines) > PROBLEMS_SHOWN:
            lines[PROBLEMS_SHOWN:] = [f"and {len(lines) - PROBLEMS_SHOWN} more: python -m ivr check"]
        self.problem = "\n".join(lines)
        self._metrics.prompts_reloaded.labels(result="refused").inc()
        _log.error("prompts_refused", in_use=self._current.version, problems=lines)

    def _run(self) -> None:
        with contextlib.suppress(AttributeError, OSError):  # not on every system, not in every sandbox
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        while not self._stopped.wait(self._poll_s):
            self.poll()
