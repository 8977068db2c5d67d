"""Keeps trained judges on disk, by the hash of what they were trained on."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple
from functools import cache
from pathlib import Path

from ivr.understanding.encoders import SentenceEncoder
from ivr.understanding.model_file import UNREADABLE, load_model, save_model
from ivr.understanding.sentiment import chinese, english, japanese, korean
from ivr.understanding.sentiment.judge import UpsetJudge
from ivr.understanding.sentiment.training import TrainedJudge, train_judge
from ivr.understanding.training import Example

_FORMAT = 1
"""Counted up whenever training or this file's form changes: older files are then not read."""
_FOLDER = "upset"


def trained_judge(
    examples: Sequence[Example], encoder: SentenceEncoder | None, cache_dir: Path | None
) -> TrainedJudge | None:
    """The judge of these examples: from the cache, else trained and kept there.

    Args:
        examples: As :func:`ivr.understanding.sentiment.training.judged_by` gives them.
        encoder: None: there is no judge, and the lexicon alone is read.
        cache_dir: None: nothing is read or kept. A cache that can't be read or written only costs time.

    Returns:
        None without examples or encoder.
    """
    if encoder is None or not examples:
        return None
    if cache_dir is None:
        return train_judge(examples, encoder)
    path = cache_dir / _FOLDER / f"{_key(examples, encoder)}.npz"
    try:
        return _load(path)
    except UNREADABLE:
        made = train_judge(examples, encoder)
    try:
        _save(path, made)
    except OSError:
        return made
    return made


def _key(examples: Sequence[Example], encoder: SentenceEncoder) -> str:
    told = [_FORMAT, encoder.name, _lexicon(), [(each.language, each.label, each.text) for each in examples]]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:32]


@cache
def _lexicon() -> str:
    """Stands for the lexicon's entries: what they find is weighed in training."""
    entries = [astuple(entry) for room in (korean, english, japanese, chinese) for entry in room.ENTRIES]
    return hashlib.sha256(json.dumps(entries, ensure_ascii=False).encode()).hexdigest()[:16]


def _save(path: Path, made: TrainedJudge) -> None:
    judge = made.judge
    arrays = {"vectors": judge.vectors, "weights": judge.weights, "coefficients": judge.coefficients}
    arrays |= {f"{language}.centre": centre for language, centre in judge.centres.items()}
    save_model(path, arrays, {"auroc": made.auroc}, judge.characters)


def _load(path: Path) -> TrainedJudge:
    arrays, told, characters = load_model(path)
    centres = {language: arrays[f"{language}.centre"] for language in characters}
    judge = UpsetJudge(centres, arrays["vectors"], characters, arrays["weights"], arrays["coefficients"])
    return TrainedJudge(judge, {language: told["auroc"][language] for language in characters})
