"""Whether a caller is who ordered: by the last digits of the telephone number, or by name as it was heard."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from pypinyin import Style, lazy_pinyin
from rapidfuzz.distance import Levenshtein
from sqlalchemy.orm import Session

from ivr.content.types import Language
from ivr.fulfilment.shop_orders import OrderConnector
from ivr.fulfilment.shop_tables import Customer, Order
from ivr.fulfilment.types import Outcome

PHONE_DIGITS = 4
"""Digits of the telephone number that are asked for."""
MIN_WHOLE_NUMBER = 8
"""From so many digits on it is the whole number that was told."""
ONE_ERROR_PER, ONE_LETTER_PER = 7, 9
"""One sound in seven may be wrong: 김하늘 (eight sounds) for 김하눌, but not for 이하늘 or 김하은, and none in a
name of two syllables; of Latin letters one in nine, so that Wang Fang is not Wang Gang. Of 20,000 random pairs of
common Korean names 22 are taken for each other (``tests/fulfilment/test_identity.py``). In Chinese, where names are
two or three syllables, no sound may be wrong."""

_JAMO = str.maketrans(
    "ᄁᄄᄈᄊᄍᆩᆻᅢᅤᅨᅬᅫᅰ",
    "ᄀᄃᄇᄉᄌᆨᆺᅦᅦᅦᅦᅦᅦ",
)
"""Sounds that a telephone line hardly tells apart: tense and plain, ㅐ and ㅔ, and what merges with them."""
_KATAKANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_LENGTHENERS = str.maketrans("", "", "ー・")


class Verify(OrderConnector):
    """Connector ``shop.verify``: compares slot ``identity`` with the order's customer.

    Outcomes ``verified`` (with the fact ``customer``), ``mismatch``, and ``missing`` when there is no such order.
    """

    def about(self, session: Session, order: Order, slots: Mapping[str, str], language: Language) -> Outcome:
        """Compare."""
        told = slots.get("identity", "").strip()
        if re.fullmatch(r"[0-9]+", told):
            same = same_number(told, order.customer_phone)
        else:
            customer = session.get(Customer, order.customer_phone)
            others = customer.other_names.split("/") if customer else []
            same = same_name(told, [order.customer_name, *others], language)
        return Outcome("verified", facts={"customer": order.customer_name}) if same else Outcome("mismatch")


def same_number(told: str, phone: str) -> bool:
    """Whether the digits are the last four of a telephone number, or the whole of it.

    Args:
        told: Digits.
        phone: E.164.
    """
    digits = re.sub(r"[^0-9]", "", phone)
    if len(digits) < PHONE_DIGITS:
        return False
    if len(told) >= MIN_WHOLE_NUMBER:
        return digits.endswith(told.lstrip("0") or told)
    return len(told) == PHONE_DIGITS and digits.endswith(told)


def same_name(told: str, names: Iterable[str], language: Language) -> bool:
    """Whether what was heard is one of the names, as nearly as a recogniser writes names.

    Names are compared by their sounds, in either order of family and given name. Ideographs are compared by their
    Mandarin reading in Chinese; in Japanese they must be the same, or be told in kana.
    """
    heard = _sounds(told, language)
    return bool(heard) and any(
        _near(heard, _sounds(written, language), language) for name in names for written in _orders(name)
    )


def _orders(name: str) -> tuple[str, ...]:
    """The name, and with its parts the other way round."""
    parts = re.split(r"[\s・]+", name.strip())
    return (name,) if len(parts) < 2 else (name, " ".join(reversed(parts)))


def _near(heard: str, name: str, language: Language) -> bool:
    allowed = 0 if language == "zh" else len(name) // (ONE_LETTER_PER if name.isascii() else ONE_ERROR_PER)
    return bool(name) and Levenshtein.distance(heard, name, score_cutoff=allowed) <= allowed


def _sounds(text: str, language: Language) -> str:
    """Letters as they sound: jamo, hiragana, Latin without accents, pinyin without tones."""
    folded = unicodedata.normalize("NFKC", text[:100]).casefold()
    if language == "zh":
        folded = _read_ideographs(folded)
    folded = folded.translate(_KATAKANA).translate(_LENGTHENERS)
    decomposed = unicodedata.normalize("NFKD", folded).translate(_JAMO)
    # The silent initial of Korean syllables is no sound.
    return "".join(part for part in decomposed if part.isalpha() and part != "ᄋ")


def _read_ideographs(text: str) -> str:
    """Mandarin readings, with the finals -ng and -n as one: many speakers and recognisers mix them up."""
    read = lazy_pinyin(text, style=Style.NORMAL)
    return "".join(re.sub(r"ng$", "n", part) for part in read)
