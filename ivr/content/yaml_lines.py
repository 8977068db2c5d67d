"""YAML with the line of every value, so that a manager is told where a mistake is.

Only what prompt files need: mappings, lists and text. Every scalar stays the text it was written as: ``no`` is
the word "no", never a truth value.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

MAX_FILE_BYTES = 1_000_000
"""A prompt file is some kilobytes; a megabyte is a mistake, and parsing it would hold up the start."""
MAX_DEPTH = 20
"""Levels of nesting; prompt files have four."""


@dataclass(frozen=True)
class Item:
    """One value and where it stands."""

    line: int
    """Counted from 1."""
    value: "str | tuple[Item, ...] | tuple[tuple[Item, Item], ...]"
    """Text; a list's items; a mapping's pairs, keys being items with text."""
    kind: str
    """``text``, ``list`` or ``mapping``."""

    @property
    def text(self) -> str | None:
        """The text, or None when this is a list or a mapping."""
        return self.value if isinstance(self.value, str) else None

    def items(self) -> "Iterator[Item]":
        """The items of a list; nothing for anything else."""
        if self.kind == "list":
            for item in self.value:
                if isinstance(item, Item):
                    yield item

    def pairs(self) -> "Iterator[tuple[Item, Item]]":
        """The pairs of a mapping; nothing for anything else."""
        if self.kind == "mapping":
            for pair in self.value:
                if isinstance(pair, tuple):
                    yield pair


class YamlProblemError(Exception):
    """A file that is not usable YAML: ``line`` and what is wrong."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


class _Loader(yaml.SafeLoader):
    """Refuses anchors and aliases: with them a small file can grow without end."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # as types-PyYAML has it
            raise yaml.MarkedYAMLError(
                problem="anchors and aliases (&, *) are not supported; put the text in quotes",
                problem_mark=event.start_mark,
            )
        return super().compose_node(parent, index)


def read_yaml(path: Path) -> Item | None:
    """Read one file.

    Returns:
        Its top value, or None when the file is empty.

    Raises:
        YamlProblemError: unreadable, not UTF-8, too large, or not YAML.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise YamlProblemError(1, f"can't be read: {error.strerror}") from error
    if len(data) > MAX_FILE_BYTES:
        raise YamlProblemError(1, f"is {len(data):,} bytes; at most {MAX_FILE_BYTES:,} are allowed")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise YamlProblemError(line, "is not UTF-8; save the file as UTF-8") from error
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise YamlProblemError(line, "holds a character that YAML does not allow") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = ": ".join(part for part in (error.context, error.problem) if part)
        raise YamlProblemError(mark.line + 1 if mark else 1, f"is not YAML: {problem}") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise YamlProblemError(1, f"is not YAML: {error}") from error
    return None if node is None else _item(node, 0)


def _item(node: yaml.Node, depth: int) -> Item:
    """Turn PyYAML's node into ours."""
    line = node.start_mark.line + 1
    if depth > MAX_DEPTH:
        raise YamlProblemError(line, f"is nested more than {MAX_DEPTH} deep")
    if isinstance(node, yaml.MappingNode):
        pairs = tuple((_item(key, depth + 1), _item(value, depth + 1)) for key, value in node.value)
        return Item(line, pairs, "mapping")
    if isinstance(node, yaml.SequenceNode):
        return Item(line, tuple(_item(item, depth + 1) for item in node.value), "list")
    return Item(line, str(node.value), "text")
