"""``python -m ivr tune``: where this deployment's *unknown* begins, from its own examples."""

import sys

import click
import numpy as np

from ivr.content.loader import load_content
from ivr.content.thresholds import FILE, write_thresholds
from ivr.errors import ConfigurationError, ContentError
from ivr.settings import load_settings
from ivr.understanding.calibration import CONFIRM_LOSS, IN_SCOPE_LOSS, thresholds
from ivr.understanding.encoders import create_encoder
from ivr.understanding.model_cache import trained
from ivr.understanding.requests import examples_of

EXIT_CONFIGURATION = 2


@click.command("tune")
@click.option(
    "--loss",
    type=click.FloatRange(0.0, 0.5),
    default=IN_SCOPE_LOSS,
    show_default=True,
    help="Share of rightly read requests that may be given up as unknown. More: fewer wrong answers.",
)
@click.option(
    "--ask",
    type=click.FloatRange(0.0, 1.0),
    default=CONFIRM_LOSS,
    show_default=True,
    help="Share of them below which the caller is better asked back; at least --loss.",
)
@click.option("--dry-run", is_flag=True, help="Print the thresholds, write nothing.")
def command(loss: float, ask: float, dry_run: bool) -> None:
    """Set the thresholds of the prompts folder at an operating point.

    Each example is read by models that never saw it (five folds); nothing else is looked at. Writes
    thresholds.yaml into the prompts folder; run it again when examples have changed.
    """
    try:
        settings = load_settings()
        content = load_content(settings.prompts_dir)
        encoder = create_encoder(settings.sentence_encoder)
    except (ConfigurationError, ContentError) as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIGURATION)
    scores = trained(examples_of(content), encoder, settings.cache_dir).right_scores
    limits = {language: thresholds(right, loss, ask) for language, right in scores.items()}
    for language, each in limits.items():
        right = scores[language]
        click.echo(
            f"{language}: unknown below {each.unknown:.2f}, sure from {each.sure:.2f} "
            f"({len(right)} examples read rightly; {np.mean(right < each.unknown):.1%} of them given up, "
            f"{np.mean((right >= each.unknown) & (right < each.sure)):.1%} asked back about)"
        )
    if dry_run:
        return
    path = settings.prompts_dir / FILE
    try:
        write_thresholds(
            path,
            limits,
            "Where a caller's words count as unknown, and from where on as sure. Made by `python -m ivr tune`\n"
            f"from the examples (loss {loss:g}, ask {ask:g}): run it again when they have changed.",
        )
    except OSError as error:
        click.echo(f"{path}: can't be written: {error.strerror}", err=True)
        sys.exit(EXIT_CONFIGURATION)
    click.echo(f"{path} written")
