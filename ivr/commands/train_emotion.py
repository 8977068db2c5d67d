"""``python -m ivr train-emotion``: the emotion model anew, from labelled recordings, and whether that is better."""

import sys
from pathlib import Path

import click

from audio.errors import ModelError
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
@click.option("--than", type=click.Path(path_type=Path), help="Compare with this file; default: the bundled one.")
@click.option("--force", is_flag=True, help="Write even if it did not become better.")
def command(folder: Path, corpora: str, crops: int, out: Path, than: Path | None, force: bool) -> None:
    """Train on the labelled recordings in FOLDER, speakers apart, and write the coefficients.

    FOLDER has a manifest.csv, or folders with one each: columns path, speaker, emotion (neutral, angry, happy, sad,
    anxious; also calm, bored, fear, disgust, surprise), optionally corpus, sex, language. Any WAV will do: it is
    brought to a telephone line's 8 kHz µ-law. Of copies (same file name, speaker and label) the longest counts.

    Exit status: 0 written, 1 not written because it is not better than before, 2 FOLDER or the configuration is
    wrong.
    """
    # Here, not above: they load the recognizer's and scikit-learn's code, which `--help` can do without.
    from audio.emotion import BUNDLED, save_coefficients  # noqa: PLC0415
    from audio.emotion_retraining import retrain  # noqa: PLC0415

    try:
        settings = load_settings()
        trained = retrain(
            folder,
            corpora=[name.strip() for name in corpora.split(",") if name.strip()],
            crops=crops,
            before=than or BUNDLED,
            whisper_model=settings.whisper_model,
            threads=settings.recognition_threads,
            cache_dir=settings.cache_dir,
            progress=_say_progress,
        )
        click.echo(f"angry against the rest, speakers apart, AUC {trained.auc:.3f} with the new coefficients")
        if trained.auc_before is not None:
            click.echo(
                f"{trained.auc_before:.3f} with those before (too good if they were trained on these recordings)"
            )
        if not trained.better and not force:
            click.echo("not better: nothing written (--force writes it all the same)")
            sys.exit(EXIT_NOT_BETTER)
        save_coefficients(out, trained.coefficients)
    except (ConfigurationError, ModelError, ValueError, OSError) as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIGURATION)
    click.echo(f"{out} written: {trained.coefficients.card}")


def _say_progress(done: int, total: int) -> None:
    if done % 100 == 0 or done == total:
        click.echo(f"described {done} of {total}", err=True)
