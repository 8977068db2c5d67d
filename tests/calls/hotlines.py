"""The hotlines that golden calls ring: the shipped one, and others whose managers wrote something else.

All of them greet in a sentence, as every second of it is waited for in every call.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ivr.bench.own_server import own_server
from ivr.content.sentences import sentences
from ivr.content.types import LANGUAGES

HOTLINES = Path(__file__).parent / "hotlines"
SHIPPED_PROMPTS = Path(__file__).parents[2] / "prompts"
NO_INPUT_S = "4"
"""Patience of the hotlines that are rung: no longer than the calls need."""
GREETING = re.compile(r"(?<=^greeting: )>-\n((?:  .+\n)+)", re.MULTILINE)


@contextmanager
def hotline(name: str | None, folder: Path) -> Iterator[str]:
    """A hotline of its own whose prompts are the shipped ones with those of ``hotlines/NAME`` laid over them.

    Args:
        name: A folder under ``tests/calls/hotlines``; None: nothing is laid over.
        folder: Where to put the prompts together.

    Yields:
        Its address.
    """
    prompts = lay_over(name, folder)
    with own_server(IVR_NO_INPUT_S=NO_INPUT_S, IVR_PROMPTS_DIR=str(prompts)) as url:
        yield url


def lay_over(name: str | None, folder: Path) -> Path:
    """The prompts of a hotline: the shipped ones, and those of ``hotlines/NAME`` laid over a copy in ``folder``."""
    prompts = folder / (name or "shipped")
    shutil.copytree(SHIPPED_PROMPTS, prompts)
    for language in LANGUAGES:
        _shorten_greeting(prompts / language / "dialogue.yaml")
    if name is None:
        return prompts
    shutil.copytree(HOTLINES / name, prompts, dirs_exist_ok=True)
    _edit(prompts / "hours.yaml", "{night}", _night())
    _edit(prompts / "requests" / "stock.yaml", "shop.stock", "broken.stock")
    return prompts


def _shorten_greeting(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    greeting = GREETING.search(text)
    if greeting is None:
        raise ValueError(f"{path}: has no greeting of several lines")
    first = sentences(" ".join(greeting[1].split()))[0]
    path.write_text(text.replace(greeting[0], f'"{first}"\n'), encoding="utf-8")


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise ValueError(f"{path}: has no {old}")
    path.write_text(text.replace(old, new), encoding="utf-8")


def _night() -> str:
    """A time zone in which it is between two and three in the night now."""
    ahead = (2 - datetime.now(UTC).hour) % 24
    ahead -= 24 if ahead > 12 else 0
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"  # the sign is turned round, as in POSIX
