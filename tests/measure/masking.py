"""How many personal numbers are hidden, and how much else: ``python -m tests.measure.masking``.

Over the forms of ``tests/records/masking_forms.yaml``; its held-out half was not looked at while masking was built.
And over the tables of ``tests/understanding/slots``, which were written for something else: what callers say when
they are asked for a telephone number, and when they are asked for anything that is not personal.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import yaml

from ivr.records.masking import mask_text
from ivr.records.masking_runs import digits_of, runs
from ivr.records.masking_turns import SHORTEST_PART, hidden_over_turns
from ivr.records.types import TurnRecord
from tests.records.masking_forms import forms

SLOT_TABLES = Path(__file__).parents[1] / "understanding" / "slots"
NOT_PERSONAL = ("digits", "amount", "datetime", "product", "yes_no", "text")
"""Order numbers are "digits"."""
BROKEN_OFF = (3, 6, 7)
"""Digits of a telephone number after which callers wait for a "go on": area code, with exchange."""
TRIPLES = 1_500
"""Of each language."""
HALVES = (
    "development",
    "second_development",
    "third_development",
    "fourth_development",
    "held_out",
    "held_out_afresh",
)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=HALVES, help="only this half, with what went wrong")
    chosen = parser.parse_args().half
    began_s, count = time.process_time(), 0
    print("| half | numbers hidden | hidden for nothing |\n|---|---|---|")
    for half in HALVES:
        if chosen not in (None, half):
            continue
        right: Counter[bool] = Counter()
        wrong: Counter[bool] = Counter()
        for form in (each for each in forms() if each.half == half):
            problem, count = form.problem(mask_text), count + 1
            (wrong if problem else right)[bool(form.secret)] += 1
            if problem and chosen:
                print(f"{form.kind} {form.language}: {form.text!r}: {problem}")
        hidden, kept = right[True] + wrong[True], right[False] + wrong[False]
        print(
            f"| {half} | {right[True]} of {hidden} ({right[True] / hidden:.1%})"
            f" | {wrong[False]} of {kept} ({wrong[False] / kept:.1%}) |"
        )
    print(f"\n{count} forms, {(time.process_time() - began_s) / count * 1000:.2f} ms of CPU each")
    if chosen is None:
        _slot_tables()
        _over_turns()


def _slot_tables() -> None:
    """Print how it fares with what callers answer."""
    print("\n| answers of tests/understanding/slots | said | something hidden |\n|---|---|---|")
    for kind in ("phone", *NOT_PERSONAL):
        told = [text for _, half in _answers(kind) for text in half]
        hidden = sum(mask_text(text) != text for text in told)
        print(f"| {kind} | {len(told)} | {hidden} |")


def _answers(kind: str) -> list[tuple[str, list[str]]]:
    """Language with half, and what is said there; of telephone numbers only what holds one."""
    cases = yaml.safe_load((SLOT_TABLES / f"{kind}.yaml").read_text(encoding="utf-8"))["cases"]
    return [
        (f"{language} {half}", [text for text, *value in answers if kind != "phone" or value[0] is not None])
        for language, halves in cases.items()
        for half, answers in halves.items()
    ]


def _over_turns() -> None:
    """Print how it fares with telephone numbers broken off where people do, and with answers that are none."""
    print("\n| over several turns | tried | hidden |\n|---|---|---|")
    for half in ("development", "held_out"):
        broken = [
            pair
            for name, texts in _answers("phone")
            if name.endswith(half)
            for text in texts
            for pair in _broken(text)
        ]
        hidden = sum(all("*" in mask_text(text) for text in _told(*pair)) for pair in broken)
        print(f"| telephone numbers in two turns, {half} | {len(broken)} | {hidden} ({hidden / len(broken):.0%}) |")
    answers: dict[str, list[str]] = {}
    for kind in NOT_PERSONAL[:-1]:
        for name, texts in _answers(kind):
            answers.setdefault(name.partition(" ")[0], []).extend(texts)
    chance = random.Random(1)
    triples = [chance.choices(texts, k=3) for texts in answers.values() for _ in range(TRIPLES)]
    wrong = sum(_told(*texts) != texts for texts in triples)
    print(f"| three answers that are not personal, in a row | {len(triples)} | {wrong} |")


def _told(*texts: str) -> list[str]:
    """What is kept of a caller's turns, ten seconds apart."""
    turns = [TurnRecord("caller", text, at * 10_000, at * 10_000 + 2_000) for at, text in enumerate(texts)]
    return [turn.text for turn in hidden_over_turns(turns)]


def _broken(text: str) -> Iterator[tuple[str, str]]:
    """A sentence in two, after an area code, an exchange, or both."""
    for run in runs(text):
        for last, following in pairwise(range(len(run))):
            told, left = len(digits_of(run[:following])), len(digits_of(run[following:]))
            if told in BROKEN_OFF and left >= SHORTEST_PART:
                yield text[: run[last].end], text[run[following].start :]


if __name__ == "__main__":
    main()
