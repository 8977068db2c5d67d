"""``python -m ivr export-feedback``: write what agents say the machine did wrong, as examples and golden calls."""

import sys
from pathlib import Path

import click

from ivr.errors import ConfigurationError, RecordsError
from ivr.handoff.desk_export import Labelled, files
from ivr.handoff.desk_feedback import FeedbackStore, Label
from ivr.handoff.desk_store import DeskStore
from ivr.records.store import Store
from ivr.records.views import CallView
from ivr.settings import load_settings

EXIT_CONFIGURATION = 2
EXIT_CANNOT_WRITE = 1
MOST = 10_000
"""Labels; the newest."""


@click.command("export-feedback")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path("feedback"))
@click.option("--label", type=click.Choice([each.value for each in Label]), help="Only labels of this kind.")
def command(folder: Path, label: str | None) -> None:
    """Write the labels that agents gave into FOLDER (default: feedback).

    examples.yaml: what was misunderstood, by the request that was meant; labels.yaml: every label with its words;
    calls/LANGUAGE/…yaml: golden-call cases. Files of the same name are replaced.

    Exit status: 0 done, 1 FOLDER can't be written, 2 the configuration is wrong or the database can't be read.
    """
    try:
        made = files(_labelled(None if label is None else Label(label)))
    except (ConfigurationError, RecordsError) as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIGURATION)
    try:
        for name, text in made.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            click.echo(str(path))
    except OSError as error:
        click.echo(f"{folder}: can't be written: {error.strerror or error}", err=True)
        sys.exit(EXIT_CANNOT_WRITE)


def _labelled(label: Label | None) -> list[Labelled]:
    """Every label with its call."""
    store = Store(load_settings().database_url)
    try:
        store.migrate()
        found = FeedbackStore(DeskStore(store.engine, store.presence.node)).latest(MOST, label)
        calls: dict[str, CallView | None] = {sid: store.call(sid) for sid in {each.call_sid for each in found}}
    finally:
        store.close()
    labelled = []
    for each in found:
        view = calls[each.call_sid]
        turns = [turn.entry for turn in view.turns] if view else []
        labelled.append(Labelled(each, turns, view.header.language if view else None))
    return labelled
