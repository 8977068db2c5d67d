"""What is odd about a policy: rules that can never fire, and rules that fire on too little. Pure.

For ``python -m ivr check``, in words for the people who own ``policy.yaml``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ivr.content.types import FrustrationWeights, Policy
from ivr.dialogue.frustration import SIGNS, highest, highest_alone

CIRCUMSTANCES = {
    "voice": "a voice that sounds angry",
    "speed": "speaking faster or slower",
    "failed": "not being understood",
    "interrupted": "talking over us",
    "waiting": "slow replies",
}
"""Signs that say nothing about what the caller wants: an unusual voice, a bad line or a slow computer is enough for
them. The others are the caller's own words."""

THRESHOLDS = {
    "empathise_from": "understanding is never said first",
    "offer_person_from": "a person is never offered for frustration",
    "hand_over_from": "a person never takes over for frustration",
    "frustration.irritated_from": "nobody ever counts as irritated, so the apologetic tone is never used",
    "frustration.upset_from": "nobody ever counts as upset",
}
"""Where a rule begins → what it means that it never does."""


@dataclass(frozen=True)
class Doubt:
    """Something to look at."""

    key: str
    """Where: ``hand_over_from``, ``frustration.voice``, ``speaking.brisk``."""
    what: str


def doubts(policy: Policy) -> tuple[Doubt, ...]:
    """Everything odd about a policy; nothing when feelings are switched off."""
    if not policy.feel:
        return ()
    return (*_out_of_reach(policy), *_too_little(policy), *_reactions(policy), *_fading(policy), *_manner(policy))


def highest_together(weights: FrustrationWeights) -> float:
    """The score that all signs together approach when each is fully there in every turn."""
    return highest(SIGNS, weights)


def _out_of_reach(policy: Policy) -> Iterator[Doubt]:
    most = highest_together(policy.frustration)
    for key, meaning in THRESHOLDS.items():
        holder, _, name = key.rpartition(".")
        value = getattr(policy.frustration if holder else policy, name)
        if value > most:
            yield Doubt(
                key,
                f"{name} {value:g} is out of reach: all signs together come to {most:.2f} at most, "
                f"so {meaning}; lower it, or raise the signs under frustration",
            )


def _too_little(policy: Policy) -> Iterator[Doubt]:
    for name, words in CIRCUMSTANCES.items():
        alone = highest_alone(name, policy.frustration)
        if alone >= policy.hand_over_from:
            yield Doubt(
                f"frustration.{name}",
                f"{name}: {words} alone, turn after turn, comes to {alone:.2f}, and hand_over_from is "
                f"{policy.hand_over_from:g}: callers would be handed over who never said a cross word; "
                f"lower {name} or kept, or raise hand_over_from",
            )


def _reactions(policy: Policy) -> Iterator[Doubt]:
    if policy.offer_person_from == policy.hand_over_from:
        yield Doubt(
            "offer_person_from",
            "offer_person_from equals hand_over_from: a person takes over at once, so none is ever offered first",
        )
    if policy.empathise_from == policy.offer_person_from:
        yield Doubt(
            "empathise_from",
            "empathise_from equals offer_person_from: understanding is only ever said together with an offer",
        )
    if policy.hand_over_from == 0:
        yield Doubt("hand_over_from", "hand_over_from 0: every caller is handed over at the first word")
    if policy.apologies_in_a_row == 0:
        yield Doubt(
            "apologies_in_a_row",
            "apologies_in_a_row 0: we never say sorry nor show understanding, so empathise_from does nothing",
        )
    odd = [each for each in policy.slow_for if each in ("neutral", "happy", "angry")]
    if odd:
        yield Doubt(
            "slow_for",
            f"slow_for: {', '.join(odd)}: meant for tired and worried callers; angry ones are answered with an "
            "apology first, and neutral is nearly everybody",
        )
    if policy.slow_for and policy.emotion_from > 0.95:
        yield Doubt(
            "emotion_from", "emotion_from: hardly any voice is judged that surely, so slow_for does nothing"
        )


def _fading(policy: Policy) -> Iterator[Doubt]:
    weights = policy.frustration
    if weights.hysteresis >= weights.irritated_from > 0:
        yield Doubt(
            "frustration.hysteresis",
            f"hysteresis {weights.hysteresis:g} is not below irritated_from {weights.irritated_from:g}: who was "
            "irritated once counts as irritated to the end of the call, however friendly",
        )
    if weights.kept == 0 and weights.relief > 0:
        yield Doubt("frustration.relief", "relief takes away from what is kept, and kept is 0: it does nothing")


def _manner(policy: Policy) -> Iterator[Doubt]:
    brisk, calm = policy.speaking.get("brisk"), policy.speaking.get("reassuring")
    if brisk is not None and brisk.speed < 1:
        yield Doubt("speaking.brisk", f"brisk: speed {brisk.speed:g} slows down callers who are in a hurry")
    if calm is not None and calm.speed > 1:
        yield Doubt("speaking.reassuring", f"reassuring: speed {calm.speed:g} hurries callers who are worried")
