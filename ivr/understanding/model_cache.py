"""Keeps trained models on disk, by the hash of what they were trained on: a restart need not train again."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from ivr.content.types import LANGUAGES
from ivr.understanding.background import background
from ivr.understanding.calibration import Calibration
from ivr.understanding.encoders import SentenceEncoder
from ivr.understanding.intent_model import Characters, IntentModel
from ivr.understanding.ngram_space import NgramSpace
from ivr.understanding.training import Example, Trained, train_model

_FORMAT = 6
"""Counted up whenever training or this file's form changes: older files are then not read."""
_FOLDER = "intents"


def trained(examples: Sequence[Example], encoder: SentenceEncoder | None, cache_dir: Path | None) -> Trained:
    """The model of these examples: from the cache, else trained and kept there.

    Args:
        examples: What to train on.
        encoder: None: characters alone.
        cache_dir: None: nothing is read or kept. A cache that can't be read or written only costs time.
    """
    if cache_dir is None:
        return train_model(examples, encoder)
    path = cache_dir / _FOLDER / f"{_key(examples, encoder)}.npz"
    try:
        return _load(path, encoder)
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile):
        made = train_model(examples, encoder)
    try:
        _save(path, made)
    except OSError:
        return made
    return made


def _key(examples: Sequence[Example], encoder: SentenceEncoder | None) -> str:
    told = [
        _FORMAT,
        encoder.name if encoder else None,
        background(),
        [(e.language, e.label, e.text) for e in examples],
    ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:32]


def _save(path: Path, made: Trained) -> None:
    model = made.model
    arrays: dict[str, Any] = {"vectors": model.vectors, "clean": model.clean, "garbled": model.garbled}
    arrays |= {f"{language}.centre": centre for language, centre in model.centres.items()}
    for language, view in model.characters.items():
        arrays |= {
            f"{language}.idf": view.space.idf,
            f"{language}.rows": view.rows,
            f"{language}.at": view.at,
            f"{language}.values": view.values,
            f"{language}.starts": view.starts,
        }
    arrays |= {f"{language}.right": scores for language, scores in made.right_scores.items()}
    told = {
        "labels": model.labels,
        "grams": {language: view.space.grams for language, view in model.characters.items()},
        "calibrations": {language: asdict(each) for language, each in model.calibrations.items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    half_written = path.with_suffix(f".{os.getpid()}.tmp")
    with half_written.open("wb") as file:
        np.savez(file, told=np.frombuffer(json.dumps(told).encode(), dtype=np.uint8), **arrays)
    half_written.replace(path)


def _load(path: Path, encoder: SentenceEncoder | None) -> Trained:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    told = json.loads(arrays["told"].tobytes())
    characters = {
        language: Characters(
            NgramSpace(language, told["grams"][language], arrays[f"{language}.idf"]),
            arrays[f"{language}.rows"],
            arrays[f"{language}.at"],
            arrays[f"{language}.values"],
            arrays[f"{language}.starts"],
        )
        for language in LANGUAGES
        if language in told["grams"]
    }
    model = IntentModel(
        tuple(told["labels"]),
        encoder,
        {language: arrays[f"{language}.centre"] for language in LANGUAGES},
        arrays["vectors"],
        characters,
        arrays["clean"],
        arrays["garbled"],
        {
            language: Calibration(**told["calibrations"][language])
            for language in LANGUAGES
            if language in told["calibrations"]
        },
    )
    right = {language: arrays[f"{language}.right"] for language in LANGUAGES if f"{language}.right" in arrays}
    return Trained(model, right)
