"""``python -m ivr settings``: every setting with its value, default and meaning."""

import sys

import click
from pydantic_core import PydanticUndefined

from ivr.errors import ConfigurationError
from ivr.settings import SETTINGS_FILE, Settings, environment_name, load_settings

_SECRET = {"api_token", "polish_key", "recording_key", "twilio_auth_token"}


@click.command("settings")
def command() -> None:
    """Print every setting: its variable, what it is now, its default, its range and its meaning."""
    try:
        settings = load_settings()
    except ConfigurationError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    click.echo(f"From the environment, or {SETTINGS_FILE} (names in lower case without IVR_), or the default.\n")
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        shown = "set" if value and name in _SECRET else value
        default = "none" if field.default in (None, PydanticUndefined, ()) else field.default
        click.echo(f"{environment_name(name)} = {_plain(shown)}   (default {default}{_range(field.metadata)})")
        click.echo(f"    {field.description}")


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value) or "none"
    return "none" if value is None else str(value)


def _range(metadata: list[object]) -> str:
    low = next((limit for part in metadata if (limit := getattr(part, "ge", None)) is not None), None)
    high = next((limit for part in metadata if (limit := getattr(part, "le", None)) is not None), None)
    if low is None and high is None:
        return ""
    return f"; {low} to {high}" if high is not None else f"; at least {low}"
