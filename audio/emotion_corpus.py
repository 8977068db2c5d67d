"""Labelled speech to train and to measure emotion with: reading a folder, and describing what is in it."""

import csv
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from audio.acoustics import NAMES
from audio.contracts import LINE_RATE_HZ, RECOGNITION_RATE_HZ, Samples
from audio.emotion import describe_voice
from audio.errors import WavError
from audio.g711 import samples_to_ulaw, ulaw_to_samples
from audio.level import mean_over_speech
from audio.resample import LineUpsampler
from audio.wav import read_wav

MANIFEST = "manifest.csv"
COLUMNS = ("path", "speaker", "emotion")

SAME: dict[str, str] = {
    "fear": "anxious",
    "anxiety": "anxious",
    "bored": "calm",
    "boredom": "calm",
    "anger": "angry",
}
"""Other words for the same label. Boredom is calm speech: low arousal, nothing that a hotline must act on."""

KNOWN = frozenset({"neutral", "calm", "angry", "happy", "sad", "anxious", "disgust", "surprise"})
"""Labels that training knows a use for."""

_CROP_SHARE = (0.45, 0.95)
_LEAST_CROP_S = 0.7
_FRAMES_PER_S = 50
"""Of the encoder's states."""


class Encoder(Protocol):
    """What gives Whisper's encoder states (:meth:`audio.whisper.WhisperRecognizer.states`)."""

    def states(self, samples: Samples) -> NDArray[np.float32]:
        """States of 16 kHz audio, one each 20 ms, shape (n, width)."""
        ...


@dataclass(frozen=True)
class Clip:
    """One labelled recording."""

    path: Path
    corpus: str
    speaker: str
    """Unique among all corpora."""
    emotion: str
    """One of :data:`KNOWN`."""
    sex: str = ""
    language: str = ""


@dataclass(frozen=True)
class Described:
    """Clips, described; every array has one row a clip or crop."""

    sound: NDArray[np.float64]
    """Shape (n, len(NAMES))."""
    encoder: NDArray[np.float64]
    """Shape (n, width)."""
    clips: tuple[Clip, ...]
    whole: NDArray[np.bool_]
    """False for crops, which train and are never counted."""

    def __len__(self) -> int:
        return len(self.clips)

    @property
    def emotion(self) -> NDArray[np.str_]:
        """Labels."""
        return np.array([clip.emotion for clip in self.clips])

    @property
    def speaker(self) -> NDArray[np.str_]:
        """Speakers."""
        return np.array([clip.speaker for clip in self.clips])

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "Described":
        """Some of the rows."""
        at = np.flatnonzero(chosen) if chosen.dtype == np.bool_ else chosen
        return Described(self.sound[at], self.encoder[at], tuple(self.clips[i] for i in at), self.whole[at])


def join(parts: Sequence[Described]) -> Described:
    """Several sets as one."""
    return Described(
        np.concatenate([part.sound for part in parts]),
        np.concatenate([part.encoder for part in parts]),
        tuple(clip for part in parts for clip in part.clips),
        np.concatenate([part.whole for part in parts]),
    )


def read_clips(folder: Path) -> list[Clip]:
    """Read the manifests of a folder: its own, or one in each folder within.

    A manifest is a CSV file with a header: ``path`` (relative to the manifest's folder or to the one above),
    ``speaker``, ``emotion``; optional ``corpus``, ``sex``, ``language``. Rows with labels that training has no use
    for are left out.

    Raises:
        ValueError: no manifest, a column or a recording is missing; says where.
    """
    manifests = [folder / MANIFEST] if (folder / MANIFEST).is_file() else sorted(folder.glob(f"*/{MANIFEST}"))
    if not manifests:
        raise ValueError(f"{folder}: no {MANIFEST} in it or in a folder within; it needs {', '.join(COLUMNS)}")
    return [clip for manifest in manifests for clip in _read(manifest)]


def _read(manifest: Path) -> Iterable[Clip]:
    with manifest.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(f"{manifest}:1: no column {', '.join(missing)}")
        for row in reader:
            label = SAME.get(row["emotion"].strip().lower(), row["emotion"].strip().lower())
            path = next((p for p in (manifest.parent, manifest.parent.parent) if (p / row["path"]).is_file()), None)
            if path is None:
                raise ValueError(f"{manifest}:{reader.line_num}: {row['path']}: no such recording")
            if not row["speaker"].strip():
                raise ValueError(f"{manifest}:{reader.line_num}: no speaker: speakers must be kept apart")
            if label in KNOWN:
                corpus = row.get("corpus") or manifest.parent.name
                yield Clip(
                    path / row["path"],
                    corpus,
                    row["speaker"],
                    label,
                    row.get("sex") or "",
                    row.get("language") or "",
                )


def without_copies(clips: Sequence[Clip]) -> list[Clip]:
    """Of recordings with the same name, speaker and label the longest: some corpora come again, cut short."""
    longest: dict[tuple[str, str, str], Clip] = {}
    for clip in clips:
        key = (clip.path.name, clip.speaker, clip.emotion)
        if key not in longest or clip.path.stat().st_size > longest[key].path.stat().st_size:
            longest[key] = clip
    return list(longest.values())


def describe_clips(
    clips: Sequence[Clip],
    encoder: Encoder,
    *,
    crops: int = 0,
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Described:
    """Describe recordings as a telephone line leaves them: 8 kHz, µ-law.

    Args:
        clips: What to describe; those with too little voice or that can't be read are left out.
        encoder: Gives the encoder's states, 0.15 CPU seconds a recording.
        crops: Shorter pieces of each clip (45 to 95 % of it, at least 0.7 s) to add: the same voice and mood with
            other words.
        cache: A folder for what was described; None: nothing is kept.
        progress: Called with done and total.

    Raises:
        ValueError: nothing is left.
    """
    rows: list[tuple[Clip, NDArray[np.float64], NDArray[np.float64], bool]] = []
    for done, clip in enumerate(clips):
        key = _key(clip, crops)
        kept = cache / f"emotion-{key}.npz" if cache else None
        if kept is not None and kept.is_file():
            with np.load(kept) as file:
                sound, states = file["sound"], file["encoder"]
        else:
            try:
                sound, states = _describe(clip, encoder, crops)
            except WavError:
                continue
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                np.savez(kept, sound=sound, encoder=states)
        # The first row is the whole clip, if it had voice enough: NaN marks one that had not.
        for number, (one, mean) in enumerate(zip(sound, states, strict=True)):
            if np.isfinite(one).all():
                rows.append((clip, one, mean, number == 0))
        if progress is not None:
            progress(done + 1, len(clips))
    if not rows:
        raise ValueError("no recording has 0.4 s of voice")
    return Described(
        np.array([row[1] for row in rows], np.float64),
        np.array([row[2] for row in rows], np.float64),
        tuple(row[0] for row in rows),
        np.array([row[3] for row in rows]),
    )


def _describe(clip: Clip, encoder: Encoder, crops: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One clip and its crops: acoustics and mean states, NaN where there is too little voice."""
    line = read_wav(clip.path, LINE_RATE_HZ)
    samples = LineUpsampler().push(ulaw_to_samples(samples_to_ulaw(line)))
    states = encoder.states(samples)
    per_state = RECOGNITION_RATE_HZ // _FRAMES_PER_S
    chance = np.random.default_rng(int(hashlib.sha256(clip.path.name.encode()).hexdigest()[:8], 16))
    spans = [(0, len(states))]
    for _ in range(crops):
        length = int(len(states) * chance.uniform(*_CROP_SHARE))
        length = max(length, min(len(states), int(_LEAST_CROP_S * _FRAMES_PER_S)))
        start = int(chance.integers(0, len(states) - length + 1))
        spans.append((start, length))
    no_state = np.zeros(states.shape[1], np.float32)
    sounds, means = [], []
    for start, length in spans:
        piece = samples[start * per_state : (start + length) * per_state]
        sound = describe_voice(piece)
        sounds.append(np.full(len(NAMES), np.nan) if sound is None else sound)
        means.append(mean_over_speech(states[start : start + length], piece) if length else no_state)
    return np.array(sounds), np.array(means, np.float64)


def _key(clip: Clip, crops: int) -> str:
    """Changes when the recording or the description does."""
    what = (str(clip.path), clip.path.stat().st_mtime_ns, crops, NAMES)
    return hashlib.sha256(repr(what).encode()).hexdigest()[:24]
