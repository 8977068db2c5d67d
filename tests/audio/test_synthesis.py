"""Speaking with the real espeak-ng, and living through its failures."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from audio.contracts import LANGUAGES, Language, Samples
from audio.errors import SynthesisError
from audio.espeak_process import pack_message, read_message
from audio.synthesis import EspeakSynthesiser, clean_text, create_synthesiser, finish_speech
from tests.audio import signals

GREETINGS: dict[Language, str] = {
    "ko": "안녕하세요. 고객센터입니다. 무엇을 도와드릴까요?",
    "en": "Hello, this is customer service. How can I help you today?",
    "ja": "こんにちは。カスタマーセンターです。",
    "zh": "您好，这里是客户服务中心。",
}


@pytest.fixture(scope="module")
def espeak() -> Iterator[EspeakSynthesiser]:
    voice = create_synthesiser("espeak")
    yield voice
    voice.close()


def _frames_dbfs(samples: Samples) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    frames = samples[: len(samples) // 80 * 80].reshape(-1, 80)
    levels: np.ndarray[tuple[int], np.dtype[np.float64]] = 10 * np.log10(
        np.mean(np.square(frames, dtype=np.float64), axis=1) + 1e-12
    )
    return levels


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_is_spoken_level_and_trimmed(espeak: EspeakSynthesiser, language: Language) -> None:
    said = espeak.speak(GREETINGS[language], language=language)
    assert said.dtype == np.float32
    assert 1.5 < len(said) / 8000 < 8
    levels = _frames_dbfs(said)
    loud = levels[levels > levels.max() - 25]
    assert 10 * np.log10(np.mean(10 ** (loud / 10))) == pytest.approx(-20, abs=1.0)
    assert np.abs(said).max() <= 0.95
    sounding = np.flatnonzero(levels > -55)
    assert sounding[0] <= 5  # x 10 ms
    assert len(levels) - 1 - sounding[-1] <= 5


def test_hanzi_and_kanji_are_read(espeak: EspeakSynthesiser) -> None:
    """A sign takes a syllable's time or two; spelled out ("Chinese letter") it takes a second."""
    hanzi = espeak.speak("请告诉我您的订单号", language="zh")
    assert len(hanzi) / 8000 < 9 * 0.4
    kana = espeak.speak("ごちゅうもんばんごう", language="ja")
    kanji = espeak.speak("ご注文番号", language="ja")
    assert len(kanji) == pytest.approx(len(kana), rel=0.1)


def test_rate_changes_speed_and_leaves_the_voice(espeak: EspeakSynthesiser) -> None:
    slow, normal, fast = (espeak.speak(GREETINGS["en"], language="en", rate=rate) for rate in (0.7, 1.0, 1.5))
    assert len(slow) > 1.2 * len(normal) > 1.2 * len(fast)


def test_what_was_said_before_leaves_no_trace(espeak: EspeakSynthesiser) -> None:
    """Lengths are compared: espeak-ng's sound differs a little each time."""
    first = espeak.speak("네, 확인했습니다.", language="ko")
    espeak.speak("Something else, faster.", language="en", rate=1.8)
    assert len(espeak.speak("네, 확인했습니다.", language="ko")) == pytest.approx(len(first), abs=400)


def test_volume_lowers_the_finished_speech() -> None:
    quiet = EspeakSynthesiser(volume=0.5)
    try:
        assert np.abs(quiet.speak("hello", language="en")).max() <= 0.95 / 2
    finally:
        quiet.close()


@pytest.mark.parametrize("text", ["", "   ", "...", "\x00\x01\n", "<break/>", "🙂"])
def test_nothing_to_say_is_an_error(espeak: EspeakSynthesiser, text: str) -> None:
    with pytest.raises(SynthesisError, match="nothing to say"):
        espeak.speak(text, language="ko")


def test_a_text_too_long_is_an_error_and_the_longest_is_not(espeak: EspeakSynthesiser) -> None:
    with pytest.raises(SynthesisError, match=r"10000 characters.*at most 2000"):
        espeak.speak("x" * 10_000, language="en")
    assert len(espeak.speak("안녕하세요 " * 330, language="ko")) > 60 * 8000


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("<speak>Hello <break time='1s'/>there</speak>", "Hello there"),
        ("one\x00two\tthree\n\nfour", "one two three four"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("x < 3 and y > 2", "x < 3 and y > 2"),
        ("zero\u200bwidth", "zerowidth"),
        ("  주문   번호  ", "주문 번호"),
    ],
)
def test_what_cannot_be_said_is_taken_out(espeak: EspeakSynthesiser, text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned
    assert len(espeak.speak(text, language="en")) > 800


def test_an_unknown_language_or_voice_is_an_error(espeak: EspeakSynthesiser) -> None:
    with pytest.raises(SynthesisError, match="no voice speaks 'fr'"):
        espeak.speak("bonjour", language="fr")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(SynthesisError, match=r"no voice 'siri'; choose one of: espeak"):
        create_synthesiser("siri")


def test_many_threads_may_speak_at_once(espeak: EspeakSynthesiser) -> None:
    texts = ["one", "one two three", "one two three four five", "one two three four five six seven"] * 2
    alone = [len(espeak.speak(text, language="en")) for text in texts]
    with ThreadPoolExecutor(len(texts)) as pool:
        together = [len(said) for said in pool.map(lambda text: espeak.speak(text, language="en"), texts)]
    assert together == pytest.approx(alone, abs=400)


def test_a_process_that_was_killed_is_started_again() -> None:
    voice = EspeakSynthesiser()
    try:
        before = voice.speak("still here", language="en")
        process = voice._process
        assert process is not None
        os.kill(process.pid, signal.SIGKILL)
        process.wait(5)
        assert len(voice.speak("still here", language="en")) == pytest.approx(len(before), abs=400)
    finally:
        voice.close()


def test_a_process_that_hangs_is_ended_and_replaced() -> None:
    voice = EspeakSynthesiser(timeout_s=0.5)
    try:
        voice.speak("hello", language="en")
        stuck = voice._process
        assert stuck is not None
        os.kill(stuck.pid, signal.SIGSTOP)
        asked = time.monotonic()
        with pytest.raises(SynthesisError, match=r"within 0\.5 s"):
            voice.speak("hello", language="en")
        assert time.monotonic() - asked < 2
        assert stuck.poll() is not None
        assert len(voice.speak("hello", language="en")) > 800
    finally:
        voice.close()


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import sys; sys.exit(3)", "died twice"),
        ("print('this is no message, it is far too long for one')", "died twice"),
        ("import time; time.sleep(30)", "did not answer within"),
    ],
)
def test_a_process_that_never_works_is_an_error(
    monkeypatch: pytest.MonkeyPatch, program: str, message: str
) -> None:
    start = subprocess.Popen
    monkeypatch.setattr(
        "audio.synthesis.subprocess.Popen", lambda _, **rest: start([sys.executable, "-c", program], **rest)
    )
    voice = EspeakSynthesiser(timeout_s=1.0)
    with pytest.raises(SynthesisError, match=message):
        voice.speak("hello", language="en")
    voice.close()


def test_the_process_ends_with_its_synthesiser() -> None:
    voice = EspeakSynthesiser()
    voice.speak("hello", language="en")
    process = voice._process
    assert process is not None
    voice.close()
    voice.close()
    assert process.poll() is not None
    with pytest.raises(SynthesisError, match="closed"):
        voice.speak("hello", language="en")


def _ask_process(requests: bytes, environment: dict[str, str]) -> tuple[bytes, int]:
    done = subprocess.run(
        [sys.executable, "-m", "audio.espeak_process"],
        input=requests,
        capture_output=True,
        timeout=20,
        env={**os.environ, **environment},
        check=False,
    )
    return done.stdout, done.returncode


def _answers(output: bytes) -> list[dict[str, Any]]:
    found, at = [], 0

    def read(count: int) -> bytes:
        nonlocal at
        at += count
        return output[at - count : at]

    while at < len(output):
        found.append(read_message(read)[0])
    return found


def test_the_process_answers_every_request_and_ends_with_its_input() -> None:
    hello = {"text": "hello", "voice": "en-us", "wpm": 155, "volume": 1.0}
    requests: list[dict[str, object]] = [
        hello,
        {**hello, "voice": "klingon-dialect"},
        {"text": "no voice named"},
        hello,
    ]
    output, status = _ask_process(b"".join(pack_message(request) for request in requests), {})
    answers = _answers(output)
    assert status == 0
    assert [sorted(answer) for answer in answers] == [["rate_hz"], ["error"], ["error"], ["rate_hz"]]
    assert "klingon-dialect" in answers[1]["error"]


def test_half_a_request_ends_the_process_quietly() -> None:
    output, status = _ask_process(pack_message({"text": "cut"})[:9], {})
    assert (output, status) == (b"", 0)


def test_finishing_keeps_silence_out_and_peaks_below_clipping() -> None:
    assert len(finish_speech(signals.silence(1.0), 8000)) == 0
    assert len(finish_speech(signals.silence(0.0), 8000)) == 0
    padded = np.concatenate((signals.silence(0.5), signals.buzz(150, 0.5, -40), signals.silence(0.7)))
    finished = finish_speech(padded, 8000)
    assert len(finished) / 8000 == pytest.approx(0.5 + 0.06, abs=0.02)
    spiky = signals.buzz(150, 0.5, -40)
    spiky[::400] = 0.9
    assert np.abs(finish_speech(spiky, 8000)).max() <= 0.951
