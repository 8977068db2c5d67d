"""The phone page's sound modules, run by themselves in a real browser."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page

from audio.g711 import ulaw_to_samples
from tests.web.browser import launch
from tests.web.page import browser_test, open_phone, tone
from tests.web.stage import on_stage


@pytest.fixture(scope="module")
def laboratory(browsers: None) -> Iterator[Page]:
    """A page in which the sound modules can be run by themselves."""
    with on_stage() as stage, launch() as page:
        open_phone(page, stage)
        yield page


def table_ulaw(samples: NDArray[np.int64]) -> NDArray[np.int64]:
    """µ-law by G.711's table 2a itself: its decision values, in 14-bit units, and a search among them."""
    decisions = [0, *range(1, 31, 2)]
    for segment, start in enumerate((31, 95, 223, 479, 991, 2015, 4063), start=1):
        decisions += range(start, start + 16 * 2 ** (segment + 1), 2 ** (segment + 1))
    step = np.searchsorted(np.array(decisions) * 4, np.abs(samples), side="right") - 1
    return np.where(samples < 0, 0x7F, 0xFF) - step.astype(np.int64)


@browser_test
def test_ulaw_in_the_page_is_g711_for_every_sample_and_code(laboratory: Page) -> None:
    codes, values = laboratory.evaluate(
        """async () => {
            const { encodeSample, DECODED } = await import("/assets/phone/g711.js");
            const codes = Array.from({ length: 65536 }, (_, i) => encodeSample(i - 32768));
            return [codes, Array.from(DECODED)];
        }"""
    )
    assert np.array_equal(codes, table_ulaw(np.arange(-32768, 32768)))
    assert np.array_equal(np.array(values, np.float32), ulaw_to_samples(bytes(range(256))))


@browser_test
def test_ulaw_of_what_is_no_sample_is_bounded(laboratory: Page) -> None:
    codes = laboratory.evaluate(
        """async () => {
            const { encodeFloat } = await import("/assets/phone/g711.js");
            return [9, -9, Infinity, -Infinity, NaN].map(encodeFloat);
        }"""
    )
    assert codes == [0x80, 0x00, 0x80, 0x00, 0xFF]


@browser_test
@pytest.mark.parametrize(
    ("from_hz", "to_hz", "hz", "least_db", "most_db"),
    [
        pytest.param(48000, 8000, 300, -0.1, 0.1, id="48k to line, low voice"),
        pytest.param(48000, 8000, 3400, -0.5, 0.1, id="48k to line, edge of the telephone band"),
        pytest.param(44100, 8000, 1000, -0.1, 0.1, id="44.1k to line"),
        pytest.param(16000, 8000, 1000, -0.1, 0.1, id="16k to line"),
        pytest.param(48000, 8000, 4600, -200, -60, id="48k to line, would alias"),
        pytest.param(44100, 8000, 9000, -200, -60, id="44.1k to line, would alias"),
        pytest.param(8000, 48000, 3400, -0.5, 0.1, id="line to 48k"),
        pytest.param(8000, 44100, 1000, -0.1, 0.1, id="line to 44.1k"),
        pytest.param(8000, 8000, 1000, -0.1, 0.1, id="no change"),
    ],
)
def test_resampling_keeps_the_telephone_band_and_no_aliases(
    laboratory: Page, from_hz: int, to_hz: int, hz: float, least_db: float, most_db: float
) -> None:
    made = laboratory.evaluate(
        """async ([fromHz, toHz, samples]) => {
            const { Resampler } = await import("/assets/phone/resampler.js");
            const resampler = new Resampler(fromHz, toHz);
            const made = [];
            for (let at = 0; at < samples.length; at += 128) {
                made.push(...resampler.push(samples.slice(at, at + 128)));
            }
            return made;
        }""",
        [from_hz, to_hz, tone(hz, 1.0, from_hz).tolist()],
    )
    assert abs(len(made) - to_hz) <= 2 + to_hz // from_hz * 128
    settled = np.array(made)[to_hz // 10 :]
    rms = np.sqrt(np.mean(settled**2))
    gain_db = 20 * np.log10(rms / (0.3 / np.sqrt(2)))
    assert least_db <= gain_db <= most_db
    if gain_db > -1:
        moments = np.arange(len(settled)) / to_hz
        fitted = np.stack([np.sin(2 * np.pi * hz * moments), np.cos(2 * np.pi * hz * moments)])
        rest = settled - np.linalg.lstsq(fitted.T, settled, rcond=None)[0] @ fitted
        assert 20 * np.log10(np.sqrt(np.mean(rest**2)) / rms) < -50, "only the tone itself may come out"


@browser_test
def test_the_playback_ring_holds_minutes_and_forgets_nothing(laboratory: Page) -> None:
    answer = laboratory.evaluate(
        """async () => {
            const { PlaybackRing } = await import("/assets/phone/ring.js");
            const ring = new PlaybackRing();
            const take = (n) => Array.from({ length: n }, () => ring.take());
            ring.mark("at once");
            const first = ring.reached();
            ring.push(new Uint8Array(60000).fill(1));
            const early = take(59999);               // near the ring's end: what follows wraps round
            for (let i = 0; i < 100; i += 1) ring.push(new Uint8Array(48000).fill(2 + i));  // 10 minutes
            ring.mark("end");
            const rest = take(1 + 100 * 48000);
            const whole = rest[0] === 1 && rest.slice(1).every((b, i) => b === 2 + Math.floor(i / 48000));
            const end = ring.reached();
            const dropped = ring.push(new Uint8Array((1 << 24) + 7));
            ring.mark("never played");
            return { first, early: early.every((b) => b === 1), whole, end, none: ring.take() !== undefined,
                     dropped, cleared: ring.clear(), left: ring.length };
        }"""
    )
    assert answer == {
        "first": ["at once"],
        "early": True,
        "whole": True,
        "end": ["end"],
        "none": True,
        "dropped": 7,
        "cleared": ["never played"],
        "left": 0,
    }
