"""Keeps trained models on disk, by the hash of what they were trained on: a restart need not train again."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ivr.content.types import LANGUAGES
from ivr.understanding.background import background
from ivr.understanding.calibration import Calibration
from ivr.understanding.encoders import SentenceEncoder
from ivr.understanding.intent_model import IntentModel
from ivr.understanding.model_file import UNREADABLE, load_model, save_model
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
    except UNREADABLE:
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
    arrays |= {f"{language}.right": scores for language, scores in made.right_scores.items()}
    told = {
        "labels": model.labels,
        "calibrations": {language: asdict(each) for language, each in model.calibrations.items()},
    }
    save_model(path, arrays, told, model.characters)


def _load(path: Path, encoder: SentenceEncoder | None) -> Trained:
    arrays, told, characters = load_model(path)
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
