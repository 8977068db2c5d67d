"""The kinds of slots there are, each with the function that finds it."""

from collections.abc import Mapping

from ivr.content.types import Language, SlotKind
from ivr.understanding.slots.amounts import find_amount
from ivr.understanding.slots.dates import find_moment
from ivr.understanding.slots.digits import find_number
from ivr.understanding.slots.free_text import find_text
from ivr.understanding.slots.identity import find_identity
from ivr.understanding.slots.phone import find_phone
from ivr.understanding.slots.products import find_product
from ivr.understanding.slots.types import Extractor, SlotContext
from ivr.understanding.slots.yes_no import find_answer
from ivr.understanding.types import SlotValue

EXTRACTORS: Mapping[SlotKind, Extractor] = {
    "digits": find_number,
    "phone": find_phone,
    "datetime": find_moment,
    "amount": find_amount,
    "yes_no": find_answer,
    "product": find_product,
    "text": find_text,
    "identity": find_identity,
}


def extract(kind: SlotKind, text: str, language: Language, context: SlotContext) -> tuple[SlotValue, ...]:
    """Find the values of one kind in what a caller said.

    Args:
        kind: What to look for.
        text: The recognised words; any text at all.
        language: The language spoken.
        context: What it is understood against.

    Returns:
        The values, the most likely first, each with its confidence (0 to 1) and its span in ``text``.
    """
    return EXTRACTORS[kind](text, language, context)
