"""Tells when the prompts have changed on disk and come to rest."""

from pathlib import Path

Fingerprint = tuple[tuple[str, int, int, int], ...]
"""Path, time of change (ns), bytes and inode of each YAML file."""


class FolderWatch:
    """Compares a folder with what it was. Polled by one thread; reads no file's contents.

    Editors save in several steps (a new file, a rename, a half-written one in between), and people save several
    files in a row: a change counts once the folder is the same at two polls.
    """

    def __init__(self, folder: Path) -> None:
        """Watch ``folder``; its present state counts as a change, too."""
        self._folder = folder
        self._taken: Fingerprint | None = None
        self._moving: Fingerprint | None = None

    def changed(self) -> bool:
        """Whether there is a change that has come to rest; each is told once. Never raises."""
        now = fingerprint(self._folder)
        if now == self._taken:
            self._moving = None
            return False
        if now != self._moving:
            self._moving = now
            return False
        self._taken, self._moving = now, None
        return True


def fingerprint(folder: Path) -> Fingerprint:
    """What tells two states of a folder apart; empty for one that is not there."""
    found = []
    for path in sorted(yaml_files(folder) + [each for sub in _folders(folder) for each in yaml_files(sub)]):
        try:
            state = path.stat()
        except OSError:  # gone in this moment, or a link to nowhere
            continue
        found.append((str(path), state.st_mtime_ns, state.st_size, state.st_ino))
    return tuple(found)


def yaml_files(folder: Path) -> list[Path]:
    """The YAML files of a folder, by name; none when there is no such folder.

    Names that begin with a dot are left out: editors' and systems' own (``.#hours.yaml``, ``._hours.yaml``).
    """
    return [path for path in _entries(folder) if path.suffix in (".yaml", ".yml")]


def _folders(folder: Path) -> list[Path]:
    return [path for path in _entries(folder) if path.is_dir()]


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []
