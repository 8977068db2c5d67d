"""Reads ``masking_forms.yaml`` and judges what masking makes of a form."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

FILE = Path(__file__).with_suffix(".yaml")
LAST_DIGITS = 4
"""What may be left of a written number at its end; as many at the start of a telephone number."""
TRAILING = 2
"""Characters after a number that may go with it: the 이 of "이요" sounds like a two."""


@dataclass(frozen=True)
class Form:
    """One sentence."""

    half: str
    kind: str
    language: str
    text: str
    before: str
    secret: str
    """Empty: nothing in it may be hidden."""
    after: str

    def problem(self, mask: Callable[[str], str]) -> str | None:
        """What is wrong with what ``mask`` makes of it; None: nothing."""
        masked = mask(self.text)
        if not self.secret:
            return None if masked == self.text else f"hidden for nothing: {masked}"
        if not masked.startswith(self.before):
            return f"hides what stands before: {masked}"
        ends = [self.after[cut:] for cut in range(TRAILING + 1)]
        after = next((end for end in ends if masked.endswith(end)), None)
        if after is None:
            return f"hides what stands after: {masked}"
        inside = masked[len(self.before) : len(masked) - len(after)]
        if "*" not in inside:
            return f"not hidden: {masked}"
        left = len(re.sub(r"\W", "", inside))
        allowed = 2 * LAST_DIGITS if self.kind == "phone" else LAST_DIGITS
        hidden = len(re.sub(r"\W", "", self.secret)) - left
        return None if left <= allowed and hidden >= 4 else f"too much is left: {masked}"


def forms() -> list[Form]:
    """All of them."""
    halves = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [
        _form(half, kind, language, sentence)
        for half, kinds in halves.items()
        for kind, languages in kinds.items()
        for language, sentences in languages.items()
        for sentence in sentences
    ]


def _form(half: str, kind: str, language: str, sentence: str) -> Form:
    before, opened, rest = sentence.partition("[")
    secret, closed, after = rest.partition("]")
    if (kind == "keep") == bool(opened) or bool(opened) != bool(closed):
        raise ValueError(f"{FILE}: {half}: {kind}: {sentence!r}: one [number], and none under keep")
    return Form(half, kind, language, before + secret + after, before, secret, after)
