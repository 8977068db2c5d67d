"""``python -m ivr``: the front door. Each command lives in ``ivr/commands`` and is imported only when used."""

import importlib

import click

COMMANDS = ("serve", "call", "listen", "understand", "tune", "bench", "settings")


class _LazyGroup(click.Group):
    """Imports a command's module when it is asked for: ``--help`` need not load a speech model."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"ivr.commands.{cmd_name.replace('-', '_')}").command
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A voice AI hotline: answers, understands, and hands over to a person before the caller has to shout."""
