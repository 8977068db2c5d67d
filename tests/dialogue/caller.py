"""A conversation on paper: events in, decisions and spoken words out."""

from dataclasses import replace

from ivr.content.render import render
from ivr.content.types import Content, Language
from ivr.dialogue.engine import decide, start
from ivr.dialogue.types import (
    Answered,
    Decision,
    DialogueState,
    Event,
    Fulfilled,
    Heard,
    KeysPressed,
    LookupFailed,
)
from ivr.understanding.types import Meaning, SlotValue
from tests.understanding.models import understander_of

ORDERS = {"47291": "on_the_way", "58306": "delivered"}
VALUES = {"order_number": "four seven", "item": "shoes", "status": "on its way", "date": "today", "courier": "us"}


class Caller:
    """Talks to the engine; a connector of two orders answers look-ups at once."""

    def __init__(self, content: Content, language: Language = "ko", shop_down: bool = False) -> None:
        self.content = content
        self.state: DialogueState = start(language)
        self.decision: Decision
        self.decisions: list[Decision] = []
        self._understander = understander_of(content)
        self._shop_down = shop_down
        self.meet(Answered(language))

    @property
    def words(self) -> str:
        """What was just said."""
        return " ".join(
            render(self.content, say, self.state.language, self.decision.tone) for say in self.decision.say
        )

    @property
    def keys(self) -> list[str]:
        """The keys of the texts just said."""
        return [say.key for say in self.decision.say]

    def meet(self, event: Event) -> Decision:
        """Let something happen."""
        self.state, self.decision = decide(self.state, event, self.content)
        self.decisions.append(self.decision)
        lookup = self.decision.lookup
        if lookup is not None and self._shop_down:
            return self.meet(LookupFailed(lookup, "the database is down"))
        if lookup is not None:
            outcome = ORDERS.get(lookup.slots["order_number"], "missing")
            return self.meet(Fulfilled(lookup, outcome, VALUES, {"order_number": lookup.slots["order_number"]}))
        return self.decision

    def says(self, text: str) -> Decision:
        """Say something that is understood by the product's own understander."""
        return self.meet(Heard(self._understander.understand(text, self.state.language, self.state.expecting)))

    def means(self, intent: str | None, **slots: str) -> Decision:
        """Say something of which only the meaning matters."""
        values = {name: SlotValue(value, 0.9) for name, value in slots.items()}
        return self.meet(Heard(Meaning(str(intent), self.state.language, intent, 0.9, slots=values)))

    def presses(self, keys: str) -> Decision:
        """Press keys."""
        return self.meet(KeysPressed(keys))

    def speaks(self, language: Language) -> None:
        """Change the language, as the call does."""
        self.state = replace(self.state, language=language)
