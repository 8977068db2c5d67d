"""How long ``python -m ivr check`` takes for 150 requests, and whether it finds what the engine misreads.

``python -m tests.measure.check_speed [--text DIR] [--agreement]``

The requests are CLINC150's, ten sentences each from ``train``, beside the product's own texts and commands.
``--agreement`` also trains the engine itself on them, leaving each out, and tells how many of the examples
that the check reports it reads wrongly, and how many that were put under another label on purpose are found. The
check's constants were chosen on the same sentences: so these figures are of the development set.
"""

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import yaml

from ivr.content.types import LANGUAGES
from ivr.understanding import self_check
from ivr.understanding.encoders import create_encoder
from ivr.understanding.self_check import features_of, misread
from ivr.understanding.training import Example, train_model

ROOT = Path(__file__).resolve().parents[2]
TEXT = Path(os.environ.get("IVR_TEST_TEXT", ROOT.parent / "shared" / "text"))
PER_INTENT = 10
MISFILED = 75


def sentences(text: Path) -> list[Example]:
    """Ten sentences of each of the 150 intents."""
    told: dict[str, list[str]] = {}
    for sentence, intent in json.loads((text / "clinc150.json").read_text("utf-8"))["train"]:
        told.setdefault(intent, []).append(sentence)
    source = random.Random(1)
    return [
        Example("en", intent, each) for intent in sorted(told) for each in source.sample(told[intent], PER_INTENT)
    ]


def write_folder(folder: Path, examples: list[Example]) -> None:
    """The product's prompts with other requests."""
    shutil.copytree(ROOT / "prompts", folder, ignore=shutil.ignore_patterns("requests", "requests.yaml"))
    (folder / "incidents.yaml").unlink(missing_ok=True)
    (folder / "requests").mkdir()
    intents = sorted({each.label for each in examples})
    for intent in intents:
        said = [each.text for each in examples if each.label == intent]
        request = {"intent": intent, "examples": {"en": said}, "replies": {"answer": "answer_all"}}
        (folder / "requests" / f"{intent}.yaml").write_text(yaml.safe_dump(request), "utf-8")
    texts = {"answer_all": "..."} | {f"label_{intent}": "..." for intent in intents}
    for language in LANGUAGES:
        (folder / language / "requests.yaml").write_text(yaml.safe_dump(texts), "utf-8")


def measure_time(examples: list[Example]) -> str:
    """Run the command as a manager does."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "prompts"
        write_folder(folder, examples)
        began_s, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-m", "ivr", "check", str(folder)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        found = sum("would be read as" in line for line in done.stdout.splitlines())
        return (
            f"{len(examples)} examples: {time.monotonic() - began_s:.1f} s, {cpu_s:.1f} CPU s, "
            f"{after.ru_maxrss / 1024:.0f} MB; {found} examples would be misread; {done.stderr.strip()}"
        )


def measure_agreement(examples: list[Example]) -> list[str]:
    """Hold what is found against what the engine itself reads each example as without that example."""
    encoder = create_encoder("bundled")
    wrong = np.array(train_model(examples, encoder).read_as) != np.array([each.label for each in examples])
    names = sorted({each.label for each in examples})
    lines = [f"engine, each example left out: {wrong.mean():.1%} wrong"]
    source = random.Random(2)
    moved = source.sample(range(len(examples)), MISFILED)
    misfiled = list(examples)
    for index in moved:
        other = source.choice([name for name in names if name != examples[index].label])
        misfiled[index] = Example("en", other, examples[index].text)
    features = features_of(examples, encoder)
    for name, clear in (("warned of or worse", False), ("reported as wrong", True)):
        found = [each.example for each in misread(examples, features) if each.clear or not clear]
        moved_found = {each.example for each in misread(misfiled, features) if each.clear or not clear}
        lines.append(
            f"{name}: {len(found)} examples, {wrong[found].sum()} of them misread by the engine; "
            f"{len(moved_found & set(moved)) / MISFILED:.0%} of {MISFILED} misfiled ones found"
        )
    return lines


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=Path, default=TEXT, help="folder with clinc150.json")
    parser.add_argument("--agreement", action="store_true")
    given = parser.parse_args()
    examples = sentences(given.text)
    print(measure_time(examples))
    if given.agreement:
        print(f"margins {self_check.MARGIN} and {self_check.CLEAR_MARGIN}")
        print("\n".join(measure_agreement(examples)))


if __name__ == "__main__":
    main()
