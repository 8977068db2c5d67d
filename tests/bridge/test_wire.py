"""What the browser and the server say to each other; the music; what a waiting caller is told."""

import json
import struct

import numpy as np
import pytest

from audio.g711 import ULAW_SILENCE, ulaw_to_samples
from ivr.bridge.agent_leg import frames_of
from ivr.bridge.music import LEVEL_DB, hold_music
from ivr.bridge.wire import AudioFormat, FrameCodec, Hello, Microphone, Mute, control, read_control
from ivr.call.waiting import update
from ivr.content.render import render
from ivr.content.types import LANGUAGES, Language
from ivr.errors import FrameError
from ivr.handoff.types import Outlook
from tests.bridge.sounds import pitch_hz, tone
from tests.call.stage import content

ULAW, PCM_16 = AudioFormat("ulaw", 8_000), AudioFormat("pcm16", 16_000)


def test_ulaw_passes_unchanged() -> None:
    frame = tone(440, 0.02)
    message = FrameCodec(ULAW).write(frame)
    assert message == struct.pack(">I", 0) + frame
    sequence, samples = FrameCodec(ULAW).read(struct.pack(">I", 7) + frame)
    assert sequence == 7
    np.testing.assert_array_equal(samples, ulaw_to_samples(frame))


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 24_000])
def test_pcm_keeps_its_pitch_both_ways(rate_hz: int) -> None:
    codec = FrameCodec(AudioFormat("pcm16", rate_hz))
    frames, _ = frames_of(tone(1_000, 0.4))
    written = [codec.write(frame) for frame in frames]
    assert [struct.unpack_from(">I", message)[0] for message in written] == list(range(20))
    heard = np.concatenate([codec.read(message)[1] for message in written])
    assert pitch_hz(heard[800:]) == pytest.approx(1_000, abs=5)


@pytest.mark.parametrize("length", [0, 3, 4, 163, 165, 644, 100_000])
def test_a_frame_of_the_wrong_length_is_refused(length: int) -> None:
    with pytest.raises(FrameError, match="20 ms of ulaw at 8000 Hz and its number are 164"):
        FrameCodec(ULAW).read(b"\0" * length)


def test_control_messages() -> None:
    assert read_control('{"type": "hello", "format": "pcm16", "rate_hz": 16000}') == Hello(PCM_16)
    assert read_control('{"type": "mute", "on": true}') == Mute(True)
    assert read_control('{"type": "microphone", "state": "<b>\\u0000lost"}') == Microphone("blost")
    assert json.loads(control("hold", on=True)) == {"type": "hold", "on": True}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("[]", "a JSON list"),
        ("{}", "type: unknown"),
        ('{"type": "hello"}', "hello.format"),
        ('{"type": "hello", "format": ["ulaw"], "rate_hz": 8000}', "hello.format"),
        ('{"type": "hello", "format": "ulaw", "rate_hz": 8000.5}', "hello.rate_hz"),
        ('{"type": "mute", "on": 1}', "mute.on"),
        ('{"type": "' + "x" * 5_000, "5010 characters"),
        ("[" * 4_000, "not JSON"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, why: str) -> None:
    with pytest.raises(FrameError, match=why):
        read_control(text)


def test_the_music_is_soft_has_no_clicks_and_goes_round() -> None:
    music = ulaw_to_samples(hold_music())
    assert 10 * np.log10(np.mean(np.square(music))) == pytest.approx(LEVEL_DB, abs=0.5)
    around = np.concatenate((music, music[:160]))
    assert np.max(np.abs(np.diff(around))) < 0.1
    frames = music[: len(music) // 4_000 * 4_000].reshape(-1, 4_000)
    assert np.min(np.sqrt(np.mean(np.square(frames), axis=1))) > 0.005  # nowhere as if the line were dead


def test_less_than_a_frame_waits() -> None:
    frames, rest = frames_of(ULAW_SILENCE * 410)
    assert [len(frame) for frame in frames] == [160, 160]
    assert len(rest) == 90


def told(outlook: Outlook, language: Language, number: int = 1) -> str:
    return " ".join(render(content(), say, language) for say in update(outlook, language, number))


def test_a_waiting_caller_is_told_the_place_and_the_time() -> None:
    assert told(Outlook(2, 240.0, 3, True), "en").startswith(
        "You are number two in line. It should take about four minutes. Would you rather be called back?"
    )
    assert told(Outlook(2, 150.0, 3, True), "ko").startswith("지금 두 번째로 기다리고 계세요. 약 삼 분 정도")
    assert told(Outlook(1, 30.0, 3, True), "en").startswith("You are next in line. It should take about a minute.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_time_is_invented(language: Language) -> None:
    unknown = told(Outlook(None, None, 1, True), language)
    assert unknown.startswith(render(content(), update(Outlook(None, None, 1, True), language, 1)[0], language))
    assert "{" not in told(Outlook(12, 700.0, 1, True), language)
    assert told(Outlook(3, 7_200.0, 1, True), language) == told(Outlook(3, None, 1, True), language)


def test_nothing_is_said_while_an_agents_desk_is_ringing_already() -> None:
    assert update(Outlook(1, 0.0, 1, True), "en", 0) == ()
    assert update(Outlook(1, 0.0, 1, True), "en", 1)
