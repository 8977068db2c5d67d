"""A trained model: text to ranked labels. Immutable; safe from any thread.

A text is compared with every example, by meaning (sentence vectors) and by its characters (n-grams of the same
language). The likenesses, sharpened to ``exp(SHARPNESS * (likeness - 1))``, are weighed together to one score for
each label: kernel ridge regression, which is the mean of a Gaussian process (Rasmussen & Williams 2006, chapter 2).
Far from all examples every score is near 0, which is what tells the unknown.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.content.types import Language
from ivr.understanding.calibration import Calibration
from ivr.understanding.encoders import SentenceEncoder
from ivr.understanding.ngram_space import Floats, NgramSpace
from ivr.understanding.text import normalise, squeeze

MIN_CHARACTERS = 2
"""Shorter utterances are no request; those that mean something ("네") are commands."""
MAX_ENCODED = 200
"""Characters the encoder is shown: a long-winded wish is said within them, and time stays bounded."""
SHARPNESS = 3.0
CLEAN_SHARE, GARBLED_SHARE = 0.3, 0.8
"""Of the characters in the likeness, as two regressions see it; meaning has the rest. The first reads best what is
written as it should be, the second what a bad line garbled. CLINC150, development split, in scope / AUROC /
out-of-scope recall at 2.5 points of loss: share 0.2 91.4 / 97.5 / 88 %, 0.3 91.6 / 97.4 / 87 %, 0.8 86.8 / 95.5 /
81 %; with 15 % wrong characters, in scope and AUROC: 0.3 58 / 75 %, 0.7 71 / 84 %, 0.8 72 / 85 %. Sharpness (share
0.3): 2 91.4 / 97.2 / 86 %, 4 91.4 / 97.5 / 88 %; plain likeness 87.0 / 94.4 / 73 %."""
GARBLED_SAY = 0.35
"""Of the second regression in what both say of a clean text; in a garbled one it has all the say. The same split,
clean and noisy: 0 91.6 and 58 %, 0.2 91.4 and 64 %, 0.35 91.6 and 68 %, 0.5 91.2 and 69 %."""
_EVENNESS = 8.0
"""Runners-up share what confidence the winner leaves by exp(this times score)."""


@dataclass(frozen=True)
class Ranked:
    """What one utterance may mean."""

    label: str
    score: float
    confidence: float
    """0 to 1, calibrated."""
    known: bool
    """Whether the score reaches the threshold; False: unknown."""
    sure: bool
    """Whether it need not be asked back."""
    runners_up: tuple[tuple[str, float], ...]
    """Other labels with their confidence, best first."""


@dataclass(frozen=True)
class Characters:
    """The n-grams of one language's rows."""

    space: NgramSpace
    rows: NDArray[np.int64]
    """Which rows of the model they are."""
    at: NDArray[np.int64]
    """Positions, values and starts of their vectors (CSR)."""
    values: Floats
    starts: NDArray[np.int64]

    def cosines(self, text: str) -> Floats:
        """The likeness of a text to each of the rows."""
        vector = self.space.vector(text)
        dense = np.zeros(len(self.space.grams), dtype=np.float32)
        dense[vector.at] = vector.values
        products = np.concatenate([[0.0], np.cumsum(self.values * dense[self.at], dtype=np.float64)])
        return np.asarray(products[self.starts[1:]] - products[self.starts[:-1]], dtype=np.float32)


@dataclass(frozen=True)
class IntentModel:
    """Examples (and background lines) as rows, and what each row says for each label."""

    labels: tuple[str, ...]
    encoder: SentenceEncoder | None
    centres: Mapping[Language, Floats]
    """What all texts of a language share (dimensions,): it says nothing."""
    vectors: Floats
    """The rows, encoded and centred (rows, dimensions)."""
    characters: Mapping[Language, Characters]
    clean: Floats
    """(rows, labels): the weights of likeness for text as it is written."""
    garbled: Floats
    """The same for garbled text."""
    calibrations: Mapping[Language, Calibration]

    def rank(self, texts: Sequence[str], language: Language, hidden: Set[str] = frozenset()) -> list[Ranked | None]:
        """Judge texts, encoding them together.

        Args:
            texts: Utterances or parts of one.
            language: The language they are written in.
            hidden: Labels that are not expected now: they win over nothing, and what sounds like one is unknown.

        Returns:
            One answer each; None for a text in which nothing can be recognised.
        """
        usable = [index for index, text in enumerate(texts) if len(squeeze(text)) >= MIN_CHARACTERS]
        answers: list[Ranked | None] = [None] * len(texts)
        if not usable or not self.labels or (self.encoder is None and language not in self.characters):
            return answers
        calibration = self.calibrations.get(language, Calibration())
        scores = self.scores([texts[index] for index in usable], language)
        shown = [at for at, label in enumerate(self.labels) if label not in hidden]
        for row, index in enumerate(usable):
            answers[index] = self._ranked(scores[row], shown, calibration)
        return answers

    def scores(self, texts: Sequence[str], language: Language) -> Floats:
        """The score of each label for each text (texts, labels)."""
        spoken = [shown_to_encoder(text) for text in texts]
        meaning = None
        gate = np.zeros(len(texts))
        if self.encoder is not None:
            vectors = centred(self.encoder.encode(spoken), self.centres[language])
            meaning = vectors @ self.vectors.T
            fragments = np.array([fragmentation(text, self.encoder) for text in spoken])
            gate = self.calibrations.get(language, Calibration()).gate(fragments)
        alike = np.zeros((len(texts), len(self.clean)), dtype=np.float32)
        if language in self.characters:
            view = self.characters[language]
            for row, text in enumerate(spoken):
                alike[row, view.rows] = view.cosines(text)
        if language not in self.characters:
            return kernel(meaning, alike, 0.0) @ self.clean
        return joined(
            kernel(meaning, alike, CLEAN_SHARE) @ self.clean,
            kernel(meaning, alike, GARBLED_SHARE) @ self.garbled,
            gate,
        )

    def _ranked(self, scores: Floats, shown: list[int], calibration: Calibration) -> Ranked | None:
        if not shown:
            return None
        order = sorted(shown, key=lambda at: -float(scores[at]))
        best, score = order[0], float(scores[order[0]])
        confidence = calibration.confidence(score)
        chances = np.exp(_EVENNESS * (scores - scores.max()))
        left = max(1e-6, float(chances.sum() - chances[best]))
        others = tuple(
            (self.labels[at], round((1 - confidence) * float(chances[at]) / left, 4)) for at in order[1:4]
        )
        return Ranked(
            self.labels[best], score, confidence, score >= calibration.unknown, score >= calibration.sure, others
        )


def kernel(meaning: Floats | None, alike: Floats, share: float) -> Floats:
    """Likeness, sharpened.

    Args:
        meaning: Cosines of sentence vectors; None without an encoder.
        alike: Cosines of n-grams, of the same shape.
        share: Of the n-grams, 0 to 1.
    """
    likeness = alike if meaning is None else (1 - share) * meaning + share * alike
    return np.asarray(np.exp(SHARPNESS * (likeness - 1)), dtype=np.float32)


def joined(clean: Floats, garbled: Floats, gate: NDArray[np.float64]) -> Floats:
    """Both regressions' scores as one.

    Args:
        clean: Of the first, (texts, labels).
        garbled: Of the second.
        gate: How garbled each text is, 0 to 1.
    """
    say = (GARBLED_SAY + (1 - GARBLED_SAY) * gate)[:, None].astype(np.float32)
    return np.asarray((1 - say) * clean + say * garbled, dtype=np.float32)


def shown_to_encoder(text: str) -> str:
    """The form in which texts are encoded: case and punctuation differ between recognizers, not between wishes."""
    return normalise(text)[:MAX_ENCODED]


def centred(vectors: Floats, centre: Floats) -> Floats:
    """Vectors as seen from ``centre``, each of length 1 again."""
    moved = vectors - centre
    lengths = np.linalg.norm(moved, axis=-1, keepdims=True)
    return np.asarray(moved / np.maximum(lengths, 1e-6), dtype=np.float32)


def fragmentation(text: str, encoder: SentenceEncoder) -> float:
    """Word pieces per character: high where words are garbled."""
    return encoder.pieces(text) / max(1, len(text.replace(" ", "")))
