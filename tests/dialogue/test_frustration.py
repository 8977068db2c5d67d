"""Frustration as a plain function: signs in, a score that people can read out."""

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import accumulate, pairwise

import pytest

from ivr.content.types import FrustrationWeights, Policy
from ivr.dialogue.frustration import CALM, SIGNS, Frustration, Signs, highest_alone, step
from ivr.dialogue.mood import replay
from ivr.dialogue.signs import said
from ivr.understanding.sentiment.types import Sentiment

WEIGHTS = FrustrationWeights()


def course(turns: Iterable[Signs], weights: FrustrationWeights) -> list[Frustration]:
    """The score after each of a call's turns."""
    return list(accumulate(turns, lambda before, signs: step(before, signs, weights), initial=CALM))[1:]


def test_a_calm_call_stays_calm() -> None:
    assert [each.score for each in course([Signs()] * 5, WEIGHTS)] == [0.0] * 5


@pytest.mark.parametrize("name", SIGNS)
def test_each_sign_raises_the_score_by_its_weight(name: str) -> None:
    after = step(CALM, Signs(**{name: 1.0}), WEIGHTS)
    assert after.score == pytest.approx(getattr(WEIGHTS, name))
    assert after.contributions == {name: pytest.approx(after.score)}


def test_signs_add_up_and_what_each_gave_is_told() -> None:
    before = step(CALM, Signs(failed=1.0), WEIGHTS)
    after = step(before, Signs(words=0.8, repeated=1.0, voice=0.5), WEIGHTS)
    assert set(after.contributions) == {"carried", "words", "repeated", "voice"}
    assert sum(after.contributions.values()) == pytest.approx(after.score)
    assert after.contributions["words"] > after.contributions["voice"]


def test_the_order_of_events_matters_only_through_time() -> None:
    early, late = Signs(profanity=1.0), Signs()
    first = course([early, late, late], WEIGHTS)
    assert [round(each.score, 3) for each in first] == [0.55, 0.44, 0.352]


def test_thanks_take_from_what_was_carried() -> None:
    upset = step(CALM, Signs(profanity=1.0), WEIGHTS)
    assert step(upset, Signs(relief=1.0), WEIGHTS).score < step(upset, Signs(), WEIGHTS).score / 2


def test_the_level_rises_at_once_and_falls_late() -> None:
    rising = step(CALM, Signs(words=1.0), WEIGHTS)
    falling = step(step(step(rising, Signs(), WEIGHTS), Signs(), WEIGHTS), Signs(), WEIGHTS)
    assert (rising.level, falling.level) == ("irritated", "irritated")
    assert falling.score < WEIGHTS.irritated_from
    assert step(falling, Signs(relief=1.0), WEIGHTS).level == "calm"


def test_not_known_and_not_a_number_count_as_nothing() -> None:
    nothing = Signs(voice=None, speed=math.nan, words=-3.0, waiting=0.0)
    assert step(CALM, nothing, WEIGHTS).score == 0.0
    assert step(CALM, Signs(words=math.inf), WEIGHTS).score == 0.0
    assert step(CALM, Signs(words=7.0), WEIGHTS).score == pytest.approx(WEIGHTS.words)


def test_the_score_never_leaves_its_range() -> None:
    everything = Signs(**dict.fromkeys(SIGNS, 1.0))
    scores = [each.score for each in course([everything] * 50, replace(WEIGHTS, profanity=0.95, kept=0.95))]
    assert all(0 <= score < 1 for score in scores)
    assert all(later >= earlier for earlier, later in pairwise(scores))


def test_one_turn_of_words_alone_hands_nobody_over() -> None:
    policy = Policy()
    assert step(CALM, Signs(words=1.0), WEIGHTS).score < policy.hand_over_from
    assert step(CALM, Signs(words=0.6, failed=1.0), WEIGHTS).score < policy.offer_person_from


def test_weak_signs_over_turns_bring_an_offer() -> None:
    grumbling = Signs(words=0.45, failed=1.0)
    reactions = [each.reaction for each in replay([grumbling] * 3, Policy())]
    assert reactions[0] != "offer_agent"
    assert "offer_agent" in reactions


@pytest.mark.parametrize("upset", [0.0, 0.05, 0.3, 0.9, 1.0, None])
def test_words_of_profanity_and_demand_count_as_far_as_they_sound_upset(upset: float | None) -> None:
    found = said(Sentiment(profanity=0.9, demand=0.8, negative=0.7, thanks=0.5), upset)
    share = 1.0 if upset is None else upset
    assert found.profanity == pytest.approx(0.9 * share)
    assert found.demand == pytest.approx(0.8 * share)
    assert found.words == (0.7 if upset is None else upset)


def test_plainly_calm_words_take_from_what_was_carried_and_upset_ones_do_not() -> None:
    assert said(Sentiment(), 0.01).relief > said(Sentiment(), 0.15).relief > 0
    assert said(Sentiment(), 0.4).relief == 0.0
    assert said(Sentiment(thanks=0.7), 0.95).relief < 0.05  # "thanks for nothing"


def test_a_voice_that_is_only_loud_reaches_no_hand_over() -> None:
    alone = [each.score for each in course([Signs(voice=1.0)] * 100, WEIGHTS)]
    assert alone[-1] == pytest.approx(highest_alone("voice", WEIGHTS))
    assert max(alone) < 0.75


def test_another_policy_can_be_tried_on_the_same_call() -> None:
    turns = [Signs(), Signs(words=0.7, repeated=0.7), Signs(failed=1.0), Signs(words=0.9, profanity=0.9)]
    reactions = [each.reaction for each in replay(turns, Policy())]
    assert reactions == ["none", "empathise", "none", "hand_off"]
    patient = replace(Policy(), offer_person_from=0.9, hand_over_from=0.95)
    assert [each.reaction for each in replay(turns, patient)][-1] == "empathise"
    strict = replace(Policy(), offer_person_from=0.35, hand_over_from=0.4)
    assert [each.reaction for each in replay(turns, strict)] == ["none", "hand_off"]
