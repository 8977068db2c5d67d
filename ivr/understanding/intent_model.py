"""A trained model: text to ranked labels. Immutable; safe from any thread."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.content.types import Language
from ivr.understanding.calibration import Calibration, Evidence
from ivr.understanding.encoders import SentenceEncoder
from ivr.understanding.ngram_space import NgramSpace
from ivr.understanding.softmax import Floats, Softmax
from ivr.understanding.text import normalise, squeeze

MIN_CHARACTERS = 2
"""Shorter utterances are no request; those that mean something ("네") are commands."""
MAX_ENCODED = 200
"""Characters the encoder is shown: a long-winded wish is said within them, and time stays bounded."""


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
    """The character view of one language."""

    space: NgramSpace
    softmax: Softmax
    at: NDArray[np.int64]
    """Positions, values and row starts of the examples' vectors (CSR)."""
    values: Floats
    starts: NDArray[np.int64]
    labels: NDArray[np.int64]

    def cosines(self, text: str, label_count: int) -> tuple[Floats, Floats]:
        """Log-probabilities, and the cosine to the nearest example of each label; both (labels,)."""
        vector = self.space.vector(text)
        dense = np.zeros(len(self.space.grams), dtype=np.float32)
        dense[vector.at] = vector.values
        products = np.concatenate([[0.0], np.cumsum(self.values * dense[self.at], dtype=np.float64)])
        each = products[self.starts[1:]] - products[self.starts[:-1]]
        each *= vector.coverage  # what is mostly unheard of resembles nothing
        return self.softmax.sparse(vector), nearest(each.astype(np.float32), self.labels, label_count)


@dataclass(frozen=True)
class IntentModel:
    """The trained views of all languages."""

    labels: tuple[str, ...]
    encoder: SentenceEncoder | None
    encoder_softmax: Softmax | None
    centre: Floats
    """The examples' mean vector (dimensions,): what all of them share says nothing."""
    vectors: Floats
    """The examples of all languages, encoded and centred (examples, dimensions)."""
    vector_labels: NDArray[np.int64]
    characters: Mapping[Language, Characters]
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
        evidence = self._evidence([texts[index] for index in usable], language)
        fused, scores = calibration.score(evidence)
        shown = [at for at, label in enumerate(self.labels) if label not in hidden]
        for row, index in enumerate(usable):
            answers[index] = self._ranked(fused[row], scores[row], shown, calibration)
        return answers

    def _ranked(self, fused: Floats, scores: Floats, shown: list[int], calibration: Calibration) -> Ranked | None:
        if not shown:
            return None
        order = sorted(shown, key=lambda at: -float(fused[at]))
        best = order[0]
        score = float(scores[best])
        confidence = calibration.confidence(score)
        chances = np.exp(fused)
        left = max(1e-6, 1.0 - float(chances[best]))
        others = tuple(
            (self.labels[at], round((1 - confidence) * float(chances[at]) / left, 4)) for at in order[1:4]
        )
        return Ranked(
            self.labels[best], score, confidence, score >= calibration.unknown, score >= calibration.sure, others
        )

    def _evidence(self, texts: Sequence[str], language: Language) -> Evidence:
        count = len(self.labels)
        encoded = encoder_cosine = None
        fragments = np.zeros(len(texts))
        if self.encoder is not None and self.encoder_softmax is not None:
            spoken = [shown_to_encoder(text) for text in texts]
            vectors = centred(self.encoder.encode(spoken), self.centre)
            encoded = self.encoder_softmax.dense(vectors)
            cosines = vectors @ self.vectors.T
            encoder_cosine = np.stack([nearest(row, self.vector_labels, count) for row in cosines])
            fragments = np.array([fragmentation(text, self.encoder) for text in spoken])
        characters = character_cosine = None
        if language in self.characters:
            pairs = [self.characters[language].cosines(text, count) for text in texts]
            characters = np.stack([pair[0] for pair in pairs])
            character_cosine = np.stack([pair[1] for pair in pairs])
        nothing = np.zeros((len(texts), count), dtype=np.float32)
        return Evidence(
            encoded,
            characters,
            encoder_cosine if encoder_cosine is not None else nothing,
            character_cosine if character_cosine is not None else nothing,
            fragments,
        )


def shown_to_encoder(text: str) -> str:
    """The form in which texts are encoded: case and punctuation differ between recognizers, not between wishes."""
    return normalise(text)[:MAX_ENCODED]


def centred(vectors: Floats, centre: Floats) -> Floats:
    """Vectors as seen from ``centre``, each of length 1 again."""
    moved = vectors - centre
    lengths = np.linalg.norm(moved, axis=-1, keepdims=True)
    return np.asarray(moved / np.maximum(lengths, 1e-6), dtype=np.float32)


def fragmentation(text: str, encoder: SentenceEncoder) -> float:
    """Word pieces per character."""
    return encoder.pieces(text) / max(1, len(text.replace(" ", "")))


def nearest(cosines: Floats, labels: NDArray[np.int64], label_count: int) -> Floats:
    """The largest cosine among each label's examples; 0 for a label without any."""
    best = np.zeros(label_count, dtype=np.float32)
    np.maximum.at(best, labels, cosines)
    return best
