"""Text to meaning: commands, values, requests by the managers' examples, and an honest unknown.

The order is that of certainty: a value that was asked for; a command said alone; a telling word; a request; a yes
or no to a question; a number nobody asked for. What none of them claims is unknown (``intent`` None).
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ivr.content.types import Content, Language, Thresholds
from ivr.understanding.answers import SOME_DIGITS, Answers
from ivr.understanding.commands import EXACT, FIRST_WORD, Commands, says_little
from ivr.understanding.encoders import create_encoder
from ivr.understanding.intent_model import MIN_CHARACTERS, IntentModel
from ivr.understanding.model_cache import trained
from ivr.understanding.numbers import LIKELY, is_mostly_number
from ivr.understanding.requests import NOTHING, Guess, Recogniser, Spoken, examples_of
from ivr.understanding.sentiment.judge import UpsetJudge
from ivr.understanding.sentiment.judge_cache import trained_judge
from ivr.understanding.sentiment.reader import read_sentiment
from ivr.understanding.sentiment.training import judged_by
from ivr.understanding.slots.types import SlotContext
from ivr.understanding.slots.yes_no import find_answer
from ivr.understanding.text import MAX_CHARACTERS, script_language, squeeze
from ivr.understanding.types import ANYTHING, Expectation, Meaning, SlotValue

ANSWER_YIELDS_TO = 0.8
"""Confidence (0 to 1) in a request from which "no, but what are your hours" is the request and not the answer."""
WORDS_YIELD_TO = 0.9
"""The same where any words may be the answer: an address or a name resembles no request, so only a plain one
wins."""
AGENT_YIELDS_TO = 0.8
"""Confidence (0 to 1) from which a request wins over a telling word: "상담원 운영 시간 알려 주세요" asks
for hours."""


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
    upset = trained_judge(judged_by(content), loaded, cache_dir)
    judge = upset.judge if upset is not None else None
    return ExampleUnderstander(content, with_thresholds(made.model, content.thresholds), judge)


class ExampleUnderstander:
    """Understands by the managers' examples. Immutable once built; safe from any thread."""

    def __init__(self, content: Content, model: IntentModel, judge: UpsetJudge | None = None) -> None:
        """Put together.

        Args:
            content: What can be asked for.
            model: Recognises it.
            judge: Tells upset callers by their words; None leaves that unknown.
        """
        self._content = content
        self._judge = judge
        self._commands = Commands(content.commands)
        self._answers = Answers(content, self._commands)
        self._recogniser = Recogniser(content, model)

    def understand(
        self, text: str, language: Language, expecting: Expectation = ANYTHING, now: datetime | None = None
    ) -> Meaning:
        """Understand one utterance.

        Args:
            text: The recognised words; any text at all.
            language: The language of the call.
            expecting: What was asked.
            now: The time of the call, local to the deployment. None: no day or time is understood.

        Returns:
            The meaning; ``intent`` is None when it is not understood. ``language`` is the call's.
        """
        spoken = text[:MAX_CHARACTERS]
        turn = _Turn(spoken, script_language(spoken, language), expecting, now)
        slots: dict[str, SlotValue] = {}
        guess = self._understood(turn, slots) if squeeze(spoken) else NOTHING
        return Meaning(
            text,
            language,
            guess.intent,
            guess.confidence,
            guess.alternatives,
            slots,
            guess.sure,
            guess.also,
            guess.instead,
            self._upset(turn, slots),
        )

    def _upset(self, turn: "_Turn", slots: Mapping[str, SlotValue]) -> float | None:
        """How likely the caller is upset; None where a command, a value or nothing was all that was said."""
        if self._judge is None or turn.command or len(squeeze(turn.text)) < MIN_CHARACTERS:
            return None
        if turn.spoken is None and any(is_mostly_number(turn.text, value) for value in slots.values()):
            return None
        vectors = self._spoken(turn).vectors
        if vectors is None:
            return None
        words = read_sentiment(turn.text, turn.language)
        return self._judge.probability(turn.text, turn.language, vectors[0], words)

    def _understood(self, turn: "_Turn", slots: dict[str, SlotValue]) -> Guess:
        command = self._commands.whole(turn.text)
        checked = turn.expecting.kind == "yes_no" and turn.expecting.question == "check"
        if checked and self._commands.closes(turn.text, turn.language):
            command = "goodbye"
        turn.command = command is not None
        worded = self._commands.word(turn.text, turn.language)
        if command is None:
            answer = self._asked(turn, worded is not None, slots)
            if answer is not None:
                return answer
        if command in (None, "yes", "no") and turn.expecting.kind == "yes_no":
            answer = self._yes_or_no(turn, command, worded is not None, slots)
            if answer is not None:
                return answer
        if command is not None:
            return self._command(command, EXACT, slots)
        nearest = self._nearest(turn)
        strong = nearest.intent in self._content.requests and nearest.confidence >= AGENT_YIELDS_TO
        if worded is not None and not strong:
            return self._command(*worded, slots)
        return self._request(turn, nearest, slots)

    def _asked(self, turn: "_Turn", worded: bool, slots: dict[str, SlotValue]) -> Guess | None:
        """Read the text as the value that was asked for."""
        expecting = turn.expecting
        if expecting.kind == "choice" and not worded:
            key = self._answers.menu_number(turn.text, turn.language, expecting)
            return Guess(expecting.keys[key.value], key.confidence) if key is not None else None
        if expecting.kind not in ("digits", "slot") or expecting.slot is None:
            return None
        value = self._answers.find(expecting.slot, turn.text, turn.language, expecting, turn.now)
        if value is None or not self._answers_question(turn, value, worded):
            return self._other_value(turn, slots)
        slots[expecting.slot] = value
        return Guess(expecting.intent, value.confidence, instead=False)

    def _answers_question(self, turn: "_Turn", value: SlotValue, worded: bool) -> bool:
        """Whether a value is what the utterance is about, and not a word in another request."""
        expecting = turn.expecting
        spec = self._content.slots[expecting.slot or ""]
        whole = expecting.digits or spec.digits
        if spec.kind == "digits" and len(value.value) in (whole, spec.digits):
            return True
        if self._answers.is_words(expecting.slot) and not value.value.isdigit():
            return not worded and not self._something_else(turn, WORDS_YIELD_TO)
        if worded:
            return False
        if len(value.value) < SOME_DIGITS and self._something_else(turn, ANSWER_YIELDS_TO):
            return False  # "请再说一遍" holds a one
        if is_mostly_number(turn.text, value):
            return True
        enough = spec.kind != "digits" or len(value.value) >= SOME_DIGITS
        # "my number is 472" sounds like "I don't know my number".
        unsure_of_it = self._nearest(turn).intent == "dont_know"
        return enough and (unsure_of_it or not self._something_else(turn, ANSWER_YIELDS_TO))

    def _something_else(self, turn: "_Turn", from_confidence: float) -> bool:
        """Whether the utterance asks for something that has nothing to do with the slot asked for."""
        nearest = self._nearest(turn)
        if nearest.intent is None or nearest.confidence < from_confidence or not nearest.sure:
            return False
        request = self._content.requests.get(nearest.intent)
        return request is None or (
            nearest.intent != turn.expecting.intent and turn.expecting.slot not in request.slots
        )

    def _other_value(self, turn: "_Turn", slots: dict[str, SlotValue]) -> Guess | None:
        """Another value of the same request, said in place of the one asked for ("the number was 47295")."""
        request = self._content.requests.get(turn.expecting.intent or "")
        if request is None or self._something_else(turn, ANSWER_YIELDS_TO):
            return None
        found = self._answers.unasked(request, turn.text, turn.language, turn.now)
        found.pop(turn.expecting.slot or "", None)
        if not found:
            return None
        slots.update(found)
        return Guess(request.intent, max(value.confidence for value in found.values()))

    def _yes_or_no(
        self, turn: "_Turn", command: str | None, worded: bool, slots: dict[str, SlotValue]
    ) -> Guess | None:
        """Read the text as the answer to a question that yes or no answers."""
        expecting = turn.expecting
        context = SlotContext(turn.now, question=expecting.question)
        said = next(iter(find_answer(turn.text, turn.language, context)), None)
        changed = self._answers.correction(turn.text, turn.language, expecting)
        request = self._content.requests.get(expecting.intent or "")
        if changed is not None and changed.value != expecting.partial:
            slots[expecting.slot or ""] = changed
            slots["answer"] = SlotValue("no", changed.confidence, said.span if said else None)
            return Guess("no", changed.confidence)
        if command is not None:
            return self._command(said.value if said is not None else command, EXACT, slots)
        if worded or _begins_a_story(turn):
            return None
        nearest = self._nearest(turn)
        other = nearest.intent is not None and nearest.confidence >= ANSWER_YIELDS_TO
        if other and nearest.intent != expecting.intent:
            return None
        if said is None:
            opening = self._commands.opening(turn.text, turn.language)
            if opening is None:
                return None
            said = SlotValue(opening, FIRST_WORD)
        if request is not None and said.value == "no":
            slots.update(self._answers.unasked(request, turn.text, turn.language, turn.now))
        return self._command(said.value, min(said.confidence, FIRST_WORD), slots)

    def _request(self, turn: "_Turn", nearest: Guess, slots: dict[str, SlotValue]) -> Guess:
        """A request, with the values that came with it; or an answer, or a number, alone."""
        opening = None
        if turn.expecting.kind in ("yes_no", "choice") and not _begins_a_story(turn):
            opening = self._commands.opening(turn.text, turn.language)
        request = self._content.requests.get(nearest.intent or "")
        if request is not None and (opening is None or nearest.confidence >= ANSWER_YIELDS_TO):
            slots.update(self._answers.unasked(request, turn.text, turn.language, turn.now))
            for other in nearest.also:
                for slot, value in self._unasked_of(other, turn).items():
                    slots.setdefault(slot, value)
            return self._taken_back(turn, nearest)
        if opening is not None:
            return self._command(opening, FIRST_WORD, slots)
        if nearest.intent is not None:
            return nearest
        number = self._answers.lone_number(turn.text, turn.language)
        if number is None:
            return nearest
        intent, slot, value = number
        slots[slot] = value
        return Guess(intent, min(value.confidence, LIKELY)) if intent is not None else nearest

    def _unasked_of(self, intent: str, turn: "_Turn") -> dict[str, SlotValue]:
        return self._answers.unasked(self._content.requests[intent], turn.text, turn.language, turn.now)

    def _taken_back(self, turn: "_Turn", nearest: Guess) -> Guess:
        """A no to the question for a value, followed by another request, takes the first one back."""
        asked = turn.expecting
        if asked.kind not in ("digits", "slot") or asked.intent in (None, nearest.intent) or nearest.instead:
            return nearest
        refused = self._commands.opening(turn.text, turn.language) == "no"
        return replace(nearest, instead=refused)

    def _nearest(self, turn: "_Turn") -> Guess:
        if turn.guess is None:
            turn.guess = self._recogniser.guess(self._spoken(turn), turn.expecting)
        return turn.guess

    def _spoken(self, turn: "_Turn") -> Spoken:
        if turn.spoken is None:
            turn.spoken = self._recogniser.encoded(turn.text, turn.language)
        return turn.spoken

    @staticmethod
    def _command(name: str, confidence: float, slots: dict[str, SlotValue]) -> Guess:
        if name in ("yes", "no"):
            slots["answer"] = SlotValue(name, confidence)
        return Guess(name, confidence)


class _Turn:
    """One utterance while it is being understood: what it sounds like is found out once, and only if needed."""

    def __init__(self, text: str, language: Language, expecting: Expectation, now: datetime | None) -> None:
        self.text = text
        self.language = language
        self.expecting = expecting
        self.now = now
        self.command = False
        """Whether a command is all that was said."""
        self.spoken: Spoken | None = None
        self.guess: Guess | None = None


def _begins_a_story(turn: "_Turn") -> bool:
    """Whether a "no" to an offer may only open what the caller has to tell: it is long, and gives no thanks.

    "No, I was charged twice for the same order, and nobody tells me why" is no goodbye.
    """
    if turn.expecting.question != "offer" or says_little(turn.text, turn.language):
        return False
    return not read_sentiment(turn.text, turn.language).thanks


def with_thresholds(model: IntentModel, limits: Mapping[Language, Thresholds]) -> IntentModel:
    """The model with a deployment's own thresholds (``thresholds.yaml``) in place of the default ones."""
    fitted = {
        language: replace(each, unknown=limits[language].unknown, sure=limits[language].sure)
        if language in limits
        else each
        for language, each in model.calibrations.items()
    }
    return replace(model, calibrations=fitted)
