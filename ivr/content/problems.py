"""Collects what is wrong with the prompt files, so that a manager sees all of it at once."""

from dataclasses import dataclass
from pathlib import Path

from ivr.content.yaml_lines import Item, YamlProblemError, read_yaml
from ivr.errors import ContentError


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong with a prompt file."""

    path: str
    line: int
    """Counted from 1."""
    what: str
    warning: bool = False
    """The hotline works with it; it may not work well."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {'warning: ' if self.warning else ''}{self.what}"


class Problems:
    """A growing list of problems."""

    def __init__(self) -> None:
        self._found: set[Problem] = set()

    def add(self, path: Path | str, line: int, problem: str) -> None:
        """Note one problem."""
        self._found.add(Problem(str(path), line, problem))

    def warn(self, path: Path | str, line: int, problem: str) -> None:
        """Note something that only ``python -m ivr check`` tells."""
        self._found.add(Problem(str(path), line, problem, warning=True))

    @property
    def found(self) -> tuple[Problem, ...]:
        """All of them, in the order of files and lines."""
        return tuple(sorted(self._found))

    @property
    def wrong(self) -> bool:
        """Whether there is more than warnings."""
        return any(not problem.warning for problem in self._found)

    def read(self, path: Path) -> Item | None:
        """Read a YAML file; what is wrong with it is noted and None returned."""
        try:
            item = read_yaml(path)
        except YamlProblemError as error:
            self.add(path, error.line, error.problem)
            return None
        if item is None:
            self.add(path, 1, "is empty")
        return item

    def read_optional(self, path: Path) -> Item | None:
        """Read a file that need not be there, or may hold nothing but comments: None then."""
        try:
            return read_yaml(path) if path.exists() else None
        except YamlProblemError as error:
            self.add(path, error.line, error.problem)
            return None

    def mapping(self, path: Path, item: Item, what: str) -> dict[str, tuple[Item, Item]]:
        """Take a mapping apart: name → (key, value). Wrong types and duplicate names are noted."""
        if item.kind != "mapping":
            self.add(path, item.line, f"{what} must be a mapping (name: value), not a {item.kind}")
            return {}
        found: dict[str, tuple[Item, Item]] = {}
        for key, value in item.pairs():
            name = key.text
            if name is None:
                self.add(path, key.line, f"a name in {what} must be plain text")
            elif name in found:
                self.add(path, key.line, f"{name!r} is there twice (first on line {found[name][0].line})")
            else:
                found[name] = (key, value)
        return found

    def texts(self, path: Path, item: Item, what: str) -> tuple[str, ...]:
        """A text, or a list of texts; empty and wrong ones are noted and left out."""
        items = tuple(item.items()) if item.kind == "list" else (item,)
        if not items:
            self.add(path, item.line, f"{what} is an empty list")
        good: list[str] = []
        for one in items:
            if one.text is None:
                self.add(path, one.line, f"{what} must be text or a list of texts, not a {one.kind}")
            elif not one.text.strip():
                self.add(path, one.line, f"{what} is empty")
            else:
                good.append(" ".join(one.text.split()))
        return tuple(good)

    def raise_any(self) -> None:
        """Raise what was found.

        Raises:
            ContentError: one line per problem, in the order of files and lines.
        """
        if self.wrong:
            raise ContentError("\n".join(str(problem) for problem in self.found if not problem.warning))
