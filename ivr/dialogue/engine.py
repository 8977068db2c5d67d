"""Decides what to do next. Pure: an event and the state go in, the next state and a decision come out.

Decisions worth knowing:

* A person is always one word ("agent", "상담원") or one key (0) away, whatever was asked; outside their hours it
  is a call-back at a time the caller chooses.
* A failed turn (silence, no words, nothing understood) climbs a ladder: other words, a choice with keys, a person.
* After six exchanges without progress a person is offered, whatever the exchanges were.
* What was begun is not lost: another wish is answered first, then the machine comes back to it.
* A caller who says goodbye after an answer leaves a ``resolved`` call, one without an answer an ``abandoned`` one.
* A conversation that has ended stays ended: later events repeat the ending without words.

Where things are: :mod:`hearing` reads an utterance, :mod:`keypad` keys, :mod:`wishes` chooses the request,
:mod:`requests` takes it from its first question to its answer, :mod:`lookups` what comes back from connectors,
:mod:`answers` a yes or a no, :mod:`controls` what may be said at any point, :mod:`callbacks` call-backs,
:mod:`ladders` what was not understood, :mod:`questions` every question put again.
"""

from dataclasses import replace
from datetime import timedelta

from ivr.content.spoken import speak_date
from ivr.content.types import Content, Language
from ivr.dialogue import callbacks
from ivr.dialogue.apologies import spare
from ivr.dialogue.controls import ASIDES
from ivr.dialogue.hearing import heard, still_looking
from ivr.dialogue.incidents import incidents_of
from ivr.dialogue.keypad import pressed
from ivr.dialogue.ladders import no_input, no_match
from ivr.dialogue.lookups import fulfilled, lookup_failed
from ivr.dialogue.mood import caller_acted
from ivr.dialogue.moves import CHECK, Move, Why, ask_request, label, next_say, offer_agent
from ivr.dialogue.reactions import feel, react, toned
from ivr.dialogue.types import (
    Action,
    Answered,
    Decision,
    DialogueState,
    Event,
    Fulfilled,
    Heard,
    KeysPressed,
    LookupFailed,
    NothingHeard,
    Say,
    Unintelligible,
)

MAX_STALLED = 6
"""Exchanges without progress before a person is offered (the product's promise: "at most 6"). Progress is an
answer, or something told that was not known before: each slot of each request counts once in a call."""


def start(language: Language) -> DialogueState:
    """The state of a conversation that has not begun."""
    return DialogueState(language=language)


def decide(state: DialogueState, event: Event, content: Content) -> tuple[DialogueState, Decision]:
    """Decide what to do about an event.

    Args:
        state: Where the conversation stands; never changed. The call may replace ``language`` in it.
        event: What happened.
        content: The version of the prompts that this call began with.

    Returns:
        The next state and the decision. Never raises on any sequence of events.
    """
    if state.ending is not None:
        return state, replace(state.ending, reason="the conversation is already over", say=(), lookup=None)
    of_caller = isinstance(event, Heard | KeysPressed | NothingHeard | Unintelligible)
    before = state = replace(state, mood=caller_acted(state.mood)) if of_caller else state
    state, decision = _handle(state, event, content)
    if state.resolved > before.resolved or len(state.filled) > len(before.filled):
        state = replace(state, stalled=0)
    elif of_caller:
        state, decision = _offer_when_stalled(state, decision, content)
    state, decision = spare(toned((state, decision), content), content)
    return _remember(state, decision), decision


def _handle(state: DialogueState, event: Event, content: Content) -> Move:  # noqa: PLR0911 (a table: one return per row)
    match event:
        case Answered():
            return _greet(replace(state, language=event.language, call=event), event, content)
        case Heard():
            return feel(state, heard(state, content, event), event, content)
        case KeysPressed():
            return pressed(state, content, event.keys)
        case NothingHeard() | Unintelligible() if state.pending is not None:
            return still_looking(state)
        case NothingHeard():
            return no_input(state, content)
        case Unintelligible():
            return no_match(state, content, "speech without words")
        case Fulfilled():
            return react(fulfilled(state, content, event), content)
        case LookupFailed():
            return lookup_failed(state, content, event)


def _remember(state: DialogueState, decision: Decision) -> DialogueState:
    words = tuple(say for say in decision.say if say.key not in ASIDES)
    return replace(state, last_say=words or state.last_say, expecting=decision.expect)


def _offer_when_stalled(state: DialogueState, decision: Decision, content: Content) -> Move:
    if state.ended or decision.action is Action.OFFER_AGENT:
        return replace(state, stalled=0), decision
    state = replace(state, stalled=state.stalled + 1)
    if state.stalled < MAX_STALLED or decision.lookup is not None or state.pending is not None:
        return state, decision
    why = Why(f"{state.stalled} exchanges without progress", {"stalled": float(state.stalled)})
    if state.promise is not None:
        return callbacks.settle(state, content, why)
    return offer_agent(replace(state, stalled=0), content, why.but("a person is offered"), tone="apologetic")


def _greet(state: DialogueState, call: Answered, content: Content) -> Move:
    """Say who speaks and what every caller must know; ask a known caller about what was left open."""
    told = (Say("recording_notice"),) if call.recorded else ()
    told_also = (Say("recording_notice", language=call.also),) if call.recorded and call.also else ()
    other = () if call.also is None else (Say("greeting_also", language=call.also),)
    state, news = incidents_of(state, content)
    say = (Say("greeting"), *told, *other, *told_also, *news)
    why = Why("the line is up: greeting")
    known, now = call.known, call.now
    if known is None or now is None or known.open_intent not in content.requests:
        return ask_request(state, why, before=say)
    when = speak_date(now.date() - timedelta(days=known.days_ago), now.date(), state.language)
    values = {"request": label(state, content, known.open_intent), "when": when}
    state, question = next_say(
        replace(state, question="known", guesses=(known.open_intent,)), "greet_known", values
    )
    why = why.but(f"the number called about {known.open_intent} {known.days_ago} days ago")
    return state, Decision(Action.ASK, why.reason, say=(*say, question), expect=CHECK)
