"""Connections to PostgreSQL that give up on a server which is there, but says nothing any more.

PostgreSQL ends statements that take too long by itself, and TCP finds out when its machine is gone. Neither helps
when its disk or the whole machine stands still: then a statement would be waited for as long as that lasts.
"""

import time
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

ANSWER_S = 12.0
"""Seconds in which every answer must be there: more than :data:`ivr.records.engine.STATEMENT_TIMEOUT_MS`, so that a
server that is well says by itself what took too long."""

Result = TypeVar("Result")


class PatientConnection(psycopg.Connection[Any]):
    """A connection that breaks off when nothing is answered for :attr:`answer_s`."""

    answer_s: float = ANSWER_S

    def wait(self, gen: PQGen[Result], *args: Any, **kwargs: Any) -> Result:
        """Wait for an answer; psycopg calls it for everything but connecting, which has a limit of its own.

        Raises:
            OperationalError: none came; the connection is closed.
        """
        until_s = time.monotonic() + self.answer_s
        return super().wait(_limited(gen, until_s, self._give_up), *args, **kwargs)

    def _give_up(self) -> None:
        self.pgconn.finish()  # not close(): it would wait for the same server to say goodbye
        raise psycopg.OperationalError(f"PostgreSQL has not answered for {self.answer_s:g} s")


def _limited(waiting: PQGen[Result], until_s: float, give_up: Callable[[], None]) -> Generator[Any, Any, Result]:
    """The same generator, given up when it still waits after ``until_s`` (psycopg looks ten times a second)."""
    try:
        wanted = next(waiting)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > until_s:
                give_up()
            wanted = waiting.send(ready)
    except StopIteration as done:
        result: Result = done.value
        return result
