"""Text to meaning: commands, numbers, requests by the managers' examples, and an honest unknown.

The order is that of certainty: a number or key word that was asked for; a command said alone; a telling word; a
request; a yes or no at the beginning of an answer; a number nobody asked for. What none of them claims is
unknown (``intent`` None).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ivr.content.types import LANGUAGES, Content, Language, Thresholds
from ivr.understanding.commands import EXACT, FIRST_WORD, Commands
from ivr.understanding.encoders import create_encoder
from ivr.understanding.intent_model import IntentModel
from ivr.understanding.model_cache import trained
from ivr.understanding.numbers import LIKELY, find_digits, is_mostly_number
from ivr.understanding.text import MAX_CHARACTERS, script_language, squeeze
from ivr.understanding.training import Example
from ivr.understanding.types import ANYTHING, Expectation, Meaning, SlotValue
from ivr.understanding.wishes import take_apart

_FUZZY_COMMANDS = ("agent", "repeat", "goodbye", "dont_know")
"""Commands that are also recognised by similarity; yes, no and thanks are too short for it."""
_ONLY_WHEN_ASKED = {"dont_know": "digits"}
"""Commands that similarity may find only after a question of this kind: without one, "비밀번호를 잊어버렸어요" is a
request of another house."""
ANSWER_YIELDS_TO = 0.8
"""Confidence (0 to 1) in a request from which "no, but what are your hours" is the request and not the answer."""
SOME_DIGITS = 2
"""Digits among other words that are taken for part of a number that was asked for; one alone may be a word."""
AGENT_YIELDS_TO = 0.8
"""Confidence (0 to 1) from which a request wins over a telling word: "상담원 운영 시간 알려 주세요" asks
for hours."""
MAX_ALTERNATIVES = 3
MAX_PARTS = 4
"""Parts of one utterance that are judged by themselves; callers hardly ever utter more wishes in one breath."""


def create_understander(
    content: Content, encoder: str = "bundled", cache_dir: Path | None = None
) -> "ExampleUnderstander":
    """Build the understander of one version of the content.

    Args:
        content: The requests and commands; their examples are learnt from, unless the cache knows them.
        encoder: The sentence encoder's name (:mod:`ivr.understanding.encoders`).
        cache_dir: Where trained models are kept; None trains anew (about 0.2 CPU s for each intent).

    Raises:
        ConfigurationError: there is no such encoder.
    """
    loaded = create_encoder(encoder)
    made = trained(examples_of(content), loaded, cache_dir)
    return ExampleUnderstander(content, with_thresholds(made.model, content.thresholds))


@dataclass(frozen=True)
class _Guess:
    """What an utterance may mean, with the runners-up."""

    intent: str | None
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()
    sure: bool = True


class ExampleUnderstander:
    """Understands by the managers' examples. Immutable once built; safe from any thread."""

    def __init__(self, content: Content, model: IntentModel) -> None:
        self._content = content
        self._commands = Commands(content.commands)
        self._model = model

    def understand(
        self, text: str, language: Language, expecting: Expectation = ANYTHING, now: datetime | None = None
    ) -> Meaning:
        """Understand one utterance.

        Args:
            text: The recognised words; any text at all.
            language: The language of the call.
            expecting: What was asked.
            now: The time of the call, local to the deployment.

        Returns:
            The meaning; ``intent`` is None when it is not understood. ``language`` is the call's.
        """
        spoken = text[:MAX_CHARACTERS]
        script = script_language(spoken, language)
        slots: dict[str, SlotValue] = {}
        guess = self._answer(spoken, script, expecting, slots) or self._open(spoken, script, expecting, slots)
        return Meaning(text, language, guess.intent, guess.confidence, guess.alternatives, slots, guess.sure)

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
        """The request or command that an utterance sounds like; unknown if none is near.

        What follows a change of mind ("아니 그거 말고 …") wins when it is understood by itself; else the whole
        utterance; else its best part. Other wishes in the same breath lead the alternatives.
        """
        hidden = {label for label, kind in _ONLY_WHEN_ASKED.items() if kind != expecting.kind}
        parts = take_apart(text, language)
        spoken = [text, *parts.wishes[:MAX_PARTS], *([parts.corrected] if parts.corrected else [])]
        ranked = self._model.rank(spoken, language, hidden)
        whole, wishes = ranked[0], ranked[1 : 1 + len(parts.wishes[:MAX_PARTS])]
        understood = [each for each in wishes if each is not None and each.known]
        later = ranked[-1] if parts.corrected else None
        best = later if later is not None and later.known else whole
        if (best is None or not best.known) and understood:
            best = max(understood, key=lambda each: each.score)
        if best is None:
            return _Guess(None, 0.0)
        others = dict.fromkeys(each.label for each in understood if each.label != best.label)
        confidences = {each.label: each.confidence for each in understood}
        alternatives = [(label, confidences[label]) for label in others]
        alternatives += [pair for pair in best.runners_up if pair[0] not in others and pair[0] != best.label]
        if not best.known:
            alternatives.insert(0, (best.label, best.confidence))
            return _Guess(None, best.confidence, tuple(alternatives[:MAX_ALTERNATIVES]))
        return _Guess(best.label, best.confidence, tuple(alternatives[:MAX_ALTERNATIVES]), best.sure)

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


def with_thresholds(model: IntentModel, limits: Mapping[Language, Thresholds]) -> IntentModel:
    """The model with a deployment's own thresholds (``thresholds.yaml``) in place of the default ones."""
    fitted = {
        language: replace(each, unknown=limits[language].unknown, sure=limits[language].sure)
        if language in limits
        else each
        for language, each in model.calibrations.items()
    }
    return replace(model, calibrations=fitted)


def examples_of(content: Content) -> list[Example]:
    """Everything that is recognised by similarity."""
    requests = [
        Example(language, request.intent, text)
        for request in content.requests.values()
        for language in LANGUAGES
        for text in request.examples.get(language, ())
    ]
    commands = [
        Example(language, name, text)
        for name in _FUZZY_COMMANDS
        if name in content.commands
        for language in LANGUAGES
        for text in content.commands[name].examples.get(language, ())
    ]
    return requests + commands
