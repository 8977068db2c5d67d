"""Connectors that ask an HTTP service, against a real one with good and bad days."""

import logging
import threading
from collections.abc import Mapping
from dataclasses import replace

import pytest

from ivr.content.types import HttpSpec
from ivr.errors import BackendDownError, ConfigurationError
from ivr.fulfilment.guard import MAX_AT_ONCE, MAX_FAILURES, REST_S
from ivr.fulfilment.http import MAX_BODY, HttpSource
from tests.fulfilment.service import Asked, Say, Service, says, seconds_of, unused_port

SLOTS = {"order_number": "47291"}
FOUND = says({"order": {"state": "on_the_way", "names": {"ko": "운동화", "en": "shoes"}, "lines": [{"n": 2}]}})


def _source(base: str, variables: Mapping[str, str] | None = None, /, **changes: object) -> HttpSource:
    spec = HttpSpec(
        "demo.order",
        base + "/orders/{order_number}?key=${KEY}",
        headers={"Authorization": "Bearer ${TOKEN}"},
        outcome="order.state",
        values={"item": "order.names.{language}", "count": "order.lines.0.n"},
        facts=("order.state",),
        timeout_s=0.5,
        source="prompts/connectors.yaml",
    )
    known = {"KEY": "key-0815", "TOKEN": "s3cret-token"}
    # mypy can't check fields by name
    return HttpSource(replace(spec, **changes), known if variables is None else variables, 4.0)  # type: ignore[arg-type]


def test_a_service_is_asked_and_its_answer_read() -> None:
    with Service(lambda asked: FOUND) as service:
        source = _source(service.url)
        answer = source.ask(SLOTS, "ko")
        source.close()
    assert answer is not None
    assert (answer.outcome, answer.values) == ("on_the_way", {"item": "운동화", "count": 2})
    assert answer.facts == {"state": "on_the_way"}
    assert service.asked[0].path == "/orders/47291?key=key-0815"
    assert service.asked[0].headers["Authorization"] == "Bearer s3cret-token"


@pytest.mark.parametrize(
    "value",
    ["../../admin", "1/../../admin?x=1#y", "47291&key=other", "한 글", "a\r\nHost: evil", "{KEY}", "${KEY}"],
)
def test_what_a_caller_says_stays_one_part_of_the_address(value: str) -> None:
    with Service(lambda asked: FOUND) as service:
        source = _source(service.url, headers={"X-Said": "{order_number}"})
        source.ask({"order_number": value}, "ko")
        source.close()
    path = service.asked[0].path
    assert path.startswith("/orders/") and path.count("/") == 2 and path.count("?") == 1
    assert path.endswith("?key=key-0815")
    assert "key-0815" not in path.removesuffix("?key=key-0815")
    assert service.asked[0].headers["Host"] in service.url
    assert "\n" not in service.asked[0].headers["X-Said"]


@pytest.mark.parametrize("value", ["", "..", ".", " . "])
def test_what_would_name_another_place_is_not_asked(value: str) -> None:
    with Service(lambda asked: FOUND) as service:
        assert _source(service.url).ask({"order_number": value}, "ko") is None
        assert _source(service.url).ask({}, "ko") is None
    assert service.asked == []


def test_what_is_posted_is_json_whatever_was_said() -> None:
    with Service(lambda asked: says({"order": {"state": "found"}})) as service:
        source = _source(
            service.url,
            url=service.url + "/orders",
            method="POST",
            body={"number": "{order_number}", "by": "phone"},
            values={},
        )
        assert source.ask({"order_number": '4", "admin": "1'}, "ko") is not None
        source.close()
    assert service.asked[0].body == b'{"number": "4\\", \\"admin\\": \\"1", "by": "phone"}'
    assert service.asked[0].headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("say", "why"),
    [
        (
            Say(b"<html><h1>It works!</h1>", 200, {"Content-Type": "text/html; charset=utf-8"}),
            r"no JSON \(text/html",
        ),
        (Say(b'{"order": {"state": "on_', 200), "no JSON"),
        (Say(b'{"order": {"state": "on_', 200, claimed=500), "broke off"),
        (Say(b"\xff\xfe\x00", 200), "no JSON"),
        (Say(b"[" * 100_000, 200), "no JSON"),
        (Say(b" " * (MAX_BODY + 1), 200), "larger than"),
        (Say(b"", 200), "nothing at 'order.state'"),
        (says([1, 2]), "nothing at 'order.state'"),
        (says({"order": "on_the_way"}), "nothing at 'order.state'"),
        (says({"order": {"state": "found", "names": {}, "lines": []}}), "nothing at 'order.names.ko'"),
        (says({"error": "no"}, 500), "answered 500"),
        (says({"error": "no"}, 429), "answered 429"),
        (says({"error": "no"}, 401), "answered 401"),
        (Say(b"", 302, {"Location": "http://elsewhere.invalid/"}), "answered 302"),
        (Say(b"", 302, {"Location": "/login"}), "answered 302"),
    ],
)
def test_a_bad_answer_is_named(say: Say, why: str) -> None:
    with Service(lambda asked: say) as service:
        source = _source(service.url, retries=0)
        with pytest.raises(BackendDownError, match=f"connector demo.order: .*{why}") as caught:
            source.ask(SLOTS, "ko")
        source.close()
    assert "s3cret" not in str(caught.value) and "0815" not in str(caught.value)
    assert len(service.asked) == 1


def test_404_is_missing() -> None:
    with Service(lambda asked: Say(b"<h1>Not Found</h1>", 404)) as service:
        source = _source(service.url)
        assert [source.ask(SLOTS, "ko") for _ in range(MAX_FAILURES + 1)] == [None] * (MAX_FAILURES + 1)
        source.close()


def test_a_service_that_says_missing_need_not_say_more() -> None:
    with Service(lambda asked: says({"order": {"state": "missing"}})) as service:
        answer = _source(service.url, facts=()).ask(SLOTS, "ko")
    assert answer is not None and (answer.outcome, answer.values) == ("missing", {})


@pytest.mark.parametrize("say", [Say(wait_s=30), Say(b" " * 10_000, drip_s=0.05)])
def test_a_slow_service_is_given_up_in_time(say: Say) -> None:
    with Service(lambda asked: say) as service:
        source = _source(service.url, timeout_s=0.3, retries=1)

        def ask() -> None:
            with pytest.raises(BackendDownError, match=r"connector demo\.order: .*0\.3 s"):
                source.ask(SLOTS, "ko")

        assert seconds_of(ask) < 2.0
        assert len(service.asked) == 2
        source.close()


def test_a_service_that_is_not_there_is_named() -> None:
    source = _source(f"http://127.0.0.1:{unused_port()}", retries=0)
    with pytest.raises(BackendDownError, match="can't be reached"):
        source.ask(SLOTS, "ko")


def _fails_first(times: int, say: Say) -> tuple[list[Asked], "Service"]:
    seen: list[Asked] = []

    def answer(asked: Asked) -> Say:
        seen.append(asked)
        return say if len(seen) <= times else FOUND

    return seen, Service(answer)


@pytest.mark.parametrize("say", [Say(b"", 503), Say(b"", 502), Say(b'{"ord', 200, claimed=50)])
def test_a_fleeting_failure_is_tried_again(say: Say) -> None:
    seen, service = _fails_first(2, say)
    with service:
        source = _source(service.url, retries=2)
        answer = source.ask(SLOTS, "ko")
        source.close()
    assert answer is not None and answer.outcome == "on_the_way"
    assert len(seen) == 3


def test_what_changes_something_is_never_sent_twice() -> None:
    seen, service = _fails_first(1, Say(b"", 503))
    with service:
        source = _source(service.url, method="POST", retries=3)
        with pytest.raises(BackendDownError, match="answered 503"):
            source.ask(SLOTS, "ko")
        source.close()
    assert len(seen) == 1


def test_a_broken_service_is_left_alone_for_a_while() -> None:
    now = [0.0]
    down = [True]
    with Service(lambda asked: Say(b"", 500) if down[0] else FOUND) as service:
        spec = HttpSpec("demo.order", service.url + "/{order_number}", outcome="'found'", retries=0)
        source = HttpSource(spec, {}, 4.0, lambda: now[0])
        for _ in range(MAX_FAILURES + 3):
            with pytest.raises(BackendDownError):
                source.ask(SLOTS, "ko")
        assert len(service.asked) == MAX_FAILURES
        now[0] += REST_S + 0.1
        with pytest.raises(BackendDownError, match="answered 500"):
            source.ask(SLOTS, "ko")  # one more try, which fails
        with pytest.raises(BackendDownError, match="not asked after 6 failures"):
            source.ask(SLOTS, "ko")
        now[0] += REST_S + 0.1
        down[0] = False
        assert [source.ask(SLOTS, "ko") is not None for _ in range(3)] == [True] * 3
        source.close()


def test_a_service_that_hangs_holds_up_only_so_many_calls() -> None:
    with Service(lambda asked: Say(wait_s=30)) as service:
        source = _source(service.url, timeout_s=1.0, retries=0)
        failures: list[str] = []

        def ask() -> None:
            try:
                source.ask(SLOTS, "ko")
            except BackendDownError as error:
                failures.append(str(error))

        threads = [threading.Thread(target=ask) for _ in range(MAX_AT_ONCE + 4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        source.close()
    assert sum("already wait" in why for why in failures) == 4
    assert sum("no answer in 1 s" in why for why in failures) == MAX_AT_ONCE


def test_many_calls_share_the_connections() -> None:
    with Service(lambda asked: says({"order": {"state": asked.path[8:13]}})) as service:
        source = _source(service.url, values={}, facts=())
        got: dict[str, object] = {}

        def ask(number: str) -> None:
            answer = source.ask({"order_number": number}, "en")
            got[number] = answer.outcome if answer else None

        threads = [threading.Thread(target=ask, args=(f"4729{n}",)) for n in range(MAX_AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        source.close()
    assert got == {f"4729{n}": f"4729{n}" for n in range(MAX_AT_ONCE)}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"url": "${BASE}/x"}, "prompts/connectors.yaml: connector demo.order needs the environment variable BASE"),
        ({"url": "ftp://shop.example/x"}, "must be http"),
        ({"url": "http:///x"}, "must be http"),
        ({"url": "${KEY}{order_number}"}, "must be http"),
        ({"url": "http://shop.example{order_number}/x"}, "must be http"),
        ({"url": "http://[half"}, "must be http"),
        ({"headers": {"X": "${BROKEN}"}}, "header X holds characters"),
    ],
)
def test_a_declaration_that_can_not_work_is_refused(changes: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigurationError, match=why):
        _source("http://shop.example", {"KEY": "http://x", "TOKEN": "t", "BROKEN": "a\nb"}, **changes)


def test_secrets_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Service(lambda asked: Say(b"", 503)) as service, pytest.raises(BackendDownError):
        _source(service.url).ask(SLOTS, "ko")
    assert "key-0815" not in caplog.text and "s3cret" not in caplog.text
