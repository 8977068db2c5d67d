"""Decides what to do next. Pure: an event and the state go in, the next state and a decision come out.

Decisions worth knowing:

* A person is always one word ("agent", "상담원") or one key (0) away, whatever was asked.
* A failed turn (silence, no words, nothing understood) climbs a ladder: other words, a choice with keys, a person.
* After six exchanges without an answer a person is offered, whatever the exchanges were.
* A caller who says goodbye after an answer leaves a ``resolved`` call, one without an answer an ``abandoned`` one.
* A conversation that has ended stays ended: later events repeat the ending without words.
"""

from dataclasses import replace

from ivr.content.types import Content, Language
from ivr.dialogue.ladders import no_input, no_match
from ivr.dialogue.moves import (
    Move,
    Why,
    anything_else,
    ask_request,
    hand_off,
    missing_slot,
    offer_agent,
    say_goodbye,
)
from ivr.dialogue.reactions import feel, react
from ivr.dialogue.requests import advance, begin, fulfilled, give_digits, lookup_failed
from ivr.dialogue.types import (
    Action,
    Answered,
    Decision,
    DialogueState,
    Event,
    Fulfilled,
    HandoffReason,
    Heard,
    KeysPressed,
    LookupFailed,
    NothingHeard,
    Say,
    Unintelligible,
)

MAX_STALLED = 6
"""Exchanges without progress before a person is offered (issue 3: "at most 6")."""
REPEATS_TO_OFFER = 3
"""Repetitions of the same words after which a person is offered: saying them again does not help."""
AGENT_KEY, REPEAT_KEY = "0", "*"


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
    resolved_before = state.resolved
    state, decision = _handle(state, event, content)
    if isinstance(event, Heard | KeysPressed | NothingHeard | Unintelligible):
        state, decision = _offer_when_stalled(state, decision, resolved_before)
    return _remember(state, decision), decision


def _handle(state: DialogueState, event: Event, content: Content) -> Move:  # noqa: PLR0911 (a table: one return per row)
    match event:
        case Answered():
            return _greet(replace(state, language=event.language), event.also)
        case Heard():
            return feel(state, _heard(state, event, content), event, content)
        case KeysPressed():
            return _keys(state, event.keys, content)
        case NothingHeard() | Unintelligible() if state.pending is not None:
            return _still_looking(state)
        case NothingHeard():
            return no_input(state, content)
        case Unintelligible():
            return no_match(state, content, "speech without words")
        case Fulfilled():
            return react(fulfilled(state, content, event), content)
        case LookupFailed():
            return lookup_failed(state, event)


def _remember(state: DialogueState, decision: Decision) -> DialogueState:
    if decision.say:
        state = replace(state, last_say=decision.say)
    return replace(state, expecting=decision.expect)


def _offer_when_stalled(state: DialogueState, decision: Decision, resolved_before: int) -> Move:
    progress = state.resolved > resolved_before or state.ended or decision.action is Action.OFFER_AGENT
    if progress:
        return replace(state, stalled=0), decision
    state = replace(state, stalled=state.stalled + 1)
    if state.stalled < MAX_STALLED or decision.lookup is not None or state.pending is not None:
        return state, decision
    why = Why(
        f"{state.stalled} exchanges without an answer: a person is offered", {"stalled": float(state.stalled)}
    )
    return offer_agent(replace(state, stalled=0), why, tone="apologetic")


def _greet(state: DialogueState, also: Language | None) -> Move:
    other = () if also is None else (Say("greeting_also", language=also),)
    return ask_request(state, Why("the line is up: greeting"), before=(Say("greeting"), *other))


def _still_looking(state: DialogueState) -> Move:
    """The caller waits for a look-up: say that it is going on."""
    turn = state.misses.get("filler_checking", 0)
    state = replace(state, misses={**state.misses, "filler_checking": turn + 1})
    say = (Say("filler_checking", wording=turn),)
    return state, Decision(Action.ANSWER, "a look-up is going on", say=say, expect=state.expecting)


def _heard(state: DialogueState, event: Heard, content: Content) -> Move:
    meaning = event.meaning
    contributions = {"confidence": meaning.confidence}
    slot = missing_slot(state, content) if state.question == "slot" else None
    digits = meaning.value(slot) if slot else None
    if digits and meaning.intent in (None, state.intent):
        return give_digits(state, content, digits, Why(f"the caller gave {len(digits)} digits", contributions))
    if meaning.intent is None:
        return _still_looking(state) if state.pending else no_match(state, content, "nothing understood")
    values = {name: value.value for name, value in meaning.slots.items()}
    return _intent(state, meaning.intent, values, content, Why(f"understood {meaning.intent!r}", contributions))


def _intent(state: DialogueState, intent: str, values: dict[str, str], content: Content, why: Why) -> Move:  # noqa: PLR0911 (a table: one return per row)
    """Follow an intent, spoken or chosen by key."""
    request = content.requests.get(intent)
    if request is not None:
        if state.question == "slot" and intent == state.intent and not any(values.get(s) for s in request.slots):
            return no_match(state, content, f"{intent!r} again, without {missing_slot(state, content)}")
        return begin(state, content, request, values, why)
    match intent:
        case "repeat" | "yes" | "no" | "thanks" | "dont_know" if state.pending is not None:
            return _still_looking(state)
        case "agent":
            return hand_off(state, HandoffReason.CALLER_ASKED, Why(f"{why.reason}: the caller wants a person"))
        case "repeat":
            return _repeat(state, content, why)
        case "goodbye":
            return say_goodbye(state, Why(f"{why.reason}: goodbye", why.contributions))
        case "yes" | "no" | "thanks" | "dont_know":
            return _answer(state, intent, content, why)
        case _:
            return no_match(state, content, f"{intent!r} is no request of this hotline")


def _answer(state: DialogueState, answer: str, content: Content, why: Why) -> Move:  # noqa: PLR0911 (a table: one return per row)
    """Read yes, no, thanks and "I don't know" in the light of what was asked."""
    match state.question, answer:
        case "anything_else", "no" | "thanks":
            return say_goodbye(state, Why(f"{why.reason}: nothing else is wanted", why.contributions))
        case "anything_else", "yes":
            why = Why(f"{why.reason}: there is something else", why.contributions)
            return ask_request(replace(state, failures=0), why)
        case "offer_agent", "yes":
            why = Why(f"{why.reason}: the caller accepts a person", {**why.contributions, "offered": 1.0})
            return hand_off(state, HandoffReason.CALLER_ASKED, why)
        case "offer_agent", "no" | "thanks":
            why = Why(f"{why.reason}: no person wanted", why.contributions)
            return anything_else(replace(state, failures=0), why, Action.ASK)
        case "confirm", "yes":
            return advance(replace(state, failures=0), content, Why("the caller confirmed"), confirmed=True)
        case "confirm", "no":
            why = Why(f"{why.reason}: not confirmed, so not done", why.contributions)
            return anything_else(replace(state, failures=0), why, Action.ASK)
        case "slot", "no" | "dont_know":
            why = Why(f"{why.reason}: the caller has no {missing_slot(state, content)}", why.contributions)
            return offer_agent(state, why)
        case _:
            return no_match(state, content, f"{answer!r} is no answer here")


def _repeat(state: DialogueState, content: Content, why: Why) -> Move:
    """Say the last words again; after several times, offer a person."""
    times = state.misses.get("repeat", 0) + 1
    state = replace(state, misses={**state.misses, "repeat": times})
    if not state.last_say:
        return no_match(state, content, "asked to repeat before anything was said")
    if times % REPEATS_TO_OFFER == 0:
        return offer_agent(
            state, Why(f"asked to repeat {times} times: a person is offered", {"repeats": float(times)})
        )
    why = Why(f"{why.reason}: the last words again", {**why.contributions, "repeats": float(times)})
    return state, Decision(Action.ANSWER, why.reason, why.contributions, state.last_say, expect=state.expecting)


def _keys(state: DialogueState, keys: str, content: Content) -> Move:  # noqa: PLR0911 (a table: one return per row)
    """Follow pressed keys: a person, a choice, or a number."""
    keys = keys.replace("#", "")
    if keys == AGENT_KEY:
        return _intent(state, "agent", {}, content, Why("key 0"))
    if keys == REPEAT_KEY:
        return _intent(state, "repeat", {}, content, Why("key *"))
    if not (keys.isascii() and keys.isdigit()):
        return no_match(state, content, "keys that mean nothing here")
    chosen = state.expecting.keys.get(keys) if state.expecting.kind == "choice" else None
    if chosen is not None:
        return _intent(state, chosen, {}, content, Why(f"key {keys} chooses {chosen!r}"))
    if state.question == "slot" and missing_slot(state, content):
        return give_digits(state, content, keys, Why(f"{len(keys)} digits on the keypad"))
    if state.question in ("offer_agent", "confirm") and keys in ("1", "2"):
        return _intent(state, "yes" if keys == "1" else "no", {}, content, Why(f"key {keys}"))
    for request in content.requests.values():
        if request.menu_key == keys:
            return begin(state, content, request, {}, Why(f"key {keys} chooses {request.intent!r}"))
    for request in content.requests.values():
        for slot in request.slots[:1]:
            if slot in content.slots and content.slots[slot].digits == len(keys):
                return begin(state, content, request, {slot: keys}, Why(f"{len(keys)} digits are a {slot}"))
    return no_match(state, content, f"{len(keys)} keys that mean nothing here")
