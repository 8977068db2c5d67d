"""µ-law against the standard's own values and an independent codec."""

import io

import numpy as np
import pytest
import soundfile

from audio.contracts import Samples
from audio.g711 import ULAW_SILENCE, samples_to_ulaw, ulaw_to_samples

EVERY_CODE = bytes(range(256))


def _as_16_bit(ulaw: bytes) -> list[int]:
    return [round(float(sample) * 32_768) for sample in ulaw_to_samples(ulaw)]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        # G.711 table 2a, decoder output values times 4 (14 to 16 bit).
        (0x80, 8031 * 4),
        (0x8F, 4191 * 4),
        (0x9F, 2079 * 4),
        (0xEF, 33 * 4),
        (0xFE, 2 * 4),
        (0xFF, 0),
        (0x7F, 0),
        (0x00, -8031 * 4),
        (0x7E, -2 * 4),
    ],
)
def test_codes_expand_to_the_standards_values(code: int, value: int) -> None:
    assert _as_16_bit(bytes([code])) == [value]


def test_expanding_agrees_with_libsndfile_on_every_code() -> None:
    theirs, _ = soundfile.read(
        io.BytesIO(EVERY_CODE), format="RAW", subtype="ULAW", samplerate=8000, channels=1, dtype="float32"
    )
    np.testing.assert_array_equal(ulaw_to_samples(EVERY_CODE), theirs)


def test_compressing_agrees_with_libsndfile_on_every_16_bit_sample() -> None:
    every_sample = np.arange(-32_768, 32_768, dtype=np.int16)
    theirs = io.BytesIO()
    soundfile.write(theirs, every_sample, 8000, format="RAW", subtype="ULAW")
    assert samples_to_ulaw((every_sample / 32_768).astype(np.float32)) == theirs.getvalue()


def test_a_second_round_trip_changes_nothing() -> None:
    once = samples_to_ulaw(ulaw_to_samples(EVERY_CODE))
    assert samples_to_ulaw(ulaw_to_samples(once)) == once
    # Only the two zeros may fall together.
    assert [(before, after) for before, after in zip(EVERY_CODE, once, strict=True) if before != after] == [
        (0x7F, 0xFF)
    ]


def test_silence_is_zero() -> None:
    np.testing.assert_array_equal(ulaw_to_samples(ULAW_SILENCE * 160), np.zeros(160, dtype=np.float32))


def test_what_is_out_of_range_is_clipped_and_what_is_no_number_is_silent() -> None:
    odd: Samples = np.array([2.0, -2.0, np.inf, -np.inf, np.nan], dtype=np.float32)
    assert samples_to_ulaw(odd) == bytes([0x80, 0x00, 0x80, 0x00, 0xFF])


def test_nothing_gives_nothing() -> None:
    assert samples_to_ulaw(ulaw_to_samples(b"")) == b""
