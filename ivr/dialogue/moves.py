"""Single moves of a conversation: ask, offer a person, put through, say goodbye. Pure, and used by every rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ivr.content.hours import is_open
from ivr.content.keys import label_of, menu_key_of
from ivr.content.render import render
from ivr.content.types import Content, Tone
from ivr.dialogue.types import Action, Decision, DialogueState, HandoffReason, Say
from ivr.understanding.types import ANYTHING, Expectation

Move = tuple[DialogueState, Decision]
YES_NO = Expectation(kind="yes_no")
CHECK = Expectation(kind="yes_no", question="check")


@dataclass(frozen=True)
class Why:
    """Why a move is made: for people, and in figures for the record."""

    reason: str
    contributions: Mapping[str, float] = field(default_factory=dict)

    def but(self, more: str) -> "Why":
        """The same, with what follows from it."""
        return Why(f"{self.reason}: {more}", self.contributions)


def next_say(state: DialogueState, key: str, values: Mapping[str, str] | None = None) -> tuple[DialogueState, Say]:
    """Take the next wording of a text, so that the caller never hears the same words for it twice running."""
    wording = state.misses.get(key, 0)
    say = Say(key, values or {}, wording)
    return replace(state, misses={**state.misses, key: wording + 1}), say


def label(state: DialogueState, content: Content, intent: str) -> str:
    """What a request is called, in the caller's language."""
    key = label_of(intent)
    known = any(key in texts for texts in content.texts.values())
    return render(content, Say(key), state.language) if known else intent.replace("_", " ")


def people_are_there(state: DialogueState, content: Content) -> bool:
    """Whether somebody takes calls now. A call of which the time is not known is taken to be within hours."""
    now = state.call.now if state.call else None
    return now is None or is_open(content.hours, content.hours.agents, now)


def menu(state: DialogueState, content: Content) -> tuple[DialogueState, tuple[Say, ...], Expectation]:
    """The simple choice: every request that has a key, and a person on zero."""
    choices = sorted((request.menu_key, intent) for intent, request in content.requests.items() if request.menu_key)
    state, intro = next_say(state, "menu_intro")
    state, agent = next_say(state, "menu_agent")
    entries = tuple(Say(menu_key_of(intent)) for _, intent in choices)
    keys = {key: intent for key, intent in choices if key}
    return state, (intro, *entries, agent), Expectation(kind="choice", keys={**keys, "0": "agent"})


def put_aside(state: DialogueState) -> DialogueState:
    """Forget the request being worked on; what waits, and what was said of others, is kept."""
    return replace(
        state,
        intent=None,
        slots={},
        partial="",
        pending=None,
        guesses=(),
        given={},
        doubt=None,
        promise=None,
        assumed=False,
    )


def ask_request(state: DialogueState, why: Why, action: Action = Action.ASK, before: tuple[Say, ...] = ()) -> Move:
    """Ask what the caller wants."""
    state, question = next_say(state, "ask_request")
    state = replace(put_aside(state), question="opening", resumed=False)
    return state, Decision(action, why.reason, why.contributions, (*before, question), expect=ANYTHING)


def anything_else(
    state: DialogueState, why: Why, action: Action = Action.ANSWER, before: tuple[Say, ...] = ()
) -> Move:
    """Ask whether there is more to do."""
    state, question = next_say(state, "anything_else")
    state = replace(put_aside(state), question="anything_else", resumed=False)
    return state, Decision(action, why.reason, why.contributions, (*before, question), expect=YES_NO)


def offer_agent(
    state: DialogueState, content: Content, why: Why, before: tuple[Say, ...] = (), tone: Tone = "neutral"
) -> Move:
    """Offer a person; outside their hours, a call-back. What was told so far is kept."""
    state, question = next_say(state, "offer_agent" if people_are_there(state, content) else "offer_callback")
    state = replace(state, question="offer_agent", partial="", pending=None, doubt=None, resumed=False)
    say = (*before, question)
    return state, Decision(Action.OFFER_AGENT, why.reason, why.contributions, say, tone=tone, expect=YES_NO)


def put_through(
    state: DialogueState,
    handoff: HandoffReason,
    why: Why,
    before: tuple[Say, ...] = (),
    key: Literal["handing_over", "handing_over_sorry"] | None = None,
) -> Move:
    """Put the caller through to a person, or voicemail when nobody answers: the conversation ends here."""
    if key is None:
        key = "handing_over" if handoff is HandoffReason.CALLER_ASKED else "handing_over_sorry"
    tone: Tone = "neutral" if key == "handing_over" else "apologetic"
    state, words = next_say(state, key)
    decision = Decision(
        Action.HAND_OFF,
        why.reason,
        why.contributions,
        (*before, words),
        tone=tone,
        handoff=handoff,
        outcome="handed_off",
    )
    return end(state, decision)


def say_goodbye(
    state: DialogueState,
    why: Why,
    key: Literal["goodbye", "goodbye_silent"] = "goodbye",
    before: tuple[Say, ...] = (),
) -> Move:
    """End the call politely.

    The outcome is ``resolved`` when at least one request was answered. A caller who leaves without an answer was
    not helped, however politely: that is ``abandoned``, so that the share of solved calls stays honest.
    """
    helped = state.resolved > 0
    tone: Tone = "neutral" if helped or not state.tried else "apologetic"
    state, words = next_say(state, key)
    outcome: Literal["resolved", "abandoned"] = "resolved" if helped else "abandoned"
    say = (*before, words)
    return end(state, Decision(Action.HANG_UP, why.reason, why.contributions, say, tone=tone, outcome=outcome))


def end(state: DialogueState, decision: Decision) -> Move:
    """Close the conversation with ``decision``."""
    return replace(state, ended=True, pending=None, partial="", ending=decision), decision
