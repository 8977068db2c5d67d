"""Hides personal numbers in what people say and write: cards, resident registration, accounts, telephones, e-mail.

A transcript holds a number as figures in groups, digit by digit, in pairs, with particles between: "공일공에
일이삼사에", "four fifteen, double five", ``〇九〇の一二三四``, ``幺三八``. :mod:`ivr.records.masking_runs` cuts
them out; here they are judged by how many digits they have and what they are called. Order numbers, amounts, days
and times stay. Numbers told over several turns: :mod:`ivr.records.masking_turns`.
"""

from collections.abc import Iterator, Sequence

from ivr.records import masking_words as words
from ivr.records.masking_addresses import hide_addresses, hide_ibans
from ivr.records.masking_runs import (
    PERSONAL,
    Called,
    Group,
    asked_for,
    called,
    digits_of,
    plus_before,
    runs,
)
from ivr.records.masking_shapes import is_card, is_resident, is_telephone
from ivr.records.privacy import mask_number

HIDDEN = "*" * 8
"""In place of what was said in words: their number tells the digits' number."""

SHORTEST = 9
"""Digits from which a run is personal whatever it is called: the shortest full telephone number is Korean
(02-123-4567); an order number of the demo shop has 5, a day written in figures 8."""

SHORTEST_NAMED = 7
"""Digits from which it is personal when it is called so: a local telephone number, a Japanese account."""

LONGEST = 19
"""Digits of a card number at most (ISO/IEC 7812-1); longer runs are hidden altogether."""

LONGEST_PHONE = 15
"""Digits of an international number at most (ITU-T E.164)."""

MOST_NATIONAL = 12
"""Digits of a telephone number with its leading 0 at most (Korea's 0505 numbers)."""

BIRTHDAY_DIGITS = 6
"""Digits of the first half of a resident registration number, which is a birthday."""

GOODS = ("880", "69")
"""How bar codes of Korean and Chinese goods begin (GS1 prefixes); they have 13 digits too."""

CODE_DIGITS = range(3, 7)
"""Digits of what a card's back, a door or a telephone asks for."""


def mask_text(text: str, asked: str = "") -> str:
    """Hide personal numbers, e-mail addresses, and tokens in URLs.

    Of written numbers the last four digits stay (of telephone numbers that begin with 0 or + also the first ones,
    as in :func:`ivr.records.privacy.mask_number`; of resident registration numbers nothing), of spoken ones
    nothing. Call SIDs, UUIDs, hashes, days, times, amounts, IP addresses and fractions stay.

    Args:
        text: Anything, in any of the four languages or none; never raises.
        asked: What it answers: a question for a telephone number makes seven digits one.
    """
    text = words.TOKEN.sub(HIDDEN, text)
    text = hide_ibans(hide_addresses(text))
    out: list[str] = []
    done = 0
    for start, end, hidden in _hidden(text, asked_for(asked)):
        out += [text[done:start], hidden]
        done = end
    return "".join([*out, text[done:]])


def _hidden(text: str, wanted: Called | None) -> Iterator[tuple[int, int, str]]:
    """Where something has to be hidden, and what to put there."""
    for run in runs(text):
        shown = _judged(text, run, wanted)
        if shown is not None:
            start, end = run[0].start, run[-1].end
            while start and text[start - 1] in "+＋(（":
                start -= 1
            yield start, end, shown


def _judged(text: str, run: Sequence[Group], wanted: Called | None) -> str | None:
    """What stands in place of a run; None: it stays."""
    digits = digits_of(run)
    known = called(text, run)
    amount = known is None and len(run) == 1 and words.UNIT.match(text, run[-1].end) is not None
    if amount or not is_personal(digits, known or (wanted if wanted in PERSONAL else None)):
        return None
    count = len(digits)
    if not all(group.written for group in run) or count > LONGEST:
        return HIDDEN
    if is_resident(digits) or known in ("resident", "code"):
        return "*" * count
    international = plus_before(text, run[0].start) and count <= LONGEST_PHONE
    telephone = international or (digits.startswith("0") and known != "account" and is_telephone(digits))
    if not telephone or count > MOST_NATIONAL:
        left = 4 if count >= SHORTEST else 2
        return "*" * (count - left) + digits[-left:]
    return mask_number(("+" if international else "") + digits) or HIDDEN


def is_personal(digits: str, known: Called | None) -> bool:
    """Whether digits are somebody's.

    Args:
        digits: Of one number.
        known: What it is called.
    """
    count = len(digits)
    if is_resident(digits) and not (known == "order" and digits.startswith(GOODS)):
        return True
    if known == "order":
        return is_card(digits)
    if known == "code":
        return count in CODE_DIGITS or count >= SHORTEST
    if known is None and _said_twice(digits):
        return False
    shortest = SHORTEST if known is None else BIRTHDAY_DIGITS if known == "resident" else SHORTEST_NAMED
    return count >= shortest


def _said_twice(digits: str) -> bool:
    """Whether a number of an order's length is said, and said again; "이요" after it sounds like a two."""
    if len(digits) < SHORTEST or digits.startswith("0") or is_card(digits):
        return False
    candidates = (each for each in (digits, digits.removesuffix("2")) if len(each) < 2 * SHORTEST)
    return any(each == each[: len(each) // 2] * 2 for each in candidates)
