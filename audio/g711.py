"""µ-law (ITU-T G.711) to and from float32: the only place where the telephone's bytes exist.

G.711 (11/88) table 2a: a code is a sign, a 3-bit segment and a 4-bit step, sent inverted. In 16-bit terms the
magnitude is ``((step << 3) + 132 << segment) - 132``, at most 32,124.
"""

import numpy as np
from numpy.typing import NDArray

from audio.contracts import Samples

ULAW_SILENCE = b"\xff"
"""One sample (125 µs) of silence: G.711's code for +0. Multiply it by 160 for a 20 ms frame."""

_BIAS = 132
"""33 in G.711's 14-bit units, times 4: makes the segments' limits powers of two."""

_CLIP = 32_635
"""Largest 16-bit magnitude that stays in the top segment once the bias is added (2**15 - 1 - 132)."""

_FULL_SCALE = 32_768.0


def _decode_table() -> NDArray[np.float32]:
    code = ~np.arange(256, dtype=np.uint8)
    segment = ((code >> 4) & 7).astype(np.int32)
    step = (code & 15).astype(np.int32)
    magnitude = (((step << 3) + _BIAS) << segment) - _BIAS
    return (np.where(code & 0x80, -magnitude, magnitude) / _FULL_SCALE).astype(np.float32)


def _encode_table() -> NDArray[np.uint8]:
    """The code of each 16-bit sample, at index ``sample + 32768``."""
    sample = np.arange(-32_768, 32_768, dtype=np.int32)
    biased = np.minimum(np.abs(sample), _CLIP) + _BIAS
    segment = np.floor(np.log2(biased)).astype(np.int32) - 7
    step = (biased >> (segment + 3)) & 15
    sign = np.where(sample < 0, 0x80, 0)
    code: NDArray[np.uint8] = (~(sign | (segment << 4) | step) & 0xFF).astype(np.uint8)
    return code


_DECODE = _decode_table()
_ENCODE = _encode_table()


def ulaw_to_samples(ulaw: bytes) -> Samples:
    """Expand µ-law bytes.

    Args:
        ulaw: Any number of codes, one byte a sample.

    Returns:
        float32, shape (len(ulaw),), in [-0.981, 0.981], at the rate of the bytes (8 kHz on a telephone line).
    """
    expanded: Samples = _DECODE[np.frombuffer(ulaw, dtype=np.uint8)]
    return expanded


def samples_to_ulaw(samples: Samples) -> bytes:
    """Compress samples to µ-law.

    Args:
        samples: float32, shape (n,), in [-1, 1]; what lies outside is clipped, what is not a number is silence.

    Returns:
        n bytes.
    """
    scaled = np.nan_to_num(np.asarray(samples, dtype=np.float64) * _FULL_SCALE, posinf=32_767, neginf=-32_768)
    index = np.clip(np.rint(scaled), -32_768, 32_767).astype(np.int32) + 32_768
    return _ENCODE[index].tobytes()
