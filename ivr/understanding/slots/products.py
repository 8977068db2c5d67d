"""Names of goods, found by sound in a catalogue: 캐쉬미어 니트, "wireless air buds", 蓝芽耳机."""

from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from ivr.content.types import Language
from ivr.understanding.corrections import segments
from ivr.understanding.numbers import CERTAIN, LIKELY, UNSURE
from ivr.understanding.slots.sounds import Sound, letters_of, sound_of
from ivr.understanding.slots.types import Goods, SlotContext
from ivr.understanding.types import SlotValue

MAX_CHARACTERS = 200
"""Where a name of goods is looked for: twenty seconds of speech."""
MAX_CATALOGUE = 500
"""Goods that are compared: 1.6 ms for a short answer, 3.5 ms for a text of 200 characters (random Korean names). A
larger catalogue is narrowed by the connector first, such as to what the caller has bought."""
_THRESHOLD = {"ko": 76.0, "en": 77.0, "ja": 74.0, "zh": 60.0}
"""Least similarity (0 to 100: normalised InDel similarity of the best-fitting part, of sounds and of letters). Set
on the development half of ``tests/understanding/slots/product.yaml``; of ideographs one in three may be wrong."""
_SHORT, _SHORT_THRESHOLD = 5, 88.0
"""English names of so few letters must be said nearly as they are: "parka" is not far from "are your"."""
_SURE, _MARGIN = 92.0, 4.0
"""Similarity from which a name is as good as said, and by how much it must lead the runner-up."""
_MIN_SHARE = 0.5
"""Least share of a name that must have been said: "扫地机" is enough for 扫地机器人, "机" is not."""


@dataclass(frozen=True)
class _Name:
    """One name of one product, as it sounds and as it is written."""

    key: str
    sound: str
    letters: str


def find_product(text: str, language: Language, context: SlotContext) -> tuple[SlotValue, ...]:
    """Find the goods that are named, the likeliest first (up to three when several are near).

    What stands after a correction ("밥통 말고 밥솥") goes before what was corrected.
    """
    names = _names(context.catalogue[:MAX_CATALOGUE], language)
    said = text[:MAX_CHARACTERS]
    for start, end in reversed(segments(said, language)[-4:]):
        found = _ranked(said[start:end], start, language, names)
        if found:
            return found
    return ()


def _ranked(text: str, offset: int, language: Language, names: tuple[_Name, ...]) -> tuple[SlotValue, ...]:
    heard, written = sound_of(text, language), letters_of(text)
    best: dict[str, tuple[float, int, tuple[int, int]]] = {}
    for name in names:
        scored = _similarity(name, heard, written, _least(name, language))
        if scored is None:
            continue
        score, (start, end) = scored
        rank = (score, len(name.letters), (offset + start, offset + end))
        best[name.key] = max(best.get(name.key, rank), rank)
    ranked = sorted(best.items(), key=lambda item: item[1], reverse=True)[:3]
    if not ranked:
        return ()
    top = ranked[0][1][0]
    leads = len(ranked) < 2 or top - ranked[1][1][0] >= _MARGIN
    confidence = UNSURE if not leads else CERTAIN if top >= _SURE else LIKELY
    return tuple(
        SlotValue(key, confidence if place == 0 else UNSURE, span)
        for place, (key, (score, _, span)) in enumerate(ranked)
        if place == 0 or top - score < _MARGIN
    )


def _least(name: _Name, language: Language) -> float:
    """The least similarity for a name: short ones are easily found in anything, ideographs one by one tell much."""
    if language in ("ja", "zh") and all("一" <= character <= "鿿" for character in name.letters):
        return _THRESHOLD["zh"]
    short = language == "en" and len(name.sound) <= _SHORT
    return _SHORT_THRESHOLD if short else _THRESHOLD[language]


def _similarity(name: _Name, heard: Sound, written: Sound, least: float) -> tuple[float, tuple[int, int]] | None:
    """How near the best-fitting part of a text is to a name, and where that part stands."""
    sounds, places = heard
    if len(sounds) < _MIN_SHARE * len(name.sound):
        return None
    fit = fuzz.partial_ratio_alignment(name.sound, sounds, score_cutoff=least - 10.0)
    if fit is None:
        return None
    start, end = (fit.dest_start, fit.dest_end) if len(name.sound) <= len(sounds) else (0, len(sounds))
    if end <= start or end - start < _MIN_SHARE * len(name.sound):
        return None
    letters = fuzz.partial_ratio(name.letters, written[0])
    score = max(fit.score * 0.7 + letters * 0.3, fit.score - 8.0)
    return (score, (places[start], places[end - 1] + 1)) if score >= least else None


@lru_cache(maxsize=16)
def _names(catalogue: tuple[Goods, ...], language: Language) -> tuple[_Name, ...]:
    return tuple(
        _Name(product.key, sound_of(name, language)[0], letters_of(name)[0])
        for product in catalogue
        for name in product.names
        if letters_of(name)[0]
    )
