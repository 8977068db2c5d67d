"""Forms that show by themselves whose digits are: a card's, a person's, a telephone's."""

import phonenumbers

CARD_DIGITS = range(15, 17)
"""Digits of the cards that people have: American Express 15, others 16."""

REGIONS = ("KR", "JP", "CN", "US", "GB")
"""Whose numbering plans a number is looked for in: the languages'."""


def is_resident(digits: str) -> bool:
    """Whether digits have the form of a Korean resident registration number: birthday, then 1 to 8 for the rest.

    The check digit is not looked at: numbers given out since October 2020 have none.
    """
    if len(digits) != 13:
        return False
    month, day = int(digits[2:4]), int(digits[4:6])
    return 1 <= month <= 12 and 1 <= day <= 31 and digits[6] in "12345678"


def is_card(digits: str) -> bool:
    """Whether digits are a card's: how many, the first (3 to 6, Mastercard also 2), the check digit.

    ISO/IEC 7812-1, annex B for the last.
    """
    if len(digits) not in CARD_DIGITS or digits[0] not in "23456":
        return False
    doubled = (int(each) * (2 if at % 2 else 1) for at, each in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_somebodys(digits: str) -> bool:
    """Whether digits have the form of a card's or a resident registration number."""
    return is_resident(digits) or is_card(digits)


def is_telephone(digits: str, *, plus: bool = False) -> bool:
    """Whether digits are a telephone number by one of the numbering plans of :data:`REGIONS`.

    Args:
        digits: As dialled there.
        plus: Whether they begin with the country's code.
    """
    for region in (None,) if plus else REGIONS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(("+" if plus else "") + digits, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False
