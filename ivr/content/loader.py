"""Loads one consistent version of everything under ``prompts/``, or says all that is wrong with it."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ivr.content.catalogue import FILE as CATALOGUE
from ivr.content.catalogue import read_catalogue
from ivr.content.connectors import read_connectors
from ivr.content.consistency import Parts, check_together
from ivr.content.hours_file import read_hours
from ivr.content.incidents import read_incidents
from ivr.content.policy import POLICY_FILE, read_policy
from ivr.content.problems import Problems
from ivr.content.requests import read_commands, read_requests, read_slots
from ivr.content.texts import TextBook, read_texts
from ivr.content.thresholds import FILE, read_thresholds
from ivr.content.types import LANGUAGES, Content, Language
from ivr.content.upset import FILE as UPSET
from ivr.content.upset import read_upset
from ivr.content.verification import read_verification
from ivr.content.watch import yaml_files
from ivr.errors import ContentError

OPTIONAL_FILES = (
    *(FILE, CATALOGUE, "hours.yaml", "incidents.yaml", "verification.yaml", "connectors.yaml", POLICY_FILE, UPSET),
)
"""Beside ``slots.yaml`` and ``commands.yaml``; each has a meaning when it is not there."""

VERSION_LENGTH = 12
"""Hexadecimal digits of the version: 48 bits tell any two versions of a folder apart, and can be read out."""


@dataclass(frozen=True)
class Examined:
    """A folder of prompts, read as far as it can be."""

    content: Content | None
    """None when something is wrong with it."""
    parts: Parts
    problems: Problems


def load_content(prompts_dir: Path) -> Content:
    """Load and check a folder of prompts.

    Args:
        prompts_dir: Holds ``ko/ en/ ja/ zh/`` (texts), ``requests/``, ``slots.yaml``, ``commands.yaml``, and
            :data:`OPTIONAL_FILES`.

    Raises:
        ContentError: one line ``file:line: problem`` for each mistake, all of them at once.
    """
    examined = examine(prompts_dir)
    examined.problems.raise_any()
    if examined.content is None:
        raise ContentError(f"{prompts_dir}:1: holds no usable prompts")
    return examined.content


def examine(prompts_dir: Path) -> Examined:
    """Read a folder of prompts and find what is wrong with it; raises nothing."""
    problems = Problems()
    if not prompts_dir.is_dir():
        problems.add(prompts_dir, 1, "is not a folder; set IVR_PROMPTS_DIR to the folder of prompts")
        return Examined(None, Parts(prompts_dir, TextBook(), {}, {}, {}, {}, None, {}), problems)
    files: dict[Language, list[Path]] = {language: yaml_files(prompts_dir / language) for language in LANGUAGES}
    request_files = yaml_files(prompts_dir / "requests")
    slots_file, commands_file = prompts_dir / "slots.yaml", prompts_dir / "commands.yaml"
    if not request_files:
        problems.add(prompts_dir / "requests", 1, "holds no request (NAME.yaml)")

    book = read_texts(prompts_dir, files, problems)
    languages = tuple(book.folders)
    requests = read_requests(request_files, problems)
    slots = read_slots(slots_file, problems)
    commands = read_commands(commands_file, problems)
    thresholds = read_thresholds(prompts_dir / FILE, problems)
    policy = read_policy(prompts_dir / POLICY_FILE, problems)
    upset = read_upset(prompts_dir / UPSET, problems)
    hours = read_hours(prompts_dir / "hours.yaml", languages, problems)
    incidents = read_incidents(prompts_dir / "incidents.yaml", problems)
    verification = read_verification(prompts_dir / "verification.yaml", problems)
    connectors = read_connectors(prompts_dir / "connectors.yaml", problems)
    catalogue = read_catalogue(prompts_dir / CATALOGUE, problems)
    parts = Parts(prompts_dir, book, requests, slots, commands, incidents, verification, connectors)
    check_together(parts, problems)
    if problems.wrong:
        return Examined(None, parts, problems)
    everything = [path for paths in files.values() for path in paths] + request_files + [slots_file, commands_file]
    everything += [path for name in OPTIONAL_FILES if (path := prompts_dir / name).exists()]
    content = Content(
        version=_version(prompts_dir, everything),
        requests={intent: request for intent, (request, _) in requests.items()},
        texts=book.texts,
        slots=slots,
        commands=commands,
        hours=hours,
        incidents=tuple(incident for incident, _ in incidents.values()),
        verification=verification,
        connectors={name: spec for name, (spec, _) in connectors.items()},
        catalogue=catalogue,
        thresholds=thresholds,
        policy=policy,
        upset=upset,
    )
    return Examined(content, parts, problems)


def load_requests(requests_dir: Path) -> Content:
    """Load a folder of request files alone: enough to understand, not to answer.

    Raises:
        ContentError: one line ``file:line: problem`` for each mistake.
    """
    problems = Problems()
    files = yaml_files(requests_dir)
    if not files:
        problems.add(requests_dir, 1, "is no folder of request files (NAME.yaml)")
    requests = read_requests(files, problems)
    problems.raise_any()
    return Content(
        version=_version(requests_dir, files),
        requests={intent: request for intent, (request, _) in requests.items()},
        texts={language: {} for language in LANGUAGES},
    )


def _version(root: Path, files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:VERSION_LENGTH]
