"""Trains an :class:`IntentModel` on the managers' examples, and calibrates it by cross-validation on them.

The encoder's regression learns from the examples of all languages as they are written; the characters' learns,
for each language, from the examples and from copies with simulated recognition errors. (CLINC150, 10 examples,
development split: noised copies took the characters from 64 to 66 % under 15 % noise, and the encoder from 90 to
86 % on clean text, so only the characters get them.)
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ivr.content.types import LANGUAGES, Language
from ivr.understanding import calibration
from ivr.understanding.calibration import Calibration, Evidence
from ivr.understanding.encoders import SentenceEncoder
from ivr.understanding.intent_model import (
    Characters,
    IntentModel,
    centred,
    fragmentation,
    nearest,
    shown_to_encoder,
)
from ivr.understanding.ngram_space import NgramSpace
from ivr.understanding.noise import alphabet, garble
from ivr.understanding.softmax import Floats, Softmax, train
from ivr.understanding.text import normalise

FOLDS = 5
ENCODER_STRENGTH, CHARACTER_STRENGTH = 10.0, 20.0
"""Inverse L2 penalties. CLINC150 development split: encoder 89.7 % at 10, 89.5 % at 40; characters 81.2 % at 20,
81.3 % at 100."""
TRAINING_NOISE = (0.1, 0.2)
"""Share of wrong characters in the copies learnt from."""
CALIBRATION_NOISE = 0.15
"""Share of wrong characters in the copies that choose the characters' weight for garbled text."""
_SEED = 20


@dataclass(frozen=True)
class Example:
    """One sentence of the managers'."""

    language: Language
    label: str
    text: str


@dataclass(frozen=True)
class Trained:
    """A model, and what ``tune`` needs to set its thresholds anew."""

    model: IntentModel
    right_scores: Mapping[Language, NDArray[np.float64]]
    """Sorted scores of the examples that were read rightly by models that never saw them."""


@dataclass(frozen=True)
class _Set:
    """All examples, prepared once for all folds."""

    texts: list[str]
    garbled: list[str]
    labels: NDArray[np.int64]
    languages: list[Language]
    folds: NDArray[np.int64]
    centre: Floats
    vectors: Floats
    garbled_vectors: Floats
    fragments: NDArray[np.float64]
    garbled_fragments: NDArray[np.float64]


def train_model(examples: Sequence[Example], encoder: SentenceEncoder | None) -> Trained:
    """Train and calibrate.

    Args:
        examples: In any order; languages without examples are served by the encoder alone.
        encoder: None: characters alone.
    """
    names = tuple(sorted({example.label for example in examples}))
    data = _prepare(examples, names, encoder)
    everything = np.arange(len(examples))
    encoder_softmax = (
        train(data.vectors, data.labels, len(names), ENCODER_STRENGTH) if encoder and len(examples) else None
    )
    present = [language for language in LANGUAGES if language in data.languages]
    characters = {language: _characters(data, everything, language, len(names)) for language in present}
    calibrations, right_scores = _calibrate(data, len(names), encoder)
    model = IntentModel(
        names, encoder, encoder_softmax, data.centre, data.vectors, data.labels, characters, calibrations
    )
    return Trained(with_operating_point(model, right_scores), right_scores)


def with_operating_point(
    model: IntentModel,
    right_scores: Mapping[Language, NDArray[np.float64]],
    loss: float = calibration.IN_SCOPE_LOSS,
    confirm_loss: float = calibration.CONFIRM_LOSS,
) -> IntentModel:
    """The same model with thresholds at another operating point (shares of in-scope utterances, 0 to 1)."""
    fitted = dict(model.calibrations)
    for language, scores in right_scores.items():
        limits = calibration.thresholds(scores, loss, confirm_loss)
        fitted[language] = replace(fitted[language], unknown=limits.unknown, sure=limits.sure)
    if fitted:  # a language without examples takes the numbers of the strictest that has some
        strictest = max(fitted.values(), key=lambda each: each.unknown)
        fitted |= {language: strictest for language in LANGUAGES if language not in right_scores}
    return replace(model, calibrations=fitted)


def _prepare(examples: Sequence[Example], names: tuple[str, ...], encoder: SentenceEncoder | None) -> _Set:
    source = random.Random(_SEED)
    letters = {
        language: alphabet([each.text for each in examples if each.language == language], language)
        for language in LANGUAGES
    }
    texts = [shown_to_encoder(each.text) for each in examples]
    garbled = [
        garble(text, CALIBRATION_NOISE, letters[each.language], source)
        for text, each in zip(texts, examples, strict=True)
    ]
    seen: dict[tuple[str, str], int] = {}
    folds = []
    for each in examples:
        key = (each.language, each.label)
        seen[key] = seen.get(key, -1) + 1
        folds.append(seen[key] % FOLDS)
    vectors = encoder.encode(texts) if encoder and texts else np.zeros((len(texts), 1), dtype=np.float32)
    centre = vectors.mean(axis=0) if len(set(texts)) > 1 else np.zeros(vectors.shape[1], dtype=np.float32)
    at = {name: index for index, name in enumerate(names)}
    return _Set(
        texts,
        garbled,
        np.array([at[each.label] for each in examples], dtype=np.int64),
        [each.language for each in examples],
        np.array(folds, dtype=np.int64),
        centre,
        centred(vectors, centre),
        centred(encoder.encode(garbled), centre) if encoder and texts else vectors,
        np.array([fragmentation(text, encoder) if encoder else 0.0 for text in texts]),
        np.array([fragmentation(text, encoder) if encoder else 0.0 for text in garbled]),
    )


def _characters(data: _Set, rows: NDArray[np.int64], language: Language, label_count: int) -> Characters:
    """Train the character view of one language on some of the examples."""
    chosen = [int(row) for row in rows if data.languages[row] == language]
    texts = [data.texts[row] for row in chosen]
    labels = data.labels[chosen]
    letters = alphabet(texts, language)
    source = random.Random(_SEED + 1)
    copies = [normalise(garble(text, rate, letters, source)) for rate in TRAINING_NOISE for text in texts]
    space = NgramSpace.fit(language, texts)
    softmax = train(
        space.matrix(texts + copies), np.tile(labels, 1 + len(TRAINING_NOISE)), label_count, CHARACTER_STRENGTH
    )
    matrix = space.matrix(texts)
    starts = matrix.indptr.astype(np.int64)
    return Characters(space, softmax, matrix.indices.astype(np.int64), matrix.data, starts, labels)


def _calibrate(
    data: _Set, label_count: int, encoder: SentenceEncoder | None
) -> tuple[dict[Language, Calibration], dict[Language, NDArray[np.float64]]]:
    """Score every example by models that never saw it, then fit each language's calibration."""
    count = len(data.texts)
    kinds = ("encoder", "characters", "encoder_cosine", "character_cosine")
    clean = {kind: np.zeros((count, label_count), dtype=np.float32) for kind in kinds}
    garbled = {kind: np.zeros((count, label_count), dtype=np.float32) for kind in kinds}
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(data.folds != fold), np.flatnonzero(data.folds == fold)
        if not len(inside) or not len(outside):
            continue
        if encoder:
            softmax = train(data.vectors[inside], data.labels[inside], label_count, ENCODER_STRENGTH)
            for store, vectors in ((clean, data.vectors), (garbled, data.garbled_vectors)):
                _judge_vectors(store, vectors, softmax, data, inside, outside, label_count)
        for language in {data.languages[row] for row in outside} & {data.languages[row] for row in inside}:
            view = _characters(data, inside, language, label_count)
            for row in outside:
                if data.languages[row] == language:
                    for store, texts in ((clean, data.texts), (garbled, data.garbled)):
                        logs, cosines = view.cosines(texts[row], label_count)
                        store["characters"][row], store["character_cosine"][row] = logs, cosines
    calibrations, right_scores = {}, {}
    for language in LANGUAGES:
        rows = np.array([row for row in range(count) if data.languages[row] == language], dtype=np.int64)
        if len(rows) < FOLDS:
            continue
        judged = [
            Evidence(
                store["encoder"][rows] if encoder else None,
                store["characters"][rows],
                store["encoder_cosine"][rows],
                store["character_cosine"][rows],
                fragments[rows],
            )
            for store, fragments in ((clean, data.fragments), (garbled, data.garbled_fragments))
        ]
        calibrations[language], right_scores[language] = calibration.fit(judged[0], judged[1], data.labels[rows])
    return calibrations, right_scores


def _judge_vectors(
    store: dict[str, Floats],
    vectors: Floats,
    softmax: Softmax,
    data: _Set,
    inside: NDArray[np.int64],
    outside: NDArray[np.int64],
    label_count: int,
) -> None:
    store["encoder"][outside] = softmax.dense(vectors[outside])
    for row, cosines in zip(outside, vectors[outside] @ data.vectors[inside].T, strict=True):
        store["encoder_cosine"][row] = nearest(cosines, data.labels[inside], label_count)
