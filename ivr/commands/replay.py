"""``python -m ivr replay``: what another policy would have made of a call's feelings, turn by turn."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from ivr.commands.terminal import plain, shares
from ivr.content.policy import POLICY_FILE, read_policy
from ivr.content.problems import Problems
from ivr.content.types import Policy
from ivr.dialogue.frustration import SIGNS, Signs
from ivr.dialogue.mood import Replayed, replay
from ivr.errors import ConfigurationError, ContentError, RecordsError
from ivr.records.store import Store
from ivr.records.types import TurnRecord
from ivr.settings import load_settings

EXIT_CONFIGURATION = 2
EXIT_NO_CALL = 3
WORDS_SHOWN = 60


@dataclass(frozen=True)
class _Turn:
    """A turn of the caller whose feelings were judged."""

    record: TurnRecord
    signs: Signs


@click.command("replay")
@click.argument("call_sid")
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A policy.yaml to try; default: the one in the prompts folder.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per turn, one a line.")
def command(call_sid: str, policy_file: Path | None, as_json: bool) -> None:
    """Say what a policy would have called for in a recorded call.

    The caller's words and voice are taken as they were; what they would have said to another reply is not known.

    Exit status: 0 done, 2 the configuration or the policy is wrong, 3 there is no such call.
    """
    try:
        settings = load_settings()
        policy = _policy(policy_file or settings.prompts_dir / POLICY_FILE, must_exist=policy_file is not None)
        store = Store(settings.database_url)
        try:
            call = store.call(call_sid)
        finally:
            store.close()
    except (ConfigurationError, ContentError, RecordsError) as error:
        click.echo(str(error), err=True)
        sys.exit(EXIT_CONFIGURATION)
    if call is None:
        click.echo(f"there is no call {call_sid!r}; GET /api/calls lists them", err=True)
        sys.exit(EXIT_NO_CALL)
    if not policy.feel:
        click.echo("this policy judges no feelings (feel: false): nothing would have been done for them", err=True)
        return
    turns = [
        _Turn(each.entry, _signs(each.entry))
        for each in call.turns
        if each.entry.speaker == "caller" and each.entry.signs is not None
    ]
    for turn, replayed in zip(turns, replay((turn.signs for turn in turns), policy), strict=False):
        click.echo(json.dumps(_document(turn, replayed), ensure_ascii=False) if as_json else _line(turn, replayed))


def _policy(path: Path, *, must_exist: bool) -> Policy:
    """Read a policy.

    Raises:
        ContentError: it is wrong, or not there; names file and line.
    """
    if must_exist and not path.is_file():
        raise ContentError(f"{path}: there is no such file")
    problems = Problems()
    policy = read_policy(path, problems)
    problems.raise_any()
    return policy


def _signs(turn: TurnRecord) -> Signs:
    known = {*SIGNS, "relief"}
    return Signs(**{name: value for name, value in (turn.signs or {}).items() if name in known})


def _document(turn: _Turn, replayed: Replayed) -> dict[str, object]:
    return {
        "at_ms": turn.record.end_ms,
        "text": turn.record.text,
        "frustration_then": turn.record.frustration,
        "frustration": round(replayed.frustration.score, 3),
        "level": replayed.frustration.level,
        "contributions": {name: round(value, 3) for name, value in replayed.frustration.contributions.items()},
        "reaction": replayed.reaction,
    }


def _line(turn: _Turn, replayed: Replayed) -> str:
    then = "?" if turn.record.frustration is None else f"{turn.record.frustration:.2f}"
    parts = ", ".join(shares(replayed.frustration.contributions.items()))
    return (
        f"{turn.record.end_ms / 1000:7.1f} s  {then} -> {replayed.frustration.score:.2f}  {replayed.reaction:<11}  "
        f"{plain(turn.record.text[:WORDS_SHOWN])}" + (f"   ({parts})" if parts else "")
    )
