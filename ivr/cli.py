"""``python -m ivr``: the front door. Each command lives in ``ivr/commands`` and is imported only when used."""

import ast
import importlib
from pathlib import Path

import click

COMMANDS = (
    "serve",
    "call",
    "listen",
    "understand",
    "check",
    "tune",
    "train-emotion",
    "render",
    "bench",
    "replay",
    "caller",
    "eval",
    "export-feedback",
    "user",
    "forget",
    "retention",
    "settings",
)


class _LazyGroup(click.Group):
    """Imports a command's module when it is asked for: ``--help`` need not load a speech model."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"ivr.commands.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _summary(name)) for name in COMMANDS])


def _summary(name: str) -> str:
    """What a command is for: its module's first line, read without importing the module."""
    module = Path(__file__).parent / "commands" / f"{name.replace('-', '_')}.py"
    first, *_ = (ast.get_docstring(ast.parse(module.read_bytes())) or "").splitlines() or [""]
    summary = first.rpartition("``: ")[2]
    return summary[:1].upper() + summary[1:]


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A voice AI hotline: answers, understands, and hands over to a person before the caller has to shout."""
