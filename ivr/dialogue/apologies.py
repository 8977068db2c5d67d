"""Says sorry once in a reply, and not in every reply: a third "I am sorry" running is worth nothing. Pure.

Whatever decided on the words, a re-prompt, an answer in an apologetic tone or understanding for an upset caller,
they pass here last. What may not apologise takes another wording, or its neutral tone.
"""

from dataclasses import replace

from ivr.content.apologies import apologises
from ivr.content.render import wording_of, wordings_of
from ivr.content.types import Content, Language, Tone
from ivr.dialogue.mood import apologised, may_apologise
from ivr.dialogue.moves import Move
from ivr.dialogue.types import DialogueState, Say
from ivr.errors import ContentError

UNDERSTANDING = "empathy"
"""This text counts as an apology in all its wordings: it stands for one."""


def spare(move: Move, content: Content) -> Move:
    """Take apologies out of a reply that are too many."""
    state, decision = move
    said: list[Say] = []
    for say in decision.say:
        language = say.language or state.language
        sorry = _apologises(say, content, language, decision.tone)
        if sorry and not may_apologise(state.mood, content.policy):
            other = _without(say, content, language, decision.tone)
            if other is not None:
                state = _next_wording(state, other)
                sorry = False
            say = other or say  # noqa: PLW2901
        if sorry:
            state = replace(state, mood=apologised(state.mood))
        said.append(say)
    return state, replace(decision, say=tuple(said)) if decision.say else decision


def _apologises(say: Say, content: Content, language: Language, tone: Tone) -> bool:
    if say.key == UNDERSTANDING:
        return True
    try:
        return apologises(wording_of(content, say, language, tone))
    except ContentError:  # whoever speaks it says what is missing
        return False


def _without(say: Say, content: Content, language: Language, tone: Tone) -> Say | None:
    """The text without an apology: the next wording of its tone, else of the neutral one; None: there is none."""
    for other in dict.fromkeys((say.tone or tone, "neutral")):
        count = len(wordings_of(content, say.key, language, other))
        for step in range(count):
            candidate = replace(say, wording=say.wording + step, tone=other)
            if not apologises(wording_of(content, candidate, language)):
                return candidate
    return None


def _next_wording(state: DialogueState, say: Say) -> DialogueState:
    """Go on after the wording that was taken, so that it is not the next one, too."""
    if say.key not in state.misses:
        return state
    return replace(state, misses={**state.misses, say.key: max(state.misses[say.key], say.wording + 1)})
