"""Masking: what of a caller's number, or of digits in free text, may be seen in a log.

The record itself keeps the number (an agent has to call back); everything that leaves for a log goes through
here. Enough is left to tell two callers apart.
"""

import re

_SPACERS = r"[ \-.()/\u00a0\u2010-\u2015\u30fc\uff08\uff09\uff0d]"
"""What people put between the digits of a number, in Western and East Asian typing."""

_SHORTEST, _LONGEST = 9, 19
"""Digits. The shortest full telephone number is Korean (02-123-4567), the longest card number has 19
(ISO/IEC 7812-1); an order number of this shop has 5, a date written in digits 8."""

_LONGEST_PHONE = 15
"""Digits of an international number at most (ITU-T E.164)."""

_SHORTEST_CARD = 13
"""Digits of a card number at least (ISO/IEC 7812-1 in practice)."""

_KOREAN, _CHINESE = "공영일이삼사오육륙칠팔구", "〇零一二三四五六七八九幺"
"""Digits as they are said one by one in a transcript."""

_PATTERN = re.compile(
    rf"""
    (?P<kept>                                   # looks like digits but names nobody
        \b[0-9a-fA-F]{{8}}-(?:[0-9a-fA-F]{{4}}-){{3}}[0-9a-fA-F]{{12}}\b        # UUID
      | (?<![0-9A-Za-z])[A-Z]{{2}}[0-9a-f]{{32}}(?![0-9A-Za-z])                   # Twilio's SIDs
      | (?<![0-9A-Za-z])(?:0x)?(?=[0-9]*[a-f])[0-9a-f]{{12,}}(?![0-9A-Za-z])   # hash, address
      | (?<!\d)\d{{4}}-\d\d-\d\d[T\ ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?           # ISO 8601 time
      | (?<![\d.])(?:\d{{1,3}}\.){{3}}\d{{1,3}}(?![\d.])                          # IPv4
      | (?<![\d.+])(?<!\d-)(?:0|[1-9]\d{{0,5}})\.\d+(?![\d.\-])                         # decimal fraction
    )
  | (?P<secret>(?<=[?&]token=)[^&\s"']+)
  | (?P<digits>(?<!\d)\+?\(?\d(?:{_SPACERS}{{0,2}}\d){{{_SHORTEST - 1},{_LONGEST - 1}}}(?!\d))
  | (?P<long>\d{{{_LONGEST + 1},}})
  | (?P<spoken>(?:[{_KOREAN}][ ,.\-]{{0,2}}){{{_SHORTEST},}}|(?:[{_CHINESE}][ ,.\-]{{0,2}}){{{_SHORTEST},}})
    """,
    re.VERBOSE,
)


def mask_number(number: str | None) -> str | None:
    """Hide the middle of a telephone number.

    Args:
        number: As the carrier gave it: E.164, a national number, ``sip:…`` or a word such as ``anonymous``.

    Returns:
        ``+821012345678`` → ``+8210****5678``: four digits at the end and up to four at the start stay, at least
        four are hidden; of eight digits or fewer only the last two stay. Other characters than ``+`` are
        dropped once there are digits; without digits it is returned as it is.
    """
    if number is None:
        return None
    digits = "".join(character for character in number if character.isdigit())
    if not digits:
        return number
    plus = "+" if number.lstrip().startswith("+") else ""
    if len(digits) < _SHORTEST:
        return plus + "*" * max(len(digits) - 2, 1) + digits[max(len(digits) - 2, 1) :]
    head = min(4, len(digits) - 8)
    return f"{plus}{digits[:head]}{'*' * (len(digits) - head - 4)}{digits[-4:]}"


def mask_text(text: str) -> str:
    """Hide telephone-like and card-like digits in free text, and tokens in URLs.

    Runs of 9 to 19 digits (any script's, with the usual spacers between them) are masked: telephone numbers as
    in :func:`mask_number`, of cards only the last four digits stay. Digits spoken out in Korean or Chinese
    characters go altogether. Call SIDs, UUIDs, hashes, times, IP addresses and fractions stay.

    Args:
        text: Anything; never raises.
    """
    return _PATTERN.sub(_mask, text)


def _mask(match: re.Match[str]) -> str:
    found = match.group()
    if match["kept"] is not None:
        return found
    if match["digits"] is None:
        return "*" * 8
    digits = "".join(character for character in found if character.isdigit())
    international = found.startswith("+") and len(digits) <= _LONGEST_PHONE
    if len(digits) >= _SHORTEST_CARD and not international:
        return "*" * (len(digits) - 4) + digits[-4:]
    return mask_number(found) or ""
