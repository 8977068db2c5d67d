"""``python -m ivr caller``: what a telephone number asked for: whether feelings may be judged."""

import sys

import click

from ivr.call.callers import own_number
from ivr.errors import ConfigurationError, RecordsError
from ivr.records.store import Store
from ivr.settings import load_settings

EXIT_CONFIGURATION = 2


@click.command("caller")
@click.argument("number")
@click.option(
    "--feelings",
    type=click.Choice(["off", "on"]),
    help="Whether voice and words of who calls from this number may be judged for feelings, from the next call on.",
)
def command(number: str, feelings: str | None) -> None:
    """Show, or set, what NUMBER (E.164, like +821012345678) asked for.

    Callers can do the same by saying "don't analyse my feelings" in a call.

    Exit status: 0 done, 2 the number or the configuration is wrong.
    """
    if own_number(number) is None:
        click.echo(f"{number!r} is no telephone number like +821012345678", err=True)
        sys.exit(EXIT_CONFIGURATION)
    try:
        store = Store(load_settings().database_url)
        try:
            store.migrate()
            if feelings is not None:
                store.set_feelings(number, allowed=feelings == "on")
            allowed = store.feelings(number)
        finally:
            store.close()
    except (ConfigurationError, RecordsError) as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIGURATION)
    click.echo(f"{number}: feelings {'on' if allowed else 'off'}")
