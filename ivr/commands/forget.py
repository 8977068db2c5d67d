"""``python -m ivr forget``: erases everything that is kept of a caller."""

import sys
from datetime import UTC, datetime

import click

from ivr.commands.kept import existing_store
from ivr.errors import AccountError, ConfigurationError, RecordsError
from ivr.records.audit import AuditEntry
from ivr.records.carrier_deletions import Deleted, carry_out
from ivr.records.forget import Person, erase, find, same_number
from ivr.records.recordings import Vault
from ivr.records.store import Store
from ivr.records.writer import REJECTED_FILE
from ivr.settings import Settings, load_settings
from ivr.telephony.dialling import rest_of

EXIT_NOT_ALL = 1
EXIT_CONFIGURATION = 2


@click.command("forget")
@click.option(
    "--caller", "number", required=True, help="Their telephone number, best with its country: +821012345678."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(number: str, yes: bool) -> None:
    """Erase a person: calls, turns, hand-offs, call-backs, voicemails, recordings, notes and feedback.

    The shop's own records (orders, customers) are not the hotline's and stay. May be repeated.

    Messages that the carrier keeps are deleted there; those it does not delete now are asked for again by the
    next retention run.

    Exit status: 0 nothing is left, 1 not all could be erased (it says what), 2 the number or the
    configuration is wrong.
    """
    try:
        settings = load_settings()
        same = same_number(number, settings.language)
        store = existing_store(settings.database_url)
    except (ConfigurationError, AccountError, RecordsError) as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIGURATION)
    try:
        store.migrate()
        vault = Vault(store.engine, settings.recordings_dir, ())
        person = find(store.engine, vault, same, lambda node, since: not store.dead(node, since))
        _tell(person, store.where)
        if person.counts and not yes:
            click.confirm("Erase all of this for good?", abort=True)
        _erase(store, vault, person)
        rest = rest_of(settings)
        carrier = carry_out(store.engine, rest.delete_recording if rest is not None else None)
    except RecordsError as error:
        click.echo(f"{error}\nNot everything was erased: run the same again.", err=True)
        sys.exit(EXIT_NOT_ALL)
    finally:
        store.close()
    if _left_over(person, carrier, settings):
        sys.exit(EXIT_NOT_ALL)


def _tell(person: Person, where: str) -> None:
    if not person.counts:
        click.echo(f"Nothing is kept under this number in {where}.")
    for name, count in person.counts.items():
        click.echo(f"{name}: {count}")


def _erase(store: Store, vault: Vault, person: Person) -> None:
    if not person.counts:
        return
    now = datetime.now(UTC)
    entry = AuditEntry(now, "cli", "admin", "forgotten", None, dict(person.counts))
    files = (*store.presence.left_behind(), store.presence.folder / REJECTED_FILE)
    lines = erase(store.engine, vault, files, person, entry)
    if lines:
        click.echo(f"waiting writes: {lines}")
    click.echo("Erased.")


def _left_over(person: Person, carrier: Deleted, settings: Settings) -> bool:
    """Say what could not be erased here; whether there is any."""
    if person.live:
        click.echo("They are on the line now: run the same again when the call is over.", err=True)
    if carrier.done:
        click.echo(f"deleted at the carrier: {carrier.done}")
    for left in carrier.left:
        click.echo(f"The carrier still keeps recording {left.recording_sid}: {left.problem}", err=True)
    if carrier.left:
        click.echo("The next `retention --now`, or the server's own round, asks for them again.", err=True)
    for url in person.unnamed:
        click.echo(
            f"The carrier keeps a message; delete it there (account {settings.twilio_account_sid}): {url}", err=True
        )
    return bool(person.live or carrier.left or person.unnamed)
