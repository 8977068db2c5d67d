"""One line per event, from our code and from libraries, with nobody's number in it."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import structlog

from ivr.logs import configure_logging


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """Where logs go; everything is as before afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    configuration = structlog.get_config()
    yield io.StringIO()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**configuration)


def only_line(out: io.StringIO) -> dict[str, Any]:
    lines = out.getvalue().splitlines()
    assert len(lines) == 1, lines
    parsed: dict[str, Any] = json.loads(lines[0])
    return parsed


def test_an_event_is_one_json_line_with_its_values(out: io.StringIO) -> None:
    configure_logging("info", "json", out)
    structlog.get_logger("ivr.call").info("call_began", call_sid="CA1", turns=3, said="안녕\n하세요")
    line = only_line(out)
    assert (line["event"], line["call_sid"], line["turns"], line["level"]) == ("call_began", "CA1", 3, "info")
    assert line["said"] == "안녕\n하세요"
    assert line["timestamp"].endswith("Z")


def test_numbers_are_masked_whatever_the_key_and_however_deep(out: io.StringIO) -> None:
    @dataclass
    class Caller:
        number: str

    configure_logging("info", "json", out)
    structlog.get_logger().info(
        "from +82-10-1234-5678",
        note="010 1234 5678",
        nested={"list": ["4111 1111 1111 1111", ("02-123-4567",)], "01012345678": 1},
        thing=Caller("010-1234-5678"),
        error=ValueError("no +14155552671"),
    )
    text = out.getvalue()
    for leaked in ("1234-5678", "1234 5678", "12345678", "4111 1111", "123-4567", "4155552671"):
        assert leaked not in text
    assert only_line(out)["nested"]["list"][0] == "************1111"


def test_an_exception_is_one_json_line_and_masked(out: io.StringIO) -> None:
    configure_logging("info", "json", out)
    try:
        raise RuntimeError("caller 010-1234-5678 broke it")  # noqa: TRY301
    except RuntimeError:
        structlog.get_logger().exception("failed", call_sid="CA1")
    line = only_line(out)
    assert "RuntimeError: caller 010****5678 broke it" in line["exception"]
    assert "Traceback" in line["exception"]


def test_libraries_come_out_the_same_way(out: io.StringIO) -> None:
    configure_logging("info", "json", out)
    logging.getLogger("gunicorn.error").warning("call from %s", "01012345678")
    line = only_line(out)
    assert (line["event"], line["logger"], line["level"]) == ("call from 010****5678", "gunicorn.error", "warning")


def test_libraries_chatter_and_what_is_below_the_level_is_left_out(out: io.StringIO) -> None:
    configure_logging("warning", "json", out)
    structlog.get_logger().info("quiet")
    logging.getLogger("werkzeug").info("GET /")
    assert out.getvalue() == ""


def test_text_for_people_can_not_be_forged_by_what_is_said(out: io.StringIO) -> None:
    configure_logging("info", "text", out)
    structlog.get_logger().info("turn", said="hello\n2026-01-31 error   fire\x1b[31m", call_sid="CA1")
    lines = out.getvalue().splitlines()
    assert len(lines) == 1
    assert "\\n2026-01-31" in lines[0]
    assert "\x1b" not in lines[0]
    assert lines[0].endswith("call_sid=CA1")


def test_a_value_that_can_not_be_shown_does_not_stop_the_line(out: io.StringIO) -> None:
    class Rude:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    configure_logging("info", "json", out)
    structlog.get_logger().info("turn", thing=Rude())
    assert only_line(out)["thing"] == "<unprintable Rude: RuntimeError>"


def test_configuring_again_does_not_double_the_lines(out: io.StringIO) -> None:
    configure_logging("info", "json", out)
    configure_logging("info", "json", out)
    structlog.get_logger().info("once")
    assert only_line(out)["event"] == "once"
