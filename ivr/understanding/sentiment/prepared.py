"""Sentence vectors of the bundled ``upset.yaml``, made ahead: encoding them would hold up the first start by 8 s.

``upset_vectors.npz`` is written by ``python -m tests.measure.upset --prepare``; a sentence that is not in it, or
another encoder, only takes its 5 ms.

The file (1.3 MB, a hundredth of the encoder's weights) is worth that: without it every first start, and every
test run with an empty cache, spends 8 CPU s more. Vectors are kept in 16 bits, which turns them by less than 0.03
degrees: on the 402 turns of ``tests/feelings/calls.yaml`` no probability moves by more than 0.0003, and none
across 0.5. In 8 bits, with a scale for each vector, the file would be 0.6 MB smaller; but vectors turn by 0.5
degrees, probabilities move by up to 0.005, and one of those turns changes sides: too much for half a megabyte.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from ivr.understanding.encoders import SentenceEncoder, Vectors

FILE = Path(__file__).with_name("upset_vectors.npz")


class Prepared:
    """An encoder that looks a text up before it encodes it."""

    def __init__(self, encoder: SentenceEncoder, known: Mapping[str, Vectors]) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._known = known

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: float32 (texts, dimensions)."""
        names = [_name(text) for text in texts]
        new = [text for text, name in zip(texts, names, strict=True) if name not in self._known]
        made = iter(self._encoder.encode(new)) if new else iter(())
        return np.stack([self._known[name] if name in self._known else next(made) for name in names])


def prepared(encoder: SentenceEncoder) -> Prepared:
    """The encoder, with what was made ahead for it."""
    return Prepared(encoder, _known(encoder.name))


def write(texts: Sequence[str], encoder: SentenceEncoder, path: Path = FILE) -> None:
    """Make the vectors of some texts and keep them."""
    vectors = encoder.encode(texts).astype(np.float16)
    np.savez_compressed(
        path, encoder=np.array(encoder.name), names=np.array([_name(each) for each in texts]), vectors=vectors
    )


@cache
def _known(encoder: str) -> Mapping[str, Vectors]:
    """Name of a text → its vector; nothing for another encoder, or without a usable file."""
    try:
        with np.load(FILE, allow_pickle=False) as stored:
            if str(stored["encoder"]) != encoder:
                return {}
            vectors = stored["vectors"].astype(np.float32)
            return dict(zip(stored["names"].tolist(), vectors, strict=True))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
