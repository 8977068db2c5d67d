"""The hotlines that golden calls ring: the shipped one, and others whose managers wrote something else."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ivr.bench.own_server import own_server

HOTLINES = Path(__file__).parent / "hotlines"
SHIPPED_PROMPTS = Path(__file__).parents[2] / "prompts"
NO_INPUT_S = "4"
"""Patience of the hotlines that are rung: no longer than the calls need."""


@contextmanager
def hotline(name: str, folder: Path) -> Iterator[str]:
    """A hotline of its own whose prompts are the shipped ones with those of ``hotlines/NAME`` laid over them.

    Args:
        name: A folder under ``tests/calls/hotlines``.
        folder: Where to put the prompts together.

    Yields:
        Its address.
    """
    prompts = lay_over(name, folder)
    with own_server(IVR_NO_INPUT_S=NO_INPUT_S, IVR_PROMPTS_DIR=str(prompts)) as url:
        yield url


def lay_over(name: str | None, folder: Path) -> Path:
    """The prompts of a hotline: the shipped ones, and those of ``hotlines/NAME`` laid over a copy in ``folder``."""
    if name is None:
        return SHIPPED_PROMPTS
    prompts = folder / name
    shutil.copytree(SHIPPED_PROMPTS, prompts)
    shutil.copytree(HOTLINES / name, prompts, dirs_exist_ok=True)
    _edit(prompts / "hours.yaml", "{night}", _night())
    _edit(prompts / "requests" / "stock.yaml", "shop.stock", "broken.stock")
    return prompts


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
