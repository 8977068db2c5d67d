"""Masking: what of a caller's number may be seen in a log or a summary.

The record itself keeps the number (an agent has to call back); enough is left of it to tell two callers apart.
Numbers in what people say: :mod:`ivr.records.masking`.
"""

_SHORTEST = 9
"""Digits. The shortest full telephone number is Korean (02-123-4567)."""


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
