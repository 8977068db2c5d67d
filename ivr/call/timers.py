"""What a call waits for, and how long. Pure: time comes in as an argument, in ms from the call's start."""

from dataclasses import dataclass

from ivr.understanding.types import Expectation

DIGITS_PATIENCE = 1.5
"""No-input time is this much longer when a number was asked for: people look for the paper it is on."""

ASKED_PATIENCE = 4.0
"""The same when the caller asked us to wait ("hold on, I'm looking for it"): 24 s by default, about the time it
takes to find a mail with an order's number. Asking again sooner would be what they asked us not to do."""


@dataclass
class Timers:
    """What is being waited for, since when; None: not waiting."""

    quiet_since: int | None = None
    """We have finished speaking and the caller has not begun."""
    reply_since: int | None = None
    """The caller has finished speaking and we have not begun."""

    def reply_overdue(self, deadline_s: float, now_ms: int) -> bool:
        """Whether the caller has waited for a reply too long."""
        return _passed(self.reply_since, deadline_s, now_ms)

    def silent_for(self, patience_s: float, now_ms: int) -> bool:
        """Whether the caller has been silent for as long as the question allows."""
        return _passed(self.quiet_since, patience_s, now_ms)


def patience_s(expecting: Expectation, no_input_s: float) -> float:
    """Seconds of silence before a question is asked again."""
    if expecting.patient:
        return no_input_s * ASKED_PATIENCE
    return no_input_s * DIGITS_PATIENCE if expecting.kind == "digits" else no_input_s


def _passed(since_ms: int | None, limit_s: float, now_ms: int) -> bool:
    return since_ms is not None and now_ms - since_ms >= limit_s * 1000
