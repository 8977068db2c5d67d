"""Fitting the coefficients of :mod:`audio.emotion`: logistic regressions, which travel best between corpora.

Nothing here is used in a call. scikit-learn fits; what it finds is kept as plain arrays.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from audio.contracts import EMOTIONS
from audio.emotion import CALM, HEADS, Coefficients, Scorer
from audio.emotion_corpus import Described

Vector = NDArray[np.float64]

PRIOR: dict[str, float] = {"neutral": 0.6, "angry": 0.1, "happy": 0.1, "sad": 0.1, "anxious": 0.1}
"""How common each emotion is taken to be. An assumption, not a measurement: no corpus of actors can tell. An
operator's own labelled calls can (``python -m ivr train-emotion``)."""

NOT_ANGER_NOR_CALM = frozenset({"anxious"})
"""Left out of the anger head. A frightened voice is as raised as an angry one, and what follows from it is nearly
the same; taught to tell them apart on ten actors, the head loses anger elsewhere (docs/emotion.md)."""

HIGH = frozenset({"angry", "happy", "anxious", "surprise"})
LOW = frozenset({"neutral", "calm", "sad"})
"""Arousal by label, as in the circumplex of affect (Russell 1980)."""

MILDER = 0.5
"""Probabilities are fitted on acted feelings and, as often, on ones of half their distance from calm speech. An
assumption: callers are angry more mildly than actors (docs/emotion.md). It moves probabilities, no ranking."""

_CLASS_OF = {"calm": "neutral"}
_MOST_STEADY = 20.0
_STRANGE_TIMES = 3.0
"""Room left around the strangest training voice, as a factor of its mean square distance."""


@dataclass(frozen=True)
class Recipe:
    """How to fit."""

    sound_c: float = 0.1
    """Inverse strength of the L2 penalty on acoustics (scikit-learn's C)."""
    encoder_c: float = 0.03
    """On the encoder's mean."""
    encoder_share: float = 0.6
    """Weight of the encoder's score beside that of the acoustics, both of unit variance."""
    limit: float = 2.0
    """Standard deviations at which standardised values are cut."""
    folds: int = 5
    """Speakers apart, to calibrate on scores of unseen speakers."""


def fit(data: Described, recipe: Recipe | None = None, card: dict[str, object] | None = None) -> Coefficients:
    """Fit the coefficients on labelled utterances.

    Args:
        data: Utterances; at least two speakers, some of them angry, neutral or calm, and of two other classes.
        recipe: How.
        card: What to write down about the data.

    Raises:
        ValueError: there are too few speakers or labels to learn from; says which.
    """
    recipe = recipe or Recipe()
    _check(data)
    scorers = {}
    for both in (True, False):
        held_out = unseen_scores(data, recipe, both=both)
        whole = data.whole & np.isfinite(held_out).all(axis=1)
        scorer = fit_scorer(data, recipe, both=both)
        scorers[both] = _calibrated(scorer, held_out[whole], data.rows(whole))
    about = {
        "corpora": sorted({clip.corpus for clip in data.clips}),
        "speakers": len(set(data.speaker)),
        "utterances": int(data.whole.sum()),
        "crops": int((~data.whole).sum()),
        **(card or {}),
    }
    return Coefficients(scorers[True], scorers[False], PRIOR, json.dumps(about, sort_keys=True))


def folds(data: Described, count: int) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Training and test rows, speakers apart."""
    speakers = data.speaker
    yield from GroupKFold(min(count, len(set(speakers)))).split(data.sound, groups=speakers)


def unseen_scores(data: Described, recipe: Recipe, *, both: bool) -> Vector:
    """Scores of every row by a model that never heard its speaker, shape (n, len(HEADS))."""
    scores = np.full((len(data), len(HEADS)), np.nan)
    for train, test in folds(data, recipe.folds):
        scorer = fit_scorer(data.rows(train), recipe, both=both)
        scores[test] = scorer.scores(inputs(data.rows(test), both=both))
    return scores


def inputs(data: Described, *, both: bool) -> Vector:
    """What a scorer is given, shape (n, d)."""
    return np.hstack((data.sound, data.encoder)) if both else data.sound


def _check(data: Described) -> None:
    labels = data.emotion
    if len(set(data.speaker)) < 2:
        raise ValueError("one speaker only: with at least two, speakers can be kept apart; ten is a good beginning")
    for needed, what in (({"angry"}, "angry"), ({"neutral", "calm"}, "neutral or calm")):
        if len(set(data.speaker[np.isin(labels, list(needed))])) < 2:
            raise ValueError(f"fewer than two speakers are {what}: there is nothing to compare")


def fit_scorer(data: Described, recipe: Recipe, *, both: bool) -> Scorer:
    """The linear part alone, without calibration.

    Args:
        data: Utterances to learn from.
        recipe: How.
        both: Whether to use the encoder beside the acoustics.
    """
    description = inputs(data, both=both)
    centre, scale = description.mean(axis=0), np.maximum(description.std(axis=0), 1e-6)
    z = np.clip((description - centre) / scale, -recipe.limit, recipe.limit)
    split = data.sound.shape[1]
    blocks = [(slice(0, split), recipe.sound_c, 1.0)]
    if both:
        blocks.append((slice(split, None), recipe.encoder_c, recipe.encoder_share))
    weights, bias = np.zeros((z.shape[1], len(HEADS))), np.zeros(len(HEADS))
    for block, c, share in blocks:
        for head, (rows, target) in enumerate(_targets(data)):
            if not 0 < target.sum() < len(target):
                continue  # a class the data does not have stays at its bias
            model = LogisticRegression(C=c, max_iter=500)
            model.fit(z[rows, block], target, sample_weight=_balance(data.emotion[rows], target))
            spread = max(float(model.decision_function(z[rows, block]).std()), 1e-6)
            weights[block, head] += share * model.coef_[0] / spread
            bias[head] += share * float(model.intercept_[0]) / spread
    empty = np.zeros(len(HEADS))
    return Scorer(
        centre, scale, recipe.limit, weights, bias, empty, empty + _MOST_STEADY, np.ones(3), empty[:2], np.inf
    )


def _targets(data: Described) -> list[tuple[NDArray[np.intp], NDArray[np.int_]]]:
    """For each head: the rows it learns from, and whether each is of its side."""
    labels = data.emotion
    classes = np.array([_CLASS_OF.get(label, label) for label in labels])
    anger = np.flatnonzero(~np.isin(labels, list(NOT_ANGER_NOR_CALM)))
    arousal = np.flatnonzero(np.isin(labels, list(HIGH | LOW)))
    felt = np.flatnonzero(np.isin(classes, EMOTIONS))
    return [
        (anger, (labels[anger] == "angry").astype(int)),
        (arousal, np.isin(labels[arousal], list(HIGH)).astype(int)),
        *((felt, (classes[felt] == name).astype(int)) for name in EMOTIONS),
    ]


def _balance(labels: NDArray[np.str_], target: NDArray[np.int_]) -> Vector:
    """Weights: both sides equal, and within each side every label."""
    weight = np.zeros(len(labels))
    for side in (0, 1):
        names, counts = np.unique(labels[target == side], return_counts=True)
        for name, count in zip(names, counts, strict=True):
            weight[(target == side) & (labels == name)] = 1 / (count * len(names))
    return weight * len(labels) / 2


def _calibrated(scorer: Scorer, held_out: Vector, data: Described) -> Scorer:
    """Fit what turns scores into probabilities, on scores of unseen speakers, their calm voice known."""
    labels = data.emotion
    calm = np.isin(labels, ["neutral", "calm"])
    centre, steady = _calm_voices(held_out, data.speaker, calm)
    targets = _targets(data)
    slopes, intercepts = [], []
    for head in (0, 1):
        rows, target = targets[head]
        score = held_out[rows, head]
        # The same utterances again, their distance from calm speech made smaller: actors feel more than callers.
        score = np.concatenate(
            (score, np.where(target == 1, centre[head] + MILDER * (score - centre[head]), score))
        )
        weight = np.tile(_balance(labels[rows], target), 2)
        model = LogisticRegression(C=1e3).fit(score[:, None], np.tile(target, 2), sample_weight=weight)
        slopes.append(max(float(model.coef_[0, 0]), 1e-3))
        intercepts.append(float(model.intercept_[0]))
    classes = np.array([_CLASS_OF.get(label, label) for label in labels])
    rows = np.flatnonzero(np.isin(classes, CALM))
    slopes.append(_temperature(held_out[rows][:, [2 + EMOTIONS.index(name) for name in CALM]], classes[rows]))
    distance = np.mean(
        np.square((data.sound - scorer.centre[: data.sound.shape[1]]) / scorer.scale[: data.sound.shape[1]]), axis=1
    )
    return replace(
        scorer,
        calm=centre,
        steady=steady,
        slope=np.array(slopes),
        intercept=np.array(intercepts),
        strange=_STRANGE_TIMES * float(distance.max()),
    )


def _calm_voices(scores: Vector, speaker: NDArray[np.str_], calm: NDArray[np.bool_]) -> tuple[Vector, Vector]:
    """Mean calm score over speakers, and variance within a speaker over that between them, per head."""
    means, within = [], []
    for name in sorted(set(speaker[calm])):
        own = scores[calm & (speaker == name)]
        means.append(own.mean(axis=0))
        if len(own) > 2:
            within.append(own.var(axis=0, ddof=1))
    if len(means) < 3 or not within:
        return np.mean(means, axis=0), np.full(scores.shape[1], _MOST_STEADY)
    inside = np.mean(within, axis=0)
    # What is left of the spread of the means once the spread within is taken off.
    counts = np.mean([np.count_nonzero(calm & (speaker == name)) for name in set(speaker[calm])])
    between = np.maximum(np.var(means, axis=0, ddof=1) - inside / counts, inside / _MOST_STEADY)
    return np.mean(means, axis=0), inside / between


def _temperature(scores: Vector, labels: NDArray[np.str_]) -> float:
    """Factor on the scores under which the softmax is least surprised, classes equally common."""
    index = np.array([CALM.index(label) for label in labels])
    counts = np.bincount(index, minlength=len(CALM))
    weight = 1 / np.maximum(counts, 1)[index]

    def loss(factor: float) -> float:
        logits = scores * factor
        logits = logits - logits.max(axis=1, keepdims=True)
        log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return float(-(weight * log_p[np.arange(len(index)), index]).sum())

    factors: Sequence[float] = np.geomspace(0.1, 10, 60).tolist()
    return min(factors, key=loss)
