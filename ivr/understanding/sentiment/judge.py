"""How likely a caller is upset, by the words of one utterance: what it resembles, and what the lexicon finds in it.

The utterance's sentence vector, which understanding has computed anyway, and its characters are compared with the
managers' examples of upset and calm callers (``prompts/upset.yaml``): kernel ridge regression, as for requests. A
logistic regression joins its score with the lexicon's findings to one probability.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ivr.content.types import Language
from ivr.understanding.intent_model import CLEAN_SHARE, Characters, centred, kernel, shown_to_encoder
from ivr.understanding.ngram_space import Floats
from ivr.understanding.sentiment.types import CueKind, Sentiment

TOLD_BY: tuple[CueKind, ...] = (
    *("negative", "impolite", "profanity", "demand", "repeated", "urgency", "worry", "thanks", "polite"),
)
"""What of the lexicon's findings bears on the probability, in the order of the coefficients."""


@dataclass(frozen=True)
class UpsetJudge:
    """A trained judge. Immutable; safe from any thread; 0.8 ms an utterance."""

    centres: Mapping[Language, Floats]
    """What all examples of a language share (dimensions,): it says nothing."""
    vectors: Floats
    """The examples, encoded and centred (rows, dimensions)."""
    characters: Mapping[Language, Characters]
    weights: Floats
    """What likeness to each example says, (rows,): above 0 upset."""
    coefficients: NDArray[np.float64]
    """Of the score, of :data:`TOLD_BY`, and the constant: (11,)."""

    def probability(self, text: str, language: Language, vector: Floats, words: Sentiment) -> float | None:
        """Judge one utterance.

        Args:
            text: The words.
            language: The language they are written in.
            vector: Their sentence vector (dimensions,), of the encoder the judge was trained with.
            words: What the lexicon finds in them.

        Returns:
            The probability (0 to 1) that the caller is upset, were one turn in
            1 / :data:`ivr.understanding.sentiment.training.ASSUMED_SHARE` an upset one. None for a language that
            has no examples.
        """
        view = self.characters.get(language)
        if view is None:
            return None
        spoken = shown_to_encoder(text)
        # Not BLAS: for one row its threads wait for each other longer than they work.
        meaning = np.einsum("rd,d->r", self.vectors, centred(vector, self.centres[language]))
        alike = np.zeros(len(self.weights), dtype=np.float32)
        alike[view.rows] = view.cosines(spoken)
        score = float(np.einsum("r,r->", kernel(meaning, alike, CLEAN_SHARE), self.weights))
        return float(probabilities(features(score, words)[None], self.coefficients)[0])


def features(score: float, words: Sentiment) -> NDArray[np.float64]:
    """What the probability is made of: the score, :data:`TOLD_BY`, and 1 for the constant."""
    return np.array([score, *(getattr(words, kind) for kind in TOLD_BY), 1.0])


def probabilities(rows: NDArray[np.float64], coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logistic function of each row's features times the coefficients."""
    return np.asarray(1 / (1 + np.exp(-np.clip(rows @ coefficients, -30, 30))))
