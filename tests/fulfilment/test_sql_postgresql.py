"""Connectors that ask a PostgreSQL."""

from collections.abc import Iterator

import pytest

from ivr.content.types import SqlSpec
from ivr.errors import BackendDownError
from ivr.fulfilment.sql import STATEMENT_S, SqlSource
from tests.fulfilment.service import seconds_of
from tests.postgres import PostgresServer

SLOTS = {"member": "100"}

pytestmark = pytest.mark.slow


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    url = postgres.create(empty=True)
    postgres.do("create table members (number text, level_ko text, points int, state text)", url)
    postgres.do("insert into members values ('100', '금', 1200, 'active')", url)
    yield url
    postgres.drop(url)


def source(url: str, query: str = "select * from members where number = :member") -> SqlSource:
    url = url.replace("postgresql://", "postgresql+psycopg://")
    spec = SqlSpec("demo.points", url, query, "state", values={"level": "level_{language}", "points": "points"})
    return SqlSource(spec, {})


def test_a_row_is_the_answer_and_what_a_caller_says_is_only_ever_a_value(url: str) -> None:
    members = source(url)
    answer = members.ask(SLOTS, "ko")
    assert answer is not None
    assert (answer.outcome, answer.values) == ("active", {"level": "금", "points": 1200})
    for said in ("101", "' or '1'='1", "100'; drop table members; --", "%s", "x" * 100_000):
        assert members.ask({"member": said}, "ko") is None
    assert members.ask({}, "ko") is None
    members.close()


def test_a_statement_that_takes_too_long_is_given_up(url: str) -> None:
    slow = source(url, "select *, pg_sleep(60) from members where number = :member")

    def ask() -> None:
        with pytest.raises(BackendDownError, match="statement timeout"):
            slow.ask(SLOTS, "ko")

    assert seconds_of(ask) < STATEMENT_S + 2
    slow.close()


def test_a_server_that_comes_back_is_asked_again(url: str, postgres: PostgresServer) -> None:
    members = source(url)
    assert members.ask(SLOTS, "ko") is not None
    postgres.stop()
    with pytest.raises(BackendDownError):
        members.ask(SLOTS, "ko")
    postgres.start()
    assert members.ask(SLOTS, "ko") is not None
    members.close()
