"""Suites: recorded calls, and what must come of them. ``docs/evaluation.md`` explains the file to managers."""

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from audio.contracts import EMOTIONS
from ivr.content.problems import Problems
from ivr.content.types import LANGUAGES, Language
from ivr.content.yaml_lines import Item
from ivr.dialogue.types import Action, HandoffReason

NONE = "none"
"""Written where nothing is expected: no intent understood, no hand-off, no emotion judged."""
OUTCOMES = ("resolved", "handed_off", "abandoned", "callback", "failed")
"""As the API tells them. ``abandoned``: the recordings ended before the hotline ended the call."""
CALL_KEYS = ("name", "language", "from", "at", "say", "expect")
TURN_KEYS = ("wav", "press", "expect")
TURN_EXPECTS = ("language", "intent", "slots", "emotion", "anger", "frustration", "actions", "never")
CALL_EXPECTS = ("language", "intents", "slots", "frustration", "actions", "never", "handoff", "outcome")

Span = tuple[float, float]
"""Least and most, both allowed; 0 to 1."""


@dataclass(frozen=True)
class TurnExpectation:
    """What must come of one recording. None or empty: anything may."""

    language: Language | None = None
    intent: str | None = None
    """:data:`NONE`: not understood."""
    slots: Mapping[str, str] = field(default_factory=dict)
    emotion: tuple[str, ...] = ()
    """Any of these; :data:`NONE`: not enough evidence."""
    anger: Span | None = None
    """Of the voice alone. Not enough evidence counts as 0: nothing came of it."""
    frustration: Span | None = None
    """After the turn."""
    actions: tuple[str, ...] = ()
    """Of the turn's decisions, in order; others may lie between."""
    never: tuple[str, ...] = ()


@dataclass(frozen=True)
class CallExpectation:
    """What must come of a whole call. None or empty: anything may."""

    language: Language | None = None
    intents: tuple[str, ...] = ()
    """Of the caller's turns, in order; others may lie between."""
    slots: Mapping[str, str] = field(default_factory=dict)
    """Among those understood."""
    frustration: Span | None = None
    """Its highest."""
    actions: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    handoff: str | None = None
    """:data:`NONE`: nobody takes over."""
    outcome: str | None = None


@dataclass(frozen=True)
class Turn:
    """One thing the caller does."""

    line: int
    """Of the suite's file, counted from 1."""
    wav: Path | None = None
    keys: str = ""
    """Pressed, when there is no recording."""
    expect: TurnExpectation = TurnExpectation()

    @property
    def expects_anything(self) -> bool:
        """Whether anything is to come of it."""
        return self.expect != TurnExpectation()


@dataclass(frozen=True)
class Case:
    """One call."""

    name: str
    line: int
    turns: tuple[Turn, ...]
    language: Language | None = None
    """Of the number dialled; None: found by listening."""
    number: str | None = None
    at: dt.datetime | None = None
    """When the call comes in, on the hotline's clock (naive); None: within the agents' hours."""
    expect: CallExpectation = CallExpectation()


def read_suite(path: Path) -> tuple[Case, ...]:
    """Read a suite; recordings are looked for relative to its folder, and not opened yet.

    Raises:
        ContentError: one ``file:line: problem`` for each mistake.
    """
    problems = Problems()
    cases = tuple(_Reader(path, problems).cases())
    problems.raise_any()
    return cases


class _Reader:
    """Reads one file; notes what is wrong and goes on."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems

    def cases(self) -> Iterator[Case]:
        item = self._problems.read(self._path)
        if item is None:
            return
        parts = self._parts(item, "the suite", ("calls",))
        calls = parts.get("calls")
        if calls is None or calls.kind != "list" or not list(calls.items()):
            self._wrong(calls or item, "the suite needs `calls:`, a list of calls")
            return
        names: dict[str, int] = {}
        for call in calls.items():
            case = self._case(call)
            if case is None:
                continue
            if case.name in names:
                self._wrong(call, f"the name {case.name!r} is there twice (first on line {names[case.name]})")
            names.setdefault(case.name, call.line)
            yield case

    def _case(self, item: Item) -> Case | None:
        parts = self._parts(item, "a call", CALL_KEYS)
        if not parts:
            return None
        name = " ".join((self._text(parts, "name") or "").split())
        if not name:
            self._wrong(item, "a call needs a `name`")
        turns = tuple(self._turns(item, parts.get("say")))
        if not any(turn.wav for turn in turns):
            self._wrong(parts.get("say", item), "a call needs `say`, a list with at least one recording")
        return Case(
            name=name,
            line=item.line,
            turns=turns,
            language=self._language(parts),
            number=self._text(parts, "from"),
            at=self._moment(parts),
            expect=self._call_expectation(parts.get("expect")),
        )

    def _turns(self, call: Item, say: Item | None) -> Iterator[Turn]:
        if say is None or say.kind == "mapping":
            self._wrong(say or call, "`say` must be a recording or a list of them")
            return
        for item in say.items() if say.kind == "list" else (say,):
            if item.text is not None:
                yield Turn(item.line, wav=self._path.parent / item.text)
                continue
            parts = self._parts(item, "a turn", TURN_KEYS)
            wav, keys = self._text(parts, "wav"), self._text(parts, "press") or ""
            if bool(wav) == bool(keys):
                self._wrong(item, "a turn needs either `wav` or `press`")
            elif keys and not set(keys) <= set("0123456789*#"):
                self._wrong(parts["press"], f"press: {keys!r} are no telephone keys (0-9, * and #)")
            else:
                expect = self._turn_expectation(parts.get("expect"))
                yield Turn(item.line, self._path.parent / wav if wav else None, keys, expect)

    def _turn_expectation(self, item: Item | None) -> TurnExpectation:
        if item is None:
            return TurnExpectation()
        parts = self._parts(item, "expect", TURN_EXPECTS)
        return TurnExpectation(
            language=self._language(parts, auto=False),
            intent=self._text(parts, "intent"),
            slots=self._slots(parts),
            emotion=self._names(parts, "emotion", (*EMOTIONS, NONE)),
            anger=self._span(parts, "anger"),
            frustration=self._span(parts, "frustration"),
            actions=self._names(parts, "actions", tuple(Action)),
            never=self._names(parts, "never", tuple(Action)),
        )

    def _call_expectation(self, item: Item | None) -> CallExpectation:
        if item is None:
            return CallExpectation()
        parts = self._parts(item, "expect", CALL_EXPECTS)
        return CallExpectation(
            language=self._language(parts, auto=False),
            intents=self._names(parts, "intents"),
            slots=self._slots(parts),
            frustration=self._span(parts, "frustration"),
            actions=self._names(parts, "actions", tuple(Action)),
            never=self._names(parts, "never", tuple(Action)),
            handoff=self._one_of(parts, "handoff", (*HandoffReason, NONE)),
            outcome=self._one_of(parts, "outcome", OUTCOMES),
        )

    def _parts(self, item: Item, what: str, known: tuple[str, ...]) -> dict[str, Item]:
        found = {}
        for name, (key, value) in self._problems.mapping(self._path, item, what).items():
            if name in known:
                found[name] = value
            else:
                self._wrong(key, f"{what}: unknown key {name!r}; there are {', '.join(known)}")
        return found

    def _text(self, parts: Mapping[str, Item], name: str) -> str | None:
        item = parts.get(name)
        if item is None:
            return None
        if not item.text:
            self._wrong(item, f"{name} must be text")
        return item.text or None

    def _one_of(self, parts: Mapping[str, Item], name: str, known: tuple[str, ...]) -> str | None:
        text = self._text(parts, name)
        if text is not None and text not in known:
            self._wrong(parts[name], f"{name}: {text!r}; there are {', '.join(known)}")
        return text

    def _language(self, parts: Mapping[str, Item], *, auto: bool = True) -> Language | None:
        text = self._one_of(parts, "language", (*LANGUAGES, "auto") if auto else LANGUAGES)
        return next((language for language in LANGUAGES if language == text), None)

    def _names(self, parts: Mapping[str, Item], name: str, known: tuple[str, ...] = ()) -> tuple[str, ...]:
        item = parts.get(name)
        if item is None:
            return ()
        names = self._problems.texts(self._path, item, name)
        for each in names if known else ():
            if each not in known:
                self._wrong(item, f"{name}: {each!r}; there are {', '.join(known)}")
        return names

    def _slots(self, parts: Mapping[str, Item]) -> Mapping[str, str]:
        if "slots" not in parts:
            return {}
        slots = self._problems.mapping(self._path, parts["slots"], "slots")
        return {name: value.text or "" for name, (_, value) in slots.items()}

    def _span(self, parts: Mapping[str, Item], name: str) -> Span | None:
        item = parts.get(name)
        if item is None:
            return None
        numbers = [_number(each.text) for each in item.items()]
        if len(numbers) == 2 and 0 <= numbers[0] <= numbers[1] <= 1:
            return numbers[0], numbers[1]
        self._wrong(item, f"{name} must be [least, most], two numbers from 0 to 1")
        return None

    def _moment(self, parts: Mapping[str, Item]) -> dt.datetime | None:
        text = self._text(parts, "at")
        if text is None:
            return None
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is not None:
            self._wrong(parts["at"], f"at: {text!r}; write the hotline's own time as 2026-03-02T14:00")
            return None
        return moment

    def _wrong(self, item: Item, problem: str) -> None:
        self._problems.add(self._path, item.line, problem)


def _number(text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        return math.nan
