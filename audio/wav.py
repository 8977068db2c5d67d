"""Reading and writing recordings."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from audio.contracts import Samples
from audio.errors import WavError
from audio.resample import resample

_RATE_RANGE_HZ = (1_000, 768_000)
"""Rates outside are a damaged header: sound cards end at 768 kHz, and speech is gone below 1 kHz."""


def read_wav(path: str | Path, rate_hz: int) -> Samples:
    """Read a recording.

    Args:
        path: A WAV file of any rate and channel count: PCM 8, 16, 24 or 32 bit, float, µ-law or A-law
            (anything else libsndfile knows is read too). Channels are averaged.
        rate_hz: The rate wanted, Hz.

    Returns:
        float32, shape (n,), n > 0, in [-1, 1].

    Raises:
        WavError: names the file and the reason.
    """
    path = Path(path)
    if not path.exists():
        raise WavError(f"{path}: no such file")
    if path.is_dir():
        raise WavError(f"{path}: is a folder, not a recording")
    if path.stat().st_size == 0:
        raise WavError(f"{path}: the file is empty (0 bytes)")
    try:
        with path.open("rb") as file, soundfile.SoundFile(file.fileno(), closefd=False) as recording:
            from_hz = recording.samplerate
            channels = recording.read(dtype="float32", always_2d=True)
    except PermissionError as error:
        raise WavError(f"{path}: may not be read (permission denied)") from error
    except OSError as error:
        raise WavError(f"{path}: can't be read ({error.strerror or error})") from error
    except (soundfile.SoundFileError, RuntimeError, TypeError, ValueError) as error:
        reason = getattr(error, "error_string", None) or str(error)
        raise WavError(f"{path}: not a readable recording ({reason.strip()})") from error
    if not _RATE_RANGE_HZ[0] <= from_hz <= _RATE_RANGE_HZ[1]:
        raise WavError(f"{path}: says its rate is {from_hz} Hz, which no recording has; its header is damaged")
    if not channels.size:
        raise WavError(f"{path}: holds no samples (zero length)")
    if not np.isfinite(channels).all():
        at = int(np.argmin(np.isfinite(channels).all(axis=1)))
        raise WavError(f"{path}: sample {at} ({at / from_hz:.3f} s) is not a finite number")
    mono = channels.mean(axis=1, dtype=np.float32)
    samples = resample(np.clip(mono, -1.0, 1.0), from_hz, rate_hz)
    if not len(samples):
        raise WavError(f"{path}: too short, {len(mono)} samples at {from_hz} Hz")
    return samples


def write_wav(path: str | Path, samples: Samples | Sequence[Samples], rate_hz: int) -> None:
    """Write a 16-bit PCM WAV file.

    Args:
        path: Where; an existing file is replaced.
        samples: One channel, float32 of shape (n,), or a sequence of channels (two: left, right). Shorter
            channels are filled up with silence. Values outside [-1, 1] are clipped, non-numbers are silence.
        rate_hz: Their rate, Hz.

    Raises:
        WavError: the file could not be written; names it and the reason.
    """
    channels = [samples] if isinstance(samples, np.ndarray) and samples.ndim == 1 else list(samples)
    length = max((len(channel) for channel in channels), default=0)
    frames = np.zeros((length, max(1, len(channels))), dtype=np.int16)
    for number, channel in enumerate(channels):
        scaled = np.nan_to_num(np.asarray(channel, dtype=np.float64) * 32_768.0, posinf=32_767, neginf=-32_768)
        frames[: len(channel), number] = np.clip(np.rint(scaled), -32_768, 32_767).astype(np.int16)
    try:
        with Path(path).open("wb") as file:
            soundfile.write(file, frames, rate_hz, format="WAV", subtype="PCM_16")
    except (OSError, soundfile.SoundFileError, RuntimeError) as error:
        raise WavError(f"{path}: can't be written ({getattr(error, 'strerror', None) or error})") from error
