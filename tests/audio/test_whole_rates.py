"""Whole-factor rates: the telephone band passes, aliases do not, and nothing is held back."""

import numpy as np
import pytest

from audio.contracts import Samples
from audio.whole_rates import StepDown, StepUp


def tone(hz: float, rate_hz: int) -> Samples:
    return np.sin(2 * np.pi * hz * np.arange(rate_hz) / rate_hz).astype(np.float32)


def level_db(samples: Samples) -> float:
    settled = samples[len(samples) // 4 : -len(samples) // 4]
    return float(20 * np.log10(np.sqrt(2 * np.mean(np.square(settled))) + 1e-9))


@pytest.mark.parametrize("factor", [2, 3])
@pytest.mark.parametrize("hz", [200, 1_000, 3_200])
def test_the_telephone_band_passes(factor: int, hz: int) -> None:
    assert level_db(StepDown(factor).push(tone(hz, 8_000 * factor))) == pytest.approx(0, abs=0.2)
    assert level_db(StepUp(factor).push(tone(hz, 8_000))) == pytest.approx(0, abs=0.2)


@pytest.mark.parametrize("factor", [2, 3])
@pytest.mark.parametrize("hz", [4_400, 5_000, 7_000])
def test_what_the_line_cannot_carry_is_taken_out(factor: int, hz: int) -> None:
    assert level_db(StepDown(factor).push(tone(hz, 8_000 * factor))) < -50


@pytest.mark.parametrize("factor", [2, 3])
def test_pieces_give_the_same_as_the_whole_with_nothing_held_back(factor: int) -> None:
    voice = tone(700, 8_000 * factor)
    piece = 160 * factor
    down = StepDown(factor)
    pieces = [down.push(voice[start : start + piece]) for start in range(0, len(voice), piece)]
    assert {len(each) for each in pieces} == {160}
    np.testing.assert_allclose(np.concatenate(pieces), StepDown(factor).push(voice), atol=1e-6)


def test_pieces_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="no multiple of 2"):
        StepDown(2).push(np.zeros(321, np.float32))
    with pytest.raises(ValueError, match="1 or more"):
        StepUp(0)
