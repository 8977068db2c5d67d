"""Trains an :class:`UpsetJudge` on the managers' examples, and calibrates it on them left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.content.types import LANGUAGES, Content, Language
from ivr.understanding.encoders import SentenceEncoder, remembering
from ivr.understanding.intent_model import CLEAN_SHARE, Characters, centred, kernel, shown_to_encoder
from ivr.understanding.ngram_space import Floats, NgramSpace
from ivr.understanding.sentiment.judge import UpsetJudge, features, probabilities
from ivr.understanding.sentiment.prepared import prepared
from ivr.understanding.sentiment.reader import read_sentiment
from ivr.understanding.training import PENALTY, Example

UPSET, CALM, REQUEST = "upset", "calm", "request"
"""Labels of examples: the two sides of ``upset.yaml``, and what callers ask for, which is calm and not measured."""
LIKES = 0.6
"""Likeness in meaning (0 to 1) from which an example's likes are left out with it: the same said in another
language would tell what it is."""
ASSUMED_SHARE = 0.2
"""Share of callers' turns that are upset, where nothing is known: our own assumption, below the 46 % of the
examples and the 34 % of the scripted calls of ``tests/feelings``, half of which turn sour. It moves all
probabilities alike."""
RIDGE = 1.0
"""Of the logistic regression (scikit-learn's default C = 1): eleven coefficients, a thousand examples."""
STEPS = 50


@dataclass(frozen=True)
class TrainedJudge:
    """A judge, and how well it judges what it never saw."""

    judge: UpsetJudge
    auroc: Mapping[Language, float]
    """Area under the curve, upset against calm, each example left out with its likes."""


def judged_by(content: Content) -> list[Example]:
    """What a judge learns from; nothing when there are no examples of upset callers.

    Requests that a person must handle (complaints, damage) are left out: callers who have them may well be upset.
    """
    sides = ((UPSET, content.upset.upset), (CALM, content.upset.calm))
    found = [
        Example(language, label, text)
        for label, texts in sides
        for language in LANGUAGES
        for text in texts.get(language, ())
    ]
    if not found:
        return []
    return found + [
        Example(language, REQUEST, text)
        for request in content.requests.values()
        if not request.person
        for language in content.upset.upset
        for text in request.examples.get(language, ())
    ]


def train_judge(examples: Sequence[Example], encoder: SentenceEncoder) -> TrainedJudge:
    """Train and calibrate: some 2 CPU s, and 5 ms for each sentence that is not known yet.

    Args:
        examples: As :func:`judged_by` gives them.
        encoder: Makes their vectors.
    """
    texts = [shown_to_encoder(each.text) for each in examples]
    spoken = np.array([each.language for each in examples])
    measured = np.array([each.label != REQUEST for each in examples])
    truth = np.where([each.label == UPSET for each in examples], 1.0, -1.0).astype(np.float32)
    raw = prepared(remembering(encoder)).encode(texts)
    present = [language for language in LANGUAGES if (spoken[measured] == language).any()]
    centres = {language: raw[measured & (spoken == language)].mean(axis=0) for language in present}
    vectors = np.zeros_like(raw)
    views: dict[Language, Characters] = {}
    alike = np.zeros((len(texts), len(texts)), dtype=np.float32)
    for language in present:
        rows = np.flatnonzero(spoken == language)
        vectors[rows] = centred(raw[rows], centres[language])
        views[language], alike[np.ix_(rows, rows)] = _characters([texts[row] for row in rows], language, rows)
    meaning = vectors @ vectors.T
    likeness = kernel(meaning, alike, CLEAN_SHARE)
    inverse = np.linalg.inv(likeness + PENALTY * np.eye(len(texts), dtype=np.float32)).astype(np.float32)
    weights = np.asarray(inverse @ truth, dtype=np.float32)
    rows = np.flatnonzero(measured)
    found = np.stack(
        [
            features(
                _without_likes(row, meaning[row], truth, weights, inverse),
                read_sentiment(examples[row].text, examples[row].language),
            )
            for row in rows.tolist()
        ]
    )
    upset = truth[rows] > 0
    coefficients = _fitted(found, upset)
    chances = probabilities(found, coefficients)
    auroc = {
        language: area(chances[own], upset[own]) for language in present if (own := spoken[rows] == language).any()
    }
    return TrainedJudge(UpsetJudge(centres, vectors, views, weights, coefficients), auroc)


def _characters(texts: list[str], language: Language, rows: NDArray[np.int64]) -> tuple[Characters, Floats]:
    """The n-grams of one language's rows, and how alike those are by them."""
    space = NgramSpace.fit(language, texts)
    matrix = space.matrix(texts)
    at, starts = matrix.indices.astype(np.int64), matrix.indptr.astype(np.int64)
    view = Characters(space, rows, at, matrix.data.astype(np.float32), starts)
    return view, (matrix @ matrix.T).toarray()


def _without_likes(row: int, meaning: Floats, truth: Floats, weights: Floats, inverse: Floats) -> float:
    """What the regression without a row and its likes says of it (Rasmussen & Williams 2006, section 5.4.2)."""
    out = np.union1d([row], np.flatnonzero(meaning > LIKES))
    residuals = np.linalg.solve(inverse[np.ix_(out, out)], weights[out])
    return float(truth[row] - residuals[np.searchsorted(out, row)])


def _fitted(rows: NDArray[np.float64], upset: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Coefficients of a ridge logistic regression (Newton's method), moved to :data:`ASSUMED_SHARE`.

    The constant is not penalised.
    """
    solution = np.zeros(rows.shape[1])
    penalty = RIDGE * np.eye(rows.shape[1])
    penalty[-1, -1] = 1e-6
    for _ in range(STEPS):
        chance = probabilities(rows, solution)
        gradient = rows.T @ (chance - upset) + penalty @ solution
        hessian = (rows * (chance * (1 - chance))[:, None]).T @ rows + penalty
        step = np.linalg.solve(hessian, gradient)
        solution = solution - np.clip(step, -4, 4)
        if np.abs(step).max() < 1e-6:  # nothing moves any more
            break
    share = float(upset.mean())
    solution[-1] += np.log(ASSUMED_SHARE / (1 - ASSUMED_SHARE)) - np.log(share / (1 - share))
    return solution


def area(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """Area under the ROC curve (0 to 1): how often a positive scores above a negative; equal scores count half."""
    above = scores[positive][:, None] - scores[~positive][None, :]
    return float(np.mean((above > 0) + 0.5 * (above == 0)))
