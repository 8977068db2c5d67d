"""A conversation on paper: events in, decisions and spoken words out."""

from dataclasses import replace
from datetime import datetime

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
    KnownCaller,
    Lookup,
    LookupFailed,
)
from ivr.understanding.types import Meaning, SlotValue
from tests.understanding.models import understander_of

ORDERS = {"47291": "on_the_way", "58306": "delivered"}
IDENTITIES = {"47291": ("0101", "김하늘"), "58306": ("0102",)}
"""Order number → what proves that it is one's own."""
VALUES = dict.fromkeys(
    (
        *("order_number", "item", "status", "date", "courier", "step", "amount", "count", "opens", "closes"),
        *("holiday", "address"),
    ),
    "words",
)


class Caller:
    """Talks to the engine; a shop of two orders answers look-ups at once."""

    def __init__(
        self,
        content: Content,
        language: Language = "ko",
        shop_down: bool = False,
        now: datetime | None = None,
        number: str | None = None,
        known: KnownCaller | None = None,
    ) -> None:
        self.content = content
        self.state: DialogueState = start(language)
        self.decision: Decision
        self.decisions: list[Decision] = []
        self.lookups: list[Lookup] = []
        self._shop_down = shop_down
        self.meet(Answered(language, now=now, number=number, known=known))

    @property
    def words(self) -> str:
        """What was just said."""
        return " ".join(
            render(self.content, say, say.language or self.state.language, self.decision.tone)
            for say in self.decision.say
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
        if lookup is None:
            return self.decision
        self.lookups.append(lookup)
        if self._shop_down:
            return self.meet(LookupFailed(lookup, "the database is down"))
        facts = {"order_number": lookup.slots.get("order_number", "")}
        return self.meet(Fulfilled(lookup, _outcome(lookup), VALUES, facts))

    def says(self, text: str) -> Decision:
        """Say something that is understood by the product's own understander."""
        understander, call = understander_of(self.content), self.state.call
        now = call.now if call else None
        return self.meet(Heard(understander.understand(text, self.state.language, self.state.expecting, now)))

    def means(self, intent: str | None, *, sure: bool = True, confidence: float = 0.9, **slots: str) -> Decision:
        """Say something of which only the meaning matters."""
        values = {name: SlotValue(value, confidence) for name, value in slots.items()}
        meaning = Meaning(str(intent), self.state.language, intent, confidence, slots=values, sure=sure)
        return self.meet(Heard(meaning))

    def also(self, intent: str, *also: str, instead: bool = False) -> Decision:
        """Say several requests in one breath, or one in place of another."""
        meaning = Meaning(intent, self.state.language, intent, 0.9, also=also, instead=instead)
        return self.meet(Heard(meaning))

    def presses(self, keys: str) -> Decision:
        """Press keys."""
        return self.meet(KeysPressed(keys))

    def speaks(self, language: Language) -> None:
        """Change the language, as the call does."""
        self.state = replace(self.state, language=language)


def _outcome(lookup: Lookup) -> str:
    number = lookup.slots.get("order_number")
    if number is not None and number not in ORDERS:
        return "missing"
    if lookup.connector == "shop.verify":
        return "verified" if lookup.slots["identity"] in IDENTITIES[str(number)] else "mismatch"
    return ORDERS[str(number)] if lookup.connector == "shop.order_status" else "found"
