"""News for the desk's thread, and the number that tells watchers that something has changed."""

import threading
from collections import deque
from collections.abc import Callable

import structlog

from ivr.errors import DeskBusyError

MOST_NEWS = 10_000
"""News that wait for the database. Beyond that the oldest are dropped: rounds find out by themselves who is gone,
and a request may be repeated."""

MOST_IN_A_ROW = 50
"""News between two looks at what is overdue: a tenth of a second of SQLite, so that a rush delays no offer."""

_log = structlog.get_logger(__name__)


class Inbox:
    """Safe from any thread; only one thread may work it off."""

    def __init__(self) -> None:
        """Nothing is new."""
        self._news: deque[Callable[[], None]] = deque()
        self._changed = threading.Condition()
        self._version = 0
        self._work = 0
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the desk is being closed."""
        return self._closed

    def tell(self, news: Callable[[], None]) -> None:
        """Put something in that is to be done. Never blocks."""
        with self._changed:
            if len(self._news) >= MOST_NEWS:
                self._news.popleft()
                _log.error("desk_news_dropped", kept=MOST_NEWS)
            self._news.append(news)
            self._work += 1
            self._changed.notify_all()

    def wake(self) -> None:
        """Something was changed: let the desk look what follows from it, and everybody who watches."""
        with self._changed:
            self._work += 1
            self._version += 1
            self._changed.notify_all()

    def announce(self) -> None:
        """The desk has changed something: let everybody look who watches."""
        with self._changed:
            self._version += 1
            self._changed.notify_all()

    def wait(self, version: int, timeout_s: float) -> int:
        """For watchers: wait until something has changed since ``version``; gives the present version."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != version or self._closed, timeout_s)
            return self._version

    def wait_for_work(self, seen: int, timeout_s: float) -> int:
        """For the desk's thread: wait until there is something to do; gives what to pass the next time."""
        with self._changed:
            self._changed.wait_for(lambda: self._work != seen or self._closed, timeout_s)
            return self._work

    def work_off(self) -> None:
        """Do what is new, in order; at most :data:`MOST_IN_A_ROW`, and then at once again.

        Raises:
            DeskBusyError: the database can't be used; what could not be done stays, at the head.
        """
        for number in range(MOST_IN_A_ROW):
            if not self._news:
                if number:
                    self.announce()
                return
            news = self._news[0]
            try:
                news()
            except DeskBusyError:
                raise
            except Exception:
                _log.exception("desk_news_failed")
            with self._changed:
                if self._news and self._news[0] is news:  # not dropped meanwhile
                    self._news.popleft()
        if self._news:
            self.wake()
        else:
            self.announce()

    def close(self) -> None:
        """Let nobody wait any more. Idempotent."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
