"""The database that is there, for commands that erase: a new, empty one holds nobody, whatever was meant."""

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from ivr.errors import ConfigurationError
from ivr.records.engine import sqlite_file
from ivr.records.store import Store


def existing_store(url: str) -> Store:
    """Open the calls' database.

    Args:
        url: ``IVR_DATABASE_URL``.

    Raises:
        ConfigurationError: it is a file that is not there.
        RecordsError: the URL can't be used.
    """
    try:
        file = sqlite_file(make_url(url))
    except ArgumentError:
        file = None  # the store says what is wrong with it
    if file is not None and not file.exists():
        raise ConfigurationError(
            f"IVR_DATABASE_URL: there is no database at {file.absolute()}: run this in the server's folder "
            "and with its settings"
        )
    return Store(url)
