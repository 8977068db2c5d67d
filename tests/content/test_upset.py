"""``upset.yaml``: read as it is meant, told by line what is wrong with it, and nothing in it that measures it."""

from pathlib import Path

import pytest
import yaml
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from ivr.content.loader import load_content
from ivr.content.problems import Problems
from ivr.content.types import LANGUAGES, UpsetExamples
from ivr.content.upset import FEWEST, read_upset

ROOT = Path(__file__).parents[2]
TOO_ALIKE = 0.8
"""Normalised Levenshtein similarity, 0 to 1."""
SHORT = 6
"""Characters up to which two people can't but say the same: "네 맞아요", "もしもし"."""
UPSET = [f"I am upset {number}" for number in range(FEWEST)]
CALM = [f"I am calm {number}" for number in range(FEWEST)]


def written(tmp_path: Path, upset: list[str], calm: list[str], more: str = "") -> tuple[UpsetExamples, list[str]]:
    path = tmp_path / "upset.yaml"
    lines = [
        "en:",
        "  upset:",
        *(f"    - {text}" for text in upset),
        "  calm:",
        *(f"    - {text}" for text in calm),
    ]
    path.write_text("\n".join(lines) + "\n" + more, encoding="utf-8")
    problems = Problems()
    return read_upset(path, problems), [str(each).removeprefix(f"{tmp_path}/") for each in problems.found]


def test_both_sides_are_read(tmp_path: Path) -> None:
    found, problems = written(tmp_path, UPSET, CALM)
    assert (found.upset["en"], found.calm["en"], problems) == (tuple(UPSET), tuple(CALM), [])


def test_a_missing_file_is_no_examples(tmp_path: Path) -> None:
    problems = Problems()
    assert read_upset(tmp_path / "upset.yaml", problems) == UpsetExamples()
    assert not problems.found


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("  furious: [a]\n", "upset.yaml:44: en: unknown key 'furious'; there are upset, calm"),
        ("fr: {upset: [a]}\n", "upset.yaml:44: 'fr' is no language; there are ko, en, ja, zh"),
        ("ko: [a]\n", "upset.yaml:44: ko must be a mapping (name: value), not a list"),
        ("ko:\n  calm: []\n", "upset.yaml:44: ko: 'upset' is missing: sentences of upset callers"),
        ("ko:\n  calm: [a]\n", "upset.yaml:45: ko: calm has 1 sentences; at least 20 are needed"),
        ("ko:\n  calm: [{a: b}]\n", "upset.yaml:45: ko: calm must be text or a list of texts, not a mapping"),
    ],
)
def test_what_is_wrong_is_told_by_line(tmp_path: Path, more: str, told: str) -> None:
    _, problems = written(tmp_path, UPSET, CALM, more)
    assert told in problems


def test_a_sentence_on_both_sides_is_an_error_and_one_written_twice_a_warning(tmp_path: Path) -> None:
    _, problems = written(tmp_path, UPSET, [*CALM, "I AM upset 3!", "I am calm 0"])
    assert problems == [
        "upset.yaml:44: 'I AM upset 3!' is under calm here and under upset on line 6",
        "upset.yaml:45: warning: 'I am calm 0' is there twice (first on line 24)",
    ]


def test_the_bundled_file_has_enough_of_every_language() -> None:
    bundled = load_content(ROOT / "prompts").upset
    for language in LANGUAGES:
        assert len(bundled.upset[language]) >= 80
        assert len(bundled.calm[language]) >= 120


def test_no_bundled_sentence_is_in_the_calls_that_measure_it() -> None:
    bundled = load_content(ROOT / "prompts").upset
    for language in LANGUAGES:
        learnt = [_plain(each) for each in (*bundled.upset[language], *bundled.calm[language])]
        measured = [
            _plain(turn["say"])
            for path in sorted((ROOT / "tests" / "feelings").glob("*.yaml"))
            for call in yaml.safe_load(path.read_text(encoding="utf-8"))
            if call["language"] == language
            for turn in call["caller"]
        ]
        measured = [each for each in measured if len(each) > SHORT]
        alike = cdist(learnt, measured, scorer=Levenshtein.normalized_similarity, score_cutoff=TOO_ALIKE)
        assert [learnt[row] for row in range(len(learnt)) if alike[row].any()] == []


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
