"""What the caller's feelings change: understanding said first, a person offered, a person at once; and the tone.

The dialogue decides as if the caller were calm; this looks at the decision afterwards and may put words before it,
or something in its place. Feelings only ever bring a person sooner and choose words; they never refuse, delay, sell
or price.
"""

from dataclasses import replace

from ivr.content.types import Content, Policy, Tone
from ivr.dialogue.apologies import UNDERSTANDING
from ivr.dialogue.handover import hand_off
from ivr.dialogue.mood import Mood, judged, lately_offered, offered, reaction, understood
from ivr.dialogue.moves import Move, Why, next_say, offer_agent
from ivr.dialogue.signs import remember, signs_of
from ivr.dialogue.types import Action, DialogueState, Feeling, HandoffReason, Heard, Say

STRONG_WORDS = 0.5
"""Strength of a cue (0 to 1) from which words alone choose a tone."""

TONE_LASTS = 3
"""Turns for which worry and hurry are taken to last when nothing else is felt: a question and its answer, and what
came of it."""

NO_GOODBYE = 0.5
"""Strength of upset words (0 to 1) from which a goodbye, or a no to "anything else?", does not end the call: "아니
귀가 먹었나" begins with a no."""


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
    if not policy.feel or not event.feeling.judged or not state.feel:
        return move
    signs = signs_of(before, decision, event)
    mood = judged(before.mood, signs, policy)
    mood = _in_tone(remember(mood, event), event.feeling, policy)
    if decision.action is Action.HANG_UP and signs.words >= NO_GOODBYE and not lately_offered(mood, policy):
        why = Why(f"{decision.reason}; but the words are upset: a person is offered", {"words": signs.words})
        state, words = _understanding(replace(before, mood=offered(mood)), policy)
        return offer_agent(state, content, why, words, tone="apologetic")
    return react((replace(state, mood=mood), decision), content)


def react(move: Move, content: Content) -> Move:
    """Let the caller's mood change a decision: one that followed an utterance, or a look-up's answer."""
    state, decision = move
    policy, mood = content.policy, state.mood
    score = mood.frustration.score
    if not policy.feel or not score:
        return move
    evidence = {**decision.contributions, "frustration": score, **mood.frustration.contributions}
    decision = replace(decision, contributions=evidence)
    called_for = reaction(mood, policy)
    if called_for in ("empathise", "offer_agent") and _asks_about_a_persons_work(state, content):
        called_for = "hand_off" if lately_offered(mood, policy) else "offer_agent"
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
    return state, decision


def toned(move: Move, content: Content) -> Move:
    """Say a reply in the tone that the mood asks for, unless it has one of its own."""
    state, decision = move
    if not content.policy.feel or decision.tone != "neutral":
        return move
    return state, replace(decision, tone=state.mood.tone)


def _asks_about_a_persons_work(state: DialogueState, content: Content) -> bool:
    """Whether "is it about a complaint?" is asked: whoever is upset had better be offered the person for it."""
    guesses = [content.requests[guess] for guess in state.guesses if guess in content.requests]
    return state.question == "check_intent" and bool(guesses) and all(request.person for request in guesses)


def _understanding(state: DialogueState, policy: Policy) -> tuple[DialogueState, tuple[Say, ...]]:
    mood, said = understood(state.mood, policy)
    state = replace(state, mood=mood)
    if not said:
        return state, ()
    state, words = next_say(state, UNDERSTANDING)
    return state, (words,)


def _in_tone(mood: Mood, feeling: Feeling, policy: Policy) -> Mood:
    """Anger: apology first. Worry: calm. Hurry: short. Thanks: warm. Worry and hurry last for some turns."""
    words = feeling.sentiment
    sure = (feeling.emotion_confidence or 0.0) >= policy.emotion_from
    tone: Tone
    if mood.frustration.level != "calm":
        tone = "apologetic"
    elif words.worry >= STRONG_WORDS or (sure and feeling.emotion in policy.slow_for):
        tone = "reassuring"
    elif words.urgency >= STRONG_WORDS:
        tone = "brisk"
    elif words.thanks >= STRONG_WORDS:
        tone = "warm"
    elif mood.tone in ("reassuring", "brisk") and mood.turns - mood.tone_at < TONE_LASTS:
        return mood
    else:
        tone = "neutral"
    return replace(mood, tone=tone, tone_at=mood.turns)
