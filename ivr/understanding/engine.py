"""Text to meaning: commands, numbers, requests by the nearest example, and an honest unknown.

The order is that of certainty: a number or key word that was asked for; a command said alone; a telling word; a
request; a yes or no at the beginning of an answer; a number nobody asked for. What none of them claims is
unknown (``intent`` None).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.content.types import LANGUAGES, Content, Language
from ivr.understanding.commands import EXACT, FIRST_WORD, Commands, clauses
from ivr.understanding.examples import ExampleIndex
from ivr.understanding.numbers import LIKELY, find_digits, is_mostly_number
from ivr.understanding.text import MAX_CHARACTERS, script_language, squeeze
from ivr.understanding.types import ANYTHING, Expectation, Meaning, SlotValue, Understander

_FUZZY_COMMANDS = ("agent", "repeat", "goodbye", "dont_know")
"""Commands that are also recognised by similarity; yes, no and thanks are too short for it."""
_ONLY_WHEN_ASKED = {"dont_know": "digits"}
"""Commands that similarity may find only after a question of this kind: without one, "비밀번호를 잊어버렸어요" is a
request of another house."""
ANSWER_YIELDS_TO = 0.45
"""Similarity to a request above which "no, but what are your hours" is the request and not the answer."""
SOME_DIGITS = 2
"""Digits among other words that are taken for part of a number that was asked for; one alone may be a word."""
AGENT_YIELDS_TO = 0.45
"""Cosine (0 to 1) from which a request wins over a telling word: "상담원 운영 시간 알려 주세요" asks for hours."""
MAX_ALTERNATIVES = 3


def create_understander(content: Content) -> Understander:
    """Build the understander of one version of the content (milliseconds for some hundred examples)."""
    return ExampleUnderstander(content)


@dataclass(frozen=True)
class _Guess:
    """What an utterance may mean, with the runners-up."""

    intent: str | None
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()


class ExampleUnderstander:
    """Understands by the managers' examples. Immutable once built; safe from any thread."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._commands = Commands(content.commands)
        self._indices = {language: ExampleIndex(language, _examples(content, language)) for language in LANGUAGES}

    def understand(self, text: str, language: Language, expecting: Expectation = ANYTHING) -> Meaning:
        """Understand one utterance.

        Args:
            text: The recognised words; any text at all.
            language: The language of the call.
            expecting: What was asked.

        Returns:
            The meaning; ``intent`` is None when it is not understood. ``language`` is the call's.
        """
        spoken = text[:MAX_CHARACTERS]
        script = script_language(spoken, language)
        slots: dict[str, SlotValue] = {}
        guess = self._answer(spoken, script, expecting, slots) or self._open(spoken, script, expecting, slots)
        return Meaning(text, language, guess.intent, guess.confidence, guess.alternatives, slots)

    def _answer(
        self, text: str, language: Language, expecting: Expectation, slots: dict[str, SlotValue]
    ) -> _Guess | None:
        """Read the text as the answer that was asked for."""
        if expecting.kind == "digits" and expecting.slot is not None:
            value = self._asked_digits(text, language, expecting)
            if value is not None:
                slots[expecting.slot] = value
                return _Guess(expecting.intent, value.confidence)
        if expecting.kind == "choice" and self._commands.word(text, language) is None:
            value = find_digits(text, language, 1)
            if value is not None and value.value in expecting.keys and is_mostly_number(text, value):
                return _Guess(expecting.keys[value.value], value.confidence)
        return None

    def _asked_digits(self, text: str, language: Language, expecting: Expectation) -> SlotValue | None:
        """The number that was asked for, its remaining digits, or all of it again from the beginning."""
        spec = self._content.slots.get(expecting.slot or "")
        wanted = expecting.digits or (spec.digits if spec else None)
        if wanted is None or self._commands.whole(text) is not None:
            return None
        value = find_digits(text, language, wanted)
        if value is not None and len(value.value) == wanted:
            return value
        if spec is not None and spec.digits != wanted:
            again = find_digits(text, language, spec.digits)
            if again is not None and len(again.value) == spec.digits:
                return again
        if value is None or self._commands.word(text, language) is not None:
            return None
        return (
            value if is_mostly_number(text, value) or self._holds_part(text, language, expecting, value) else None
        )

    def _holds_part(self, text: str, language: Language, expecting: Expectation, value: SlotValue) -> bool:
        """Whether "my order number is 472" gives some digits of the number, among words that ask nothing else."""
        nearest = self._nearest(text, language, expecting)
        request = self._content.requests.get(nearest.intent or "")
        something_else = (
            request is not None and nearest.confidence >= ANSWER_YIELDS_TO and expecting.slot not in request.slots
        )
        return len(value.value) >= SOME_DIGITS and not something_else

    def _open(self, text: str, language: Language, expecting: Expectation, slots: dict[str, SlotValue]) -> _Guess:
        """Read the text as anything a caller may say."""
        if not squeeze(text):
            return _Guess(None, 0.0)
        command = self._commands.whole(text)
        if command is not None:
            return self._command(command, EXACT, slots)
        nearest = self._nearest(text, language, expecting)
        worded = self._commands.word(text, language)
        if worded is not None and (
            nearest.intent not in self._content.requests or nearest.confidence < AGENT_YIELDS_TO
        ):
            return self._command(*worded, slots)
        number = self._unasked_number(text, language, nearest.intent, slots)
        opening = self._commands.opening(text, language) if expecting.kind in ("yes_no", "choice") else None
        if nearest.intent in self._content.requests and (opening is None or nearest.confidence >= ANSWER_YIELDS_TO):
            return nearest
        if opening is not None:
            return self._command(opening, FIRST_WORD, slots)
        return nearest if nearest.intent is not None or number is None else number

    @staticmethod
    def _command(name: str, confidence: float, slots: dict[str, SlotValue]) -> _Guess:
        if name in ("yes", "no"):
            slots["answer"] = SlotValue(name, confidence)
        return _Guess(name, confidence)

    def _nearest(self, text: str, language: Language, expecting: Expectation) -> _Guess:
        """The label of the nearest example, over the whole utterance and its clauses; unknown if none is near."""
        index = self._indices[language]
        parts = list(clauses(text))
        best: dict[str, float] = {}
        for part in [text, *parts] if len(parts) > 1 else [text]:
            for label, score in index.rank(part):
                if _ONLY_WHEN_ASKED.get(label, expecting.kind) != expecting.kind:
                    continue
                best[label] = max(score, best.get(label, 0.0))
        ranked = sorted(best.items(), key=lambda item: -item[1])
        if not ranked:
            return _Guess(None, 0.0)
        label, score = ranked[0]
        if score < index.threshold:
            return _Guess(None, score, tuple(ranked[:MAX_ALTERNATIVES]))
        return _Guess(label, score, tuple(ranked[1 : 1 + MAX_ALTERNATIVES]))

    def _unasked_number(
        self, text: str, language: Language, intent: str | None, slots: dict[str, SlotValue]
    ) -> _Guess | None:
        """A number that came with a request, or alone where only one request takes such a number."""
        number = find_digits(text, language)
        if number is None:
            return None
        takers: Mapping[str, str] = {
            request.intent: slot
            for request in self._content.requests.values()
            for slot in request.slots[:1]
            if slot in self._content.slots and self._content.slots[slot].digits == len(number.value)
        }
        if intent is not None and intent in takers:
            slots[takers[intent]] = number
        elif intent is None and len(takers) == 1:
            (taker, slot), *_ = takers.items()
            slots[slot] = number
            return _Guess(taker, min(number.confidence, LIKELY))
        return None


def _examples(content: Content, language: Language) -> list[tuple[str, str]]:
    """(label, sentence) of everything that is recognised by similarity."""
    requests = [
        (request.intent, example)
        for request in content.requests.values()
        for example in request.examples.get(language, ())
    ]
    commands = [
        (name, example)
        for name in _FUZZY_COMMANDS
        if name in content.commands
        for example in content.commands[name].examples.get(language, ())
    ]
    return requests + commands
