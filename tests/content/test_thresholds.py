"""``thresholds.yaml``: written by the program, read with the line of every mistake."""

from pathlib import Path

import pytest

from ivr.content.problems import Problems
from ivr.content.thresholds import FILE, read_thresholds, write_thresholds
from ivr.content.types import Thresholds
from ivr.errors import ContentError


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write_thresholds(tmp_path / FILE, {"ko": Thresholds(-2.5, -0.125), "zh": Thresholds(-3.0, 0.5)}, "one\ntwo")
    assert (tmp_path / FILE).read_text().startswith("# one\n# two\nko: ")
    problems = Problems()
    assert read_thresholds(tmp_path / FILE, problems) == {
        "ko": Thresholds(-2.5, -0.125),
        "zh": Thresholds(-3.0, 0.5),
    }
    problems.raise_any()


def test_no_file_no_thresholds(tmp_path: Path) -> None:
    problems = Problems()
    assert read_thresholds(tmp_path / FILE, problems) == {}
    problems.raise_any()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("fr: {unknown: -1, sure: 0}", ":1: 'fr' is not a language"),
        ("ko: {unknown: -1}", ":1: ko needs both unknown and sure"),
        ("# head\nko: {unknown: 1, sure: 0}", ":2: ko: unknown must not be above sure"),
        ("ko:\n  unknown: low\n  sure: 0", ":2: unknown: only the numbers"),
        ("ko:\n  unknown: nan\n  sure: 0", ":2: unknown: only the numbers"),
        ("ko: {unknown: -1, sure: 0, maybe: 2}", ":1: maybe: only the numbers"),
        ("ko: 3", ":1: thresholds of ko must be a mapping"),
        ("- 3", ":1: thresholds must be a mapping"),
        ("ko: {", "is not YAML"),
    ],
)
def test_mistakes_name_the_line(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / FILE).write_text(text)
    problems = Problems()
    read_thresholds(tmp_path / FILE, problems)
    with pytest.raises(ContentError, match=problem):
        problems.raise_any()
