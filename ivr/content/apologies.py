"""Whether a text says sorry: nobody should hear that three times running."""

import re

_SORRY = re.compile(
    r"\b(?:sorry|apolog(?:y|ies|i[sz]e))\b"
    r"|죄송|미안|사과(?:드|의 말)|송구"
    r"|申し訳|すみません|すいません|ごめん|お詫び"
    r"|抱歉|对不起|不好意思|歉意|道歉",
    re.IGNORECASE,
)
"""Of the four languages together: what one of them writes means nothing else in another."""


def apologises(text: str) -> bool:
    """Whether there is an apology in ``text``, in any of the four languages."""
    return _SORRY.search(text) is not None
