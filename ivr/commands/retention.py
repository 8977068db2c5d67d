"""``python -m ivr retention``: deletes what has been kept long enough."""

import sys
from datetime import UTC, datetime

import click

from ivr.commands.kept import existing_store
from ivr.errors import ConfigurationError, RecordsError
from ivr.records.audit import AuditEntry, AuditLog
from ivr.records.carrier_deletions import carry_out
from ivr.records.recordings import Vault
from ivr.records.retention import expire, keep_of
from ivr.settings import load_settings
from ivr.telephony.dialling import rest_of

EXIT_NOT_ALL = 1
EXIT_CONFIGURATION = 2


@click.command("retention")
@click.option("--now", "at_once", is_flag=True, help="Delete now; without it the settings are told only.")
def command(at_once: bool) -> None:
    """Delete recordings, words, signs of feeling and audit entries older than the IVR_KEEP_… settings.

    Messages of those calls are deleted at the carrier, too. A running server does this every hour. Exit status: 0
    done, 1 the database, the folder or the carrier failed (run it again), 2 the configuration is wrong.
    """
    try:
        settings = load_settings()
        keep = keep_of(settings)
        if not at_once:
            click.echo(
                f"recordings {keep.recordings.days} days, transcripts {keep.transcripts.days} days, "
                f"signs {keep.signs.days} days, audit log {keep.audit.days} days; --now deletes what is older"
            )
            return
        store = existing_store(settings.database_url)
    except (ConfigurationError, RecordsError) as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIGURATION)
    try:
        store.migrate()
        now = datetime.now(UTC)
        done = expire(store.engine, Vault(store.engine, settings.recordings_dir, ()), keep, now)
        rest = rest_of(settings)
        carrier = carry_out(store.engine, rest.delete_recording if rest is not None else None)
        if carrier.done:
            done["carrier's recordings"] = carrier.done
        if done:
            AuditLog(store.engine).require(AuditEntry(now, "cli", "admin", "expired", None, dict(done)))
    except RecordsError as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_NOT_ALL)
    finally:
        store.close()
    for name, count in done.items():
        click.echo(f"{name}: {count}")
    if not done:
        click.echo("Nothing is older than it may be.")
    for left in carrier.left:
        click.echo(f"The carrier still keeps recording {left.recording_sid}: {left.problem}", err=True)
    if carrier.left:
        sys.exit(EXIT_NOT_ALL)
