"""Which request or command an utterance sounds like: the whole, its parts, and what follows a change of mind."""

from collections.abc import Set
from dataclasses import dataclass, replace

from ivr.content.types import LANGUAGES, Content, Language
from ivr.understanding.homophones import Homophones
from ivr.understanding.intent_model import IntentModel, Ranked
from ivr.understanding.ngram_space import Floats
from ivr.understanding.training import Example
from ivr.understanding.types import Expectation
from ivr.understanding.wishes import Parts, take_apart

EXACT_ONLY = frozenset({"yes", "no", "thanks", "speak_ko", "speak_en", "speak_ja", "speak_zh"})
"""Commands that similarity does not find: too short for it, or too near to what is only about a language
("영어로 된 설명서 있나요")."""
_NEEDS_SURE = frozenset({"slower", "faster", "louder", "start_over", "hold_on"})
"""Commands that change the call: found by similarity only when they need not be asked back about."""
_ONLY_WHEN_ASKED = frozenset({"dont_know"})
"""Commands that similarity may find only after a question for a value: without one, "비밀번호를 잊어버렸어요" is a
request of another house."""
MAX_ALTERNATIVES = 3
MAX_PARTS = 4
"""Parts of one utterance that are judged by themselves; callers hardly ever utter more wishes in one breath."""


@dataclass(frozen=True)
class Guess:
    """What an utterance may mean, with the runners-up."""

    intent: str | None
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()
    sure: bool = True
    also: tuple[str, ...] = ()
    instead: bool = False


NOTHING = Guess(None, 0.0)


@dataclass(frozen=True)
class Spoken:
    """An utterance taken apart and encoded: all that its words are compared by."""

    language: Language
    parts: Parts
    texts: tuple[str, ...]
    """The whole; the whole in other words; its wishes; those that share a verb; what follows a change of mind."""
    reworded: int
    """How many of :attr:`texts`, after the first, are the whole in other words."""
    vectors: Floats | None
    """Of :attr:`texts`; None without an encoder."""


class Recogniser:
    """Recognises requests by similarity to the examples. Immutable; safe from any thread."""

    def __init__(self, content: Content, model: IntentModel) -> None:
        self._requests = frozenset(content.requests)
        self._only_told = frozenset(
            each.intent for each in content.requests.values() if not (each.confirm or each.person)
        )
        self._model = model
        requests = [text for each in content.requests.values() for text in each.examples.get("ja", ())]
        commands = [text for each in content.commands.values() for text in each.examples.get("ja", ())]
        self._homophones = Homophones(requests, commands)

    def encoded(self, text: str, language: Language) -> Spoken:
        """Take an utterance apart, and encode it and its parts together."""
        heard = self._homophones.respelled(text) if language == "ja" else text
        parts = take_apart(heard, language)
        wishes, sharing = parts.wishes[:MAX_PARTS], parts.sharing[:MAX_PARTS]
        parts = replace(parts, wishes=wishes, sharing=sharing)
        reworded = tuple(each for each in (heard if heard != text else None, parts.question) if each is not None)
        texts = (text, *reworded, *wishes, *sharing, *([parts.corrected] if parts.corrected else []))
        return Spoken(language, parts, texts, len(reworded), self._model.encode(texts))

    def guess(self, spoken: Spoken, expecting: Expectation) -> Guess:
        """The request or command that an utterance sounds like; unknown if none is near.

        What follows a change of mind ("아니 그거 말고 …") wins when it is understood by itself; else the whole
        utterance, in whichever words it is understood best; else its best part.
        """
        parts = spoken.parts
        ranked = self._model.rank(spoken.texts, spoken.language, self._hidden(expecting), spoken.vectors)
        later = ranked[-1] if parts.corrected else None
        rest = ranked[1 + spoken.reworded :]
        wishes, sharing = rest[: len(parts.wishes)], rest[len(parts.wishes) :][: len(parts.sharing)]
        whole = self._best(ranked[: 1 + spoken.reworded], parts.question is not None)
        told = self._told(whole, wishes, sharing)
        return self._joined(parts, whole, wishes, told, later)

    def _hidden(self, expecting: Expectation) -> Set[str]:
        return frozenset() if expecting.kind in ("digits", "slot") else _ONLY_WHEN_ASKED

    def _best(self, wordings: list[Ranked | None], asks_how: bool) -> Ranked | None:
        """The whole in the words in which it is understood best; a question how, when that is understood."""
        if asks_how and wordings[-1] is not None and self._stands(wordings[-1]):
            return wordings[-1]
        return max((each for each in wordings if each is not None), key=lambda each: each.score, default=None)

    def _told(
        self, whole: Ranked | None, wishes: list[Ranked | None], sharing: list[Ranked | None]
    ) -> list[Ranked]:
        """The requests that are told one after the other, each understood by itself and surely.

        Things that share a verb are so often one wish ("신발이랑 가방을 반품하고 싶어요") that more is asked of
        them: none may change anything ("주문 취소하고 환불받고 싶어요" is one), the whole must sound like each, but
        each alone must be clearer than the whole ("배송 날짜와 시간을 알고 싶어요": 시간 alone is not).
        """
        told = [each for each in wishes if each is not None and self._is_told(each)]
        if len({each.label for each in told}) > 1:
            return told
        heard = [each for each in (whole, *wishes) if each is not None]
        likely = {label for each in heard for label in (each.label, *(other for other, _ in each.runners_up))}
        likely &= self._only_told
        blurred = whole.score if whole is not None else 0.0
        clear = [each for each in sharing if each is not None and self._is_told(each) and each.score >= blurred]
        both = [each for each in clear if each.label in likely]
        return both if len(both) == len(sharing) and len({each.label for each in both}) > 1 else told

    def _is_told(self, ranked: Ranked) -> bool:
        return self._stands(ranked) and ranked.sure and ranked.label in self._requests

    def _joined(
        self,
        parts: Parts,
        whole: Ranked | None,
        wishes: list[Ranked | None],
        told: list[Ranked],
        later: Ranked | None,
    ) -> Guess:
        understood = [each for each in wishes if each is not None and self._stands(each)]
        best = later if later is not None and self._stands(later) else whole
        changed = best is later and later is not None
        told = [] if changed else told
        if len({each.label for each in told}) > 1:
            best = told[0]
        elif (best is None or not self._stands(best)) and understood:
            best = max(understood, key=lambda each: each.score)
        if best is None:
            return NOTHING
        also = tuple(dict.fromkeys(each.label for each in told if each.label != best.label))
        others = [each for each in (*understood, *told) if each.label != best.label]
        alternatives = _alternatives(best, others)
        if not self._stands(best):
            return Guess(None, best.confidence, ((best.label, best.confidence), *alternatives)[:MAX_ALTERNATIVES])
        instead = best.label in self._requests and (changed or parts.takes_back)
        return Guess(best.label, best.confidence, alternatives[:MAX_ALTERNATIVES], best.sure, also, instead)

    @staticmethod
    def _stands(ranked: Ranked) -> bool:
        return ranked.known and (ranked.sure or ranked.label not in _NEEDS_SURE)


def _alternatives(best: Ranked, others: list[Ranked]) -> tuple[tuple[str, float], ...]:
    """Other wishes of the same breath, then the runners-up."""
    found = {each.label: each.confidence for each in others}
    for label, confidence in best.runners_up:
        if label != best.label:
            found.setdefault(label, confidence)
    return tuple(found.items())


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
        for name, command in content.commands.items()
        if name not in EXACT_ONLY
        for language in LANGUAGES
        for text in command.examples.get(language, ())
    ]
    return requests + commands
