"""How trained models lie on disk: arrays, and what is no array, in one file that is whole or not there."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from ivr.content.types import LANGUAGES, Language
from ivr.understanding.intent_model import Characters
from ivr.understanding.ngram_space import NgramSpace

UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile)
"""What reading a file raises that is missing, damaged or of another form."""

_TOLD, _GRAMS = "told", "grams"


def save_model(
    path: Path, arrays: Mapping[str, Any], told: Mapping[str, Any], characters: Mapping[Language, Characters]
) -> None:
    """Write a file.

    Args:
        path: Its folder is made.
        arrays: By name.
        told: What is no array: anything that JSON knows.
        characters: The model's, by language.

    Raises:
        OSError: there is no room, or no permission.
    """
    views: dict[str, Any] = {
        f"{language}.{name}": array
        for language, view in characters.items()
        for name, array in (
            ("idf", view.space.idf),
            ("rows", view.rows),
            ("at", view.at),
            ("values", view.values),
            ("starts", view.starts),
        )
    }
    told = {**told, _GRAMS: {language: view.space.grams for language, view in characters.items()}}
    views[_TOLD] = np.frombuffer(json.dumps(told).encode(), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    half_written = path.with_suffix(f".{os.getpid()}.tmp")
    with half_written.open("wb") as file:
        np.savez(file, **views, **arrays)
    half_written.replace(path)


def load_model(path: Path) -> tuple[dict[str, Any], dict[str, Any], dict[Language, Characters]]:
    """Read what :func:`save_model` wrote: arrays, what is no array, and the characters.

    Raises:
        Exception: one of :data:`UNREADABLE`.
    """
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    told = json.loads(arrays[_TOLD].tobytes())
    characters = {
        language: Characters(
            NgramSpace(language, told[_GRAMS][language], arrays[f"{language}.idf"]),
            arrays[f"{language}.rows"],
            arrays[f"{language}.at"],
            arrays[f"{language}.values"],
            arrays[f"{language}.starts"],
        )
        for language in LANGUAGES
        if language in told[_GRAMS]
    }
    return arrays, told, characters
