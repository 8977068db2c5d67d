"""What a timeline's picture says in words, and how much room they take."""

import re
import unicodedata
from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "caller": "caller",
    "assistant": "hotline",
    "pitch": "pitch (Hz)",
    "loudness": "loudness (dB)",
    "emotion": "emotion",
    "frustration": "frustration",
    "decisions": "decisions",
}
"""Lane → its name."""

NARROW_PX, WIDE_PX = 5.5, 10.5
"""Pixels of a character at 10 px: Latin, and Korean, Japanese or Chinese. Rather too much than too little."""
BODY_SCALE = 1.25
"""Written-out words are larger than labels."""
MOST_LINES = 8


def width_of(text: str) -> float:
    """About how many pixels a label of 10 px takes."""
    return sum(WIDE_PX if unicodedata.east_asian_width(each) in "WF" else NARROW_PX for each in text)


def place(text: str, x: float, free_from: float, width: float) -> float | None:
    """Where a label of 10 px that belongs to ``x`` begins.

    Moved to the left where it would leave a picture of ``width`` pixels; None where it would cover the label
    before it, which ends at ``free_from``.
    """
    begins = min(x, width - width_of(text) - 2)
    return round(begins, 1) if text and begins >= free_from else None


def lines(text: str, width: float) -> list[str]:
    """Words broken into lines of at most ``width`` pixels; what is beyond :data:`MOST_LINES` is left out ("…")."""
    broken, line = [], ""
    for part in re.findall(r"\s+|[^\s\u1100-\uffef]+|.", text):
        if line and width_of(line + part.rstrip()) * BODY_SCALE > width:
            broken.append(line.strip())
            line = part.lstrip()
        else:
            line += part
    broken += [line.strip()] if line.strip() else []
    return broken if len(broken) <= MOST_LINES else [*broken[: MOST_LINES - 1], broken[MOST_LINES - 1] + " …"]


def clock(seconds: float) -> str:
    """Minutes and seconds, as in ``1:05``."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
