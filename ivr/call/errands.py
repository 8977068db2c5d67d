"""Errands of a call: connectors run off the call's thread, each with a deadline, one at a time."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from ivr.call.services import CallServices
from ivr.content.types import Language
from ivr.dialogue.types import Fulfilled, Lookup, LookupFailed
from ivr.fulfilment.types import Outcome


@dataclass(frozen=True)
class ErrandDone:
    """A connector answered: into the call's inbox."""

    number: int
    outcome: Outcome | None
    error: BaseException | None


class Errands:
    """Runs a call's lookups. Owned by the call's thread; results arrive through its inbox."""

    def __init__(self, services: CallServices, post: Callable[[ErrandDone], None]) -> None:
        self._services = services
        self._post = post
        self._number = 0
        self._lookup: Lookup | None = None
        self._due_ms = 0

    @property
    def running(self) -> bool:
        """Whether an answer is awaited."""
        return self._lookup is not None

    def run(self, lookup: Lookup, language: Language, now_ms: int) -> LookupFailed | None:
        """Start a lookup; its answer comes as :class:`ErrandDone`.

        Returns:
            The failure, when it could not even be started.
        """
        connector = self._services.connectors.get(lookup.connector)
        if connector is None:
            return LookupFailed(lookup, f"no connector named {lookup.connector!r}")
        self._number += 1
        number = self._number
        self._lookup = lookup
        self._due_ms = now_ms + round(self._services.settings.fulfilment_deadline_s * 1000)

        def done(future: "Future[Outcome]") -> None:
            error = future.exception()
            self._post(ErrandDone(number, None if error else future.result(), error))

        self._services.lookups.submit(connector.fulfil, lookup.slots, language).add_done_callback(done)
        return None

    def done(self, event: ErrandDone) -> Fulfilled | LookupFailed | None:
        """Take in an answer; None when it came after its deadline."""
        lookup = self._lookup
        if lookup is None or event.number != self._number:
            return None
        self._lookup = None
        if event.outcome is None:
            return LookupFailed(lookup, f"{type(event.error).__name__}: {event.error}")
        return Fulfilled(lookup, event.outcome.outcome, event.outcome.values, event.outcome.facts)

    def abandon(self) -> None:
        """The caller has changed the question: the answer, when it comes, counts no more."""
        self._lookup = None

    def overdue(self, now_ms: int) -> LookupFailed | None:
        """Give up on a lookup whose deadline has passed."""
        lookup = self._lookup
        if lookup is None or now_ms < self._due_ms:
            return None
        self._lookup = None
        return LookupFailed(lookup, f"no answer in {self._services.settings.fulfilment_deadline_s:g} s")
