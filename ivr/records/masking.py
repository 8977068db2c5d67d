"""Hides personal numbers in what people say and write: cards, resident registration, accounts, telephones, e-mail.

A transcript holds a number as figures in groups, digit by digit, in pairs, with particles between: "공일공에
일이삼사에", "four fifteen, double five", ``〇九〇の一二三四``, ``幺三八``. So a text is cut into digits, what may
stand between them, and everything else; digits without anything else between them are one run, and runs are judged
by how many digits they have and what they are called. Order numbers, amounts, days and times stay.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ivr.records import masking_words as words
from ivr.records.privacy import mask_number

HIDDEN = "*" * 8
"""In place of what was said in words: their number tells the digits' number."""

HIDDEN_ADDRESS = "***@***"

SHORTEST = 9
"""Digits from which a run is personal whatever it is called: the shortest full telephone number is Korean
(02-123-4567); an order number of the demo shop has 5, a day written in figures 8."""

SHORTEST_NAMED = 7
"""Digits from which it is personal when it is called so: a local telephone number, a Japanese account."""

HUNDRED = "00"
"""The two digits that "nine hundred" adds in a telephone number."""

LONGEST = 19
"""Digits of a card number at most (ISO/IEC 7812-1); longer runs are hidden altogether."""

LONGEST_PHONE = 15
"""Digits of an international number at most (ITU-T E.164)."""

MOST_NATIONAL = 12
"""Digits of a telephone number with its leading 0 at most (Korea's 0505 numbers)."""

ORDER_DIGITS = 5
"""Numbers of this length, one after the other, are orders."""

CONTEXT = 28
"""Characters before a run in which it may be called something: half a sentence."""

BIRTHDAY_DIGITS = 6
"""Digits of the first half of a resident registration number, which is a birthday."""

CARD_DIGITS = range(15, 17)
"""Digits of the cards that people have: American Express 15, others 16."""

CODE_DIGITS = range(3, 7)
"""Digits of what a card's back, a door or a telephone asks for."""


class _Piece(NamedTuple):
    start: int
    end: int
    digits: str
    """Empty: a power of ten ("천")."""
    written: bool
    power: bool = False
    """Makes the group an amount."""


class _Group(NamedTuple):
    """Pieces with nothing between them."""

    start: int
    end: int
    digits: str
    written: bool
    amount: bool
    comma: bool
    """Whether a comma stands before it."""


def mask_text(text: str) -> str:
    """Hide personal numbers, e-mail addresses, and tokens in URLs.

    Of written numbers the last four digits stay (of those that begin with 0 or + also the first ones, as in
    :func:`ivr.records.privacy.mask_number`; of resident registration numbers nothing), of spoken ones nothing.
    Call SIDs, UUIDs, hashes, days, times, amounts, IP addresses and fractions stay.

    Args:
        text: Anything, in any of the four languages or none; never raises.
    """
    text = words.TOKEN.sub("*" * 8, text)
    text = words.ADDRESS.sub(HIDDEN_ADDRESS, text)
    if "@" not in text and words.SPOKEN_AT.search(text):
        for spoken in words.SPOKEN_ADDRESSES:
            text = spoken.sub(lambda match: match.group().replace(match["address"], HIDDEN_ADDRESS), text)
    out: list[str] = []
    done = 0
    for start, end, hidden in _hidden(text):
        out += [text[done:start], hidden]
        done = end
    return "".join([*out, text[done:]])


def _hidden(text: str) -> Iterator[tuple[int, int, str]]:
    """Where something has to be hidden, and what to put there."""
    for run in _runs(text):
        for part in _parts(text, _without_ending(text, run)):
            shown = _judged(text, part)
            if shown is not None:
                start, end = part[0].start, part[-1].end
                if start and text[start - 1] in "+(":
                    start -= 2 if start > 1 and text[start - 2 : start] == "+(" else 1
                yield start, end, shown


def _runs(text: str) -> Iterator[list[_Group]]:
    """Groups of digits with nothing between them but what may stand inside a number."""
    run: list[_Group] = []
    comma = False
    for match in words.PIECES.finditer(text):
        if match.lastgroup == "between":
            comma = comma or any(each in match.group() for each in ",，、")
            continue
        if match.lastgroup in ("kept", "other"):
            if run:
                yield run
            run, comma = [], False
            continue
        piece = _piece(match)
        last = run[-1] if run else None
        if last is not None and last.end == piece.start and last.written == piece.written:
            amount = last.amount or piece.power
            run[-1] = last._replace(end=piece.end, digits=last.digits + piece.digits, amount=amount)
        else:
            run.append(_Group(*piece[:3], piece.written, piece.power, comma))
        comma = False
    if run:
        yield run


def _without_ending(text: str, run: list[_Group]) -> list[_Group]:
    """A written number without the Korean ending that begins with the syllable for two ("010-1234-5678이에요")."""
    last = run[-1]
    if len(run) > 1 and not last.written and run[-2].written and last.end - last.start == 1:
        return run[:-1] if words.ENDING.match(text, last.start) else run
    return run


def _piece(match: re.Match[str]) -> _Piece:
    found = match.group()
    if match.lastgroup == "figures":
        return _Piece(match.start(), match.end(), "".join(str(int(each)) for each in found), True)
    if match.lastgroup == "power":
        return _Piece(match.start(), match.end(), "", False, power=True)
    if match.lastgroup == "hundred":
        return _Piece(match.start(), match.end(), HUNDRED, False, power=True)
    if match.lastgroup == "times":
        times, _, word = found.lower().partition(" ")
        return _Piece(
            match.start(), match.end(), words.VALUES[word.strip()] * (2 if times == "double" else 3), False
        )
    return _Piece(match.start(), match.end(), words.VALUES[found.lower()], False)


def _parts(text: str, run: list[_Group]) -> Iterator[list[_Group]]:
    """A run without amounts; and taken apart where it lists several numbers."""
    telephone = run[0].digits.startswith("0") and not run[0].amount and len(run[0].digits) <= 4
    part: list[_Group] = []
    for group in run:
        spoken_so = telephone or (group.digits == HUNDRED and _called(text, run) == "personal")
        if group.amount and not (spoken_so and part):
            if part:
                yield from _listed(text, part)
            part = []
        else:
            part.append(group._replace(digits="0000") if group.amount and group.digits != HUNDRED else group)
    if part:
        yield from _listed(text, part)


def _listed(text: str, run: list[_Group]) -> Iterator[list[_Group]]:
    """Numbers one after the other: orders by their length, others by the comma between them."""
    if len(run) > 1 and all(len(group.digits) == ORDER_DIGITS and group.digits[0] != "0" for group in run):
        yield from ([group] for group in run)
        return
    whole = run[0].digits[0] == "0" or not run[0].written or text[max(0, run[0].start - 1)] == "+"
    if whole or _called(text, run) == "personal" or all(len(group.digits) == 4 for group in run):
        yield run
        return
    part: list[_Group] = []
    for group in run:
        if group.comma and part:
            yield part
            part = []
        part.append(group)
    yield part


def _called(text: str, run: list[_Group]) -> str | None:
    """What a run is called before it: ``personal``, ``resident``, ``code``, ``order``; the last word counts."""
    before = text[max(0, run[0].start - CONTEXT) : run[0].start]
    found = list(words.CALLED.finditer(before))
    return found[-1].lastgroup if found else None


def _judged(text: str, run: list[_Group]) -> str | None:
    """What stands in place of a run; None: it stays."""
    digits = "".join(group.digits for group in run)
    called, count = _called(text, run), len(digits)
    amount = called is None and len(run) == 1 and words.UNIT.match(text, run[-1].end) is not None
    if amount or not _is_personal(digits, called):
        return None
    if not all(group.written for group in run) or count > LONGEST:
        return HIDDEN
    if _is_resident(digits) or called in ("resident", "code"):
        return "*" * count
    international = run[0].start > 0 and text[run[0].start - 1] == "+" and count <= LONGEST_PHONE
    if not (international or digits.startswith("0")) or count > MOST_NATIONAL:
        left = 4 if count >= SHORTEST else 2
        return "*" * (count - left) + digits[-left:]
    return mask_number(("+" if international else "") + digits) or HIDDEN


def _is_personal(digits: str, called: str | None) -> bool:
    count = len(digits)
    if _is_resident(digits):
        return True
    if called == "order":
        return count in CARD_DIGITS and _luhn(digits)
    if called == "code":
        return count in CODE_DIGITS or count >= SHORTEST
    shortest = {"personal": SHORTEST_NAMED, "resident": BIRTHDAY_DIGITS}.get(called or "", SHORTEST)
    return count >= shortest


def _is_resident(digits: str) -> bool:
    """Whether digits have the form of a Korean resident registration number: birthday, then 1 to 8 for the rest.

    The check digit is not looked at: numbers given out since October 2020 have none.
    """
    if len(digits) != 13:
        return False
    month, day = int(digits[2:4]), int(digits[4:6])
    return 1 <= month <= 12 and 1 <= day <= 31 and digits[6] in "12345678"


def _luhn(digits: str) -> bool:
    """Whether the check digit of a card number is right (ISO/IEC 7812-1, annex B)."""
    doubled = (int(each) * (2 if at % 2 else 1) for at, each in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
