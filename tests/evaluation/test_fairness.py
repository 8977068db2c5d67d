"""Groups of callers are compared by counting, and said to be too small when they are."""

import pytest

from audio.contracts import CallerBaseline, Emotion
from ivr.evaluation.fairness import FEWEST_CLIPS, Group, Labelled, Rate, gaps, groups, judge_clips


def labelled(
    count: int, angry: int, *, emotion: str = "calm", sex: str = "female", language: str = "ko"
) -> list[Labelled]:
    """Clips of which some are taken for angry."""
    return [
        Labelled(f"{sex}{i % 3}", emotion, sex, language, "calls", 0.9 if i < angry else 0.1, 0.1)
        for i in range(count)
    ]


def group(found: list[Group], trait: str, value: str) -> Group:
    return next(each for each in found if (each.trait, each.value) == (trait, value))


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(0, 30, 0.0, 0.1135), (15, 30, 0.3315, 0.6685), (30, 30, 0.8865, 1.0), (1, 10, 0.0179, 0.4042)],
)
def test_wilsons_interval(hits: int, count: int, low: float, high: float) -> None:
    """Against values of the published formula (Wilson 1927; Brown, Cai & DasGupta 2001)."""
    assert Rate(hits, count).interval == pytest.approx((low, high), abs=5e-4)


def test_a_share_of_nothing_is_not_known() -> None:
    assert (Rate(0, 0).share, Rate(0, 0).interval, Rate(0, 0).thin) == (None, None, True)


def test_false_alarms_count_calm_clips_and_recall_angry_ones() -> None:
    clips = [
        *labelled(40, 4),
        *labelled(40, 30, emotion="angry"),
        *labelled(10, 10, emotion="happy"),
        *labelled(40, 12, sex="male"),
    ]
    found = groups(clips)
    women, men = group(found, "sex", "female"), group(found, "sex", "male")
    assert women.false_alarms == Rate(4, 40)
    assert women.recall == Rate(30, 40)
    assert women.known_false_alarms == Rate(0, 40)
    assert women.speakers == 3
    assert men.false_alarms == Rate(12, 40)
    assert men.recall == Rate(0, 0)
    assert group(found, "language", "ko").false_alarms == Rate(16, 80)


def test_the_largest_gap_is_told_and_whether_it_may_be_chance() -> None:
    clips = [*labelled(100, 30), *labelled(100, 2, sex="male"), *labelled(100, 5, sex="other")]
    (gap,) = [each for each in gaps(groups(clips)) if (each.trait, each.measure) == ("sex", "false_alarms")]
    assert (gap.higher, gap.lower, gap.apart) == ("female", "male", True)
    assert gap.difference == pytest.approx(0.28)
    near = [*labelled(100, 5), *labelled(100, 3, sex="male")]
    assert not next(each for each in gaps(groups(near)) if each.trait == "sex").apart


def test_a_group_with_too_few_clips_has_no_gap() -> None:
    clips = [*labelled(100, 0), *labelled(FEWEST_CLIPS - 1, 20, sex="male")]
    found = groups(clips)
    assert group(found, "sex", "male").false_alarms.thin
    assert not [gap for gap in gaps(found) if gap.trait == "sex"]


def test_a_trait_that_the_manifest_does_not_tell_is_a_question_mark() -> None:
    assert group(groups(labelled(3, 0, sex="")), "sex", "?").speakers == 3


def judged_by(shift: float) -> list[Labelled]:
    """A sharp voice, whose calm clips score 0.6; the own voice takes ``shift`` off."""
    clips = [("a", "neutral", "", "", "")] * 5 + [("a", "angry", "", "", "")] + [("b", "calm", "", "", "")] * 3

    def judge(i: int, baseline: CallerBaseline | None) -> Emotion | None:
        angry = 0.6 - (shift if baseline is not None and baseline.weights else 0.0)
        chances = {"neutral": 1 - angry, "angry": angry, "happy": 0.0, "sad": 0.0, "anxious": 0.0}
        return Emotion("angry", angry, chances, 0.0, 0.0, scores={"anger": 1.0})

    return judge_clips(clips, judge)


def test_three_calm_clips_of_a_speaker_make_their_own_voice_and_are_not_counted_again() -> None:
    judged = judged_by(0.4)
    assert [clip.known for clip in judged[:3]] == [None] * 3
    assert [clip.known for clip in judged[3:6]] == pytest.approx([0.2] * 3)
    assert [clip.known for clip in judged[6:]] == [None] * 3  # too few to spend any
    whole = group(groups(judged), "corpus", "?")
    assert whole.false_alarms == Rate(8, 8)
    assert whole.known_false_alarms == Rate(0, 2)


def test_no_evidence_is_no_alarm() -> None:
    (clip,) = judge_clips([("a", "neutral", "", "", "")], lambda i, baseline: None)
    assert clip.alone == 0.0
