"""The phone page as tests use it: opened, ringing, with a tone or a file at its microphone."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from audio.contracts import Samples
from audio.resample import resample
from tests.telephony.house import FakeCall
from tests.web.stage import Stage

REPO_ROOT = Path(__file__).parents[2]
SENTENCE = REPO_ROOT / "tests" / "fixtures" / "en" / "order_status_47291.wav"
ASSETS = REPO_ROOT / "ivr" / "web" / "static" / "phone"

T = TypeVar("T", bound=Callable[..., None])


def browser_test(test: T) -> T:
    """Mark a test that drives a browser."""
    marked: T = pytest.mark.slow(pytest.mark.usefixtures("browsers")(test))
    return marked


def tone(hz: float, seconds: float, rate_hz: int = 8000) -> Samples:
    moments = np.arange(round(seconds * rate_hz)) / rate_hz
    return (0.3 * np.sin(2 * np.pi * hz * moments)).astype(np.float32)


def likeness(heard: Samples, said: Samples) -> float:
    """The best normalised correlation of ``said`` with any stretch of ``heard``, 0 to 1."""
    size = 1 << (len(heard) + len(said)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size))
    dot: NDArray[np.float64] = np.fft.irfft(spectrum, size)[: len(heard) - len(said) + 1]
    summed = np.concatenate([[0.0], np.cumsum(heard.astype(np.float64) ** 2)])
    energy = summed[len(said) :] - summed[: -len(said)]
    return float(np.max(np.abs(dot) / np.sqrt(np.maximum(energy, 1e-9) * np.sum(said**2, dtype=np.float64))))


def open_phone(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.url}/phone")
    page.wait_for_selector("body[data-ready]")


def ring(page: Page, stage: Stage) -> FakeCall:
    """Open the page, press the button, wait until the stream has started."""
    open_phone(page, stage)
    page.click("#call")
    call = stage.call()
    expect(page.locator("body")).to_have_attribute("data-state", "live")
    return call


def wait_for_level(page: Page, least: float, most: float) -> None:
    """Wait until the hotline's level meter (0 to 1) stands in a range."""
    shown = "() => new DOMMatrix(getComputedStyle(document.getElementById('meter-assistant')).transform).a"
    deadline_s = time.monotonic() + 5
    while not least <= page.evaluate(shown) <= most:
        assert time.monotonic() < deadline_s, f"the level never came to {least} … {most}"
        page.wait_for_timeout(20)


def microphone_file(folder: Path, samples: Samples) -> Path:
    """What a fake microphone reads: half a second of silence, then 8 kHz ``samples``."""
    path = folder / "microphone.wav"
    padded = np.concatenate([np.zeros(4000, np.float32), samples, np.zeros(4000, np.float32)])
    soundfile.write(path, resample(padded, 8000, 48000), 48000, subtype="PCM_16")
    return path
