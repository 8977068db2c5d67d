"""Takes a mapping of a prompt file apart, field by field, noting what is wrong with each."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ivr.content.problems import Problems
from ivr.content.yaml_lines import Item


class Fields:
    """The fields of one entry. A field that is wrong is noted with its line and read as if it were not there."""

    def __init__(
        self, path: Path, line: int, item: Item, what: str, known: Sequence[str], problems: Problems
    ) -> None:
        """Open an entry.

        Args:
            path: The file, for messages.
            line: Where the entry begins.
            item: Its value, which should be a mapping.
            what: The entry's name in messages: "incident south_delays".
            known: The fields there are; any other is noted.
            problems: Where to note.
        """
        self.path = path
        self.line = line
        self.what = what
        self.problems = problems
        self.parts = problems.mapping(path, item, what)
        for name, (key, _) in self.parts.items():
            if name not in known:
                problems.add(path, key.line, f"{what}: unknown key {name!r}; there are {', '.join(known)}")

    def __contains__(self, name: str) -> bool:
        return name in self.parts

    def line_of(self, name: str) -> int:
        """Where a field stands; the entry's line when it is not there."""
        return self.parts[name][0].line if name in self.parts else self.line

    def note(self, name: str, problem: str) -> None:
        """Note a problem with a field."""
        self.problems.add(self.path, self.line_of(name), f"{self.what}: {problem}")

    def text(self, name: str, needed: bool = False) -> str | None:
        """A text without the spaces around it; None when it is not there or no text."""
        if name not in self.parts:
            if needed:
                self.note(name, f"{name!r} is missing")
            return None
        found = self.parts[name][1].text
        if found is None or not found.strip():
            self.note(name, f"{name!r} must be a text")
            return None
        return found.strip()

    def flag(self, name: str) -> bool:
        """``true`` or ``false``; false when it is not there."""
        if name not in self.parts:
            return False
        found = (self.parts[name][1].text or "").lower()
        if found not in ("true", "false"):
            self.note(name, f"{name!r} must be true or false")
        return found == "true"

    def number(self, name: str, default: float, low: float, high: float) -> float:
        """A number from ``low`` to ``high``."""
        if name not in self.parts:
            return default
        try:
            found = float(self.parts[name][1].text or "")
        except ValueError:
            found = float("nan")
        if not low <= found <= high:
            self.note(name, f"{name!r} must be a number from {low:g} to {high:g}")
            return default
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, which may be empty."""
        if name not in self.parts:
            return ()
        value = self.parts[name][1]
        if value.kind != "list":
            self.note(name, f"{name!r} must be a list, such as [order_number]")
            return ()
        return self.problems.texts(self.path, value, f"{self.what}: {name}") if any(value.items()) else ()

    def mapping(self, name: str) -> Mapping[str, str]:
        """Names with a text each."""
        found: dict[str, str] = {}
        if name not in self.parts:
            return found
        for each, (key, value) in self.problems.mapping(
            self.path, self.parts[name][1], f"{self.what}: {name}"
        ).items():
            if value.text is None or not value.text.strip():
                self.problems.add(self.path, key.line, f"{self.what}: {name}: {each} must be a text")
            else:
                found[each] = value.text.strip()
        return found
