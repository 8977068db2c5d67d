"""The recorded callers of a benchmark, and where their speech ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audio.contracts import LINE_RATE_HZ, Samples
from audio.errors import WavError
from audio.wav import read_wav
from ivr.call.line import FRAME_MS
from ivr.errors import ConfigurationError

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "tests" / "fixtures"

SCRIPTS: dict[str, tuple[str, ...]] = {
    "ko": ("hours", "return_how", "order_status", "number_47291", "return_want", "order_status_47291"),
    "en": ("hours", "return_how", "order_status", "number_47291", "return_want", "order_status_47291"),
}
"""What a benchmark's caller says, over and over: questions that the demo shop's prompts answer."""

INTERRUPTIONS = ("wait", "stop", "hours", "order_status", "return_how", "return_want", "agent_please", "complaint")
"""What callers say over the greeting, in each language."""

VOICED_BELOW_PEAK_DB = 25.0
"""A frame this far below a recording's loudest one is no longer voice: vowels and voiced consonants lie within
it, breath and line noise do not."""


@dataclass(frozen=True)
class Clip:
    """One recording."""

    name: str
    samples: Samples
    """8 kHz."""
    first_voiced_ms: int
    last_voiced_ms: int
    """End of the last voiced frame."""


def load(folder: Path, language: str, names: Sequence[str]) -> list[Clip]:
    """Read recordings.

    Raises:
        ConfigurationError: the folder does not hold them; the message names the file.
    """
    try:
        return [_clip(name, folder / language / f"{name}.wav") for name in names]
    except WavError as error:
        raise ConfigurationError(f"{error}. The benchmark's recordings are those of tests/fixtures.") from error


def _clip(name: str, path: Path) -> Clip:
    samples = read_wav(path, LINE_RATE_HZ)
    frame = LINE_RATE_HZ * FRAME_MS // 1000
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    power = np.mean(np.square(frames, dtype=np.float64), axis=1)
    voiced = np.flatnonzero(power >= power.max() * 10 ** (-VOICED_BELOW_PEAK_DB / 10))
    return Clip(name, samples, int(voiced[0]) * FRAME_MS, (int(voiced[-1]) + 1) * FRAME_MS)
