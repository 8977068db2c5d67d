"""Suites that managers write: what is in them, and what is said about mistakes."""

import datetime as dt
from pathlib import Path

import pytest

from ivr.errors import ContentError
from ivr.evaluation.suite import CallExpectation, TurnExpectation, read_suite

GOOD = """\
calls:
  - name: a late parcel
    language: ko
    from: "+821012345678"
    at: 2026-03-02T14:00
    say:
      - hello.wav
      - wav: sub/number.wav
        expect:
          language: ko
          intent: order_status
          slots: {order_number: "47291"}
          emotion: [neutral, none]
          anger: [0, 0.5]
          frustration: [0, 0.3]
          actions: [answer]
          never: hand_off
      - press: "1#"
    expect: {outcome: resolved, handoff: none, intents: [order_status], frustration: [0, 0.4]}
  - name: another
    say: only.wav
"""


def read(tmp_path: Path, text: str) -> str:
    """What is wrong with a suite."""
    path = tmp_path / "suite.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as error:
        read_suite(path)
    return str(error.value)


def test_everything_a_suite_can_say_is_read(tmp_path: Path) -> None:
    path = tmp_path / "suite.yaml"
    path.write_text(GOOD, encoding="utf-8")
    first, second = read_suite(path)
    assert (first.name, first.line, first.language, first.number) == ("a late parcel", 2, "ko", "+821012345678")
    assert first.at == dt.datetime(2026, 3, 2, 14)
    assert [turn.wav for turn in first.turns] == [tmp_path / "hello.wav", tmp_path / "sub/number.wav", None]
    assert first.turns[2].keys == "1#"
    assert first.turns[1].line == 8
    assert first.turns[1].expect == TurnExpectation(
        language="ko",
        intent="order_status",
        slots={"order_number": "47291"},
        emotion=("neutral", "none"),
        anger=(0, 0.5),
        frustration=(0, 0.3),
        actions=("answer",),
        never=("hand_off",),
    )
    assert not first.turns[0].expects_anything
    assert first.expect == CallExpectation(
        intents=("order_status",), frustration=(0, 0.4), handoff="none", outcome="resolved"
    )
    assert (second.language, second.turns[0].wav, second.expect) == (None, tmp_path / "only.wav", CallExpectation())


@pytest.mark.parametrize(
    ("line", "text", "problem"),
    [
        (2, "calls:\n  - say: a.wav\n", "needs a `name`"),
        (2, "calls:\n  - name: a\n", "needs `say`"),
        (3, 'calls:\n  - name: a\n    say: [{press: "1"}]\n', "at least one recording"),
        (3, "calls:\n  - name: a\n    say: [{wav: a.wav, press: '1'}]\n", "either `wav` or `press`"),
        (3, "calls:\n  - name: a\n    say: [a.wav, {press: 'one'}]\n", "no telephone keys"),
        (3, "calls:\n  - name: a\n    language: kr\n    say: a.wav\n", "'kr'; there are ko, en, ja, zh, auto"),
        (3, "calls:\n  - name: a\n    tone: nice\n    say: a.wav\n", "unknown key 'tone'"),
        (4, "calls:\n  - name: a\n    say: a.wav\n    expect: {outcome: fine}\n", "'fine'; there are resolved"),
        (4, "calls:\n  - name: a\n    say: a.wav\n    expect: {handoff: anger}\n", "there are caller_asked"),
        (4, "calls:\n  - name: a\n    say: a.wav\n    expect: {actions: [dance]}\n", "'dance'; there are answer"),
        (4, "calls:\n  - name: a\n    say: a.wav\n    expect: {frustration: [0.5, 0.2]}\n", "[least, most]"),
        (4, "calls:\n  - name: a\n    say: a.wav\n    expect: {frustration: 0.2}\n", "[least, most]"),
        (
            3,
            "calls:\n  - name: a\n    say: [{wav: a.wav, expect: {emotion: cross}}]\n",
            "'cross'; there are neutral",
        ),
        (3, "calls:\n  - name: a\n    at: tomorrow\n    say: a.wav\n", "2026-03-02T14:00"),
        (4, "calls:\n  - {name: a, say: a.wav}\n  - name: b\n    say: 3\n  - {name: a, say: a.wav}\n", ""),
        (1, "calls: []\n", "a list of calls"),
        (1, "just words\n", "must be a mapping"),
        (1, "", "is empty"),
        (2, "calls:\n  - {name: [\n", "is not YAML"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, line: int, text: str, problem: str) -> None:
    said = read(tmp_path, text)
    assert problem in said
    if problem not in ("", "is not YAML"):
        assert f"suite.yaml:{line}: " in said


def test_a_name_that_is_there_twice_is_named_with_both_lines(tmp_path: Path) -> None:
    said = read(tmp_path, "calls:\n  - {name: a, say: a.wav}\n  - {name: a, say: b.wav}\n")
    assert "suite.yaml:3: the name 'a' is there twice (first on line 2)" in said


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    said = read(tmp_path, "calls:\n  - say: a.wav\n  - name: b\n    tone: nice\n    say: [a.wav, {}]\n")
    assert [line.split(": ")[0].rpartition(":")[2] for line in said.splitlines()] == ["2", "4", "5"]


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"nothing\.yaml:1: can't be read"):
        read_suite(tmp_path / "nothing.yaml")
