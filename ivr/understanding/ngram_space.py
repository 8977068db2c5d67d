"""TF-IDF over character n-grams, Korean in jamo: text to a sparse vector.

A recognizer's mistakes change a few n-grams and leave the rest, which is why characters are compared and not words.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.content.types import Language
from ivr.understanding.text import ngrams, units

Floats = NDArray[np.float32]

_LENGTHS: dict[Language, tuple[int, int]] = {"ko": (2, 6), "en": (2, 5), "ja": (1, 3), "zh": (1, 3)}
"""Shortest and longest n-gram. A Korean syllable is two or three jamo, so 2 to 6 spans one to two syllables, as
1 to 3 characters do in Japanese and Chinese."""


@dataclass(frozen=True)
class Sparse:
    """One text: positions (int64) and values (float32) of what is not zero; length 1, or empty."""

    at: NDArray[np.int64]
    values: NDArray[np.float32]
    coverage: float = 1.0
    """How much of the text the examples know: the length of its known n-grams over that of all, 0 to 1."""


class NgramSpace:
    """The n-grams of one language's examples and their weights. Immutable; safe from any thread."""

    def __init__(self, language: Language, grams: Sequence[str], idf: NDArray[np.float32]) -> None:
        self.language = language
        self.grams = tuple(grams)
        self.idf = idf
        self._at = {gram: index for index, gram in enumerate(self.grams)}
        self._idf_unseen = float(idf.max()) if len(idf) else 1.0

    @classmethod
    def fit(cls, language: Language, sentences: Sequence[str]) -> "NgramSpace":
        """Collect the n-grams of some sentences; idf is 1 + ln((1 + n) / (1 + df)) (scikit-learn's smooth idf)."""
        frequency = Counter(gram for sentence in sentences for gram in set(_grams(sentence, language)))
        grams = sorted(frequency)
        idf = [1.0 + math.log((1 + len(sentences)) / (1 + frequency[gram])) for gram in grams]
        return cls(language, grams, np.array(idf, dtype=np.float32))

    def vector(self, text: str) -> Sparse:
        """TF-IDF with sublinear term frequency. N-grams that no example has are left out, but for ``coverage``."""
        everything = Counter(_grams(text, self.language))
        counts = {gram: times for gram, times in everything.items() if gram in self._at}
        at = np.fromiter((self._at[gram] for gram in counts), dtype=np.int64, count=len(counts))
        times = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1.0 + np.log(times)) * self.idf[at]
        length = float(np.sqrt(np.sum(values**2))) or 1.0
        unheard = np.array([times for gram, times in everything.items() if gram not in self._at], dtype=np.float32)
        foreign = float(np.sum(((1.0 + np.log(unheard)) * self._idf_unseen) ** 2)) if len(unheard) else 0.0
        return Sparse(at, (values / length).astype(np.float32), length / math.sqrt(length**2 + foreign))

    def matrix(self, texts: Sequence[str]) -> Any:
        """The vectors of several texts, as a scipy CSR matrix (texts, n-grams)."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415 - only training needs scipy

        rows = [self.vector(text) for text in texts]
        starts = np.cumsum([0, *(len(row.at) for row in rows)])
        at = np.concatenate([row.at for row in rows]) if rows else np.zeros(0, np.int64)
        values = np.concatenate([row.values for row in rows]) if rows else np.zeros(0, np.float32)
        return csr_matrix((values, at, starts), shape=(len(rows), len(self.grams)))


def _grams(text: str, language: Language) -> list[str]:
    return list(ngrams(units(text, language), *_LENGTHS[language]))
