"""Brings the database's tables up to what this program expects."""

from contextlib import nullcontext
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ivr.errors import RecordsError
from ivr.records.engine import for_writing, no_time_limit, reason, sqlite_file, use_write_ahead_log

_ATTEMPTS = 3
"""Another process may be migrating at the same moment: what failed because of that succeeds when looked at anew."""


def migrate(engine: Engine, folder: Path) -> None:
    """Create or upgrade the tables; nothing happens when they are up to date.

    Args:
        engine: The database.
        folder: Where processes on this machine wait for each other (SQLite; PostgreSQL's wait for their turn).

    Raises:
        RecordsError: the database can't be used, or was written by a newer version of this program.
    """
    where = engine.url.render_as_string(hide_password=True)
    scripts = ScriptDirectory.from_config(_config())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "migrating", timeout=60) if sqlite_file(engine.url) else nullcontext():
            for attempt in range(_ATTEMPTS):
                try:
                    _upgrade(engine, scripts, where)
                    return
                except SQLAlchemyError:
                    if attempt == _ATTEMPTS - 1:
                        raise
    except SQLAlchemyError as error:
        raise RecordsError(f"IVR_DATABASE_URL: {where} can't be used: {reason(error)}") from error
    except OSError as error:
        raise RecordsError(f"IVR_DATABASE_URL: {where} can't be used: {error}") from error


def _upgrade(engine: Engine, scripts: ScriptDirectory, where: str) -> None:
    head = scripts.get_current_head()
    with engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        if revision == head:
            return
        connection.rollback()
        use_write_ahead_log(connection)
    with for_writing(engine, "calls", "desk") as connection, connection.begin():
        no_time_limit(connection)
        revision = MigrationContext.configure(connection).get_current_revision()  # perhaps done meanwhile
        if revision is not None and revision not in {script.revision for script in scripts.walk_revisions()}:
            raise RecordsError(
                f"IVR_DATABASE_URL: {where} was written by a newer version of this program (its tables are at "
                f"{revision}, this one knows up to {head}). Update the program, or name another database."
            )
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
