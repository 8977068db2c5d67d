"""``python -m ivr user``: who may log in to the desk, the studio and the API."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, cast

import click

from ivr.content.types import LANGUAGES
from ivr.errors import AccountError, ConfigurationError, RecordsError
from ivr.records.accounts import ROLES, Accounts, Role
from ivr.records.accounts_passwords import SHORTEST
from ivr.records.audit import AuditEntry
from ivr.records.store import Store
from ivr.settings import load_settings

EXIT_CONFIGURATION = 2
_Command = TypeVar("_Command", bound=Callable[..., Any])


@click.group("user")
def command() -> None:
    """Add, list, change and remove logins.

    Exit status: 0 done, 1 refused (the reason is told), 2 the configuration is wrong.
    """


def _role_option(function: _Command) -> _Command:
    option: Callable[[_Command], _Command] = click.option(
        "--role",
        type=click.Choice(ROLES),
        required=True,
        help="agent: the desk; manager: also all calls and the studio; admin: also logins and the audit log.",
    )
    return option(function)


@command.command("add")
@click.argument("name")
@_role_option
@click.option(
    "--language",
    "languages",
    type=click.Choice(LANGUAGES),
    multiple=True,
    help="In which they take calls, best first; may be given several times. None: in any.",
)
def add(name: str, role: str, languages: tuple[str, ...]) -> None:
    """Make a login. The password is asked for, or read from standard input."""
    with _accounts() as accounts:
        user = accounts.add(
            name, cast(Role, role), _password(), _now(), _did("user_added", name), languages=languages
        )
    click.echo(f"{user.name} can log in as {user.role}")


@command.command("list")
def show() -> None:
    """Print every login with its role."""
    with _accounts() as accounts:
        users = accounts.users()
    for user in users:
        click.echo(f"{user.name}  {user.role}  since {user.created_at:%Y-%m-%d}")
    if not users:
        click.echo("nobody can log in yet; `user add` makes a login", err=True)


@command.command("role")
@click.argument("name")
@_role_option
def change_role(name: str, role: str) -> None:
    """Change what a login may do. Its browsers have to log in again."""
    with _accounts() as accounts:
        user = accounts.change(name, _now(), role=cast(Role, role), entry=_did("user_changed", name))
    click.echo(f"{user.name} is now {user.role}")


@command.command("password")
@click.argument("name")
def change_password(name: str) -> None:
    """Give a login another password. Its browsers have to log in again."""
    with _accounts() as accounts:
        user = accounts.change(name, _now(), password=_password(), entry=_did("user_changed", name))
    click.echo(f"{user.name} has another password")


@command.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Take a login away, and log its browsers out."""
    with _accounts() as accounts:
        user = accounts.remove(name, _did("user_removed", name))
    click.echo(f"{user.name} can no longer log in")


@contextmanager
def _accounts() -> Iterator[Accounts]:
    """The logins of the configured database; ends the command when something is wrong."""
    try:
        settings = load_settings()
        store = Store(settings.database_url)
    except (ConfigurationError, RecordsError) as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIGURATION)
    try:
        store.migrate()
        yield Accounts(
            store.engine,
            idle=timedelta(seconds=settings.login_idle_s),
            longest=timedelta(seconds=settings.login_max_s),
        )
    except AccountError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except RecordsError as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIGURATION)
    finally:
        store.close()


def _password() -> str:
    """The new password: typed twice, unseen; or one line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt(
        f"Password ({SHORTEST} characters or more)", hide_input=True, confirmation_prompt=True
    )
    return asked


def _now() -> datetime:
    return datetime.now(UTC)


def _did(action: str, name: str) -> AuditEntry:
    return AuditEntry(_now(), "cli", "admin", action, None, {"user": name[:64]})
