"""How fast and how loud we speak: by the tone, unless the caller has asked for something. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ivr.content.types import Speaking, Tone

Pace = Literal["slow", "normal", "fast"]

SPEED: Mapping[Pace, float] = {"slow": 0.8, "normal": 1.0, "fast": 1.25}
"""Speed that "slower" and "faster" ask for, relative to our normal one: a fifth slower or a quarter faster is
plainly heard, and stays inside what espeak-ng says clearly."""

LOUD_DB = 6.0
"""Gain for "louder, please": heard as clearly louder (10 dB is heard as twice as loud: Stevens 1955), and what
prompts at -20 dBFS RMS can take before much of them meets the limiter."""


@dataclass(frozen=True)
class Manner:
    """How something is said."""

    speed: float = 1.0
    """Relative to our normal speed, 0.5 to 2."""
    loudness_db: float = 0.0
    """Relative to our normal loudness, -6 to 6 dB."""


NORMAL = Manner()


def manner_of(
    tone: Tone, pace: Pace, loudness: Literal["normal", "loud"], speaking: Mapping[Tone, Speaking]
) -> Manner:
    """Choose a manner.

    Args:
        tone: Of the reply.
        pace: As the caller asked for; anything but ``normal`` wins over the tone.
        loudness: As the caller asked for; ``loud`` wins over the tone.
        speaking: How each tone sounds (``policy.yaml``); one that is missing sounds like our normal voice.
    """
    usual = speaking.get(tone, Speaking())
    speed = usual.speed if pace == "normal" else SPEED[pace]
    return Manner(speed, LOUD_DB if loudness == "loud" else usual.loudness_db)
