"""Reads the project's documents: their fenced blocks, links and addresses."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READMES = (ROOT / "README.md", ROOT / "README.ko.md")
DOCUMENTS = (*READMES, *sorted((ROOT / "docs").glob("*.md")))
PYTHON = ".venv/bin/python"
"""How the documents call the interpreter that `make serve` installs."""

_FENCE = re.compile(r"^(?P<indent> *)```(?P<kind>\w+)\n(?P<body>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block."""

    document: Path
    line: int
    """Of its fence, counted from 1."""
    kind: str
    body: str

    @property
    def place(self) -> str:
        """For messages and test names."""
        return f"{self.document.name}:{self.line}"


@dataclass(frozen=True)
class Command:
    """One line of a ``sh`` block, taken apart as a shell would."""

    place: str
    environment: dict[str, str]
    words: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join((*(f"{name}={value}" for name, value in self.environment.items()), *self.words))


def blocks(document: Path, kind: str) -> Iterator[Block]:
    """The fenced blocks of a kind (``sh``, ``yaml`` …), without their indentation."""
    text = document.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        if match["kind"] == kind:
            body = re.sub(rf"^{match['indent']}", "", match["body"], flags=re.MULTILINE)
            yield Block(document, text[: match.start()].count("\n") + 1, kind, body)


def commands(document: Path) -> list[Command]:
    """Every command of the document's ``sh`` blocks."""
    return [
        _command(f"{document.name}:{block.line + number}", line)
        for block in blocks(document, "sh")
        for number, line in enumerate(block.body.splitlines(), 1)
        if line.strip()
    ]


def links(document: Path) -> list[str]:
    """Targets of the document's links to files."""
    found = [match["target"] for match in _LINK.finditer(document.read_text(encoding="utf-8"))]
    return [target for target in found if "://" not in target]


def _command(place: str, line: str) -> Command:
    words = shlex.split(line)
    environment = {}
    while words and re.match(r"[A-Z_]+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        environment[name] = value
    return Command(place, environment, tuple(words))
