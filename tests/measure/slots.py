"""How many of the spoken forms under ``tests/understanding/slots`` are understood exactly, and how fast.

``python -m tests.measure.slots [--kind KIND] [--language L] [--failures] [--failures-held-out]``

A form counts when its value is equal to the expected one, or when nothing is found where nothing was said. The
extractors were made with the development half in view; ``--failures`` prints its misses only, so that the held-out
ones stay unseen until ``--failures-held-out`` is asked for.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import yaml

from ivr.content.types import LANGUAGES, SLOT_KINDS, Language, SlotKind
from ivr.understanding.slots.registry import extract
from ivr.understanding.slots.types import Goods, SlotContext

TABLES = Path(__file__).resolve().parents[1] / "understanding" / "slots"
WEDNESDAY = datetime(2026, 3, 11, 10, 30)
Part = Literal["development", "held_out"]
REPEATED = (
    *(
        "0",
        "1,000",
        "1.5.",
        "일",
        "어",
        "아니 ",
        "にじゅう",
        "よん",
        "え",
        "はい",
        "一",
        "十",
        "二点",
        "嗯",
        "三块五",
        "不是",
    ),
    *("a ", "half ", "twenty ", "two point ", "no ", "in a ", ", ", "\n"),
)
"""What patterns could take for ever over, said again and again."""
PARTS: tuple[Part, ...] = ("development", "held_out")


@dataclass(frozen=True)
class Form:
    """One spoken form and what it means."""

    kind: SlotKind
    language: Language
    part: Part
    text: str
    expected: str | None
    context: SlotContext

    def heard(self) -> str | None:
        """What is understood."""
        found = extract(self.kind, self.text, self.language, self.context)
        return found[0].value if found else None


def forms(kind: SlotKind) -> list[Form]:
    """All forms of one kind."""
    table = yaml.safe_load((TABLES / f"{kind}.yaml").read_text(encoding="utf-8"))
    now = datetime.fromisoformat(table["now"]) if "now" in table else WEDNESDAY
    found: list[Form] = []
    for language in LANGUAGES:
        goods = table.get("catalogue", {}).get(language, [])
        catalogue = tuple(Goods(names[0], tuple(names)) for names in goods)
        for part in PARTS:
            for text, expected, *question in table["cases"][language][part]:
                context = SlotContext(
                    now,
                    catalogue,
                    {"digits": 5, "identity": 4}.get(kind),
                    question="check" if question else "offer",
                )
                found.append(Form(kind, language, part, text, expected, context))
    return found


def slowest_ms(kind: SlotKind, language: Language, context: SlotContext) -> float:
    """The longest time one call takes: forms of the table, long texts of them, noise, repetition (milliseconds)."""
    noise = random.Random(3)
    known = [form.text for form in forms(kind) if form.language == language]
    texts = [*known, " ".join(known), "".join(known) * 3, *(word * 5_000 for word in known[:5])]
    texts += [word * 300 for word in REPEATED]
    texts += ["".join(noise.choice("".join(known)) for _ in range(10_000)) for _ in range(3)]
    worst = 0.0
    for text in texts:
        times: list[float] = []
        for _ in range(3):
            start = time.perf_counter()
            extract(kind, text, language, context)
            times.append((time.perf_counter() - start) * 1000)
        worst = max(worst, min(times))
    return worst


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=SLOT_KINDS)
    parser.add_argument("--language", choices=LANGUAGES)
    parser.add_argument("--failures", action="store_true", help="print the misses of the development half")
    parser.add_argument("--failures-held-out", action="store_true", help="print those of the other, too")
    options = parser.parse_args(arguments)
    shown = {"development"} if options.failures else set()
    shown |= {"held_out"} if options.failures_held_out else set()
    print("| kind | language | development | held out | all | slowest call |\n|---|---|---|---|---|---|")
    for kind in SLOT_KINDS if options.kind is None else (options.kind,):
        for language in LANGUAGES if options.language is None else (options.language,):
            chosen = [form for form in forms(kind) if form.language == language]
            right: Counter[Part] = Counter()
            said: Counter[Part] = Counter(form.part for form in chosen)
            for form in chosen:
                heard = form.heard()
                right[form.part] += heard == form.expected
                if heard != form.expected and form.part in shown:
                    print(f"  {form.part}: {form.text!r}: {heard!r}, expected {form.expected!r}")
            scores = " | ".join(f"{right[part]}/{said[part]}" for part in PARTS)
            share = 100 * right.total() / said.total()
            slowest = slowest_ms(kind, language, chosen[0].context)
            print(f"| {kind} | {language} | {scores} | {share:.1f} % | {slowest:.1f} ms |")


if __name__ == "__main__":
    main()
