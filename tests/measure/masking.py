"""How many personal numbers are hidden, and how much else: ``python -m tests.measure.masking``.

Over the forms of ``tests/records/masking_forms.yaml``; its held-out half was not looked at while masking was built.
And over the tables of ``tests/understanding/slots``, which were written for something else: what callers say when
they are asked for a telephone number, and when they are asked for anything that is not personal.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

import yaml

from ivr.records.masking import mask_text
from tests.records.masking_forms import forms

SLOT_TABLES = Path(__file__).parents[1] / "understanding" / "slots"
NOT_PERSONAL = ("digits", "amount", "datetime", "product", "yes_no", "text")
"""Order numbers are "digits"."""
HALVES = ("development", "second_development", "third_development", "held_out")


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


def _slot_tables() -> None:
    """Print how it fares with what callers answer."""
    print("\n| answers of tests/understanding/slots | said | something hidden |\n|---|---|---|")
    for kind in ("phone", *NOT_PERSONAL):
        cases = yaml.safe_load((SLOT_TABLES / f"{kind}.yaml").read_text(encoding="utf-8"))["cases"]
        answers = [case for halves in cases.values() for each in halves.values() for case in each]
        told = [text for text, *values in answers if kind != "phone" or values[0] is not None]
        hidden = sum(mask_text(text) != text for text in told)
        print(f"| {kind} | {len(told)} | {hidden} |")


if __name__ == "__main__":
    main()
