"""The picture of one recording: its loudness and pitch over time, where speech is, and what was heard in it."""

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from audio.contracts import LINE_RATE_HZ, Emotion, Samples
from audio.endpointing import OFFSET_PROBABILITY, ONSET_PROBABILITY, WINDOW_MS
from audio.resample import LineUpsampler
from audio.vad import VoiceStream
from audio.voicing import HOP, frames_of
from ivr.web.timeline import Span, Timeline, draw
from ivr.web.timeline_words import ENGLISH

SUFFIX = ".svg"
STEP_MS = 1000 * HOP // LINE_RATE_HZ
"""Milliseconds between two measured moments."""
FIRST_MS = 32
"""The moment of which the first frame speaks: the middle of its 64 ms."""
PIECE_S = 60
"""Seconds measured at a time: an hour's frames at once would be gigabytes."""
MOST_POINTS = 3_000
"""Points of a curve: three for each pixel of the usual width. Of more, the loudest of each stretch is drawn."""
QUIETEST_DB = -70.0
"""dB re full scale: below lies only the noise of µ-law's smallest steps."""


def draw_recording(
    name: str, line: Samples, text: str, emotion: Emotion | None = None, frustration: float | None = None
) -> str:
    """Draw a recording.

    Args:
        name: What stands above the picture.
        line: 8 kHz, float32, shape (n,).
        text: The words heard; empty when there were none.
        emotion: As judged; None: not known.
        frustration: 0 to 1, of this recording alone; None: not known.

    Returns:
        An SVG document.

    Raises:
        ModelError: the voice activity detector's weights are missing or damaged.
    """
    parts = list(_parts(VoiceStream().push(LineUpsampler().push(line))))
    start, end = (parts[0].start_ms, parts[-1].end_ms) if parts else (0, 0)
    loudness, pitch = curves(line)
    duration_ms = round(1000 * len(line) / LINE_RATE_HZ)
    told = f"{emotion.label} {emotion.confidence:.2f}" if emotion else ""
    timeline = Timeline(
        f"{name} · {duration_ms / 1000:.1f} s",
        duration_ms,
        speech=parts,
        pitch_hz=pitch,
        loudness_db=loudness,
        emotion=[Span(start, end, emotion.label, told)] if emotion else (),
        frustration=() if frustration is None else [(start, frustration)],
        words=text,
    )
    return draw(timeline, {**ENGLISH, "caller": "speech"})


def picture_paths(out: Path, wavs: Sequence[Path]) -> list[Path]:
    """Where each recording's picture goes: ``OUT.svg`` for one, ``OUT-STEM.svg`` for several, all different."""
    if len(wavs) == 1:
        return [out]
    paths: list[Path] = []
    for wav in wavs:
        path = out.with_name(f"{out.stem}-{wav.stem}{SUFFIX}")
        number = 2
        while path in paths:
            path = out.with_name(f"{out.stem}-{wav.stem}-{number}{SUFFIX}")
            number += 1
        paths.append(path)
    return paths


def _parts(probabilities: Iterable[float]) -> Iterator[Span]:
    """Stretches of speech, as the live call's detector tells them."""
    began: int | None = None
    now_ms = 0
    for probability in probabilities:
        if began is None and probability >= ONSET_PROBABILITY:
            began = now_ms
        elif began is not None and probability < OFFSET_PROBABILITY:
            yield Span(began, now_ms, "caller", f"{(now_ms - began) / 1000:.1f} s")
            began = None
        now_ms += WINDOW_MS
    if began is not None:
        yield Span(began, now_ms, "caller", f"{(now_ms - began) / 1000:.1f} s")


def curves(line: Samples) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
    """Level (dB re full scale) and pitch (Hz, voiced moments only) over time (ms), of 8 kHz float32 shape (n,)."""
    levels: list[float] = []
    pitch: list[tuple[int, float]] = []
    piece = PIECE_S * LINE_RATE_HZ
    for begin in range(0, len(line), piece):
        samples = line[begin : begin + piece]
        at = [FIRST_MS + 1000 * begin // LINE_RATE_HZ + STEP_MS * number for number in range(len(samples) // HOP)]
        frames = frames_of(samples, LINE_RATE_HZ)
        if frames is None:
            continue
        pitch += [(at[number], float(frames.f0_hz[number])) for number in np.flatnonzero(frames.voiced)]
        levels += [max(QUIETEST_DB, 10 * math.log10(power + 1e-12)) for power in frames.power]
        levels += [levels[-1]] * (len(at) - len(frames.power))  # the last frame's own length
    each = max(1, math.ceil(len(levels) / MOST_POINTS))
    loudness = [
        (FIRST_MS + STEP_MS * number, max(levels[number : number + each])) for number in range(0, len(levels), each)
    ]
    return loudness, pitch[:: max(1, math.ceil(len(pitch) / MOST_POINTS))]
