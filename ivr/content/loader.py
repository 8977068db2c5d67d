"""Loads one consistent version of everything under ``prompts/``, or says all that is wrong with it."""

import hashlib
from pathlib import Path

from ivr.content.keys import REQUIRED_KEYS, confirm_of, label_of, menu_key_of, slot_keys
from ivr.content.policy import POLICY_FILE, read_policy
from ivr.content.problems import Problems
from ivr.content.requests import COMMANDS, read_commands, read_requests, read_slots
from ivr.content.texts import TextBook, read_texts
from ivr.content.thresholds import FILE, read_thresholds
from ivr.content.types import LANGUAGES, Content, Language, Request, SlotSpec

VERSION_LENGTH = 12
"""Hexadecimal digits of the version: 48 bits tell any two versions of a folder apart, and can be read out."""


def load_content(prompts_dir: Path) -> Content:
    """Load and check a folder of prompts.

    Args:
        prompts_dir: Holds ``ko/ en/ ja/ zh/`` (texts), ``requests/``, ``slots.yaml`` and ``commands.yaml``.

    Raises:
        ContentError: one line ``file:line: problem`` for each mistake, all of them at once.
    """
    problems = Problems()
    if not prompts_dir.is_dir():
        problems.add(prompts_dir, 1, "is not a folder; set IVR_PROMPTS_DIR to the folder of prompts")
        problems.raise_any()
    files: dict[Language, list[Path]] = {language: _yaml_files(prompts_dir / language) for language in LANGUAGES}
    request_files = _yaml_files(prompts_dir / "requests")
    slots_file, commands_file = prompts_dir / "slots.yaml", prompts_dir / "commands.yaml"
    if not request_files:
        problems.add(prompts_dir / "requests", 1, "holds no request (NAME.yaml)")

    book = read_texts(prompts_dir, files, problems)
    requests = read_requests(request_files, problems)
    slots = read_slots(slots_file, problems)
    commands = read_commands(commands_file, problems)
    thresholds_file, policy_file = prompts_dir / FILE, prompts_dir / POLICY_FILE
    policy = read_policy(policy_file, problems)
    thresholds = read_thresholds(thresholds_file, problems)
    _check_keys(book, [(prompts_dir, 1, key) for key in REQUIRED_KEYS], problems)
    _check_requests(requests, slots, book, problems)
    problems.raise_any()
    everything = [path for paths in files.values() for path in paths] + request_files + [slots_file, commands_file]
    everything += [path for path in (thresholds_file, policy_file) if path.exists()]
    return Content(
        version=_version(prompts_dir, everything),
        requests={intent: request for intent, (request, _) in requests.items()},
        texts=book.texts,
        slots=slots,
        commands=commands,
        thresholds=thresholds,
        policy=policy,
    )


def load_requests(requests_dir: Path) -> Content:
    """Load a folder of request files alone: enough to understand, not to answer.

    Raises:
        ContentError: one line ``file:line: problem`` for each mistake.
    """
    problems = Problems()
    files = _yaml_files(requests_dir)
    if not files:
        problems.add(requests_dir, 1, "is no folder of request files (NAME.yaml)")
    requests = read_requests(files, problems)
    problems.raise_any()
    return Content(
        version=_version(requests_dir, files),
        requests={intent: request for intent, (request, _) in requests.items()},
        texts={language: {} for language in LANGUAGES},
    )


def _yaml_files(folder: Path) -> list[Path]:
    """The YAML files of a folder, by name; none when there is no such folder."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix in (".yaml", ".yml"))


def _version(root: Path, files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:VERSION_LENGTH]


def _check_keys(book: TextBook, wanted: list[tuple[Path, int, str]], problems: Problems) -> None:
    """Every language that has a folder needs each wanted text; at least one language must have it."""
    for path, line, key in wanted:
        if not book.folders:
            problems.add(path, line, f"text {key!r} is in no language")
        for language, folder in book.folders.items():
            if key not in book.texts[language]:
                problems.add(folder, 1, f"text {key!r} is missing (needed by {path}:{line})")


def _check_requests(
    requests: dict[str, tuple[Request, dict[str, int]]],
    slots: dict[str, SlotSpec],
    book: TextBook,
    problems: Problems,
) -> None:
    menu: dict[str, str] = {}
    wanted: list[tuple[Path, int, str]] = []
    for intent, (request, lines) in requests.items():
        path = Path(request.source)
        line = lines["intent"]
        wanted.append((path, line, label_of(intent)))
        if intent in COMMANDS:
            problems.add(path, line, f"intent {intent!r} is a command (commands.yaml); choose another name")
        for slot in request.slots:
            if slot in slots:
                wanted.extend((path, lines["slots"], key) for key in slot_keys(slot))
            else:
                problems.add(path, lines["slots"], f"slot {slot!r} is not described in slots.yaml")
        if request.confirm:
            wanted.append((path, lines["confirm"], confirm_of(intent)))
        if request.menu_key:
            wanted.append((path, lines["menu_key"], menu_key_of(intent)))
            other = menu.setdefault(request.menu_key, intent)
            if other != intent:
                problems.add(path, lines["menu_key"], f"menu_key {request.menu_key} already chooses {other!r}")
        needed = "found" if request.connector else "answer"
        if needed not in request.replies:
            where = lines.get("replies", line)
            problems.add(path, where, f"replies: {needed!r} is missing (the text that answers the caller)")
        wanted.extend((path, lines["replies"], key) for key in request.replies.values())
    _check_keys(book, wanted, problems)
