"""How complete the words are: tells the call how long a silence to wait before it takes the turn. Pure."""

from typing import Literal

from ivr.content.requests import COMMANDS
from ivr.content.types import Content, Language
from ivr.understanding.numbers import is_mostly_number
from ivr.understanding.types import Expectation, Meaning

Completeness = Literal["complete", "open", "incomplete"]

CONFIDENT = 0.8
"""Confidence (0 to 1) from which an intent counts as understood. Of 500 sentences of CLINC150's development split,
86 % reach it, and of their first halves, many of which say it all, 38 % (at 0.7: 93 and 54 %)."""

_UNFINISHED = frozenset({"hold_on"})
"""Commands after which the caller goes on: "one moment … it's 4 7 2"."""
_TRAILING_MARKS = (",", "，", "、", "...", "…", "-", "–", "—", "~", ":", "：")

# The last word tells whether more is to come. These are words of grammar, not of content: a manager has no say in
# what "and" means.
_KO_ENDINGS = (
    *("는데", "은데", "인데", "던데", "하고", "되고", "이고", "있고", "없고", "했고", "었고", "았고", "싶고"),
    *("아서", "어서", "해서", "라서", "와서", "니까", "으면", "하면", "지만", "려고", "거나", "다가", "면서"),
)
_KO_WORDS = frozenset(
    (
        *(
            "그리고",
            "그래서",
            "그런데",
            "근데",
            "그러면",
            "그럼",
            "하지만",
            "혹시",
            "저기",
            "저기요",
            "그니까",
            "뭐냐",
        ),
        *("저", "그", "음", "어", "아", "에", "그게", "제가", "저는", "또", "이제", "뭐냐"),
    )
)
_EN_WORDS = frozenset(
    (
        *("and", "but", "or", "because", "um", "uh", "er", "erm", "hmm", "well", "the", "a", "an", "my", "your"),
        *("to", "with", "for", "of", "from", "if", "when", "is", "are", "i", "i'm", "it's", "actually", "just"),
        *("about", "let"),
    )
)
_EN_PHRASES = ("i want", "i'd like", "i would like", "can you", "could you", "let me see", "my order number")
_JA_ENDINGS = (
    *("けど", "けれど", "ので", "から", "えっと", "ええと", "えーと", "あの", "あのー", "その", "えー", "それで"),
    *("ですが", "そして", "それから", "は", "が", "を", "に", "の", "と", "で"),
)
_ZH_ENDINGS = (
    *("那个", "这个", "嗯", "呃", "额", "然后", "但是", "因为", "所以", "就是", "还有", "如果", "我想", "我要"),
    *("想要", "和", "跟", "把", "给", "的话"),
)


def completeness(  # noqa: PLR0911 (a table: one return per row)
    meaning: Meaning, expecting: Expectation, text: str, content: Content | None = None
) -> Completeness:
    """Judge whether the caller has said all they mean to say.

    Args:
        meaning: What the words so far mean, understood with the same ``expecting``.
        expecting: What was asked.
        text: The words so far.
        content: Tells which slots a request still misses; None: any confident intent may be the whole.

    Returns:
        ``complete``: reply soon. ``incomplete``: the caller is in the middle of it. ``open``: can't tell.
    """
    if not text.strip():
        return "open"
    if expecting.kind == "digits" and expecting.slot is not None:
        number = _digits(meaning, expecting, text)
        if number is not None:
            return number
    trailing = _trails_off(text, meaning.language)
    if trailing:
        return "incomplete"
    if meaning.intent in COMMANDS:
        return "open" if meaning.intent in _UNFINISHED or _may_correct(meaning, expecting) else "complete"
    if expecting.kind in ("slot", "yes_no") and expecting.slot in meaning.slots:
        return _value(meaning, expecting, content)
    if meaning.intent is None or not meaning.sure or meaning.confidence < CONFIDENT:
        return "open"
    request = content.requests.get(meaning.intent) if content is not None else None
    missing = request is not None and any(slot not in meaning.slots for slot in request.slots)
    return "open" if missing else "complete"


def _digits(meaning: Meaning, expecting: Expectation, text: str) -> Completeness | None:
    """Judge an answer to a question for a number; None when it holds no number."""
    value = meaning.slots.get(expecting.slot or "")
    if value is None:
        return None
    if expecting.digits is None:
        return "open"
    if len(value.value) >= expecting.digits:
        # Words after the number are part of the answer; a number in the middle of a longer story is not its end.
        return "complete" if is_mostly_number(text, value) else "open"
    return "incomplete"


def _value(meaning: Meaning, expecting: Expectation, content: Content | None) -> Completeness:
    """Judge an answer that holds the value that was asked for: only words may always go on."""
    spec = content.slots.get(expecting.slot or "") if content is not None else None
    kind = spec.kind if spec is not None else "text"
    value = meaning.slots[expecting.slot or ""].value
    named = kind == "identity" and not value.isdigit()
    return "open" if kind == "text" or named else "complete"


def _may_correct(meaning: Meaning, expecting: Expectation) -> bool:
    """Whether the right value may follow: "no … nine five", in answer to one that was read back."""
    reads_back = expecting.kind == "yes_no" and expecting.question == "check" and expecting.slot is not None
    return reads_back and meaning.intent == "no" and expecting.slot not in meaning.slots


def _trails_off(text: str, language: Language) -> bool:
    """Whether the last word promises more."""
    spoken = text.strip().casefold()
    if spoken.endswith(_TRAILING_MARKS):
        return True
    bare = spoken.rstrip(".!。！ ")
    if not bare or spoken.endswith(("?", "？")):
        return False
    words = bare.split()
    match language:
        case "ko":
            return words[-1].strip(",") in _KO_WORDS or bare.endswith(_KO_ENDINGS)
        case "en":
            return words[-1] in _EN_WORDS or any(
                bare == phrase or bare.endswith(f" {phrase}") for phrase in _EN_PHRASES
            )
        case "ja":
            return bare.endswith(_JA_ENDINGS)
        case "zh":
            return bare.endswith(_ZH_ENDINGS)
