"""Multinomial logistic regression: trained with scikit-learn, applied with NumPy."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ivr.understanding.ngram_space import Sparse

Floats = NDArray[np.float32]

LOG_NEVER = -30.0
"""Log-probability of a label the model never saw."""
_TOLERANCE = 1e-5
"""Coarser, and L-BFGS stops at once with 150 classes."""


@dataclass(frozen=True)
class Softmax:
    """A linear model over labels."""

    weights: Floats
    """(features, labels)."""
    bias: Floats
    """(labels,); ``LOG_NEVER`` for a label without examples."""

    def dense(self, vectors: Floats) -> Floats:
        """Log-probabilities (texts, labels) of dense vectors (texts, features), or of a scipy matrix."""
        return log_softmax(np.asarray(vectors @ self.weights) + self.bias)

    def sparse(self, vector: Sparse) -> Floats:
        """Log-probabilities (labels,) of one sparse vector."""
        return log_softmax(vector.values @ self.weights[vector.at] + self.bias)


def train(vectors: Any, labels: NDArray[np.int64], label_count: int, strength: float) -> Softmax:
    """Fit one model.

    Args:
        vectors: (texts, features), dense or scipy CSR.
        labels: (texts,), 0 to ``label_count`` - 1; not every label need occur.
        label_count: How many labels there are.
        strength: Inverse of the L2 penalty (scikit-learn's C).
    """
    weights = np.zeros((vectors.shape[1], label_count), dtype=np.float32)
    bias = np.full(label_count, LOG_NEVER, dtype=np.float32)
    present = np.unique(labels)
    if len(present) == 1:
        bias[present] = 0.0
    if len(present) < 2:
        return Softmax(weights, bias)
    # Heavy to import: only when something is trained and not found in the cache.
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    model = LogisticRegression(C=strength, tol=_TOLERANCE, max_iter=300)
    # L-BFGS works in small steps, between which BLAS threads only spin: on a busy machine of two cores the
    # delivered prompts took 95 CPU s with two threads and 14 with one.
    with warnings.catch_warnings(), threadpool_limits(1, "blas"):
        warnings.simplefilter("ignore")  # not quite converged after 300 steps is good enough
        model.fit(vectors, labels)
    if len(present) == 2:  # scikit-learn keeps one row for two classes
        weights[:, present[1]] = model.coef_[0]
        bias[present] = [0.0, model.intercept_[0]]
    else:
        weights[:, present] = model.coef_.T
        bias[present] = model.intercept_
    return Softmax(weights, bias)


def log_softmax(scores: Floats) -> Floats:
    """Scores to log-probabilities along the last axis."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), dtype=np.float32)
