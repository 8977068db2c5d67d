"""What the caller's feelings change: understanding said first, a person offered, a person at once; and the tone.

The dialogue decides as if the caller were calm; this looks at the decision afterwards and may put words before it,
or something in its place. Feelings only ever bring a person sooner and choose words; they never refuse, delay, sell
or price.
"""

from dataclasses import replace

from ivr.content.types import Content, Policy, Tone
from ivr.dialogue.frustration import Frustration
from ivr.dialogue.handover import hand_off
from ivr.dialogue.mood import judged, offered, reaction, understood
from ivr.dialogue.moves import Move, Why, next_say, offer_agent
from ivr.dialogue.signs import remember, signs_of
from ivr.dialogue.types import Action, Decision, DialogueState, Feeling, HandoffReason, Heard, Say

STRONG_WORDS = 0.5
"""Strength of a cue (0 to 1) from which words alone choose a tone."""


def feel(before: DialogueState, move: Move, event: Heard, content: Content) -> Move:
    """Take a turn of the caller into account, and react.

    Args:
        before: The state in which the caller was heard.
        move: What the dialogue decided, and the state after it.
        event: What was heard, and how.
        content: Its policy and texts.
    """
    state, decision = move
    policy = content.policy
    if not policy.feel or not event.feeling.judged:
        return move
    mood = judged(before.mood, signs_of(before, decision, event), policy)
    mood = replace(remember(mood, event), tone=_tone(mood.frustration, event.feeling, policy))
    return react((replace(state, mood=mood), decision), content)


def react(move: Move, content: Content) -> Move:
    """Let the caller's mood change a decision: one that followed an utterance, or a look-up's answer."""
    state, decision = move
    policy, mood = content.policy, state.mood
    score = mood.frustration.score
    if not policy.feel or not score:
        return state, decision if state.ended else _toned(decision, mood.tone)
    evidence = {**decision.contributions, "frustration": score, **mood.frustration.contributions}
    decision = replace(decision, contributions=evidence)
    called_for = reaction(mood, policy)
    if state.ended:
        return state, decision
    if called_for == "hand_off":
        why = Why(f"{decision.reason}; frustration {score:.2f}: a person takes over", evidence)
        return hand_off(state, content, HandoffReason.FRUSTRATION, why)
    if decision.lookup is not None:
        return state, decision
    if called_for == "offer_agent" and decision.action is not Action.OFFER_AGENT:
        why = Why(f"{decision.reason}; frustration {score:.2f}: a person is offered", evidence)
        state, words = _understanding(replace(state, mood=offered(mood)), policy)
        answer = decision.say[:1] if decision.action is Action.ANSWER else ()
        return offer_agent(state, content, why, (*words, *answer), tone="apologetic")
    if called_for == "empathise" and decision.say:
        state, words = _understanding(state, policy)
        if words:
            reason = f"{decision.reason}; frustration {score:.2f}: understanding first"
            decision = replace(decision, action=Action.EMPATHISE, reason=reason, say=(*words, *decision.say))
    return state, _toned(decision, mood.tone)


def _understanding(state: DialogueState, policy: Policy) -> tuple[DialogueState, tuple[Say, ...]]:
    mood, said = understood(state.mood, policy)
    state = replace(state, mood=mood)
    if not said:
        return state, ()
    state, words = next_say(state, "empathy")
    return state, (words,)


def _tone(frustration: Frustration, feeling: Feeling, policy: Policy) -> Tone:
    """Anger: apology first. Worry: calm. Hurry: short. Thanks: warm."""
    words = feeling.sentiment
    sure = (feeling.emotion_confidence or 0.0) >= policy.emotion_from
    if frustration.level != "calm":
        return "apologetic"
    if words.worry >= STRONG_WORDS or (sure and feeling.emotion in policy.slow_for):
        return "reassuring"
    if words.urgency >= STRONG_WORDS:
        return "brisk"
    return "warm" if words.thanks >= STRONG_WORDS else "neutral"


def _toned(decision: Decision, tone: Tone) -> Decision:
    """The decision in a tone, unless it has one of its own."""
    return decision if decision.tone != "neutral" else replace(decision, tone=tone)
