"""``python -m ivr train-emotion``: the emotion model anew, from labelled recordings, and whether that is better."""

import sys
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from audio.emotion import BUNDLED, Coefficients, load_coefficients, save_coefficients
from audio.emotion_corpus import Clip, Described, describe_clips, read_clips, without_copies
from audio.emotion_training import Recipe, fit, fit_scorer, folds, inputs
from audio.errors import ModelError
from audio.weights import resolve_model
from audio.whisper import WhisperRecognizer
from ivr.errors import ConfigurationError
from ivr.settings import load_settings

EXIT_NOT_BETTER = 1
EXIT_CONFIGURATION = 2


@click.command("train-emotion")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--corpora", default="", help="Use only these, comma-separated (column `corpus`); default: all.")
@click.option(
    "--crops", type=click.IntRange(0, 10), default=4, show_default=True, help="Shorter pieces of each clip."
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("var/emotion.npz"), show_default=True)
@click.option(
    "--than", type=click.Path(path_type=Path), default=BUNDLED, help="Compare with these; default: bundled."
)
@click.option("--force", is_flag=True, help="Write even if it did not become better.")
def command(folder: Path, corpora: str, crops: int, out: Path, than: Path, force: bool) -> None:
    """Train on the labelled recordings in FOLDER, speakers apart, and write the coefficients.

    FOLDER has a manifest.csv, or folders with one each: columns path, speaker, emotion (neutral, angry, happy, sad,
    anxious; also calm, bored, fear, disgust, surprise), optionally corpus, sex, language. Any WAV will do: it is
    brought to a telephone line's 8 kHz µ-law. Of copies (same file name, speaker and label) the longest counts.

    Exit status: 0 written, 1 not written because it is not better than before, 2 FOLDER or the configuration is
    wrong.
    """
    try:
        settings = load_settings()
        clips = without_copies(_chosen(read_clips(folder), corpora))
        recognizer = WhisperRecognizer(
            resolve_model(settings.whisper_model, settings.cache_dir), threads=settings.recognition_threads
        )
        data = describe_clips(
            clips, recognizer, crops=crops, cache=settings.cache_dir / "emotion", progress=_say_progress
        )
        new = fit(data)
        before = load_coefficients(than) if than.is_file() else None
    except (ConfigurationError, ModelError, ValueError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIGURATION)
    better = _compare(data, before)
    if not better and not force:
        click.echo("not better: nothing written (--force writes it all the same)")
        sys.exit(EXIT_NOT_BETTER)
    save_coefficients(out, new)
    click.echo(f"{out} written: {new.card}")


def _chosen(clips: list[Clip], corpora: str) -> list[Clip]:
    wanted = {name.strip() for name in corpora.split(",") if name.strip()}
    unknown = wanted - {clip.corpus for clip in clips}
    if unknown:
        raise ValueError(f"--corpora {', '.join(sorted(unknown))}: no such corpus in the manifests")
    return [clip for clip in clips if not wanted or clip.corpus in wanted]


def _compare(data: Described, before: Coefficients | None) -> bool:
    """Print the AUC of anger on unseen speakers, new and before. True if it is better, or none was before."""
    scores = np.full(len(data), np.nan)
    for train, test in folds(data, Recipe().folds):
        scorer = fit_scorer(data.rows(train), Recipe(), both=True)
        scores[test] = scorer.scores(inputs(data.rows(test), both=True))[:, 0]
    whole = data.rows(data.whole)
    new = _auc(whole, scores[data.whole])
    click.echo(f"angry against the rest, speakers apart, AUC: {new:.3f} with the new coefficients")
    if before is None or len(before.both.centre) != data.sound.shape[1] + data.encoder.shape[1]:
        return True
    old = _auc(whole, before.both.scores(inputs(whole, both=True))[:, 0])
    click.echo(f"{'':41s} {old:.3f} with those before (too good if they were trained on the same recordings)")
    return new > old


def _auc(data: Described, score: NDArray[np.float64]) -> float:
    return float(roc_auc_score(data.emotion == "angry", score))


def _say_progress(done: int, total: int) -> None:
    if done % 100 == 0 or done == total:
        click.echo(f"described {done} of {total}", err=True)
