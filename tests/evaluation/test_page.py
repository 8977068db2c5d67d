"""The report of a suite: complete, one file, and nothing that anybody said is markup in it."""

import datetime as dt
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ivr.evaluation.judging import Judged, judge
from ivr.evaluation.page import page
from ivr.evaluation.replaying import play
from ivr.evaluation.suite import CallExpectation, Case, Turn, TurnExpectation
from ivr.evaluation.summary import summarise
from tests.evaluation.stage import FIXTURES, rooms
from tests.web.browser import launch

EVIL = "</td><script>document.title='taken'</script><img src=x onerror=alert(1)>&\x07\u202e"
MADE = dt.datetime(2026, 3, 2, 14, tzinfo=dt.UTC)
SPOKEN = FIXTURES / "en" / "order_status.wav"


def case(name: str, *expected: TurnExpectation, expect: CallExpectation | None = None) -> Case:
    turns = tuple(Turn(3, SPOKEN, expect=each) for each in expected)
    return Case(name, 2, turns, language="en", expect=expect or CallExpectation())


def report(*judged: Judged) -> str:
    return page(Path("calls/suite.yaml"), judged, summarise(judged), MADE)


@pytest.fixture(scope="module")
def good() -> Judged:
    return judge(play(case("a late parcel", TurnExpectation(intent="order_status")), rooms("where is my order")))


@pytest.fixture(scope="module")
def evil() -> Judged:
    expected = TurnExpectation(slots={"order_number": EVIL}), TurnExpectation()
    bad = case(EVIL, *expected, expect=CallExpectation(outcome="resolved"))
    bad = replace(bad, turns=(*bad.turns, Turn(9, Path("<b>nothing</b>.wav"))))
    return judge(play(bad, rooms(EVIL, "words " * 400, anger=0.9)))


class Tags(HTMLParser):
    """Counts elements, and checks that they are closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "br"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def test_it_tells_what_came_of_each_call(good: Judged, evil: Judged) -> None:
    html = report(good, evil)
    assert "1 of 2 calls passed" in html
    for words in (
        "a late parcel",
        "order_status",
        "where is my order",
        "not enough evidence",
        "FAILED",
        "angry 0.90",
    ):
        assert words in html
    assert "outcome: expected resolved, got " in html
    assert html.count("<details open>") == 1  # those that failed


def test_whatever_was_said_is_text(good: Judged, evil: Judged) -> None:
    seen = Tags(report(good, evil)).seen
    assert not {"script", "img", "b"} & set(seen)
    assert seen.count("details") == 2


def test_it_needs_no_other_file(good: Judged) -> None:
    html = report(good)
    assert not re.search(r"(?:src|href)=|@import|url\(", html)
    assert "default-src 'none'" in html


def test_a_suite_in_which_nothing_was_heard_has_a_report() -> None:
    silent = Case("nobody", 2, (Turn(3, Path("nothing.wav")),))
    assert "0 of 1 calls passed" in report(judge(play(silent, rooms())))


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
def test_it_can_be_read_in_a_browser(good: Judged, evil: Judged, tmp_path: Path, width: int) -> None:
    path = tmp_path / "report.html"
    path.write_text(report(good, evil), encoding="utf-8")
    with launch(width=width) as opened:
        opened.goto(path.as_uri())
        assert opened.title().startswith("1 of 2 calls passed")
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.get_by_role("table").count() == 3  # two of numbers, one of the call that failed
        opened.locator("summary", has_text="a late parcel").click()
        assert opened.get_by_role("region", name="Turns of a late parcel").is_visible()
