"""Checks that the prompt files fit together: each name that one uses is there in another."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.content.connectors import check_connector
from ivr.content.fields import Fields
from ivr.content.keys import REQUIRED_KEYS, confirm_of, incident_of, label_of, menu_key_of, slot_keys
from ivr.content.problems import Problems
from ivr.content.requests import COMMANDS, CONNECTOR_NAME
from ivr.content.texts import TextBook
from ivr.content.types import Command, ConnectorSpec, Incident, Request, SlotKind, SlotSpec, Verification

KEYPAD_KINDS: tuple[SlotKind, ...] = ("digits", "phone", "identity")
"""Kinds of slot that can be typed: they need the text ``keys_NAME``."""


@dataclass(frozen=True)
class Parts:
    """What was read, with the lines it stands on."""

    prompts_dir: Path
    book: TextBook
    requests: Mapping[str, tuple[Request, Mapping[str, int]]]
    slots: Mapping[str, SlotSpec]
    commands: Mapping[str, Command]
    incidents: Mapping[str, tuple[Incident, int]]
    verification: Verification | None
    connectors: Mapping[str, tuple[ConnectorSpec, Fields]]


def check_together(parts: Parts, problems: Problems) -> None:
    """Note every name that leads nowhere."""
    wanted = [(parts.prompts_dir, 1, key) for key in REQUIRED_KEYS]
    menu: dict[str, str] = {}
    for request, lines in parts.requests.values():
        wanted += _request_texts(parts, request, lines)
        _check_request(parts, request, lines, menu, problems)
    wanted += _check_incidents(parts, problems)
    wanted += _check_verification(parts, problems)
    for name, (spec, fields) in parts.connectors.items():
        check_connector(spec, fields, *_given(parts, name))
    _check_keys(parts.book, wanted, problems)


def texts_of_slot(spec: SlotSpec) -> tuple[str, ...]:
    """Texts that a slot needs: the question, and for what can be typed the one that points to the keypad."""
    keys = slot_keys(spec.name)
    return keys if spec.kind in KEYPAD_KINDS else keys[:1]


_Wanted = list[tuple[Path, int, str]]


def _request_texts(parts: Parts, request: Request, lines: Mapping[str, int]) -> _Wanted:
    path = Path(request.source)
    wanted = [(path, lines["intent"], label_of(request.intent))]
    for slot in request.slots:
        if slot in parts.slots:
            wanted.extend((path, lines["slots"], key) for key in texts_of_slot(parts.slots[slot]))
    if request.confirm:
        wanted.append((path, lines["confirm"], confirm_of(request.intent)))
    if request.menu_key:
        wanted.append((path, lines["menu_key"], menu_key_of(request.intent)))
    wanted.extend((path, lines["replies"], key) for key in request.replies.values())
    return wanted


def _check_request(
    parts: Parts, request: Request, lines: Mapping[str, int], menu: dict[str, str], problems: Problems
) -> None:
    path, line, intent = Path(request.source), lines["intent"], request.intent
    if intent in COMMANDS:
        problems.add(path, line, f"intent {intent!r} is a command (commands.yaml); choose another name")
    for slot in request.slots:
        if slot not in parts.slots:
            problems.add(path, lines["slots"], f"slot {slot!r} is not described in slots.yaml")
    if request.menu_key:
        other = menu.setdefault(request.menu_key, intent)
        if other != intent:
            problems.add(path, lines["menu_key"], f"menu_key {request.menu_key} already chooses {other!r}")
    needed = "found" if request.connector else "answer"
    if needed not in request.replies and not (request.person and not request.connector):
        where = lines.get("replies", line)
        problems.add(path, where, f"replies: {needed!r} is missing (the text that answers the caller)")
    if request.verify:
        if parts.verification is None:
            problems.add(path, lines["verify"], "verify: true needs prompts/verification.yaml, which is not there")
        elif parts.verification.key not in request.slots:
            problems.add(
                path, lines["verify"], f"verify: true needs the slot {parts.verification.key!r} (verification.yaml)"
            )


def _check_incidents(parts: Parts, problems: Problems) -> _Wanted:
    path = parts.prompts_dir / "incidents.yaml"
    wanted = []
    for name, (incident, line) in parts.incidents.items():
        wanted.append((path, line, incident_of(name)))
        for intent in incident.requests:
            if intent not in parts.requests:
                problems.add(path, line, f"incident {name}: request {intent!r} is in no file of requests/")
    return wanted


def _check_verification(parts: Parts, problems: Problems) -> _Wanted:
    path, verification = parts.prompts_dir / "verification.yaml", parts.verification
    if verification is None:
        return []
    for slot in (verification.slot, verification.key):
        if slot not in parts.slots:
            problems.add(path, 1, f"slot {slot!r} is not described in slots.yaml")
    if not CONNECTOR_NAME.fullmatch(verification.connector):
        problems.add(path, 1, f"connector {verification.connector!r} must be like shop.verify")
    if verification.slot not in parts.slots:
        return []
    return [(path, 1, key) for key in texts_of_slot(parts.slots[verification.slot])]


def _given(parts: Parts, connector: str) -> tuple[set[str], bool]:
    """The slots that every request using a connector gives it, and whether any does."""
    sets = [set(request.slots) for request, _ in parts.requests.values() if request.connector == connector]
    if parts.verification is not None and parts.verification.connector == connector:
        sets.append({parts.verification.slot, parts.verification.key})
    return (set.intersection(*sets) if sets else set()), bool(sets)


def _check_keys(book: TextBook, wanted: _Wanted, problems: Problems) -> None:
    """Every language that has a folder needs each wanted text; at least one language must have it."""
    missing: dict[tuple[Path, str], str] = {}
    for path, line, key in wanted:
        if not book.folders:
            problems.add(path, line, f"text {key!r} is in no language")
        for language, folder in book.folders.items():
            if key not in book.texts[language] and language not in book.incomplete:
                missing.setdefault((folder, key), f"text {key!r} is missing (needed by {path}:{line})")
    for (folder, _), problem in missing.items():
        problems.add(folder, 1, problem)
