"""Reads what callers can ask for: ``prompts/requests/*.yaml``, ``slots.yaml`` and ``commands.yaml``."""

import re
from pathlib import Path

from ivr.content.fields import Fields
from ivr.content.problems import Problems
from ivr.content.types import LANGUAGES, SLOT_KINDS, Command, Language, Request, SlotSpec
from ivr.content.yaml_lines import Item

REQUEST_KEYS = (
    *("intent", "examples", "slots", "confirm", "verify", "person", "connector", "replies", "menu_key"),
)
"""Of a request file; only the first two are required."""
COMMANDS = (
    *("agent", "repeat", "goodbye", "thanks", "yes", "no", "dont_know"),
    *("slower", "faster", "louder", "start_over", "hold_on", "speak_ko", "speak_en", "speak_ja", "speak_zh"),
    "feelings_off",
)
"""What a caller may say at any point; :mod:`ivr.dialogue` knows what each means."""
_SNAKE_CASE = re.compile(r"[a-z][a-z0-9_]*")
CONNECTOR_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
MAX_DIGITS = 20
"""Longest number that can be asked for; the longest spoken in practice, a card number, has 16 digits."""


def read_requests(files: list[Path], problems: Problems) -> dict[str, tuple[Request, dict[str, int]]]:
    """Read request files.

    Returns:
        Intent → the request, and the line of each of its keys.
    """
    found: dict[str, tuple[Request, dict[str, int]]] = {}
    for path in files:
        item = problems.read(path)
        read = _read_request(path, item, problems) if item else None
        if read is None:
            continue
        request, fields = read
        if request.intent in found:
            fields.note(
                "intent", f"intent {request.intent!r} is already defined in {found[request.intent][0].source}"
            )
            continue
        found[request.intent] = (request, {name: key.line for name, (key, _) in fields.parts.items()})
    return found


def _read_request(path: Path, item: Item, problems: Problems) -> tuple[Request, Fields] | None:
    fields = Fields(path, item.line, item, "request", REQUEST_KEYS, problems)
    if not fields.parts:
        return None
    intent = fields.text("intent", needed=True)
    if intent is None:
        return None
    if not _SNAKE_CASE.fullmatch(intent):
        fields.note("intent", f"intent {intent!r} must be like order_status (snake_case)")
        return None
    connector = fields.text("connector")
    if connector is not None and not CONNECTOR_NAME.fullmatch(connector):
        fields.note("connector", f"connector {connector!r} must be like shop.order_status")
    menu_key = fields.text("menu_key")
    if menu_key is not None and not re.fullmatch("[1-9]", menu_key):
        fields.note("menu_key", f"menu_key {menu_key!r} must be one key, 1 to 9 (0 is a person)")
        menu_key = None
    request = Request(
        intent=intent,
        examples=_examples(fields),
        slots=fields.texts("slots"),
        confirm=fields.flag("confirm"),
        connector=connector,
        replies=fields.mapping("replies"),
        verify=fields.flag("verify"),
        person=fields.flag("person"),
        menu_key=menu_key,
        source=str(path),
    )
    return request, fields


def _examples(fields: Fields) -> dict[Language, tuple[str, ...]]:
    if "examples" not in fields:
        fields.note("examples", "'examples' is missing: what callers say, per language")
        return {}
    examples = _by_language(fields.path, fields.parts["examples"][1], "examples", fields.problems)
    if not examples:
        fields.note("examples", "'examples' needs sentences in at least one language")
    return examples


def _by_language(path: Path, item: Item, what: str, problems: Problems) -> dict[Language, tuple[str, ...]]:
    found: dict[Language, tuple[str, ...]] = {}
    for name, (key, value) in problems.mapping(path, item, what).items():
        language = next((known for known in LANGUAGES if known == name), None)
        if language is None:
            problems.add(path, key.line, f"{what}: {name!r} is no language; there are {', '.join(LANGUAGES)}")
            continue
        texts = problems.texts(path, value, f"{what}: {name}")
        if texts:
            found[language] = texts
    return found


def read_slots(path: Path, problems: Problems) -> dict[str, SlotSpec]:
    """Read ``slots.yaml``: ``order_number: {kind: digits, digits: 5}``, ``call_back: {kind: datetime}``.

    ``kind`` is ``digits`` when it is left out; that kind and ``identity`` have, and need, ``digits``.
    """
    item = problems.read(path)
    specs: dict[str, SlotSpec] = {}
    for name, (key, value) in problems.mapping(path, item, "the file").items() if item else ():
        parts = problems.mapping(path, value, name)
        for other, (other_key, _) in parts.items():
            if other not in ("kind", "digits"):
                problems.add(path, other_key.line, f"{name}: unknown key {other!r}; there are kind, digits")
        spec = _read_slot(path, name, key.line, parts, problems)
        if spec is not None:
            specs[name] = spec
    return specs


def _read_slot(
    path: Path, name: str, line: int, parts: dict[str, tuple[Item, Item]], problems: Problems
) -> SlotSpec | None:
    if not _SNAKE_CASE.fullmatch(name):
        problems.add(path, line, f"slot {name!r} must be like order_number (snake_case)")
        return None
    said = parts["kind"][1].text if "kind" in parts else "digits"
    kind = next((known for known in SLOT_KINDS if known == said), None)
    if kind is None:
        problems.add(path, line, f"{name}: kind {said!r} is unknown; there are {', '.join(SLOT_KINDS)}")
        return None
    if kind not in ("digits", "identity"):
        if "digits" in parts:
            problems.add(path, line, f"{name}: 'digits' goes with kind: digits or identity, not with kind: {kind}")
        return SlotSpec(name, 0, kind)
    digits = parts["digits"][1].text if "digits" in parts else None
    if digits is None or not re.fullmatch("[0-9]{1,2}", digits) or not 1 <= int(digits) <= MAX_DIGITS:
        problems.add(path, line, f"{name}: 'digits' must be a number from 1 to {MAX_DIGITS}")
        return None
    return SlotSpec(name, int(digits), kind)


def read_commands(path: Path, problems: Problems) -> dict[str, Command]:
    """Read ``commands.yaml``: ``agent: {examples: {ko: [...]}, words: {ko: [...]}}``."""
    item = problems.read(path)
    commands: dict[str, Command] = {}
    for name, (key, value) in problems.mapping(path, item, "the file").items() if item else ():
        if name not in COMMANDS:
            problems.add(path, key.line, f"unknown command {name!r}; there are {', '.join(COMMANDS)}")
            continue
        parts = problems.mapping(path, value, name)
        sets: dict[str, dict[Language, tuple[str, ...]]] = {}
        for part, (part_key, texts) in parts.items():
            if part not in ("examples", "words"):
                problems.add(path, part_key.line, f"{name}: unknown key {part!r}; there are examples, words")
            else:
                sets[part] = _by_language(path, texts, f"{name}: {part}", problems)
        commands[name] = Command(name, sets.get("examples", {}), sets.get("words", {}))
    for name in COMMANDS:
        if item is not None and name not in commands:
            problems.add(path, item.line, f"command {name!r} is missing")
    return commands
