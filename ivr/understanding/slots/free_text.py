"""Free text: what was said, without the hesitation before it and the words that only lead in."""

import re
from collections.abc import Mapping

from ivr.content.types import Language
from ivr.understanding.numbers import LIKELY
from ivr.understanding.slots.types import SlotContext
from ivr.understanding.types import SlotValue

MAX_CHARACTERS = 600
"""Longer texts are cut: over a minute of speech."""
_PUNCTUATION = " \t\n,.…、，。!?！？~"
_GAP = r"[\s,.…、，。!?！？~]*"
_HESITATION: Mapping[Language, str] = {
    "ko": r"(?:(?:어+|음+|저기요?|그냥|그게|그)(?![가-힣]))",
    "en": r"(?:(?:um+|uh+|er+m?|hmm+|well|just|so)\b)",
    "ja": r"(?:え[ーえっ]*と|えー+|あの[うー]?(?=[、,\s])|その[ー、])",
    "zh": r"(?:[嗯呃哦啊]+|那个(?=[，,、\s]))",
}
_LEAD_IN: Mapping[Language, str] = {
    "ko": r"(?:제\s*)?(?:이름은|성함은|주소는|저는)\s*",
    "en": r"(?i:(?:my|the)\s+(?:name|address)(?:\s+is|'s)|this\s+is|it's|i'm)\s+(?=[A-Z0-9])",
    "ja": r"(?:(?:私|わたし)の)?(?:名前|住所)は",
    "zh": r"(?:我叫|我姓|我是|(?:我的)?(?:名字|姓名)(?:是|叫)|(?:我的)?地址是)",
}
_TAIL: Mapping[Language, str] = {
    "ko": r"(?:이라고\s*합니다|라고\s*합니다|입니다|이에요|예요|이요)",
    "en": r",?\s*(?:please|thanks|thank you)",
    "ja": r"(?:と申します|といいます|と言います|です)",
    "zh": r"(?:，?谢谢)",
}
"""What ends a name or address that was led in."""
_TAIL_ALONE: Mapping[Language, str] = {
    "ko": r"\S{2,7}?(?:이에요|예요|이요)$",
    "en": rf".*{_TAIL['en']}$",
    "ja": r".{1,12}(?:と申します|といいます|と言います)$",
    "zh": rf".*{_TAIL['zh']}$",
}
"""Texts that end so without having been led in: a name said alone, or a word of politeness."""


_START = {
    language: re.compile(rf"{_GAP}(?:{hesitation}{_GAP})*", re.IGNORECASE)
    for language, hesitation in _HESITATION.items()
}
_LEAD = {language: re.compile(lead_in) for language, lead_in in _LEAD_IN.items()}
_END = {language: re.compile(rf"{tail}$", re.IGNORECASE) for language, tail in _TAIL.items()}
_ALONE = {language: re.compile(alone, re.IGNORECASE | re.DOTALL) for language, alone in _TAIL_ALONE.items()}


def find_text(text: str, language: Language, context: SlotContext) -> tuple[SlotValue, ...]:
    """Take what was said as it is; none when only hesitation was heard."""
    said = text[:MAX_CHARACTERS].rstrip(_PUNCTUATION)
    opening = _START[language].match(said)
    start, end = opening.end() if opening else 0, len(said)
    led = _LEAD[language].match(said, start)
    if led is not None and led.end() < end:
        start = led.end()
    if led is not None or _ALONE[language].match(said[start:end]):
        ended = _END[language].search(said, start)
        end = ended.start() if ended is not None and ended.start() > start else end
    if end <= start:
        return ()
    return (SlotValue(said[start:end], LIKELY, (start, end)),)
