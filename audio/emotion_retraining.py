"""Training emotion anew on labelled recordings, and whether that is better than what there was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from audio.emotion import Coefficients, load_coefficients
from audio.emotion_corpus import Clip, Described, describe_clips, read_clips, without_copies
from audio.emotion_training import Recipe, fit, inputs, unseen_scores
from audio.weights import resolve_model
from audio.whisper import WhisperRecognizer


@dataclass(frozen=True)
class Retrained:
    """What came of it."""

    coefficients: Coefficients
    auc: float
    """Area under the ROC curve of anger against the rest, on speakers that training had not heard."""
    auc_before: float | None
    """The same of the coefficients before; None without any that fit these recordings' encoder."""

    @property
    def better(self) -> bool:
        """Whether it is worth using."""
        return self.auc_before is None or self.auc > self.auc_before


def retrain(
    folder: Path,
    *,
    corpora: Sequence[str] = (),
    crops: int = 4,
    before: Path | None = None,
    whisper_model: str = "base",
    threads: int = 2,
    cache_dir: Path,
    progress: Callable[[int, int], None] | None = None,
) -> Retrained:
    """Train on the labelled recordings in a folder.

    Args:
        folder: As for :func:`audio.emotion_corpus.read_clips`.
        corpora: Use only these; none: all.
        crops: Shorter pieces of each recording that train along.
        before: Coefficients to compare with; None: nothing is compared.
        whisper_model: Whose encoder listens: the one that recognition will use.
        threads: CPU threads of the encoder.
        cache_dir: Keeps weights and descriptions.
        progress: Called with recordings done and total.

    Raises:
        ModelError: the recognizer's weights or the coefficients before are missing or damaged.
        ValueError: the folder can't be learnt from; says why.
    """
    clips = without_copies(_of(read_clips(folder), corpora))
    old = None if before is None else load_coefficients(before)
    recognizer = WhisperRecognizer(resolve_model(whisper_model, cache_dir), threads=threads)
    data = describe_clips(clips, recognizer, crops=crops, cache=cache_dir / "emotion", progress=progress)
    new = fit(data)
    whole = data.rows(data.whole)
    auc_before = None
    if old is not None and len(old.both.centre) == data.sound.shape[1] + data.encoder.shape[1]:
        auc_before = _auc(whole, old.both.scores(inputs(whole, both=True))[:, 0])
    return Retrained(new, _auc(whole, unseen_scores(data, Recipe(), both=True)[data.whole, 0]), auc_before)


def _of(clips: list[Clip], corpora: Sequence[str]) -> list[Clip]:
    unknown = set(corpora) - {clip.corpus for clip in clips}
    if unknown:
        raise ValueError(f"{', '.join(sorted(unknown))}: no such corpus in the manifests")
    return [clip for clip in clips if not corpora or clip.corpus in corpora]


def _auc(data: Described, score: NDArray[np.float64]) -> float:
    return float(roc_auc_score(data.emotion == "angry", score))
