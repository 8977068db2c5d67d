"""Finds examples that would not be understood: each is read by what the others teach.

Cross-validating the engine itself takes two CPU minutes for 150 requests. Ridge regression on the engine's own two
views (sentence vectors, character n-grams) leaves each example out in closed form, in a second, and agrees: of the
examples that it reads wrongly by :data:`MARGIN` or more, the engine's own cross-validation reads about nine in ten
wrongly, too (``python -m tests.measure.check_speed`` measures both).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.content.types import LANGUAGES
from ivr.understanding.encoders import SentenceEncoder
from ivr.understanding.intent_model import centred, shown_to_encoder
from ivr.understanding.ngram_space import Floats, NgramSpace
from ivr.understanding.text import squeeze
from ivr.understanding.training import Example

CHARACTER_SHARE = 0.2
"""Of the characters in the similarity of two examples; the encoder has the rest. Leave-one-out accuracy on 1,500
training sentences of CLINC150: 83.7 % at 0, 86.2 % at 0.2, 86.1 % at 0.3, 80.2 % at 1."""
PENALTY = 0.3
"""Of the ridge regression. The same sentences: area under the curve for finding what the engine misreads 0.938 at
0.05, 0.943 at 0.1, 0.950 at 0.3."""
MARGIN = 0.2
"""By how much another label must win, on a scale where the right one is 1. The same sentences: the engine misreads
54 % of those found at 0, 73 % at 0.1, 87 % at 0.2."""
CLEAR_MARGIN = 0.6
"""From here on the example surely stands in the wrong place, and is not just said in an unusual way: 0.07 % of the
same sentences, and 22 % of those that were put under another label on purpose (at 0.2: 3 % and 93 %); of the demo
shop's examples 0.2 % and 61 %."""
ALIKE = 0.9
"""Similarity (up to 1) from which two examples count as the same. The nearest of different labels: 0.89 of 1,500 in
CLINC150, and 0.84 in the demo shop."""
_ROWS = 500
"""Compared at once with all others: bounds memory."""
SKETCH = 1024
"""Dimensions into which n-grams are folded (count sketch): the similarity of two texts is off by about 0.03."""
_SEED = 7


@dataclass(frozen=True)
class Misread:
    """An example that the others would have read as something else."""

    example: int
    """Its index."""
    label: str
    """What it would be read as."""
    nearest: int
    """Index of the example of that label that it resembles most."""
    clear: bool
    """By :data:`CLEAR_MARGIN` or more."""


def misread(examples: Sequence[Example], features: Floats) -> list[Misread]:
    """Find examples that those of another label would win, were they not there themselves.

    Args:
        examples: All that is told apart by similarity; labels with a single example can't be judged.
        features: Theirs (:func:`features_of`).

    Returns:
        In the order of the examples.
    """
    names = sorted({each.label for each in examples})
    labels = np.array([names.index(each.label) for each in examples], dtype=np.int64)
    if len(names) < 2:
        return []
    left_out = _left_out(features, np.eye(len(names), dtype=np.float32)[labels])
    rows = np.arange(len(examples))
    own = left_out[rows, labels]
    rivals = left_out.copy()
    rivals[rows, labels] = -np.inf
    best = rivals.argmax(axis=1)
    alone = np.bincount(labels)[labels] < 2
    margins = rivals[rows, best] - own
    found = np.flatnonzero((margins >= MARGIN) & ~alone)
    answers = []
    for row in found:
        same = np.flatnonzero(labels == best[row])
        nearest = same[int((features[same] @ features[row]).argmax())]
        answers.append(Misread(int(row), names[best[row]], int(nearest), bool(margins[row] >= CLEAR_MARGIN)))
    return answers


def twins(examples: Sequence[Example]) -> list[tuple[int, int]]:
    """Pairs of examples of one language that are the same but for spaces, punctuation and case.

    Returns:
        The index of each that is there again, and of the first.
    """
    first: dict[tuple[str, str], int] = {}
    pairs = []
    for index, example in enumerate(examples):
        earlier = first.setdefault((example.language, squeeze(example.text)), index)
        if earlier != index:
            pairs.append((index, earlier))
    return pairs


def alike(examples: Sequence[Example], features: Floats) -> list[tuple[int, int]]:
    """Pairs of examples of one language and different labels that hardly differ: (a later one, an earlier one)."""
    labels = np.array([each.label for each in examples])
    languages = np.array([each.language for each in examples])
    pairs = []
    for start in range(0, len(examples), _ROWS):
        rows = np.arange(start, min(start + _ROWS, len(examples)))
        near = features[rows] @ features.T >= ALIKE
        near &= (labels[rows][:, None] != labels) & (languages[rows][:, None] == languages)
        pairs += [(start + int(row), int(earlier)) for row, earlier in np.argwhere(near) if earlier < start + row]
    return pairs


def features_of(examples: Sequence[Example], encoder: SentenceEncoder | None) -> Floats:
    """Both views side by side: inner products are similarities, 1 for the same text.

    Args:
        examples: In any order.
        encoder: None: characters alone.

    Returns:
        (examples, dimensions).
    """
    texts = [shown_to_encoder(each.text) for each in examples]
    characters = np.zeros((len(texts), SKETCH), dtype=np.float32)
    for language in LANGUAGES:
        rows = [row for row, each in enumerate(examples) if each.language == language]
        if rows:
            characters[rows] = _sketch(NgramSpace.fit(language, [texts[row] for row in rows]), texts, rows)
    if encoder is None or not texts:
        return characters
    vectors = encoder.encode(texts)
    centre = vectors.mean(axis=0)
    return np.hstack(
        (np.sqrt(1 - CHARACTER_SHARE) * centred(vectors, centre), np.sqrt(CHARACTER_SHARE) * characters)
    ).astype(np.float32)


def _sketch(space: NgramSpace, texts: Sequence[str], rows: Sequence[int]) -> NDArray[np.float32]:
    """N-gram vectors folded into few dimensions, each n-gram with a sign (Charikar et al. 2002)."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - heavy, and only this needs it

    chance = np.random.default_rng(_SEED)
    count = len(space.grams)
    signs = chance.choice(np.array([-1.0, 1.0], dtype=np.float32), count)
    fold = csr_matrix((signs, (np.arange(count), chance.integers(0, SKETCH, count))), shape=(count, SKETCH))
    return np.asarray((space.matrix([texts[row] for row in rows]) @ fold).toarray(), dtype=np.float32)


def _left_out(features: Floats, truth: Floats) -> Floats:
    """What ridge regression without each row says of it: (fitted - leverage * truth) / (1 - leverage)."""
    gram = features.T @ features
    gram[np.diag_indices_from(gram)] += PENALTY
    solved = np.linalg.solve(gram, features.T)  # (dimensions, rows)
    leverage = np.einsum("rd,dr->r", features, solved)
    fitted = features @ (solved @ truth)
    return np.asarray((fitted - leverage[:, None] * truth) / (1 - leverage)[:, None], dtype=np.float32)
