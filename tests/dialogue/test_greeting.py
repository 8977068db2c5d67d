"""The greeting: a number that is known is asked about what it left open, and everybody hears of incidents."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ivr.content.types import LANGUAGES, Content, Incident, Language, Text
from ivr.dialogue.types import KnownCaller
from tests.dialogue.caller import Caller


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_known_number_is_asked_about_what_was_left_open(content: Content, language: Language) -> None:
    now = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Seoul"))
    caller = Caller(content, language, now=now, known=KnownCaller("return_procedure", 1))
    assert caller.keys == ["greeting", "greet_known"]
    assert {"ko": "어제", "en": "yesterday", "ja": "昨日", "zh": "昨天"}[language] in caller.words
    caller.means("yes")
    assert caller.keys == ["return_procedure_answer", "anything_else"]


def test_a_no_asks_what_it_is(content: Content) -> None:
    caller = _known(content)
    caller.means("no")
    assert caller.keys == ["ask_request"]


def test_any_request_is_taken_as_usual(content: Content) -> None:
    caller = _known(content)
    caller.means("delivery_fee")
    assert caller.keys == ["delivery_fee_answer", "anything_else"]


def test_an_incident_is_told_to_everybody_once(content: Content) -> None:
    caller = Caller(_with_incident(content))
    assert caller.keys == ["greeting", "incident_test", "ask_request"]


def test_an_incident_of_a_request_is_told_when_it_begins_once(content: Content) -> None:
    caller = Caller(_with_incident(content, "order_status"))
    assert caller.keys == ["greeting", "ask_request"]
    caller.means("order_status")
    assert caller.keys == ["incident_test", "ask_order_number"]
    caller.means("order_status", order_number="47291")
    caller.means("order_status", order_number="58306")
    assert "incident_test" not in caller.keys


def test_an_incident_that_is_over_is_not_told(content: Content) -> None:
    over = _with_incident(content, until=date(2026, 11, 22))
    caller = Caller(over, now=datetime(2026, 11, 23, tzinfo=UTC))
    assert caller.keys == ["greeting", "ask_request"]


def _known(content: Content) -> Caller:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    return Caller(content, now=now, known=KnownCaller("return_procedure", 0))


def _with_incident(content: Content, *requests: str, until: date | None = None) -> Content:
    texts = {
        language: {**content.texts[language], "incident_test": Text("incident_test", {"neutral": ("news",)})}
        for language in LANGUAGES
    }
    incident = replace(Incident("test", True, None, requests), until=until)
    return replace(content, incidents=(incident,), texts=texts)
