"""What the house writes down of calls that are not on their stream any more, and the texts it speaks with."""

import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import structlog

from ivr.call.services import CallServices
from ivr.content import hours as opening
from ivr.content.render import render
from ivr.content.types import Content, Language
from ivr.dialogue.types import Say
from ivr.records.types import CallbackRecord, Journal, VoicemailRecord

ENDINGS_KEPT = 2_000
"""Endings, and what else is known of calls, remembered after them (the carrier asks within seconds)."""

T = TypeVar("T")

_log = structlog.get_logger(__name__)


def remember(kept: OrderedDict[str, T], call_sid: str, what: T) -> None:
    """Note something of a call; what was noted first makes room."""
    kept[call_sid] = what
    while len(kept) > ENDINGS_KEPT:
        kept.popitem(last=False)


class Bookkeeping(ABC):
    """The part of :class:`ivr.call.house.House` that only writes. Every method is safe from any thread."""

    def __init__(
        self, services: Callable[[], CallServices | None], content: Content, journal: Journal | None
    ) -> None:
        """See :class:`ivr.call.house.House`."""
        self._services = services
        self._content = content
        self._early_journal = journal
        self._lock = threading.Lock()
        self._promised: OrderedDict[str, None] = OrderedDict()

    def _journal(self) -> Journal | None:
        services = self._services()
        return services.journal if services else self._early_journal

    def _prompts(self) -> Content:
        """The version that new calls get."""
        services = self._services()
        return services.content if services else self._content

    def text(self, key: str, language: Language, **values: str) -> str:
        """Look up a text of the prompts."""
        return render(self._prompts(), Say(key, values), language)

    def handoff_status(self, call_sid: str, status: str, agent: str | None = None) -> None:
        """Record how the hand-off went."""
        if journal := self._journal():
            journal.handoff_status(call_sid, status, agent)
        if status == "completed":
            self._leave(call_sid)

    def handoff_rung(
        self, call_sid: str, attempts: Sequence[Mapping[str, object]], state: str, state_why: str
    ) -> None:
        """Record which agents' telephones were rung, and where the hand-off stands."""
        if journal := self._journal():
            journal.handoff_rung(call_sid, attempts, state, state_why)

    def callback(self, call_sid: str, number: str) -> None:
        """Record the promise that somebody calls back as soon as somebody can."""
        journal = self._journal()
        if journal is None:
            return
        hours, now = self._prompts().hours, datetime.now(UTC)
        open_now = opening.is_open(hours, hours.agents, now)
        at = now if open_now else opening.next_opening(hours, hours.agents, now) or now
        with self._lock:
            remember(self._promised, call_sid, None)
        journal.outcome(call_sid, "callback")
        journal.callback(call_sid, CallbackRecord(at, number, self._intent(call_sid)))

    def voicemail(
        self,
        call_sid: str,
        recording_url: str | None,
        duration_s: float | None,
        recording_sid: str | None = None,
    ) -> None:
        """Record that the caller left a message, or did not."""
        _log.info("voicemail", call_sid=call_sid, left=recording_url is not None, duration_s=duration_s)
        if (journal := self._journal()) and recording_url is not None:
            with self._lock:
                promised = call_sid in self._promised
            if not promised:  # else it says what the call-back is about
                journal.outcome(call_sid, "voicemail")
            journal.voicemail(call_sid, VoicemailRecord(recording_url, recording_sid, duration_s))
        self._leave(call_sid)

    @abstractmethod
    def _intent(self, call_sid: str) -> str | None:
        """What a call is about, as far as it is known; the house's to say."""

    @abstractmethod
    def _leave(self, call_sid: str) -> None:
        """The call is over, wherever it was but on its stream; the house's to do."""
