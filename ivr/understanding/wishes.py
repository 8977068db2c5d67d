"""Takes an utterance apart: a change of mind ("아니 그거 말고 …"), and several wishes in one breath."""

import re
from dataclasses import dataclass

from ivr.content.types import Language
from ivr.understanding.commands import clauses

_CHANGED: dict[Language, str] = {
    "ko": r"(?:아니\s*)?(?:그거|그게|그것)?\s*말고(?:요)?(?=[\s,.]|$)|그게 아니(?:라|고)|아니다|"
    r"아니[,\s]+아니|아 아니|다시 생각해 보니",
    "en": r"\b(?:no wait|wait no|"
    r"actually|i mean|i meant|or rather|scratch that|never ?mind|on second thoughts?|not that)\b",
    "ja": r"じゃなくて|ではなくて|ではなく|やっぱり|というか|いや[、,\s]",
    "zh": r"不是不是|不对不对|不对|不是这个|算了|我是说|还是(?=.*吧)",
}
"""Words after which what was said before no longer counts."""
_ALSO: dict[Language, str] = {
    "ko": r"\s(?:그리고|또|그리구|아 그리고|참)\s|(?<=주시고)[\s,]|(?<=주고)[\s,]|(?<=싶고)[\s,]",
    "en": r"\b(?:and also|and then|and|also|plus)\b",
    "ja": r"それと|それから|あと[、,\s]",
    "zh": r"还有|另外|顺便",
}


@dataclass(frozen=True)
class Parts:
    """The parts of an utterance that may each be a wish."""

    corrected: str | None
    """What follows the last change of mind, if there was one."""
    wishes: tuple[str, ...]
    """The utterance's parts, in order; empty when it has but one."""
    takes_back: bool = False
    """Whether the caller takes something back: what was said before, or what is being done."""


def take_apart(text: str, language: Language) -> Parts:
    """Find the parts of an utterance."""
    corrected = None
    found = list(re.finditer(_CHANGED[language], text, re.IGNORECASE))
    if found:
        rest = text[found[-1].end() :].strip(" ,.、，。!?")
        corrected = rest if rest and found[-1].start() > 0 else None
    wishes = [
        part.strip()
        for clause in clauses(text)
        for part in re.split(f"{_CHANGED[language]}|{_ALSO[language]}", clause, flags=re.IGNORECASE)
        if part and part.strip()
    ]
    return Parts(corrected, tuple(wishes) if len(wishes) > 1 else (), bool(found))
