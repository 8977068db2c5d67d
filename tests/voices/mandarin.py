"""Mandarin to the phonemes Kokoro-82M was taught: pinyin, then IPA with a tone arrow after each vowel.

The values are the usual ones of Standard Chinese (Duanmu, *The Phonology of Standard Chinese*, 2007); the arrows
(→ ↗ ↓ ↘ for tones 1 to 4) and the single letters for affricates are the model's own notation.
"""

import re
from itertools import pairwise

INITIALS = {
    "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ",
    "h": "x", "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ",
    "s": "s", "": "",
}  # fmt: skip
FINALS = {
    "a": "a0", "ai": "ai0", "an": "a0n", "ang": "a0ŋ", "ao": "au0", "e": "ɤ0", "ei": "ei0", "en": "ə0n",
    "eng": "ə0ŋ", "er": "ɚ0", "i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ", "iao": "jau0", "ie": "je0",
    "in": "i0n", "ing": "i0ŋ", "iong": "jʊ0ŋ", "iou": "jou0", "o": "wo0", "ong": "ʊ0ŋ", "ou": "ou0", "u": "u0",
    "ua": "wa0", "uai": "wai0", "uan": "wa0n", "uang": "wa0ŋ", "uei": "wei0", "uen": "wə0n", "ueng": "wə0ŋ",
    "uo": "wo0", "v": "y0", "van": "ɥɛ0n", "ve": "ɥe0", "vn": "y0n", "n": "n0", "ng": "ŋ0",
}  # fmt: skip
TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
PUNCTUATION = str.maketrans({"，": ", ", "。": ".", "？": "?", "！": "!", "、": ", "})


def to_phonemes(text: str) -> str:
    """Mandarin in Simplified characters to a string of Kokoro's phoneme symbols.

    Raises:
        ValueError: a character has no reading, or pypinyin a syllable this table lacks.
    """
    return "".join(
        _word(part) if "\u4e00" <= part[0] <= "\u9fff" else part.translate(PUNCTUATION)
        for part in re.findall("[\u4e00-\u9fff]+|[^\u4e00-\u9fff]", text)
    )


def _word(characters: str) -> str:
    from pypinyin import Style, lazy_pinyin

    initials = lazy_pinyin(characters, style=Style.INITIALS, strict=True)
    finals = _third_tone_sandhi(
        lazy_pinyin(characters, style=Style.FINALS_TONE3, strict=True, neutral_tone_with_five=True)
    )
    return "".join(_syllable(*pair, of=characters) for pair in zip(initials, finals, strict=True))


def _third_tone_sandhi(finals: list[str]) -> list[str]:
    """The first of two third tones is said as a second."""
    risen = [here[:-1] + "2" if here[-1] == after[-1] == "3" else here for here, after in pairwise(finals)]
    return [*risen, finals[-1]]


def _syllable(initial: str, final: str, *, of: str) -> str:
    vowel, tone = final[:-1].replace("ü", "v"), final[-1]
    if vowel not in FINALS or initial not in INITIALS or tone not in TONES:
        raise ValueError(
            f"no phonemes for pinyin {initial!r} + {final!r} in {of!r}; add it to tests/voices/mandarin.py"
        )
    sound = FINALS[vowel]
    if vowel == "i" and initial in {"z", "c", "s", "zh", "ch", "sh", "r"}:
        sound = "ɨ0"
    return INITIALS[initial] + sound.replace("0", TONES[tone])
