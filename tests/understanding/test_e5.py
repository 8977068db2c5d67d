"""The sentence encoder: what it says is alike, what it survives, and damaged weights."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import ConfigurationError
from ivr.understanding.e5 import MAX_PIECES, Pieces, read_packed
from ivr.understanding.encoders import Remembering, SentenceEncoder, Vectors, create_encoder


@pytest.fixture(scope="module")
def encoder() -> SentenceEncoder:
    found = create_encoder("bundled")
    assert found is not None
    return found


def test_what_means_the_same_lies_nearer_than_what_does_not_in_all_languages(encoder: SentenceEncoder) -> None:
    same = encoder.encode(
        ["주문 취소해 주세요", "please cancel my order", "注文をキャンセルしてください", "请取消我的订单"]
    )
    (other,) = encoder.encode(["what time do you open tomorrow"])
    assert (same @ same.T).min() > (same @ other).max()


def test_vectors_have_length_one_and_do_not_depend_on_company(encoder: SentenceEncoder) -> None:
    texts = ["where is my order", "배송 조회", "", "a " * 500, "한" * 3_000, "😀"]
    together = encoder.encode(texts)
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-4)
    for text, vector in zip(texts, together, strict=True):
        # 8-bit sums differ a little with the padding.
        assert float(encoder.encode([text])[0] @ vector) > 0.99


def test_garbled_words_fall_into_more_pieces(encoder: SentenceEncoder) -> None:
    assert encoder.pieces("where xs my ordqr") > encoder.pieces("where is my order")
    assert encoder.pieces("") >= 2


def test_the_likeliest_pieces_are_taken() -> None:
    pieces = Pieces({"▁": (4, -3.0), "▁ab": (5, -1.0), "a": (6, -2.0), "b": (7, -2.0), "c": (8, -2.5)})
    assert pieces("ab c") == [5, 4, 8]
    assert pieces("a?") == [4, 6, 3]
    assert len(pieces("a" * 1_000)) == MAX_PIECES


@pytest.mark.parametrize("content", [b"", b"E5S1", b"E5S1" + b"\0" * 10, b"GGUF" + b"\0" * 100])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"e5-small-q4\.bin can't be read"):
        read_packed(path)


def test_no_text_is_encoded_twice_for_training(encoder: SentenceEncoder) -> None:
    class Counting:
        name = "counting"

        def __init__(self) -> None:
            self.seen: list[str] = []

        def encode(self, texts: Sequence[str]) -> Vectors:
            self.seen.extend(texts)
            return encoder.encode(texts)

        def pieces(self, text: str) -> int:
            return 1

    counting = Counting()
    remembering = Remembering(counting)
    first = remembering.encode(["a b", "c d", "a b"])
    again = remembering.encode(["c d", "a b"])
    assert counting.seen == ["a b", "c d"]
    assert np.array_equal(first[[1, 0]], again)
