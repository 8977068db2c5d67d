"""Reading recordings of every kind people have, and saying what is wrong with the others."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio.errors import WavError
from audio.wav import read_wav, write_wav
from tests.audio import signals


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"])
@pytest.mark.parametrize("rate_hz", [8000, 22_050, 48_000])
def test_every_kind_of_wav_is_read(tmp_path: Path, subtype: str, rate_hz: int) -> None:
    path = tmp_path / "tone.wav"
    time_s = np.arange(rate_hz) / rate_hz
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * 440 * time_s), rate_hz, subtype=subtype)
    samples = read_wav(path, 16_000)
    assert samples.dtype == np.float32
    assert samples.shape == (16_000,)
    assert np.sqrt(np.mean(np.square(samples))) == pytest.approx(0.5 / np.sqrt(2), rel=0.03)


def test_channels_are_averaged(tmp_path: Path) -> None:
    path = tmp_path / "six.wav"
    channels = np.zeros((800, 6))
    channels[:, 2] = 0.6
    soundfile.write(path, channels, 8000, subtype="FLOAT")
    np.testing.assert_allclose(read_wav(path, 8000), 0.1, atol=1e-6)


def test_what_is_too_loud_is_clipped(tmp_path: Path) -> None:
    path = tmp_path / "loud.wav"
    soundfile.write(path, np.full(800, 3.0), 8000, subtype="FLOAT")
    np.testing.assert_array_equal(read_wav(path, 8000), np.ones(800, dtype=np.float32))


def test_a_recording_cut_short_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    write_wav(path, signals.tone(440, 1.0), 8000)
    path.write_bytes(path.read_bytes()[:-8000])
    assert len(read_wav(path, 8000)) == 4000


def _nothing_there(path: Path) -> None:
    pass


def _folder(path: Path) -> None:
    path.mkdir()


def _no_bytes(path: Path) -> None:
    path.touch()


def _words(path: Path) -> None:
    path.write_text("this is not sound " * 50)


def _half_a_header(path: Path) -> None:
    write_wav(path, signals.tone(440, 0.1), 8000)
    path.write_bytes(path.read_bytes()[:20])


def _no_samples(path: Path) -> None:
    write_wav(path, signals.silence(0), 8000)


def _not_a_number(path: Path) -> None:
    samples = np.zeros(800)
    samples[400] = np.nan
    soundfile.write(path, samples, 8000, subtype="FLOAT")


def _a_rate_of_one(path: Path) -> None:
    soundfile.write(path, np.zeros(10), 1, subtype="PCM_16")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_nothing_there, "no such file"),
        (_folder, "is a folder"),
        (_no_bytes, "0 bytes"),
        (_words, "not a readable recording"),
        (_half_a_header, "not a readable recording|no samples"),
        (_no_samples, "no samples"),
        (_not_a_number, r"sample 400 \(0.050 s\) is not a finite number"),
        (_a_rate_of_one, "header is damaged"),
    ],
)
@pytest.mark.parametrize("name", ["a.wav", "a.raw", "녹음.wav"])
def test_what_cannot_be_read_is_named_with_its_reason(
    tmp_path: Path, spoil: object, reason: str, name: str
) -> None:
    path = tmp_path / "spoilt.wav"
    assert callable(spoil)
    spoil(path)
    if path.exists():
        path = path.rename(tmp_path / name)
    with pytest.raises(WavError, match=reason) as caught:
        read_wav(path, 16_000)
    assert str(caught.value).startswith(f"{path}: ")


def test_two_channels_are_written_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    write_wav(path, [signals.tone(440, 0.5), signals.tone(880, 0.25)], 8000)
    both, rate_hz = soundfile.read(path, dtype="float32")
    assert (rate_hz, both.shape, soundfile.info(path).subtype) == (8000, (4000, 2), "PCM_16")
    np.testing.assert_allclose(both[:, 0], signals.tone(440, 0.5), atol=1e-4)
    assert not both[2000:, 1].any()


def test_what_is_written_is_clipped_and_finite(tmp_path: Path) -> None:
    path = tmp_path / "odd.wav"
    write_wav(path, np.array([2.0, -2.0, np.nan, 0.5], dtype=np.float32), 8000)
    np.testing.assert_allclose(read_wav(path, 8000), [1.0, -1.0, 0.0, 0.5], atol=1e-4)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(WavError, match=r"nowhere/a\.wav: can't be written"):
        write_wav(tmp_path / "nowhere" / "a.wav", signals.silence(0.1), 8000)
