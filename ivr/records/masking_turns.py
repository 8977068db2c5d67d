"""Hides personal numbers that are told over several turns: "공일공 일이삼사", "계속 말씀하세요", "오육칠팔이요".

Each half may be too short to be hidden by itself. So the end of a turn is remembered until the next one of the
same speaker; where both together are somebody's number, both are hidden, the first one afterwards. Order numbers,
which may be told in parts as well, are nobody's.
"""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ivr.records import masking_words as words
from ivr.records.masked import masked_turn
from ivr.records.masking import HIDDEN, is_personal, mask_text
from ivr.records.masking_runs import (
    ORDER_DIGITS,
    PERSONAL,
    Called,
    Run,
    asked_for,
    called,
    digits_of,
    plus_before,
    runs,
)
from ivr.records.masking_shapes import is_card, is_resident, is_telephone
from ivr.records.types import Speaker, TurnRecord

WITHIN_MS = 60_000
"""Between the beginnings of two parts of one number, the assistant's words between them included (a guess: a
slow reader who looks for the card takes half a minute)."""

SHORTEST_PART = 3
"""Digits of a part at least (two where they begin with 0: 02, 03): fewer are syllables of other words."""

MOST_PARTS = 6
"""Turns over which one number is looked for: a card's four groups, and two of them again."""

SHORTEST_SLOT = 3
"""Digits of a value that is hidden when they are part of a hidden number; fewer may be anything."""

CARD_ENDS = frozenset({4, 8, 10, 12})
"""Digits after which a card's number is broken off: fours, and American Express' 4, 6, 5."""

HALF_OF_RESIDENT = 6
"""Digits after which a resident registration number is broken off: the birthday."""

NORTH_AMERICAN_ENDS = frozenset({3, 6})
"""Digits after which a telephone number of North America is broken off: area, exchange (NANP)."""

NORTH_AMERICAN = 10
"""Digits of such a number."""

FIVE_FIRST = (ORDER_DIGITS, 6)
"""How British and Chinese mobile numbers, of eleven digits, may be told in two; other fives are orders."""


@dataclass(frozen=True)
class _Part:
    """The last number of a turn, which may go on in the next one."""

    turn: TurnRecord
    """As it was said."""
    start: int
    end: int
    """Where in its text."""
    digits: str
    known: Called | None
    """What it was called, or asked for as."""
    plus: bool
    """Whether "+" stands before it."""
    hidden: bool = False
    """Whether its turn was kept anew already."""

    @property
    def readings(self) -> tuple[str, ...]:
        """Its digits; "오육칠팔이요" ends with a two or with none."""
        ends = self.digits.endswith("2") and words.ENDING.match(self.turn.text, self.end - 1)
        return (self.digits, self.digits[:-1]) if ends and len(self.digits) > 1 else (self.digits,)

    @property
    def is_order(self) -> bool:
        """Whether it is as long as an order's number."""
        return len(self.readings[-1]) == ORDER_DIGITS

    @property
    def complete(self) -> bool:
        """Whether the dialogue took it as a value of its own."""
        return not set(self.readings).isdisjoint(self.turn.slots.values())


class NumbersOfCall:
    """What one call's turns have to be hidden as. One thread at a time."""

    def __init__(self, hide: Callable[[TurnRecord, str], TurnRecord] = masked_turn) -> None:
        """Begin with nothing said.

        Args:
            hide: Hides the numbers inside one turn; takes it and what the machine had said before.
        """
        self._hide = hide
        self._said: tuple[str, Called | None] = ("", None)
        """What the machine said last, and what kind of number it asked for."""
        self._open: dict[Speaker, tuple[_Part, ...]] = {}
        self.pieces: tuple[str, ...] = ()
        """The parts, as they were said, of the number that was found last."""

    def take(self, turn: TurnRecord) -> tuple[TurnRecord, ...]:
        """Hide the numbers of a turn, which may be one again that the speaker went on with.

        Args:
            turn: As it was said.

        Returns:
            What to keep of it, and then earlier turns that have to be kept anew, with more of them hidden.
        """
        if turn.speaker == "assistant":
            self._said = (turn.text, asked_for(turn.text))
            return (self._hide(turn, ""),)
        before = [
            part
            for part in self._open.get(turn.speaker, ())
            if part.turn.start_ms != turn.start_ms and turn.start_ms - part.turn.start_ms <= WITHIN_MS
        ]
        head, tail = self._edges(turn)
        number = self._number(before, head)
        anew = [self._hidden(part, number) for part in number[:-1] if not part.hidden]
        if number:
            self.pieces = tuple(part.turn.text[part.start : part.end] for part in number)
        before = [replace(part, hidden=part.hidden or part in number) for part in before]
        if number and _has_form(number):
            self._open[turn.speaker] = ()  # it is complete
        elif tail is not None:
            alone = head is not None and head.start == tail.start
            last = replace(tail, hidden=alone and bool(number))
            self._open[turn.speaker] = ((*before, last) if alone else (last,))[-MOST_PARTS:]
        elif head is not None:
            self._open[turn.speaker] = ()
        return (self._hidden(number[-1], number) if number else self._hide(turn, self._said[0]), *anew)

    def preview(self, speaker: Speaker, text: str) -> str:
        """Hide numbers in words that are shown while they are said."""
        before = self._open.get(speaker, ())
        at_ms = before[-1].turn.start_ms + 1 if before else 0
        turn = TurnRecord(speaker, text, at_ms, at_ms)
        number = self._number(before, self._edges(turn)[0])
        return self._hidden(number[-1], number).text if number else mask_text(text, self._said[0])

    def _edges(self, turn: TurnRecord) -> tuple[_Part | None, _Part | None]:
        """The number with which a turn begins and the one with which it ends; they may be the same."""
        found = _told_on(turn.text, runs(turn.text))
        if not found:
            return None, None
        first, last = (
            _Part(
                turn,
                run[0].start,
                run[-1].end,
                digits_of(run),
                called(turn.text, run) or self._said[1],
                plus_before(turn.text, run[0].start),
            )
            for run in (found[0], found[-1])
        )
        again = list(itertools.takewhile(lambda run: run[0].link == "again", found[1:]))
        if again:  # "5678, no, 5679": one of them ends the number
            first = replace(first, end=again[-1][-1].end)
        orders = first.is_order or any(len(digits_of(run)) == ORDER_DIGITS for run in again)
        taken_back = found[0][0].link == "again" or (again and orders)
        head = _is_linking(turn.text[: first.start]) and not words.UNIT.match(turn.text, first.end)
        tail = _is_linking(turn.text[last.end :]) and found[-1][0].link != "again"
        return (
            first if head and not taken_back and _is_part(first.readings[-1]) else None,
            last if tail and _is_part(last.readings[-1]) else None,
        )

    def _number(self, before: Sequence[_Part], head: _Part | None) -> list[_Part]:
        """The parts of the longest number that ends with ``head``; empty: it is none with what was before."""
        if head is None:
            return []
        for start in range(len(before)):
            parts = [*before[start:], head]
            if start and before[start].hidden:
                continue  # in the middle of a number that is known
            if _is_one(parts, asked_now=self._said[1]):
                return parts
        return []

    def _hidden(self, part: _Part, number: Sequence[_Part]) -> TurnRecord:
        """A part's turn without the part, and without values that are pieces of the number."""
        text, digits = part.turn.text, "".join(each.readings[-1] for each in number)
        slots = {name: _hidden_value(value, digits) for name, value in part.turn.slots.items()}
        start = part.start - (text[max(0, part.start - 1) : part.start] in ("+", "＋"))
        return self._hide(
            replace(part.turn, text=text[:start] + HIDDEN + text[part.end :], slots=slots), self._said[0]
        )


def hidden_over_turns(turns: Iterable[TurnRecord]) -> list[TurnRecord]:
    """Turns with those numbers hidden that were told over several of them; the others stay as they are."""
    numbers = NumbersOfCall(lambda turn, asked: turn)
    kept: dict[tuple[Speaker, int], TurnRecord] = {}
    for turn in turns:
        kept |= {(each.speaker, each.start_ms): each for each in numbers.take(turn)}
    return list(kept.values())


def scrubbed(value: object, pieces: Sequence[str]) -> object:
    """JSON with pieces of text hidden wherever they stand, for what was quoted before the number was known."""
    if isinstance(value, str):
        for piece in pieces:
            value = value.replace(piece, HIDDEN)
        return value
    if isinstance(value, Mapping):
        return {name: scrubbed(inner, pieces) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [scrubbed(inner, pieces) for inner in value]
    return value


def _is_one(parts: Sequence[_Part], asked_now: Called | None) -> bool:
    """Whether parts told one after the other are one number, and somebody's.

    Its form shows it, or what it was called; then none of its parts may be an answer of its own.
    """
    if _has_form(parts):
        return True
    known = parts[0].known
    answers = asked_now == "order" or any(part.complete or part.is_order for part in parts)
    return known in PERSONAL and not answers and is_personal("".join(part.readings[-1] for part in parts), known)


def _has_form(parts: Sequence[_Part]) -> bool:
    """Whether parts together have the form of somebody's number."""
    readings = itertools.product(*(part.readings for part in parts))
    orders = sum(part.is_order for part in parts)
    return any(_shows(reading, orders, parts[0].known, plus=parts[0].plus) for reading in readings)


def _shows(parts: Sequence[str], orders: int, known: Called | None, *, plus: bool) -> bool:
    """Whether digits have the form of a card's, a person's or a telephone's number, broken off where people do.

    Args:
        parts: The digits told in each turn.
        orders: How many of them may be orders' numbers.
        known: What the first was called.
        plus: Whether "+" stands before the first.
    """
    digits, sizes = "".join(parts), tuple(map(len, parts))
    ends = set(itertools.accumulate(sizes[:-1]))
    if is_card(digits) and ends <= CARD_ENDS:
        return True
    if known == "order":
        return False
    if is_resident(digits) and HALF_OF_RESIDENT in ends:
        return True
    if plus or digits.startswith("0") or (len(digits) == sum(FIVE_FIRST) and digits.startswith("1")):
        broken_off = not orders or (orders == 1 and sizes == FIVE_FIRST)
    else:
        broken_off = ends <= NORTH_AMERICAN_ENDS and len(digits) == NORTH_AMERICAN
    return broken_off and is_telephone(digits, plus=plus)


def _told_on(text: str, found: Iterable[Run]) -> list[Run]:
    """Numbers with commas between taken for one: after its beginning they are its groups."""
    told: list[Run] = []
    for run in found:
        goes_on = told and run[0].comma and not run[0].link and _is_linking(text[told[-1][-1].end : run[0].start])
        if goes_on and len(digits_of(run)) != ORDER_DIGITS:
            told[-1] = [*told[-1], *run]
        else:
            told.append(run)
    return told


def _is_part(digits: str) -> bool:
    return len(digits) >= SHORTEST_PART - digits.startswith("0")


def _is_linking(text: str) -> bool:
    """Whether nothing but "and", "yes", "um", "이에요" stands there."""
    return all(match.lastgroup not in ("kept", "other") for match in words.PIECES.finditer(text))


def _hidden_value(value: str, digits: str) -> str:
    """A value, unless its digits are a piece of a number that is hidden; telephone numbers to call back stay."""
    own = "".join(character for character in value if character.isdecimal())
    piece = len(own) >= SHORTEST_SLOT and len(own) < len(digits) and own in digits
    return HIDDEN if piece else value
