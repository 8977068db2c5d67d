"""A whole call of bad sound, through the real policy: it never brings a person, nor the offer of one, by itself."""

from collections.abc import Callable

import numpy as np
import pytest

from audio.contracts import LANGUAGES, RECOGNITION_RATE_HZ, Emotion, EmotionModel, Language, Recognition, Samples
from audio.emotion import TrainedEmotion
from audio.prosody import measure
from audio.resample import to_recognition_rate
from audio.speech_rate import speech_rate
from audio.wav import read_wav
from ivr.call.feelings import CallerFeelings
from ivr.call.utterance import Utterance, Voice
from ivr.content.types import Content
from ivr.dialogue.engine import decide, start
from ivr.dialogue.types import Answered, DialogueState, HandoffReason, Heard
from ivr.understanding.types import Meaning
from tests.audio.bad_sounds import ALL, UNSPOKEN
from tests.fixtures.library import clips_of

CALM_TURNS = 2
"""Said clearly at first: from then on the voice counts, so that this is the harder case."""
ANSWERED_AT_ONCE = ("return_procedure", "payment_methods", "delivery_fee")
WORDS = ("one", "two three", "four five six", "seven", "eight nine", "ten eleven", "twelve", "thirteen fourteen")
"""Harmless, and never the same again."""


class BadLine:
    """A caller whose every turn after the first ones sounds bad."""

    def __init__(self, content: Content, language: Language, distort: Callable[[Samples], Samples]) -> None:
        self._content = content
        self._language: Language = language
        self._distort = distort
        self.judge: EmotionModel = TrainedEmotion.load()
        self._feelings = CallerFeelings()
        self.felt: list[Emotion | None] = []
        self.state: DialogueState
        self.state, _ = decide(start(language), Answered(language), content)

    def call(self, intents: tuple[str | None, ...]) -> list[HandoffReason]:
        """Say eight things. Returns why a person took over, if one did."""
        reasons = []
        for turn, each in enumerate(clips_of(self._language, "sentence")[: len(WORDS)]):
            sound = read_wav(each.path, 8000)
            heard = self._heard(sound if turn < CALM_TURNS else self._distort(sound), WORDS[turn])
            intent = ANSWERED_AT_ONCE[turn % 3] if turn < CALM_TURNS else intents[turn % len(intents)]
            meaning = Meaning(WORDS[turn], self._language, intent, 0.9 if intent else 0.1)
            utterance = Utterance(heard[0], meaning, heard[1], 0, 2000, 2000, over_our_voice=False, ahead=False)
            feeling = self._feelings.of(utterance, interrupted=False, waited_ms=0)
            self.state, decision = decide(self.state, Heard(meaning, feeling), self._content)
            assert 0 <= self.state.mood.frustration.score < self._content.policy.hand_over_from
            if decision.handoff:
                reasons.append(decision.handoff)
            if self.state.ended:
                break
        return reasons

    def _heard(self, sound: Samples, words: str) -> tuple[Recognition, Voice]:
        samples = to_recognition_rate(sound)
        own = self._language
        recognition = Recognition(words, own, dict.fromkeys(LANGUAGES, 0.25), 0.9, 0.0, 1.0, "short", 0.0)
        prosody = measure(samples, RECOGNITION_RATE_HZ)
        emotion = self.judge.judge(samples, prosody, recognition, self._feelings.calm_voice)
        self.felt.append(emotion)
        return recognition, Voice(prosody, speech_rate("na" * 12, "en", prosody.voiced_s), emotion)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("kind", ALL)
def test_bad_sound_that_is_understood_changes_nothing(content: Content, kind: str, language: Language) -> None:
    caller = BadLine(content, language, ALL[kind])
    assert caller.call(ANSWERED_AT_ONCE) == []
    assert caller.state.mood.offered_at is None
    assert len(caller.felt) == len(WORDS)
    assert all(each is None for each in caller.felt[CALM_TURNS:]) or kind not in UNSPOKEN


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("kind", ALL)
def test_bad_sound_that_is_not_understood_is_no_frustration(
    content: Content, kind: str, language: Language
) -> None:
    """A person may come because nothing is understood: never because the caller is taken to be angry."""
    caller = BadLine(content, language, ALL[kind])
    assert HandoffReason.FRUSTRATION not in caller.call((None,))
    assert caller.state.mood.offered_at is None


def test_a_voice_that_the_model_takes_for_pure_anger_is_the_bound(content: Content) -> None:
    """Even sound that scored 1 in every turn does not reach a hand-off."""
    caller = BadLine(content, "en", lambda sound: sound)
    certain = Emotion("angry", 1.0, {"angry": 1.0, "anxious": 0.0}, 1.0, -1.0, baseline_weight=1.0)

    class Certain:
        def judge(self, *_: object, **__: object) -> Emotion:
            return certain

    caller.judge = Certain()
    assert caller.call(ANSWERED_AT_ONCE) == []
    assert np.isfinite(caller.state.mood.frustration.score)
