"""``policy.yaml``: read as it is meant, and told by line what is wrong with it."""

from pathlib import Path

import pytest

from ivr.content.policy import read_policy
from ivr.content.problems import Problems
from ivr.content.types import Policy, Speaking
from ivr.errors import ContentError

SHIPPED = Path(__file__).parents[2] / "prompts" / "policy.yaml"


def read(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "policy.yaml"
    path.write_text(text, encoding="utf-8")
    problems = Problems()
    policy = read_policy(path, problems)
    problems.raise_any()
    return policy


def test_the_shipped_file_is_the_default() -> None:
    problems = Problems()
    assert read_policy(SHIPPED, problems) == Policy()
    problems.raise_any()


def test_no_file_is_the_default(tmp_path: Path) -> None:
    assert read_policy(tmp_path / "none.yaml", Problems()) == Policy()


def test_numbers_are_taken(tmp_path: Path) -> None:
    policy = read(tmp_path, "feel: false\nhand_over_from: 0.9\nslow_for: [sad]\nfrustration: {words: 0.2}\n")
    assert (policy.feel, policy.hand_over_from, policy.slow_for) == (False, 0.9, ("sad",))
    assert policy.frustration.words == 0.2
    assert policy.frustration.voice == Policy().frustration.voice


def test_tones_sound_as_they_are_told_to_and_the_others_as_before(tmp_path: Path) -> None:
    speaking = read(tmp_path, "speaking: {brisk: {speed: 1.2, loudness_db: 2}, warm: {}}\n").speaking
    assert speaking["brisk"] == Speaking(1.2, 2.0)
    assert speaking["warm"] == Speaking()
    assert speaking["reassuring"] == Policy().speaking["reassuring"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("feel: maybe\n", "policy.yaml:1: feel: must be true or false"),
        ("\nhand_over_from: 2\n", "policy.yaml:2: hand_over_from: must be a number from 0 to 1"),
        ("hand_over_from: nan\n", "policy.yaml:1: hand_over_from: must be a number"),
        ("angry_from: 1\n", "policy.yaml:1: the policy: unknown key 'angry_from'"),
        ("frustration: {words: high}\n", "policy.yaml:1: words: must be a number from 0 to 0.95"),
        ("frustration:\n  irritated_from: 0.7\n", "policy.yaml:2: frustration: irritated_from must be below"),
        ("offer_again_after: 1.5\n", "policy.yaml:1: offer_again_after: must be a whole number"),
        ("slow_for: [bored]\n", "policy.yaml:1: slow_for: must be a list of emotions"),
        ("empathise_from: 0.6\n", "policy.yaml:1: empathise_from must not be above offer_person_from"),
        ("offer_person_from: 0.9\n", "policy.yaml:1: offer_person_from must not be above hand_over_from"),
        ("speaking: {angry: {speed: 1}}\n", "policy.yaml:1: speaking: 'angry' is no tone; there are neutral, "),
        (
            "speaking:\n  brisk: {speed: 2}\n",
            "policy.yaml:2: speaking: brisk: speed: must be a number from 0.7 to 1.3",
        ),
        (
            "speaking:\n  brisk:\n    loud: 2\n",
            "policy.yaml:3: speaking: brisk: unknown key 'loud'; there are speed,",
        ),
        ("speaking: {warm: {loudness_db: x}}\n", "loudness_db: must be a number from -6 to 6"),
        ("speaking: fast\n", "policy.yaml:1: speaking must be a mapping"),
        ("- a\n", "policy.yaml:1: the file must be a mapping"),
    ],
)
def test_mistakes_are_told_by_line(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ContentError) as caught:
        read(tmp_path, text)
    assert problem in str(caught.value)
