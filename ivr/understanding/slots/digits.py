"""Digit strings: order numbers and their like, in one utterance or told in parts."""

from ivr.content.types import Language
from ivr.understanding.corrections import merge_digits, segments
from ivr.understanding.numbers import find_digits
from ivr.understanding.slots.types import SlotContext
from ivr.understanding.types import SlotValue


def find_number(text: str, language: Language, context: SlotContext) -> tuple[SlotValue, ...]:
    """Find a number of ``context.digits`` digits, or what part of it was said."""
    found = find_digits(text, language, context.digits)
    return () if found is None else (found,)


def continue_digits(heard: str, text: str, language: Language, wanted: int) -> SlotValue | None:
    """Add what is said next to the digits heard so far.

    Args:
        heard: Digits of the utterances before ("472").
        text: What was said next: the rest ("nine one"), all of it again, the last digits once more and the rest
            ("two nine one"), or a correction ("no, three nine one").
        language: The language spoken.
        wanted: How many digits the number has.

    Returns:
        All digits so far (the span is that of the new ones); None when no digit was said.
    """
    found = find_digits(text, language, wanted)
    if found is None:
        return None
    value = found.value
    takes_back = not text[slice(*segments(text, language)[0])].strip(" ,.、，。")
    if len(value) >= wanted or (heard and len(value) > len(heard) and value.startswith(heard)):
        whole = value
    elif takes_back and len(segments(text, language)) > 1:
        whole = merge_digits(heard, value, wanted if len(heard) + len(value) >= wanted else None)
    elif len(heard) + len(value) <= wanted:
        whole = heard + value
    else:
        repeated = len(heard) + len(value) - wanted
        whole = heard + value[repeated:] if heard.endswith(value[:repeated]) else value
    return SlotValue(whole, found.confidence, found.span)
