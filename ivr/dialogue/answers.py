"""Yes, no, thanks and "I don't know", in the light of what was asked. Pure."""

from dataclasses import replace

from ivr.content.types import Content
from ivr.dialogue.handover import hand_off
from ivr.dialogue.ladders import no_match
from ivr.dialogue.moves import Move, Why, anything_else, ask_request, next_say, offer_agent, put_aside, say_goodbye
from ivr.dialogue.questions import ask_change, check_intent
from ivr.dialogue.requests import advance, go_on, take
from ivr.dialogue.slots import ask_slot, kind_of, missing_slot, must_prove
from ivr.dialogue.types import Action, DialogueState, HandoffReason
from ivr.dialogue.wishes import start
from ivr.understanding.types import SlotValue

ANSWERS = frozenset({"yes", "no", "thanks", "dont_know"})


def answer(  # noqa: PLR0911, PLR0912 (a table: one return per row)
    state: DialogueState, content: Content, said: str, why: Why
) -> Move:
    """Read one of :data:`ANSWERS`."""
    fresh = replace(state, failures=0)
    match state.question, said:
        case "anything_else", "no" | "thanks":
            return say_goodbye(state, why.but("nothing else is wanted"))
        case "anything_else", "yes":
            return ask_request(fresh, why.but("there is something else"))
        case "offer_agent", "yes":
            why = Why(f"{why.reason}: the caller accepts a person", {**why.contributions, "offered": 1.0})
            return hand_off(state, content, HandoffReason.CALLER_ASKED, why)
        case "offer_agent", "no" | "thanks":
            return _declined(fresh, content, why.but("no person wanted"))
        case "known", "yes" if state.guesses:
            return start(fresh, content, state.guesses[0], {}, why.but("the open request is what they call about"))
        case "known", "no":
            return ask_request(replace(fresh, guesses=()), why.but("they call about something else"))
        case "check_intent", "yes" if len(state.guesses) > 1:
            return check_intent(replace(fresh, guesses=state.guesses[:1]), content, why.but("which of the two?"))
        case "check_intent", "yes" if state.guesses:
            why = why.but(f"{state.guesses[0]} it is")
            return start(fresh, content, state.guesses[0], state.given, why)
        case "check_intent", "no":
            return _not_that(state, content)
        case "check_slot", "yes" if state.doubt is not None:
            value = SlotValue(state.doubt.value, 1.0)
            return take(replace(fresh, doubt=None), content, {state.doubt.slot: value}, why.but("heard right"))
        case "check_slot", "no":
            return ask_slot(replace(state, doubt=None), content, why.but("heard wrong"), Action.REPROMPT)
        case "confirm" | "change", "yes" if state.question == "confirm":
            return advance(fresh, content, why.but("the caller confirmed"), confirmed=True)
        case "confirm", "no":
            return ask_change(fresh, content, why.but("not confirmed"))
        case "change", "no" | "thanks":
            return _leave(fresh, content, why.but("not to be done"))
        case "slot", "yes" if state.assumed:
            why = why.but(f"{state.intent} it is")
            return ask_slot(replace(fresh, assumed=False), content, why, Action.REPROMPT)
        case "slot", "no" if state.assumed:
            guess = state.intent or ""
            return _not_that(replace(put_aside(state), guesses=(guess,)), content)
        case "slot", "no" if state.resumed:
            return _leave(fresh, content, why.but("not to be gone on with"))
        case "slot", "no" | "dont_know":
            return _without_it(state, content, why)
        case "confirm" | "check_slot" | "change", "dont_know":
            return offer_agent(state, content, why.but("a person can help"))
    return no_match(state, content, f"{said!r} is no answer here")


def _declined(state: DialogueState, content: Content, why: Why) -> Move:
    """No person: what was told so far is not lost."""
    if state.intent in content.requests and state.slots:
        return advance(state, content, why)
    if state.waiting:
        return go_on(state, content, why, action=Action.ASK)
    return anything_else(state, why, Action.ASK)


def _not_that(state: DialogueState, content: Content) -> Move:
    """The guess was wrong: back to what was asked before it."""
    guesses = state.guesses
    state = replace(state, denied=(*state.denied, *guesses), guesses=(), given={})
    state = replace(state, question="slot" if missing_slot(state, content) else "opening")
    return no_match(state, content, f"not {' or '.join(guesses)}")


def _leave(state: DialogueState, content: Content, why: Why) -> Move:
    """The caller has thought better of it."""
    state, words = next_say(state, "not_done")
    return go_on(state, content, why, (words,), Action.ASK)


def _without_it(state: DialogueState, content: Content, why: Why) -> Move:
    """The caller does not have what was asked for."""
    slot = missing_slot(state, content) or ""
    request = content.requests.get(state.intent or "")
    if request is not None and request.person:
        why = why.but(f"no {slot}, and a person does not need it")
        return hand_off(state, content, HandoffReason.BUSINESS_RULE, why, key="handing_over")
    if must_prove(state, content) and kind_of(slot, content) == "identity" and not state.failures:
        why = why.but(f"no {slot}: asked for in other words, which name another proof")
        return ask_slot(replace(state, failures=1), content, why, Action.REPROMPT)
    return offer_agent(state, content, why.but(f"the caller has no {slot}"))
