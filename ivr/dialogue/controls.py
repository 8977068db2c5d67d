"""What a caller may ask for at any point: again, slower, louder, another language, time, a fresh start. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from ivr.content.types import Content, Language
from ivr.dialogue.ladders import no_match
from ivr.dialogue.mood import CALM_MOOD
from ivr.dialogue.moves import Move, Why, ask_request, next_say, offer_agent
from ivr.dialogue.questions import ask_again
from ivr.dialogue.types import Action, Decision, DialogueState, Say

REPEATS_TO_OFFER = 3
"""Repetitions of the same words after which a person is offered: saying them again does not help."""
LANGUAGES_ASKED: Mapping[str, Language] = {"speak_ko": "ko", "speak_en": "en", "speak_ja": "ja", "speak_zh": "zh"}
FEELINGS_OFF = "feelings_off"
CONTROLS = frozenset({"repeat", "slower", "faster", "louder", "start_over", "hold_on", *LANGUAGES_ASKED})
"""Done whenever they are heard; :data:`FEELINGS_OFF` only when it is sure, as it stays so."""
ASIDES = frozenset(
    {
        *("pace_slower", "pace_faster", "speaking_up", "hold_on", "feelings_off", "feelings_off_kept"),
        *("no_match_1", "no_match_2", "no_input_1", "no_input_2"),
    }
)
"""Texts that are not part of what is said again."""

_Pace = Literal["slow", "normal", "fast"]
_SLOWER: Mapping[_Pace, _Pace] = {"fast": "normal", "normal": "slow", "slow": "slow"}
_FASTER: Mapping[_Pace, _Pace] = {"slow": "normal", "normal": "fast", "fast": "fast"}


def control(  # noqa: PLR0911 (a table: one return per row)
    state: DialogueState, content: Content, name: str, why: Why
) -> Move:
    """Follow one of :data:`CONTROLS`."""
    match name:
        case "slower":
            return _again(replace(state, pace=_SLOWER[state.pace]), content, why, "pace_slower")
        case "faster":
            return _again(replace(state, pace=_FASTER[state.pace]), content, why, "pace_faster")
        case "louder":
            return _again(replace(state, loudness="loud"), content, why, "speaking_up")
        case "hold_on":
            state, words = next_say(state, "hold_on")
            why = why.but("the caller asks for time")
            expect = replace(state.expecting, patient=True)
            return state, Decision(Action.ANSWER, why.reason, why.contributions, (words,), expect=expect)
        case "start_over":
            state, words = next_say(replace(state, waiting=(), denied=(), failures=0), "starting_over")
            return ask_request(state, why.but("from the beginning"), Action.ASK, (words,))
        case "repeat":
            return _again(state, content, why)
        case "feelings_off":
            return _unfelt(state, content, why)
    return _language(state, content, LANGUAGES_ASKED[name], why)


def _again(state: DialogueState, content: Content, why: Why, aside: str | None = None) -> Move:
    """Say the last words again; after several times, offer a person."""
    times = state.misses.get("repeat", 0) + 1
    state = replace(state, misses={**state.misses, "repeat": times})
    if not state.last_say:
        return no_match(state, content, "asked to repeat before anything was said")
    if times % REPEATS_TO_OFFER == 0 and state.promise is None:
        why = Why(f"asked to repeat {times} times: a person is offered", {"repeats": float(times)})
        return offer_agent(state, content, why)
    say: tuple[Say, ...] = state.last_say
    if aside is not None:
        state, words = next_say(state, aside)
        say = (words, *say)
    why = Why(f"{why.reason}: the last words again", {**why.contributions, "repeats": float(times)})
    return state, Decision(Action.ANSWER, why.reason, why.contributions, say, expect=state.expecting)


def _unfelt(state: DialogueState, content: Content, why: Why) -> Move:
    """Judge feelings no more, and forget those felt so far; the open question is put again."""
    state = replace(state, feel=False, mood=CALM_MOOD, failures=0)
    known = state.call is not None and state.call.number is not None
    state, words = next_say(state, "feelings_off_kept" if known else FEELINGS_OFF)
    why = why.but("feelings are not judged any more")
    if state.pending is not None:
        return state, Decision(Action.ANSWER, why.reason, why.contributions, (words,), expect=state.expecting)
    return ask_again(state, content, why, Action.ASK, (words,))


def _language(state: DialogueState, content: Content, language: Language, why: Why) -> Move:
    """Go on in another language: the open question is put again in it."""
    if not content.texts.get(language):
        return no_match(state, content, f"no texts in {language}")
    state = replace(state, language=language, failures=0)
    state, words = next_say(state, "language_switched")
    return ask_again(state, content, why.but(f"from now on in {language}"), Action.ASK, (words,))
