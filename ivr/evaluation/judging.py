"""Whether what came of a call is what its suite expects. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ivr.evaluation.replaying import PlayedCall, PlayedTurn
from ivr.evaluation.suite import NONE, Span

Area = Literal["understood", "felt", "decided", "heard"]
AREAS: tuple[Area, ...] = ("heard", "understood", "felt", "decided")
"""``heard``: the recordings could be read and said."""


@dataclass(frozen=True)
class Check:
    """One expectation, and what came of it."""

    area: Area
    what: str
    """``intent``, ``slot order_number`` …"""
    wanted: str
    got: str
    passed: bool
    turn: int | None = None
    """Counted from 1; None: of the whole call."""

    def __str__(self) -> str:
        where = "" if self.turn is None else f"turn {self.turn}: "
        return f"{where}{self.what}: expected {self.wanted}, got {self.got}"


@dataclass(frozen=True)
class Judged:
    """A call and its checks."""

    call: PlayedCall
    checks: tuple[Check, ...]

    @property
    def passed(self) -> bool:
        """Whether all came as expected."""
        return all(check.passed for check in self.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        """What did not."""
        return tuple(check for check in self.checks if not check.passed)


def judge(call: PlayedCall) -> Judged:
    """Compare a call with what its case expects."""
    checks = [
        check
        for number, turn in enumerate(call.turns, 1)
        for check in (*_heard(turn, number), *_turn(turn, number))
    ]
    return Judged(call, (*checks, *_call(call)))


def in_order(wanted: Sequence[str], found: Iterable[str | None]) -> bool:
    """Whether ``wanted`` all occur in ``found``, in that order, others between them allowed."""
    rest = iter(found)
    return all(any(each == one for one in rest) for each in wanted)


def _heard(turn: PlayedTurn, number: int) -> Iterator[Check]:
    if turn.error is not None:
        yield Check("heard", "recording", "one that can be read", turn.error, False, number)
    elif turn.unsaid and turn.turn.expects_anything:
        yield Check("heard", "recording", "said", "the hotline had ended the call before", False, number)
    elif turn.hearing is not None:
        yield Check("heard", "recording", "one that can be read", "one", True, number)


def _turn(turn: PlayedTurn, number: int) -> Iterator[Check]:
    expect = turn.turn.expect
    if turn.unsaid or turn.error is not None:
        return
    meaning, feeling = turn.meaning, turn.feeling
    if expect.language is not None:
        yield _same("understood", "language", expect.language, meaning.language if meaning else None, number)
    if expect.intent is not None:
        yield _same("understood", "intent", expect.intent, meaning.intent if meaning else None, number)
    for name, value in expect.slots.items():
        got = meaning.value(name) if meaning else None
        yield _same("understood", f"slot {name}", value, got, number)
    if expect.emotion:
        emotion = turn.hearing.voice.emotion if turn.hearing and turn.hearing.voice else None
        label = emotion.label if emotion else NONE
        yield Check("felt", "emotion", " or ".join(expect.emotion), label, label in expect.emotion, number)
    if expect.anger is not None:
        yield _within("anger", expect.anger, (feeling.anger if feeling else None) or 0.0, number)
    if expect.frustration is not None:
        yield _within(
            "frustration", expect.frustration, turn.frustration.score if turn.frustration else 0.0, number
        )
    yield from _actions(expect.actions, expect.never, [str(s.decision.action) for s in turn.steps], number)


def _call(call: PlayedCall) -> Iterator[Check]:
    expect = call.case.expect
    if expect.language is not None:
        yield _same("understood", "language", expect.language, call.language)
    intents = [turn.meaning.intent if turn.meaning else None for turn in call.turns]
    if expect.intents:
        got = ", ".join(each or NONE for each in intents)
        yield Check("understood", "intents", ", ".join(expect.intents), got, in_order(expect.intents, intents))
    told = {name: slot.value for turn in call.turns if turn.meaning for name, slot in turn.meaning.slots.items()}
    for name, value in expect.slots.items():
        yield _same("understood", f"slot {name}", value, told.get(name))
    if expect.frustration is not None:
        highest = max((turn.frustration.score for turn in call.turns if turn.frustration), default=0.0)
        yield _within("highest frustration", expect.frustration, highest)
    yield from _actions(expect.actions, expect.never, [str(step.decision.action) for step in call.steps])
    if expect.handoff is not None:
        yield _same("decided", "handoff", expect.handoff, call.handoff)
    if expect.outcome is not None:
        yield _same("decided", "outcome", expect.outcome, call.outcome)


def _actions(
    wanted: Sequence[str], never: Sequence[str], done: Sequence[str], number: int | None = None
) -> Iterator[Check]:
    got = ", ".join(done) or NONE
    if wanted:
        yield Check("decided", "actions", ", ".join(wanted), got, in_order(wanted, done), number)
    if never:
        unwanted = set(never) & set(done)
        yield Check("decided", "actions", f"no {' or '.join(never)}", got, not unwanted, number)


def _same(area: Area, what: str, wanted: str, got: str | None, number: int | None = None) -> Check:
    return Check(area, what, wanted, got or NONE, (got or NONE) == wanted, number)


def _within(what: str, span: Span, got: float, number: int | None = None) -> Check:
    least, most = span
    # Two decimals, as it is shown: nobody should read "expected 0 to 0.30, got 0.30".
    return Check("felt", what, f"{least:g} to {most:g}", f"{got:.2f}", least <= round(got, 2) <= most, number)
