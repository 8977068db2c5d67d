"""Making ready speech louder, for callers who ask for it, or softer."""

import numpy as np

from audio.g711 import samples_to_ulaw, ulaw_to_samples

KNEE = 0.6
"""From this level (0 to 1) on the limiter bends the curve; below it the gain is exact."""

CEILING = 0.97
"""Highest level that leaves the limiter: µ-law ends at 0.98."""


def amplified(ulaw: bytes, gain_db: float) -> bytes:
    """Amplify speech without clipping it.

    What would pass :data:`KNEE` is bent towards :data:`CEILING` by a hyperbolic tangent, which starts with slope 1:
    no edge in the curve, so no clicks.

    Args:
        ulaw: µ-law, 8 kHz.
        gain_db: -20 to 20; below 0 it becomes softer.

    Returns:
        As many bytes.
    """
    samples = ulaw_to_samples(ulaw) * np.float32(10 ** (gain_db / 20))
    level = np.abs(samples)
    room = CEILING - KNEE
    bent = KNEE + room * np.tanh((level - KNEE) / room)
    return samples_to_ulaw(np.where(level > KNEE, np.copysign(bent, samples), samples).astype(np.float32))
