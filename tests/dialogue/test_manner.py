"""How fast and loud we speak: by the tone, unless the caller asked for something."""

import pytest

from ivr.content.types import SPEAKING, Tone
from ivr.dialogue.manner import LOUD_DB, SPEED, Manner, manner_of


@pytest.mark.parametrize(
    ("tone", "manner"),
    [
        ("neutral", Manner(1.0, 0.0)),
        ("apologetic", Manner(0.95, 0.0)),
        ("reassuring", Manner(0.9, -1.0)),
        ("brisk", Manner(1.15, 0.0)),
        ("warm", Manner(1.0, 0.0)),
    ],
)
def test_each_tone_has_its_manner(tone: Tone, manner: Manner) -> None:
    assert manner_of(tone, "normal", "normal", SPEAKING) == manner


def test_a_caller_who_asked_for_slower_is_not_hurried() -> None:
    assert manner_of("brisk", "slow", "normal", SPEAKING).speed == SPEED["slow"]


def test_a_caller_who_asked_for_faster_is_not_slowed_down() -> None:
    assert manner_of("reassuring", "fast", "normal", SPEAKING).speed == SPEED["fast"]


def test_a_caller_who_asked_for_louder_is_not_spoken_to_softly() -> None:
    assert manner_of("reassuring", "normal", "loud", SPEAKING) == Manner(0.9, LOUD_DB)


def test_a_tone_that_is_not_described_is_our_normal_voice() -> None:
    assert manner_of("warm", "normal", "normal", {}) == Manner()
