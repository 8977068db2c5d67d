"""Log lines about bad input that can't flood the log."""

from collections.abc import Callable

import structlog

_log = structlog.get_logger(__name__)


class Complaints:
    """Counts what was wrong on one stream and logs the 1st, 2nd, 4th, 8th … of each kind. One thread."""

    def __init__(self, call_sid: str, count: Callable[[str], None] | None = None) -> None:
        """Start with nothing wrong.

        Args:
            call_sid: Whose stream it is.
            count: Told the kind of each problem, e.g. to keep a metric.
        """
        self._call_sid = call_sid
        self._count = count
        self._counts: dict[str, int] = {}

    def about(self, frame: int, problem: str) -> None:
        """Note a problem.

        Args:
            frame: Which message of the stream, from 1.
            problem: ``field: what is wrong``; the field is the kind that is counted.
        """
        field, _, detail = problem.partition(": ")
        # Fields come from our own messages, so the kinds are few and the dictionary stays small.
        if self._count is not None:
            self._count(field)
        count = self._counts[field] = self._counts.get(field, 0) + 1
        if count & (count - 1) == 0:
            _log.warning(
                "stream_message_odd",
                call_sid=self._call_sid,
                frame=frame,
                field=field,
                problem=detail,
                count=count,
            )

    @property
    def total(self) -> int:
        """How many problems there were."""
        return sum(self._counts.values())
