"""Upset callers told by what their words resemble, in the vector that understanding has computed anyway."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ivr.content.types import Content, Language, Request, UpsetExamples
from ivr.understanding.encoders import Vectors
from ivr.understanding.engine import ExampleUnderstander
from ivr.understanding.intent_model import shown_to_encoder
from ivr.understanding.requests import examples_of
from ivr.understanding.sentiment import prepared
from ivr.understanding.sentiment.judge_cache import trained_judge
from ivr.understanding.sentiment.reader import read_sentiment
from ivr.understanding.sentiment.training import REQUEST, area, judged_by, train_judge
from ivr.understanding.training import train_model
from ivr.understanding.types import Expectation, Understander

ANGRY = [f"{a} {b}" for a in ("unbelievable you", "disgusting lies you", "i am furious you") for b in "abcdefg"]
FRIENDLY = [f"{a} {b}" for a in ("lovely where is", "good morning where is", "kindly tell me") for b in "abcdefg"]
NUMBER = Expectation("digits", "order_number", 5, intent="order_status")


class Letters:
    """Stands in for a sentence encoder: counts letters, and how often it was asked."""

    name = "letters"

    def __init__(self) -> None:
        self.asked = 0

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += 1
        counts = np.array(
            [[text.count(letter) + 0.01 for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]
        )
        return np.asarray(counts / np.linalg.norm(counts, axis=1, keepdims=True), dtype=np.float32)

    def pieces(self, text: str) -> int:
        return len(text)


@pytest.fixture
def tiny() -> Content:
    request = Request("order_status", {"en": ("where is my order", "has my parcel shipped", "track my parcel")})
    upset = UpsetExamples({"en": tuple(ANGRY)}, {"en": tuple(FRIENDLY)})
    return Content("1", {"order_status": request}, {}, upset=upset)


def test_the_words_are_judged_in_the_same_pass_that_understands_them(tiny: Content) -> None:
    encoder = Letters()
    made = trained_judge(judged_by(tiny), encoder, None)
    assert made is not None
    understander = ExampleUnderstander(tiny, train_model(examples_of(tiny), encoder).model, made.judge)
    encoder.asked = 0
    angry = understander.understand("unbelievable lies you people", "en").upset
    assert encoder.asked == 1
    calm = understander.understand("good morning where is it kindly", "en").upset
    assert encoder.asked == 2
    assert angry is not None
    assert calm is not None
    assert angry > 0.5 > calm


def test_without_examples_or_encoder_the_lexicon_is_left_alone(tiny: Content) -> None:
    encoder = Letters()
    bare = replace(tiny, upset=UpsetExamples())
    assert judged_by(bare) == []
    assert trained_judge(judged_by(bare), encoder, None) is None
    assert trained_judge(judged_by(tiny), None, None) is None
    understander = ExampleUnderstander(bare, train_model(examples_of(bare), encoder).model)
    assert understander.understand("unbelievable lies you people", "en").upset is None


def test_a_language_without_examples_is_not_judged(tiny: Content) -> None:
    judge = train_judge(judged_by(tiny), Letters()).judge
    vector = np.ones(26, dtype=np.float32)
    assert judge.probability("화가 나네요", "ko", vector, read_sentiment("화가 나네요", "ko")) is None


def test_requests_that_only_a_person_can_do_teach_no_calm(tiny: Content) -> None:
    complaint = Request("complaint", {"en": ("I want to complain",)}, person=True)
    more = replace(tiny, requests={**tiny.requests, "complaint": complaint})
    assert [each.text for each in judged_by(more) if each.label == REQUEST] == list(
        tiny.requests["order_status"].examples["en"]
    )


def test_a_judge_comes_back_from_the_cache_as_it_was(tiny: Content, tmp_path: Path) -> None:
    encoder = Letters()
    first, again = (trained_judge(judged_by(tiny), encoder, tmp_path) for _ in range(2))
    assert first is not None
    assert again is not None
    text = "where is my furious parcel"
    chances = [
        made.judge.probability(text, "en", encoder.encode([text])[0], read_sentiment(text, "en"))
        for made in (first, again)
    ]
    assert chances[0] == pytest.approx(chances[1])
    assert first.auroc == again.auroc
    next((tmp_path / "upset").iterdir()).write_bytes(b"no judge")
    assert trained_judge(judged_by(tiny), encoder, tmp_path) is not None


def test_the_area_under_the_curve() -> None:
    positive = np.array([True, True, False, False])
    assert area(np.array([0.9, 0.8, 0.2, 0.1]), positive) == 1.0
    assert area(np.array([0.9, 0.1, 0.1, 0.0]), positive) == 0.875


def test_the_bundled_sentences_vectors_are_made_ahead(content: Content, tmp_path: Path) -> None:
    texts = [shown_to_encoder(each.text) for each in judged_by(content) if each.label != REQUEST]
    with np.load(prepared.FILE, allow_pickle=False) as stored:
        name = str(stored["encoder"])
    encoder = Letters()
    encoder.name = name
    prepared.prepared(encoder).encode(texts)
    assert encoder.asked == 0, "run `python -m tests.measure.upset --prepare`"
    prepared.write(["one", "two"], Letters(), tmp_path / "vectors.npz")
    assert (tmp_path / "vectors.npz").stat().st_size > 0


SAID: list[tuple[Language, str, str]] = [
    ("ko", "이게 몇 번째 전화인지 아세요 정말 너무하시네요", "이번이 두 번째 주문인데 포장 잘해 주셔서 감사해요"),
    (
        "en",
        "three weeks and you still can't tell me where my money is",
        "no hurry, any day next week is fine with me",
    ),
    ("ja", "いつまで待たせるつもりですか、もう我慢できません", "いつでもいいですよ、家におりますので"),
    ("zh", "你们到底什么时候退钱，我真的受够了", "什么时候方便就什么时候送，我都在家"),
]


@pytest.mark.parametrize(("language", "upset", "calm"), SAID)
def test_upset_and_calm_callers(understander: Understander, language: Language, upset: str, calm: str) -> None:
    hot, cool = (understander.understand(text, language).upset for text in (upset, calm))
    assert hot is not None
    assert cool is not None
    assert hot > 0.5
    assert cool < 0.2


@pytest.mark.parametrize("text", ["네", "사칠이구일이요", "", "?"])
def test_commands_and_values_alone_are_not_judged(understander: Understander, text: str) -> None:
    assert understander.understand(text, "ko", NUMBER).upset is None


def test_a_number_said_in_anger_is_judged(understander: Understander) -> None:
    heard = understander.understand("사칠이구일, 도대체 왜 사람 말을 못 알아듣는 거예요", "ko", NUMBER)
    assert heard.value("order_number") == "47291"
    assert (heard.upset or 0.0) > 0.4


def test_judging_costs_less_than_a_millisecond(understander: Understander) -> None:
    assert isinstance(understander, ExampleUnderstander)
    judge = understander._judge
    assert judge is not None
    text = "I have been waiting for three weeks and nobody can tell me anything"
    vector, words = judge.vectors[0], read_sentiment(text, "en")
    costs = []
    for _ in range(30):
        begin = time.thread_time()
        judge.probability(text, "en", vector, words)
        costs.append(time.thread_time() - begin)
    assert statistics.median(costs) < 0.003, "the target is 1 ms; machines that run tests are slower"
