"""Values in what callers say: the one that was asked for, and those that come with a request unasked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from ivr.content.types import LANGUAGES, Content, Language, Request, SlotKind, SlotSpec
from ivr.understanding.commands import Commands
from ivr.understanding.numbers import LIKELY, find_digits, is_mostly_number
from ivr.understanding.slots.digits import continue_digits
from ivr.understanding.slots.moments import in_calendar
from ivr.understanding.slots.registry import extract
from ivr.understanding.slots.types import Goods, SlotContext
from ivr.understanding.types import Expectation, SlotValue

SOME_DIGITS = 2
"""Digits among other words that are taken for part of a number that was asked for; one alone may be a word."""
UNASKED: frozenset[SlotKind] = frozenset({"digits", "phone", "datetime", "amount", "product"})
"""Kinds that are recognised by themselves. A name or a free text is one only because it was asked for."""
_WORDS: frozenset[SlotKind] = frozenset({"text", "identity"})


class Answers:
    """Reads values by what the slots of one content are. Immutable; safe from any thread."""

    def __init__(self, content: Content, commands: Commands) -> None:
        self._slots = content.slots
        self._requests = content.requests
        self._commands = commands
        self._goods: Mapping[Language, tuple[Goods, ...]] = {
            language: tuple(
                Goods(product.key, names)
                for product in content.catalogue
                if (names := product.names.get(language, ()) + _latin(product.names.get("en", ()), language))
            )
            for language in LANGUAGES
        }

    def find(
        self, slot: str, text: str, language: Language, expecting: Expectation, now: datetime | None
    ) -> SlotValue | None:
        """The value of a slot of any kind, said as the answer to the question for it."""
        spec = self._slots.get(slot)
        if spec is None:
            return None
        if spec.kind == "digits":
            return self._digits(text, language, spec, expecting)
        return self._extract(spec, text, language, now)

    def is_words(self, slot: str | None) -> bool:
        """Whether any words may be the slot's value."""
        return slot is not None and slot in self._slots and self._slots[slot].kind in _WORDS

    def correction(self, text: str, language: Language, expecting: Expectation) -> SlotValue | None:
        """The value that is being read back, as the answer corrects it ("no, nine five")."""
        spec = self._slots.get(expecting.slot or "")
        if spec is None or spec.kind != "digits" or not expecting.partial:
            return None
        said = find_digits(text, language, spec.digits)
        if said is None or said.confidence < LIKELY:
            return None  # "是的" only sounds like a four
        if len(said.value) != spec.digits and not is_mostly_number(text, said):
            return None
        return continue_digits(expecting.partial, text, language, spec.digits)

    def unasked(
        self, request: Request, text: str, language: Language, now: datetime | None
    ) -> dict[str, SlotValue]:
        """The values for a request's slots that are recognised by themselves."""
        found: dict[str, SlotValue] = {}
        taken: set[tuple[SlotKind, int]] = set()
        for slot in request.slots:
            spec = self._slots.get(slot)
            if spec is None or spec.kind not in UNASKED or (spec.kind, spec.digits) in taken:
                continue
            taken.add((spec.kind, spec.digits))
            if spec.kind == "digits":
                number = find_digits(text, language)
                value = number if number is not None and len(number.value) == spec.digits else None
            else:
                value = self._extract(spec, text, language, now)
            if value is not None:
                found[slot] = value
        return found

    def lone_number(self, text: str, language: Language) -> tuple[str | None, str, SlotValue] | None:
        """A number that nobody asked for, alone.

        Returns:
            The request it must be for (None when several take such numbers and none of them just looks it up),
            the slot and the value.
        """
        number = find_digits(text, language)
        if number is None:
            return None
        takers = {
            request.intent: slot
            for request in self._requests.values()
            for slot in request.slots[:1]
            if slot in self._slots
            and self._slots[slot].kind == "digits"
            and self._slots[slot].digits == len(number.value)
        }
        if not takers:
            return None
        harmless = [intent for intent in takers if _only_tells(self._requests[intent])]
        single = next(iter(takers)) if len(takers) == 1 else harmless[0] if len(harmless) == 1 else None
        slot = takers[single] if single is not None else next(iter(takers.values()))
        return single, slot, number

    def menu_number(self, text: str, language: Language, expecting: Expectation) -> SlotValue | None:
        """A key word of the menu ("one", "2번")."""
        value = find_digits(text, language, 1)
        if value is None or value.value not in expecting.keys or not is_mostly_number(text, value):
            return None
        return value

    def _digits(self, text: str, language: Language, spec: SlotSpec, expecting: Expectation) -> SlotValue | None:
        """The number asked for, what completes or corrects it, or all of it again from the beginning."""
        if expecting.partial:
            return continue_digits(expecting.partial, text, language, spec.digits)
        wanted = expecting.digits or spec.digits
        value = find_digits(text, language, wanted)
        if value is not None and len(value.value) == wanted:
            return value
        if spec.digits != wanted:
            again = find_digits(text, language, spec.digits)
            if again is not None and len(again.value) == spec.digits:
                return again
        return value

    def _extract(self, spec: SlotSpec, text: str, language: Language, now: datetime | None) -> SlotValue | None:
        context = SlotContext(now, self._goods[language], spec.digits or None)
        found = extract(spec.kind, text, language, context)
        if not found:
            return None
        if spec.kind == "datetime" and now is not None:
            value = in_calendar(found[0].value, now)
            sure = found[0].confidence if value == found[0].value else min(found[0].confidence, LIKELY)
            return replace(found[0], value=value, confidence=sure)
        return found[0]


def _only_tells(request: Request) -> bool:
    return not (request.verify or request.confirm or request.person)


def _latin(names: tuple[str, ...], language: Language) -> tuple[str, ...]:
    """English names, which recognizers write inside other languages, too."""
    return () if language == "en" else names
