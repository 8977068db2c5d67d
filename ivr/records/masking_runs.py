"""Cuts a text into runs of digits: groups with nothing between them but what may stand inside a number.

"아니", "no" take back what was said; "그다음에", "and" go on with a number or begin another one. What stands on
both sides of such a word is one number only where the whole makes sense as one.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from ivr.records import masking_words as words
from ivr.records.masking_shapes import is_card, is_somebodys, is_telephone

HUNDRED = "00"
"""The two digits that "nine hundred" adds in a telephone number."""

ORDER_DIGITS = 5
"""Numbers of this length, one after the other, are orders."""

CONTEXT, CONTEXT_AFTER = 28, 24
"""Characters before and after a run in which it may be called something: half a sentence."""

NAMED_FOR_SURE = 9
"""Digits of a figure with thousands' commas from which it is one, when it is called so: prices are shorter."""

FOURS = 3
"""Numbers in thousands, one after the other, from which they are the groups of a card's or telephone's number."""

FIGURES = 3
"""Figures in the group that a number in figures begins with; fewer may go on with a digit that was said."""

MOSTLY_TOLD = 6
"""Digits said one by one after which a "thousand" is no amount: "two one two, seven three six, five thousand"."""

WRITTEN_SHAPES = frozenset(
    {(3, 3, 4), (3, 4, 4), (4, 6, 5), *((4, 4, 4, 4, *last) for last in ((), (1,), (2,), (3,)))}
)
"""Lengths of figures with commas between that are one number: North American and Chinese telephones, cards
(ISO/IEC 7812-1, up to 19 digits, as they are embossed)."""

MOST_GROUPS = 6
"""Groups up to which they may be those of one number: the longest shape's, and one that was taken back."""

ORDER_TOLD = 4
"""Digits after the name of an order's number from which that was it, and the next number is another one."""

Called = Literal["order", "resident", "code", "account", "personal"]
PERSONAL = frozenset({"resident", "account", "personal"})
"""What numbers are called that are somebody's."""


class _Piece(NamedTuple):
    start: int
    end: int
    digits: str
    """Empty: a power of ten ("천")."""
    written: bool
    power: bool = False
    """Makes the group an amount."""


class Group(NamedTuple):
    """Pieces with nothing between them."""

    start: int
    end: int
    digits: str
    written: bool
    amount: bool
    comma: bool
    """Whether a comma stands before it."""
    link: str
    """``again``: what stands before it was taken back; ``listed``: it goes on, or is another number; or empty."""


Run = list[Group]


def digits_of(run: Sequence[Group]) -> str:
    """All digits of a run."""
    return "".join(group.digits for group in run)


def runs(text: str) -> Iterator[Run]:
    """The numbers in a text, in order; without amounts, days and times, taken apart where several are listed."""
    for run in _raw_runs(text):
        for joined in _joined(text, _without_edges(text, _without_endings(text, run))):
            yield from _parts(text, joined)


def called(text: str, run: Sequence[Group]) -> Called | None:
    """What a run is called: before it (the last word counts), or else right after it."""
    begin = max(0, run[0].start - CONTEXT)
    found = list(words.CALLED.finditer(text[begin : run[0].start]))
    before = _name(found[-1]) if found else None
    if before is not None and not (
        before == "order" and _is_done_with(text, begin + found[-1].start(), begin + found[-1].end(), run[0].start)
    ):
        return before
    link = words.SO_CALLED.match(text, run[-1].end)
    if link is None:
        return None
    after = words.CALLED.search(text, link.start(), link.end() + CONTEXT_AFTER)
    return _name(after)


def _is_done_with(text: str, name: int, name_end: int, start: int) -> bool:
    """Whether the order's number stands after its name already, or is said to be unknown.

    A tracking number may have letters between its figures.
    """
    between, before = text[name_end:start], text[max(0, name - CONTEXT) : name]
    if words.UNKNOWN_AFTER.search(between) or words.UNKNOWN_BEFORE.search(before):
        return True
    digits = (
        len(match.group()) if match.lastgroup == "figures" else 1
        for match in words.PIECES.finditer(between)
        if match.lastgroup in ("figures", "english", "word", "times")
    )
    return sum(digits) >= ORDER_TOLD and not any("A" <= each <= "Z" for each in between)


def _name(found: re.Match[str] | None) -> Called | None:
    match found.lastgroup if found else None:
        case "order" | "resident" | "code" | "account" | "personal" as name:
            return name
    return None


def asked_for(text: str) -> Called | None:
    """What kind of number a text names last, as a question does; None: none, or that is not known."""
    found = list(words.CALLED.finditer(text))
    return _name(found[-1]) if found else None


def _raw_runs(text: str) -> Iterator[Run]:
    run: Run = []
    comma, link = False, ""
    for match in words.PIECES.finditer(text):
        kind = match.lastgroup
        if kind in ("between", "filled", "listed", "again"):
            comma = comma or any(each in match.group() for each in ",，、")
            link = kind if kind == "again" else link or (kind if kind == "listed" else "")
            continue
        if kind in ("kept", "particle", "other") or (kind == "thousands" and not _is_a_number(text, match)):
            if run:
                yield run
            run, comma, link = [], False, ""
            continue
        piece = _piece(match)
        last = run[-1] if run else None
        if last is not None and last.end == piece.start and last.written == piece.written:
            amount = last.amount or piece.power
            run[-1] = last._replace(end=piece.end, digits=last.digits + piece.digits, amount=amount)
        else:
            run.append(Group(*piece[:3], piece.written, piece.power, comma, link))
        comma, link = False, ""
    if run:
        yield run


def _is_a_number(text: str, match: re.Match[str]) -> bool:
    """Whether figures with thousands' commas are an account's: a recognizer puts commas where somebody paused."""
    digits = re.sub(r"\D", "", match.group())
    return (
        len(digits) >= NAMED_FOR_SURE
        and "." not in match.group()
        and not digits.endswith("000")
        and asked_for(text[max(0, match.start() - CONTEXT) : match.start()]) in PERSONAL
        and words.UNIT.match(text, match.end()) is None
    )


def _piece(match: re.Match[str]) -> _Piece:
    found, kind, place = match.group(), match.lastgroup, (match.start(), match.end())
    if kind in ("figures", "thousands"):
        return _Piece(*place, "".join(str(int(each)) for each in found if each.isdecimal()), True)
    if kind == "power":
        return _Piece(*place, "", False, power=True)
    if kind == "hundred":
        return _Piece(*place, HUNDRED, False, power=True)
    if kind == "times":
        return _Piece(*place, _repeated(found.lower()), False)
    return _Piece(*place, words.VALUES[found.lower()], False)


def _repeated(found: str) -> str:
    """The digits of "double five", "four ones", "三个零"."""
    times, _, word = found.replace("-", " ").partition(" ") if found.isascii() else (found[0], "", found[-1])
    if word.isdecimal():
        return str(int(word)) * words.TIMES[times]
    singular = {"sixes": "six", "zeroes": "zero"}.get(word, word)
    return words.VALUES.get(singular, words.VALUES.get(singular.removesuffix("s"), "0")) * words.TIMES[times]


def _without_endings(text: str, run: Run) -> Run:
    """A run without the Korean endings that begin with the syllable for two ("010-1234-5678이에요")."""
    return [
        group
        for before, group in zip([None, *run], run, strict=False)
        if not (
            before
            and before.written
            and not group.written
            and group.end - group.start == 1
            and words.ENDING.match(text, group.start)
        )
    ]


def _without_edges(text: str, run: Run) -> Run:
    """A number in figures without a word before or after it that is no digit of it: "oh, 415…", "… two times"."""
    figures = [group.written for group in run]
    first, last = run[0], run[-1]
    if figures == [False, *[True] * (len(run) - 1)] and len(first.digits) == 1:
        return run[1:] if len(run) > 1 and len(run[1].digits) >= FIGURES else run
    if figures == [*[True] * (len(run) - 1), False] and text[last.start : last.end].isascii():
        return run[:-1] if sum(len(group.digits) for group in run[:-1]) >= NAMED_FOR_SURE else run
    return run


def _joined(text: str, run: Run) -> Iterator[Run]:
    """A run taken apart at words that may begin another number, unless it is one number all the same."""
    segments = _split(run, ("listed", "again"))
    lengths = [_length(text, segment) for segment in segments]
    opened = run[0].digits.startswith("0") or plus_before(text, run[0].start)
    orders = all(length == ORDER_DIGITS for length in lengths) and not opened
    whole = (
        opened or called(text, run) in PERSONAL or _is_written_as_one(text, run) or _is_somebodys(text, segments)
    )
    if len(segments) == 1 or (whole and not orders):
        yield run
        return
    for listed in _split(run, ("listed",)):
        corrected = _split(listed, ("again",))
        sizes = [_length(text, segment) for segment in corrected]
        # An order number said again is as long as before, or only its wrong part is said.
        same_again = len(set(sizes)) == 1 or max(sizes) <= ORDER_DIGITS
        yield from corrected if same_again else [listed]


def _is_somebodys(text: str, segments: Sequence[Run]) -> bool:
    """Whether parts of a number make one that is somebody's, an ending after each taken for digits or not."""
    if len(segments) > MOST_GROUPS:
        return is_somebodys("".join(map(digits_of, segments)))
    readings = [{digits_of(part), digits_of(part)[: _length(text, part)]} for part in segments]
    return any(is_somebodys("".join(reading)) for reading in itertools.product(*readings))


def _length(text: str, segment: Run) -> int:
    """Digits of a part of a run; "이요" after it sounds like a two, "이구요" like two and nine, and is none."""
    last, end = segment[-1], segment[-1].end
    ends = text[end - 1] == "이" and words.ENDING.match(text, end - 1)
    slurred = text.startswith("이구요", end - 2) and len(last.digits) > len("이구")
    return len(digits_of(segment)) - (2 if slurred else bool(ends))


def _split(run: Run, links: tuple[str, ...]) -> list[Run]:
    segments: list[Run] = []
    for group in run:
        if segments and group.link not in links:
            segments[-1].append(group)
        else:
            segments.append([group])
    return segments


def _parts(text: str, run: Run) -> Iterator[Run]:
    """A run without amounts; and taken apart where it lists several numbers."""
    telephone = (run[0].digits.startswith("0") and not run[0].amount and len(run[0].digits) <= 4) or plus_before(
        text, run[0].start
    )
    personal = called(text, run) in PERSONAL
    fours = (
        personal
        and sum(_is_four(text, group) for group in run) >= FOURS
        and not words.UNIT.match(text, run[-1].end)
    )
    part: Run = []
    told = 0
    for group in run:
        goes_on = telephone or (group.digits == HUNDRED and personal) or told >= MOSTLY_TOLD
        spoken_so = (part and goes_on) or (fours and _is_four(text, group))
        if group.amount and not spoken_so:
            if part:
                yield from _listed(text, part)
            part, told = [], 0
        else:
            part.append(group._replace(digits=_as_told(text, group)) if group.amount else group)
            told += 0 if group.written else len(group.digits)
    if part:
        yield from _listed(text, part)


def _as_told(text: str, group: Group) -> str:
    """How many digits a number in hundreds or thousands gives to a longer one; which they are does not matter."""
    if group.digits == HUNDRED:
        return HUNDRED
    return "10" if text[group.start : group.end] in words.TEN else "0000"


def plus_before(text: str, start: int) -> bool:
    """Whether a "+", written or said, stands before a place."""
    return words.PLUS.search(text[max(0, start - CONTEXT) : start]) is not None


def _is_four(text: str, group: Group) -> bool:
    """Whether a group is a number in thousands, with nothing above: four digits read as one number."""
    said = text[group.start : group.end]
    return group.amount and words.THOUSAND.search(said) is not None and words.ABOVE.search(said) is None


def _listed(text: str, run: Run) -> Iterator[Run]:
    """Numbers one after the other: orders by their length, others by the comma between them."""
    as_one = _is_written_as_one(text, run)
    orders = all(len(group.digits) == ORDER_DIGITS and group.digits[0] != "0" for group in run)
    if len(run) > 1 and orders and not as_one:
        yield from ([group] for group in run)
        return
    if called(text, run) == "order":
        own = [at for at, group in enumerate(run) if at and group.comma and _is_own(run, at)]
        if own:
            yield from (run[: own[0]], run[own[0] :])
            return
    whole = run[0].digits[0] == "0" or not run[0].written or plus_before(text, run[0].start)
    if whole or as_one or called(text, run) in PERSONAL:
        yield run
        return
    part: Run = []
    for group in run:
        if group.comma and part:
            yield part
            part = []
        part.append(group)
    yield part


def _takes_back(text: str, group: Group, before: Group) -> bool:
    """Whether a group is said in place of the one before it."""
    return group.link == "again" and _length(text, [group]) == _length(text, [before])


def _is_own(run: Run, at: int) -> bool:
    """Whether digits from a place on, after an order's number, are a telephone's or a card's."""
    digits = digits_of(run[at:])
    begins_so = digits.startswith("0") or len(digits_of(run[:at])) == ORDER_DIGITS
    return is_card(digits) or (begins_so and is_telephone(digits))


def _is_written_as_one(text: str, run: Run) -> bool:
    """Whether its groups, or what stands between its commas, are as long as those of a card or telephone number.

    "이고요" may be a two and an ending or an ending alone, "잠깐만요" take back the group before it or not.
    """
    between = [0]
    for group in run:
        if group.comma:
            between.append(0)
        between[-1] += len(group.digits)
    if tuple(between) in WRITTEN_SHAPES:
        return True
    if len(run) > MOST_GROUPS:
        return False
    pairs = zip(run, [*run[1:], None], strict=True)
    right = [group for group, after in pairs if not (after and _takes_back(text, after, group))]
    return any(
        sizes in WRITTEN_SHAPES
        for groups in (run, right)
        for sizes in itertools.product(*({len(each.digits), _length(text, [each])} for each in groups))
    )
