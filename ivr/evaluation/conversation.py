"""Everything behind recognition, without sound and clock: decisions, connectors and texts are the product's own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ivr.content.render import render
from ivr.content.types import Content, Language
from ivr.dialogue.engine import decide, start
from ivr.dialogue.types import Answered, Decision, DialogueState, Event, Fulfilled, LookupFailed
from ivr.errors import BackendDownError
from ivr.fulfilment.types import Connector


@dataclass(frozen=True)
class Step:
    """One decision, and what the assistant said with it."""

    decision: Decision
    words: str
    """Empty when nothing was said."""


class PaperConversation:
    """One call as the dialogue sees it: events go in, decisions come out, look-ups are done at once.

    What needs time (silence, interrupting, hanging up in the middle of a word) can't be played.
    """

    def __init__(
        self,
        content: Content,
        connectors: Mapping[str, Connector],
        language: Language,
        *,
        now: datetime | None = None,
        number: str | None = None,
    ) -> None:
        """Answer the call.

        Args:
            content: What managers own.
            connectors: Name → what does look-ups.
            language: The hotline's own; the greeting's.
            now: The time of the call, aware, local to the deployment; None: people are taken to be there.
            number: The caller's; None: withheld.
        """
        self._content = content
        self._connectors = connectors
        self.state: DialogueState = start(language)
        self.steps: list[Step] = []
        """Of the whole call, the greeting first."""
        self.meet(Answered(language, now=now, number=number))

    @property
    def last(self) -> Decision:
        """The latest decision."""
        return self.steps[-1].decision

    def meet(self, event: Event) -> tuple[Step, ...]:
        """Let something happen; look-ups that follow from it are done.

        Returns:
            What was decided, in order.
        """
        done: list[Step] = []
        pending: Event | None = event
        while pending is not None:
            self.state, decision = decide(self.state, pending, self._content)
            words = (
                render(self._content, say, say.language or self.state.language, decision.tone)
                for say in decision.say
            )
            done.append(Step(decision, " ".join(words)))
            pending = self._look_up(decision)
        self.steps += done
        return tuple(done)

    def speak(self, language: Language) -> None:
        """Go on in the language that the caller was heard to speak."""
        if language != self.state.language:
            self.state = replace(self.state, language=language)

    def _look_up(self, decision: Decision) -> Event | None:
        lookup = decision.lookup
        if lookup is None:
            return None
        try:
            found = self._connectors[lookup.connector].fulfil(lookup.slots, self.state.language)
        except BackendDownError as error:
            return LookupFailed(lookup, str(error))
        return Fulfilled(lookup, found.outcome, found.values, found.facts)
