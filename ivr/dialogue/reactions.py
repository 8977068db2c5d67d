"""What the caller's feelings change: understanding said first, a person offered, a person at once; and the tone.

The dialogue decides as if the caller were calm; this looks at the decision afterwards and may put words before it,
or something in its place. Feelings only ever bring a person sooner and choose words; they never refuse, delay, sell
or price.
"""

from dataclasses import replace

from ivr.content.types import Content, Policy, Tone
from ivr.dialogue.frustration import Frustration, step
from ivr.dialogue.moves import Move, Why, hand_off, next_say, offer_agent
from ivr.dialogue.signs import remember, signs_of
from ivr.dialogue.types import Action, Decision, DialogueState, Feeling, HandoffReason, Heard, Say

STRONG_WORDS = 0.5
"""Strength of a cue (0 to 1) from which words alone choose a tone."""
RISE = 0.5
"""Share of ``empathise_from`` by which the score must rise in one turn for understanding to be said once more."""


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
    signs = signs_of(before, decision, event)
    frustration = step(before.mood.frustration, signs, policy.frustration)
    mood = replace(
        remember(before.mood, event, signs),
        frustration=frustration,
        tone=_tone(frustration, event.feeling, policy),
        empathy_due=before.mood.empathy_due or _risen(before.mood.frustration, frustration, policy),
    )
    return react((replace(state, mood=mood), decision), content)


def react(move: Move, content: Content) -> Move:
    """Let the caller's mood change a decision: one that followed an utterance, or a look-up's answer."""
    state, decision = move
    policy, mood = content.policy, state.mood
    score = mood.frustration.score
    decision = replace(
        decision,
        contributions={**decision.contributions, **_evidence(mood.frustration)}
        if score
        else decision.contributions,
    )
    if state.ended or not policy.feel:
        return state, decision
    why = Why(f"{decision.reason}; frustration {score:.2f}", decision.contributions)
    if score >= policy.hand_over_from:
        return hand_off(
            state, HandoffReason.FRUSTRATION, Why(f"{why.reason}: a person takes over", why.contributions)
        )
    if decision.lookup is not None:
        return state, _toned(decision, mood.tone)
    if _offer_due(state, decision, policy):
        state, words = _understanding(state, policy)
        state = replace(state, mood=replace(state.mood, offered_at=mood.turns))
        answer = decision.say[:1] if decision.action is Action.ANSWER else ()
        why = Why(f"{why.reason}: a person is offered", why.contributions)
        return offer_agent(state, why, (*words, *answer), tone="apologetic")
    if mood.empathy_due and decision.say:
        state, words = _understanding(state, policy)
        if words:
            reason = f"{why.reason}: understanding first"
            return state, replace(
                _toned(decision, "apologetic"), action=Action.EMPATHISE, reason=reason, say=(*words, *decision.say)
            )
    return state, _toned(decision, mood.tone)


def _evidence(frustration: Frustration) -> dict[str, float]:
    """The contributions, as they are stored with a decision: ``frustration`` is their sum."""
    return {"frustration": frustration.score, **frustration.contributions}


def _risen(before: Frustration, now: Frustration, policy: Policy) -> bool:
    """Whether this turn took the score over the threshold, or up again by a good part of it."""
    rise = now.score - before.score
    return now.score >= policy.empathise_from and (
        before.score < policy.empathise_from or rise >= RISE * policy.empathise_from
    )


def _offer_due(state: DialogueState, decision: Decision, policy: Policy) -> bool:
    mood = state.mood
    if mood.frustration.score < policy.offer_person_from or decision.action is Action.OFFER_AGENT:
        return False
    return mood.offered_at is None or mood.turns - mood.offered_at > policy.offer_again_after


def _understanding(state: DialogueState, policy: Policy) -> tuple[DialogueState, tuple[Say, ...]]:
    """Words of understanding, unless there were as many in a row as are bearable."""
    mood = replace(state.mood, empathy_due=False)
    if mood.apologies >= policy.apologies_in_a_row:
        return replace(state, mood=replace(mood, apologies=0)), ()
    state, words = next_say(state, "empathy")
    return replace(state, mood=replace(mood, apologies=mood.apologies + 1)), (words,)


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
