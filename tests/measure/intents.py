"""How well requests are recognised, and what is none of them.

``python -m tests.measure.intents [--text DIR] [--encoder NAME] [--seeds N] [--only clinc|sets|speed]``

CLINC150: ten examples per intent drawn from ``train``, scored on all of ``test`` and ``oos_test``. The request
sets of ``tests/understanding/sets`` were written before the engine was tuned; only their ``train`` lines are
learnt from, those of all three languages together, and then of each language alone.
Nothing is chosen here: thresholds come from leaving out each of the examples.

``recall at loss``: share of out-of-scope lines under the score that costs 2.5 points of in-scope accuracy, as the
score distributions allow; ``own threshold``: the same as the deployment would do it, with the threshold it chose.
"""

import argparse
import json
import os
import random
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from ivr.content.types import Language
from ivr.understanding.encoders import create_encoder
from ivr.understanding.intent_model import IntentModel, Ranked
from ivr.understanding.noise import alphabet, garble
from ivr.understanding.training import Example, train_model

TEXT = Path(os.environ.get("IVR_TEST_TEXT", Path(__file__).resolve().parents[3] / "shared" / "text"))
SETS = Path(__file__).resolve().parents[1] / "understanding" / "sets"
EXAMPLES_PER_INTENT = 10
NOISE = 0.15
IN_SCOPE_LOSS = 0.025
_NOTHING = Ranked("", -100.0, 0.0, False, False, ())


@dataclass(frozen=True)
class Score:
    """What was measured on one set. All but ``name`` are shares (0 to 1)."""

    name: str
    in_scope: float
    recall_at_loss: float
    auroc: float
    own_in_scope: float
    own_recall: float
    own_recall_near: float | None
    calibration_error: float
    """Expected calibration error over ten equal bins, in-scope lines."""

    def __str__(self) -> str:
        near = f" (near {self.own_recall_near:.1%})" if self.own_recall_near is not None else ""
        return (
            f"{self.name:22s} in scope {self.in_scope:6.1%}  recall at loss {self.recall_at_loss:6.1%}  "
            f"AUROC {self.auroc:6.1%}  own threshold: in scope {self.own_in_scope:6.1%}, recall "
            f"{self.own_recall:6.1%}{near}  ECE {self.calibration_error:5.1%}"
        )


def score(
    name: str,
    model: IntentModel,
    language: Language,
    known: Sequence[tuple[str, str]],
    unknown: Sequence[str],
    near: int | None = None,
) -> Score:
    """Judge held-out lines.

    Args:
        name: For the report.
        model: Trained.
        language: Of all lines.
        known: (line, intent).
        unknown: Out-of-scope lines.
        near: How many of ``unknown``, the first ones, are this house's business.
    """
    ranked = [answer or _NOTHING for answer in model.rank([line for line, _ in known], language)]
    foreign = [answer or _NOTHING for answer in model.rank(list(unknown), language)]
    right = np.array([answer.label == intent for answer, (_, intent) in zip(ranked, known, strict=True)])
    scores = np.array([answer.score for answer in ranked])
    others = np.array([answer.score for answer in foreign])
    kept = np.array([answer.known for answer in ranked])
    missed = np.array([not answer.known for answer in foreign])
    # The highest threshold that gives up at most the stated share of lines that were read rightly.
    limit = np.sort(scores[right])[min(int(IN_SCOPE_LOSS * len(known)), right.sum() - 1)]
    return Score(
        name,
        float(right.mean()),
        float((others < limit).mean()),
        float(roc_auc_score([1] * len(scores) + [0] * len(others), [*scores, *others])),
        float((right & kept).mean()),
        float(missed.mean()),
        float(missed[:near].mean()) if near else None,
        calibration_error(np.array([answer.confidence for answer in ranked]), right),
    )


def calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_], bins: int = 10) -> float:
    """Expected calibration error (Guo et al. 2017): |confidence - accuracy| per bin, weighted by its size."""
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(
        sum(
            abs(confidence[which == each].mean() - right[which == each].mean()) * (which == each).mean()
            for each in np.unique(which)
        )
    )


def clinc(folder: Path, encoder: str, seeds: int) -> list[Score]:
    """CLINC150, as written and with noisy characters, for each seed."""
    data = json.loads((folder / "clinc150.json").read_text())
    scores = []
    for seed in range(seeds):
        source = random.Random(seed)
        by_intent: dict[str, list[str]] = {}
        for line, intent in data["train"]:
            by_intent.setdefault(intent, []).append(line)
        examples = [
            Example("en", intent, line)
            for intent in sorted(by_intent)
            for line in source.sample(by_intent[intent], EXAMPLES_PER_INTENT)
        ]
        model = train_model(examples, create_encoder(encoder)).model
        known = [(line, intent) for line, intent in data["test"]]
        unknown = [line for line, _ in data["oos_test"]]
        scores.append(score(f"CLINC150 seed {seed}", model, "en", known, unknown))
        print(scores[-1], flush=True)
        letters = alphabet([], "en")
        noisy = [(garble(line, NOISE, letters, source), intent) for line, intent in known]
        foreign = [garble(line, NOISE, letters, source) for line in unknown]
        scores.append(score(f"  15 % noise, seed {seed}", model, "en", noisy, foreign))
        print(scores[-1], flush=True)
    return scores


def read_set(language: Language) -> tuple[list[Example], list[tuple[str, str]], list[str], int]:
    """A request set: examples, held-out (line, intent), out-of-scope lines, how many of those are near."""
    document = yaml.safe_load((SETS / f"{language}.yaml").read_text(encoding="utf-8"))
    near, far = (document["out_of_scope"][kind].split("\n")[:-1] for kind in ("near", "far"))
    requests = {intent: lines for intent, lines in document.items() if intent != "out_of_scope"}
    examples = [
        Example(language, intent, line)
        for intent, lines in requests.items()
        for line in lines["train"].strip().split("\n")
    ]
    held_out = [(line, intent) for intent, lines in requests.items() for line in lines["test"].strip().split("\n")]
    return examples, held_out, [*near, *far], len(near)


def request_sets(encoder: str, together: bool = True) -> list[Score]:
    """The Korean, Japanese and Chinese sets.

    Args:
        encoder: Its name.
        together: One model of all three sets' examples, as the hotline learns from the requests' examples in all
            languages; False: each set on its own examples alone.
    """
    scores = []
    languages: tuple[Language, ...] = ("ko", "ja", "zh")
    everything = [example for language in languages for example in read_set(language)[0]]
    shared = train_model(everything, create_encoder(encoder)).model if together else None
    for language in languages:
        examples, held_out, unknown, near = read_set(language)
        model = shared or train_model(examples, create_encoder(encoder)).model
        scores.append(
            score(f"requests {language}{'' if together else ' alone'}", model, language, held_out, unknown, near)
        )
        print(scores[-1], flush=True)
        letters = alphabet([example.text for example in examples], language)
        source = random.Random(1)
        noisy = [(garble(line, NOISE, letters, source), intent) for line, intent in held_out]
        foreign = [garble(line, NOISE, letters, source) for line in unknown]
        scores.append(score("  15 % noise", model, language, noisy, foreign, near))
        print(scores[-1], flush=True)
    return scores


def speed(encoder: str) -> None:
    """CPU time of loading, of training 40 intents in two languages, and of one utterance; memory of the process."""
    began_s = time.process_time()
    loaded = create_encoder(encoder)
    print(f"encoder: {time.process_time() - began_s:.2f} CPU s")
    examples = [*read_set("ko")[0], *read_set("ja")[0]]
    renamed = [Example("ko", f"{each.language}_{each.label}", each.text) for each in examples]
    began_s = time.process_time()
    model = train_model(renamed, loaded).model
    print(
        f"training {len(model.labels)} intents, {len(renamed)} examples: {time.process_time() - began_s:.2f} CPU s"
    )
    times_ms = []
    for line, _ in read_set("ko")[1]:
        began_s = time.process_time()
        model.rank([line], "ko")
        times_ms.append((time.process_time() - began_s) * 1000)
    print(f"one utterance, {len(model.labels)} intents: median {np.median(times_ms):.1f}, "
          f"p95 {np.quantile(times_ms, 0.95):.1f} CPU ms")  # fmt: skip
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB, training included")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", type=Path, default=TEXT)
    parser.add_argument("--encoder", default="bundled")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", choices=("clinc", "sets", "speed"))
    options = parser.parse_args()
    if options.only in (None, "speed"):
        speed(options.encoder)
    if options.only in (None, "sets"):
        request_sets(options.encoder)
        request_sets(options.encoder, together=False)
    if options.only in (None, "clinc"):
        scores = clinc(options.text, options.encoder, options.seeds)
        for kind, rows in (("clean", scores[::2]), ("noisy", scores[1::2])):
            print(f"CLINC150 {kind}, mean of {len(rows)}: in scope {np.mean([row.in_scope for row in rows]):.1%}, "
                  f"recall at loss {np.mean([row.recall_at_loss for row in rows]):.1%}, "
                  f"AUROC {np.mean([row.auroc for row in rows]):.1%}")  # fmt: skip


if __name__ == "__main__":
    main()
