"""How a caller feels changes how we speak, and nothing is judged or kept of who does not want it."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from audio.contracts import CallerBaseline, Emotion, EmotionModel, Prosody, Recognition, Samples
from audio.g711 import ulaw_to_samples
from audio.synthesis import EspeakSynthesiser, create_synthesiser
from audio.voice_cache import VoiceCache
from ivr.call.chronicle import Chronicle
from ivr.call.mouth import Mouth
from ivr.call.speaker import Speaker
from ivr.content.types import LANGUAGES, SPEAKING, Language, Policy, Text, Tone
from ivr.dialogue.manner import LOUD_DB, SPEED, Manner, manner_of
from ivr.dialogue.types import Say
from ivr.records.types import Journal, KnownNumber
from tests.call.stage import Notebook, Stage, content, words

ORDER = "Where is my order?"
OFF = "Please don't analyse my voice."
ANGRY = "This is absolutely ridiculous, I am furious!"


@dataclass
class Judge:
    """Takes every voice for angry, and counts."""

    name: str = "judge"
    asked: list[str] = field(default_factory=list)

    def judge(
        self, samples: Samples, prosody: Prosody, recognition: Recognition | None, baseline: CallerBaseline
    ) -> Emotion:
        self.asked.append(recognition.text if recognition else "")
        probabilities = {"neutral": 0.1, "angry": 0.9, "happy": 0.0, "sad": 0.0, "anxious": 0.0}
        return Emotion("angry", 0.9, probabilities, 0.8, -0.8, baseline_weight=1.0)


def known(feelings: bool) -> "Future[KnownNumber]":
    future: Future[KnownNumber] = Future()
    future.set_result(KnownNumber(feelings=feelings))
    return future


def talk(stage: Stage, *said: str) -> None:
    for text in said:
        stage.finish_prompt()
        stage.says(words(text))
    stage.finish_prompt()


def told(stage: Stage) -> list[tuple[object, ...]]:
    """Of each turn of the caller, all that says how they felt or sounded."""
    return [
        (turn.emotion, turn.prosody, turn.speech_rate, turn.frustration, turn.signs, turn.contributions)
        for turn in stage.notebook.turns
        if turn.speaker == "caller"
    ]


NOTHING = (None,) * 6


# --- what a caller hears ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("I'm in a hurry, quickly please, where is my order?", SPEAKING["brisk"].speed),
        ("I'm so worried, where is my order?", SPEAKING["reassuring"].speed),
        ("You fucking idiots, where is my order?", SPEAKING["apologetic"].speed),
        ("Thank you so much, and where is my order?", 1.0),
        (ORDER, 1.0),
    ],
)
def test_the_voice_is_as_fast_as_the_caller_needs(text: str, speed: float) -> None:
    stage = Stage()
    stage.finish_prompt()
    before = len(stage.voice.rates)
    stage.says(words(text))
    assert set(stage.voice.rates[before:]) == {speed}


def test_who_asked_for_slower_is_spoken_to_slowly_in_any_mood() -> None:
    stage = Stage()
    talk(stage, "Could you speak more slowly please?")
    before = len(stage.voice.rates)
    talk(stage, "I'm in a hurry, quickly please, where is my order?")
    assert set(stage.voice.rates[before:]) == {SPEED["slow"]}


def test_an_angry_caller_is_apologised_to_offered_a_person_and_handed_over() -> None:
    stage = Stage()
    talk(stage, ORDER, "This is taking far too long, I'm annoyed.")
    assert stage.actions[-1] == "empathise"
    assert "sorry" in stage.notebook.turns[-1].text
    rage = "I'm so fucking sick of this, you are all useless idiots!"
    for text in ("This is a joke. I'm sick of this!", rage, f"Nobody helps me! {rage}", f"{rage} Worst shop ever."):
        if not stage.call.over:
            talk(stage, text)
    assert "offer_agent" in stage.actions
    assert stage.actions[-1] == "hand_off"
    assert stage.notebook.handoffs[-1].reason == "frustration"
    replies = [turn.text.lower() for turn in stage.notebook.turns if turn.speaker == "assistant"]
    assert not any(all("sorry" in text for text in replies[at : at + 3]) for at in range(len(replies) - 2))


# --- feelings off -----------------------------------------------------------------------------------------


def test_a_voice_is_judged_as_long_as_nobody_says_no() -> None:
    judge = Judge()
    stage = Stage(emotion=cast(EmotionModel, judge), found=known(feelings=True))
    talk(stage, ORDER)
    assert judge.asked == [ORDER]
    assert told(stage)[0][0] is not None


def test_from_the_words_on_nothing_is_judged_or_kept_and_the_number_is_remembered() -> None:
    judge = Judge()
    stage = Stage(emotion=cast(EmotionModel, judge))
    talk(stage, ORDER, OFF)
    assert stage.notebook.turns[-1].text.startswith("All right. From now on I won't judge")
    asked = len(judge.asked)
    talk(stage, ANGRY, "What are your opening hours?")
    assert len(judge.asked) == asked
    assert told(stage)[1:] == [NOTHING] * 3
    assert ("caller_feelings", ("CA0001", "+821012345678", False)) in stage.notebook.other
    assert not any("frustration" in decision.contributions for decision in stage.notebook.decisions[2:])


def test_who_said_so_in_an_earlier_call_is_not_judged_from_the_first_word() -> None:
    judge = Judge()
    stage = Stage(emotion=cast(EmotionModel, judge), found=known(feelings=False))
    talk(stage, f"{ANGRY} Where is my order?")
    assert (judge.asked, told(stage)) == ([], [NOTHING])
    assert not {"empathise", "offer_agent", "hand_off"} & {*stage.actions}


def _broken() -> "Future[KnownNumber]":
    future: Future[KnownNumber] = Future()
    future.set_exception(RuntimeError("database is locked"))
    return future


@pytest.mark.parametrize("found", [Future, _broken])
def test_as_long_as_it_is_not_known_what_the_caller_wants_nothing_is_judged(
    found: "Callable[[], Future[KnownNumber]]",
) -> None:
    judge = Judge()
    stage = Stage(emotion=cast(EmotionModel, judge), found=found())
    assert stage.line.times("audio")[0] == 0  # and nobody waits for the greeting
    talk(stage, ORDER)
    assert (judge.asked, told(stage)) == ([], [NOTHING])


def test_a_deployment_can_switch_it_off_for_everybody() -> None:
    judge = Judge()
    stage = Stage(emotion=cast(EmotionModel, judge), policy=Policy(feel=False))
    talk(stage, f"{ANGRY} Where is my order?")
    assert (judge.asked, told(stage)) == ([], [NOTHING])


def test_going_on_after_it_does_not_take_it_back() -> None:
    judge = Judge()
    stage = Stage(emotion=cast(EmotionModel, judge))
    stage.finish_prompt()
    stage.says(words(OFF), then_s=0.7)
    stage.says(words(f"{OFF} And where is my order?"))
    talk(stage, ANGRY)
    assert told(stage)[-1] == NOTHING


# --- the real voice ---------------------------------------------------------------------------------------

SENTENCES: dict[Language, str] = {
    "ko": "주문번호를 말씀해 주시면 바로 확인해 드릴게요.",
    "en": "Tell me your order number, and I'll look it up for you right away.",
    "ja": "注文番号をお聞かせいただければ、すぐにお調べします。",
    "zh": "请告诉我您的订单号，我马上为您查询。",
}


class Tape:
    """A line that keeps what is sent."""

    def __init__(self) -> None:
        self.sound = b""

    def send_audio(self, ulaw: bytes) -> None:
        self.sound += ulaw

    def send_mark(self, name: str) -> None:
        pass

    def clear(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VoiceCache]:
    espeak: EspeakSynthesiser = create_synthesiser("espeak")
    yield VoiceCache(espeak, tmp_path_factory.mktemp("voices"))
    espeak.close()


def spoken(voices: VoiceCache, language: Language, tone: Tone, manner: Manner) -> tuple[float, float]:
    """Length in seconds, and level in dB, of a sentence in a manner."""
    prompts = {language: {"said": Text("said", {"neutral": (SENTENCES[language],)})}}
    tape = Tape()
    speaker = Speaker(
        Mouth(tape), voices, replace(content(), texts=prompts), Chronicle(cast(Journal, Notebook()), "CA1")
    )
    speaker.say([Say("said")], language, tone, 0, manner=manner)
    samples = ulaw_to_samples(tape.sound)
    frames = samples[: len(samples) // 80 * 80].reshape(-1, 80)
    power = np.mean(np.square(frames, dtype=np.float64), axis=1)
    level = 10 * np.log10(power[power > power.max() * 10**-2.5].mean())
    return len(samples) / 8_000, float(level)


@pytest.mark.parametrize("language", LANGUAGES)
def test_tones_are_heard_in_the_speed_and_loudness_of_the_real_voice(
    voices: VoiceCache, language: Language
) -> None:
    length, level = spoken(voices, language, "neutral", Manner())
    for tone in ("reassuring", "apologetic", "brisk"):
        manner = manner_of(tone, "normal", "normal", SPEAKING)
        other_length, other_level = spoken(voices, language, tone, manner)
        assert length / other_length == pytest.approx(manner.speed, abs=0.06), tone
        assert other_level - level == pytest.approx(manner.loudness_db, abs=0.7), tone
    _, loud = spoken(voices, language, "reassuring", manner_of("reassuring", "normal", "loud", SPEAKING))
    assert loud - level == pytest.approx(LOUD_DB, abs=1.5)  # its peaks meet the limiter


def test_each_manner_is_spoken_once_and_kept(tmp_path: Path) -> None:
    class Counting:
        name = "counting"
        spoken = 0

        def speak(self, text: str, *, language: Language, rate: float = 1.0) -> Samples:
            self.spoken += 1
            return np.full(800, 0.1, np.float32)

    voice = Counting()
    cache = VoiceCache(voice, tmp_path)
    for _ in range(2):
        for tone in ("neutral", "reassuring", "brisk"):
            spoken(cache, "en", tone, manner_of(tone, "normal", "normal", SPEAKING))
    assert voice.spoken == 3
