"""Takes an utterance apart: a change of mind ("아니 그거 말고 …"), several wishes in one breath, a wish and how."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ivr.content.types import Language
from ivr.understanding import japanese
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


_AND: dict[Language, str] = {
    "ko": r"(?<=[가-힣])\s?(?:하고|이랑|랑|와|과)\s+(?!싶)",
    "zh": r"(?<=[\u4e00-\u9fff])(?:和|跟|与|以及)(?=[\u4e00-\u9fff])",
}
"""Between two things that share one verb. English parts them by "and" as it does sentences (:data:`_ALSO`); in
Japanese と also follows what is said or thought, so the kinds of word beside it are looked at."""
_AND_JA = frozenset({"と", "や"})
_ENDING_JA, _BEGINNING_JA = frozenset({"名詞", "接尾辞"}), frozenset({"名詞", "接頭辞"})
"""Kinds of word that the name of a thing ends and begins with. It may begin with a verb, too (支払い方法)."""
_MARKED_KO = re.compile(r".+(?:을|를|이|가|은|는|도)")
_HELPING_KO = re.compile(r"(?:주|싶|부탁|되|돼|드|하|해)[가-힣]*")
"""Second words of a verb: 알려 주세요, 알고 싶어요, 확인 부탁드려요."""
_ONLY_HOW: dict[Language, re.Pattern[str]] = {
    "ko": re.compile(
        r"(?:그럼|그러면|이제|제가|이거|이건)?\s*(?:어떻게|어떡|뭐부터|뭘|무엇을)\s*(?:하|해|할|되|돼)[가-힣]*"
        r"(?:\s*(?:되|돼|하|해|할|좋|거|건|까)[가-힣]*)*"
    ),
    "en": re.compile(
        r"(?:so |and |but |then )?(?:how|what) (?:do|can|should|would|must|shall) i "
        r"(?:do|have to do|need to do|go about)(?: (?:it|that|this|so|now|then|about it))*",
        re.IGNORECASE,
    ),
    "ja": re.compile(
        r"(?:それは|これは|では)?(?:どう|どのように|どうやって|何を)(?:すれば|したら|やれば|やったら|する)"
        r"(?:いい|良い|よい|よろしい)?(?:の|ん)?(?:でしょう|です)?か?ね?"
    ),
    "zh": re.compile(
        r"(?:请问|那么|那)?我?(?:应该|该|要|得|需要|可以)?(?:怎么|如何|怎样)(?:办理|办|做|弄|操作|处理|申请)"
        r"(?:才好|好)?[呢啊呀]?"
    ),
}
"""A clause that asks how, and does not say what: it is about what the clause before it says."""
_WANT: dict[Language, re.Pattern[str]] = {
    "ko": re.compile(
        r"(?:하)?고\s?(?:싶은데요?|싶어요|싶습니다|싶거든요|싶어서요?)$|(?:하)?려(?:고\s?하)?는데요?$"
    ),
    "en": re.compile(r"\bI(?:'d like| would like| want| need| wanna)(?: to)? ", re.IGNORECASE),
    "ja": re.compile(r"たい(?:の|ん)?(?:です)?(?:が|けれど|けど)?$"),
    "zh": re.compile(r"(?<![不需重想])我?(?:想要|想|要)"),  # not 不要 (don't want), 需要 (need), 重要 (important)
}
"""Words that say that something is wanted. Beside "how do I do that?" they tell nothing, and hide the question:
"我想退货" alone wants it done now."""


@dataclass(frozen=True)
class Parts:
    """The parts of an utterance that may each be a wish."""

    corrected: str | None
    """What follows the last change of mind, if there was one."""
    wishes: tuple[str, ...]
    """The utterance's parts, in order; empty when it has but one."""
    takes_back: bool = False
    """Whether the caller takes something back: what was said before, or what is being done."""
    sharing: tuple[str, ...] = ()
    """What may be two wishes with one verb ("영업시간하고 배송비 알려 주세요"), each with the verb."""
    question: str | None = None
    """The utterance as a question how, when it is a wish and a question how it is done."""


def take_apart(text: str, language: Language) -> Parts:
    """Find the parts of an utterance."""
    corrected = None
    found = list(re.finditer(_CHANGED[language], text, re.IGNORECASE))
    if found:
        rest = text[found[-1].end() :].strip(" ,.、，。!?")
        corrected = rest if rest and found[-1].start() > 0 else None
    said, question = _asked_how(list(clauses(text)), language)
    wishes = [
        part.strip()
        for clause in said
        for part in re.split(f"{_CHANGED[language]}|{_ALSO[language]}", clause, flags=re.IGNORECASE)
        if part and part.strip()
    ]
    sharing = next((parts for clause in said if (parts := _sharing(clause.strip(), language))), ())
    return Parts(corrected, tuple(wishes) if len(wishes) > 1 else (), bool(found), sharing, question)


def _asked_how(said: list[str], language: Language) -> tuple[list[str], str | None]:
    """The clauses, a question how joined with what it asks about; and the whole as that question."""
    if len(said) < 2 or not _ONLY_HOW[language].fullmatch(said[-1].strip()):
        return said, None
    *before, about, how = (clause.strip() for clause in said)
    joined = f"{_WANT[language].sub('', about).strip()}, {how}"
    return [*before, joined], ", ".join([*before, joined])


def _sharing(clause: str, language: Language) -> tuple[str, ...]:
    """The parts of a clause that names several things with one verb, each with it; empty when it names one."""
    if language == "ja":
        return _sharing_ja(clause)
    if language not in _AND:
        return ()
    named = [part.strip() for part in re.split(_AND[language], clause)]
    if len(named) < 2 or not all(named):
        return ()
    verb = _verb_ko(named[-1].split()) if language == "ko" else ""
    return (*(f"{part} {verb}".strip() for part in named[:-1]), named[-1])


def _verb_ko(spoken: Sequence[str]) -> str:
    """What follows the last thing named: behind its particle or "좀"; else the last word or two."""
    for at, word in enumerate(spoken[:-1]):
        if word == "좀":
            return " ".join(spoken[at:])
        if _MARKED_KO.fullmatch(word):
            return " ".join(spoken[at + 1 :])
    count = 2 if len(spoken) > 2 and _HELPING_KO.fullmatch(spoken[-1].strip("?.!")) else 1
    return " ".join(spoken[-count:]) if len(spoken) > count else ""


def _sharing_ja(clause: str) -> tuple[str, ...]:
    spoken = japanese.words(clause) if any(sign in clause for sign in _AND_JA) else []
    joints = [
        at
        for at, word in enumerate(spoken[1:-1], start=1)
        if word.written in _AND_JA
        and word.kind == "助詞"
        and spoken[at - 1].kind in _ENDING_JA
        and (spoken[at + 1].kind in _BEGINNING_JA or _begins_a_name(spoken[at + 1 : at + 3]))
    ]
    if not joints:
        return ()
    verb = next((at for at in range(joints[-1] + 1, len(spoken)) if spoken[at].kind == "助詞"), len(spoken))
    starts = [0, *(at + 1 for at in joints)]
    ends = [*joints, len(spoken)]
    tail = spoken[verb:]
    named = [spoken[start:end] for start, end in zip(starts, ends, strict=True)]
    parts = [*([*part, *tail] for part in named[:-1]), named[-1]]
    return tuple("".join(word.written for word in part) for part in parts)


def _begins_a_name(spoken: Sequence[japanese.Word]) -> bool:
    """Whether a verb is the first half of a name (支払い方法), and does not tell something of it (違う商品)."""
    kinds = [word.kind for word in spoken]
    return kinds == ["動詞", "名詞"] and spoken[0].form == "連用形"
