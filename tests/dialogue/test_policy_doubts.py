"""Rules of a policy that can't fire, or fire on too little, are told in words; sound ones are not."""

from dataclasses import replace

import pytest

from ivr.content.types import SPEAKING, FrustrationWeights, Policy, Speaking
from ivr.dialogue.frustration import CALM, SIGNS, Signs, step
from ivr.dialogue.policy_doubts import doubts, highest_together

ONLY_VOICE = FrustrationWeights(**dict.fromkeys(SIGNS, 0.0) | {"voice": 0.2, "kept": 0.5})


def told(policy: Policy) -> dict[str, str]:
    return {doubt.key: doubt.what for doubt in doubts(policy)}


def test_the_default_policy_is_sound() -> None:
    assert doubts(Policy()) == ()


def test_the_highest_score_is_what_all_signs_in_every_turn_come_to() -> None:
    weights = FrustrationWeights()
    frustration = CALM
    for _ in range(50):
        frustration = step(frustration, Signs(**dict.fromkeys(SIGNS, 1.0)), weights)
    assert highest_together(weights) == pytest.approx(frustration.score, abs=1e-6)


def test_a_threshold_that_no_call_can_reach() -> None:
    found = told(Policy(frustration=ONLY_VOICE))
    assert "out of reach: all signs together come to 0.33 at most" in found["hand_over_from"]
    assert "a person is never offered" in found["offer_person_from"]
    assert "frustration.upset_from" in found


@pytest.mark.parametrize("sign", ["voice", "speed", "failed", "interrupted", "waiting"])
def test_a_circumstance_that_hands_over_by_itself(sign: str) -> None:
    weights = replace(FrustrationWeights(), **{sign: 0.94})
    found = told(Policy(frustration=weights))[f"frustration.{sign}"]
    assert "alone, turn after turn, comes to 0.9" in found


def test_swearing_may_hand_over_by_itself() -> None:
    assert not told(Policy(frustration=FrustrationWeights(profanity=0.94)))


@pytest.mark.parametrize(
    ("policy", "key", "what"),
    [
        (Policy(offer_person_from=Policy().hand_over_from), "offer_person_from", "none is ever offered first"),
        (
            Policy(offer_person_from=Policy().empathise_from),
            "empathise_from",
            "only ever said together with an offer",
        ),
        (
            Policy(empathise_from=0, offer_person_from=0, hand_over_from=0),
            "hand_over_from",
            "handed over at the first word",
        ),
        (Policy(apologies_in_a_row=0), "apologies_in_a_row", "never say sorry"),
        (Policy(slow_for=("sad", "neutral")), "slow_for", "slow_for: neutral"),
        (Policy(emotion_from=1.0), "emotion_from", "slow_for does nothing"),
        (
            Policy(frustration=FrustrationWeights(hysteresis=0.3)),
            "frustration.hysteresis",
            "to the end of the call",
        ),
        (Policy(frustration=FrustrationWeights(kept=0)), "frustration.relief", "does nothing"),
        (Policy(speaking={**SPEAKING, "brisk": Speaking(0.9)}), "speaking.brisk", "in a hurry"),
        (Policy(speaking={**SPEAKING, "reassuring": Speaking(1.1)}), "speaking.reassuring", "worried"),
    ],
)
def test_rules_that_work_against_each_other(policy: Policy, key: str, what: str) -> None:
    assert what in told(policy)[key]


def test_with_feelings_switched_off_there_is_nothing_to_doubt() -> None:
    assert doubts(Policy(feel=False, apologies_in_a_row=0)) == ()
