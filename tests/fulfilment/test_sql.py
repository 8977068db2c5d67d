"""Connectors that ask a database, against real files with good and bad days."""

import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from ivr.content.types import SqlSpec
from ivr.errors import BackendDownError, ConfigurationError
from ivr.fulfilment.environment import Environment
from ivr.fulfilment.guard import MAX_FAILURES
from ivr.fulfilment.sql import STATEMENT_S, SqlSource
from tests.fulfilment.service import seconds_of

SLOTS = {"member": "100"}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "members.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "create table members (number text, level_ko text, level_en text, points int, state text)"
        )
        connection.execute("insert into members values ('100', '금', 'gold', 1200, 'active')")
    connection.close()
    return path


def _source(path: Path | str, /, variables: Mapping[str, str] | None = None, **changes: object) -> SqlSource:
    spec = SqlSpec(
        "demo.points",
        f"sqlite:///{path}",
        "select *, level_ko, level_en from members where number = :member",
        "state",
        values={"level": "level_{language}", "points": "points"},
        facts=("level_en",),
        source="prompts/connectors.yaml",
    )
    # mypy can't check fields by name
    return SqlSource(replace(spec, **changes), variables or {})  # type: ignore[arg-type]


def test_a_row_is_the_answer(database: Path) -> None:
    answer = _source(database).ask(SLOTS, "ko")
    assert answer is not None
    assert (answer.outcome, answer.values) == ("active", {"level": "금", "points": 1200})
    assert answer.facts == {"level_en": "gold"}
    assert _source(database).ask({"member": "101"}, "ko") is None
    assert _source(database).ask({}, "ko") is None


def test_what_a_caller_says_is_only_ever_a_value(database: Path) -> None:
    source = _source(database)
    for said in ("' or '1'='1", "100'; drop table members; --", ":member", "100\x00", "x" * 100_000):
        assert source.ask({"member": said}, "ko") is None
    assert source.ask(SLOTS, "ko") is not None


def test_an_outcome_in_quotes_needs_a_row(database: Path) -> None:
    answer = _source(database, outcome="'found'").ask(SLOTS, "en")
    assert answer is not None and answer.outcome == "found"


def test_a_statement_that_changes_rows_is_done_or_missing(database: Path) -> None:
    source = _source(
        database,
        query="update members set state = 'left' where number = :member",
        outcome="'found'",
        values={},
        facts=(),
    )
    assert source.ask(SLOTS, "ko") is not None
    assert source.ask({"member": "101"}, "ko") is None
    answer = _source(database).ask(SLOTS, "ko")
    assert answer is not None and answer.outcome == "left"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"query": "select * from guests where number = :member"}, "no such table: guests"),
        ({"query": "select mood from members where number = :member"}, "no such column: mood"),
        ({"query": "selct * from members"}, "syntax error"),
        ({"outcome": "mood"}, "no column 'mood'"),
        ({"values": {"x": "level_{language}_x"}}, "no column 'level_ko_x'"),
        ({"facts": ("email",)}, "no column 'email'"),
    ],
)
def test_a_statement_that_does_not_fit_is_named(database: Path, changes: dict[str, object], why: str) -> None:
    with pytest.raises(BackendDownError, match=f"connector demo.points: .*{why}") as caught:
        _source(database, {}, **changes).ask({"member": "9876543"}, "ko")
        _source(database, {}, **changes).ask(SLOTS, "ko")
    assert "9876543" not in str(caught.value)


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(BackendDownError, match="there is no file"):
        _source(tmp_path / "gone.sqlite3").ask(SLOTS, "ko")
    assert not (tmp_path / "gone.sqlite3").exists()


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "odd.sqlite3").write_bytes(b"no database, whatever its name" * 100)
    with pytest.raises(BackendDownError, match="not a database"):
        _source(tmp_path / "odd.sqlite3").ask(SLOTS, "ko")


def test_a_locked_database_is_down_and_comes_back(database: Path) -> None:
    source = _source(database)
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("begin exclusive")
    with pytest.raises(BackendDownError, match="locked"):
        source.ask(SLOTS, "ko")
    other.execute("rollback")
    other.close()
    assert source.ask(SLOTS, "ko") is not None


def test_a_statement_that_never_ends_is_ended(database: Path) -> None:
    endless = "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) as state from n"
    source = _source(database, query=endless, values={}, facts=())

    def ask() -> None:
        with pytest.raises(BackendDownError, match="interrupted"):
            source.ask(SLOTS, "ko")

    assert seconds_of(ask) < STATEMENT_S + 1.5


def test_a_broken_database_is_left_alone_for_a_while(tmp_path: Path) -> None:
    source = _source(tmp_path / "gone.sqlite3")
    for _ in range(MAX_FAILURES):
        with pytest.raises(BackendDownError, match="no file"):
            source.ask(SLOTS, "ko")
    with pytest.raises(BackendDownError, match="not asked after 5 failures in a row"):
        source.ask(SLOTS, "ko")


def test_many_calls_ask_at_once(database: Path) -> None:
    source = _source(database)
    got: list[object] = []

    def ask() -> None:
        answer = source.ask(SLOTS, "en")
        got.append(answer.values["level"] if answer else None)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    source.close()
    assert got == ["gold"] * 8


def test_a_variable_is_the_address_or_a_part_of_it(database: Path) -> None:
    assert _source("x", {"URL": f"sqlite:///{database}"}, url="${URL}").ask(SLOTS, "ko") is not None
    assert _source("x", {"FOLDER": str(database.parent)}, url="sqlite:///${FOLDER}/members.sqlite3").ask(
        SLOTS, "ko"
    )


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("${URL}", "prompts/connectors.yaml: connector demo.points needs the environment variable URL"),
        ("sqlite:///${EMPTY}", "needs the environment variable EMPTY"),
        ("nosuchdb://u:${PASSWORD}@host/x", "prompts/connectors.yaml: connector demo.points: url can't be used"),
        ("postgresql+nosuch://u:${PASSWORD}@host/x", "url can't be used"),
        ("no address ${PASSWORD}", "url can't be used"),
    ],
)
def test_a_declaration_that_can_not_work_is_refused(url: str, why: str) -> None:
    with pytest.raises(ConfigurationError, match=why) as caught:
        _source("x", {"PASSWORD": "hunter2hunter2", "EMPTY": ""}, url=url)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_password_may_hold_any_character() -> None:
    spec = SqlSpec("demo.points", "postgresql://${USER}:${PASSWORD}@${HOST}/shop", "select 1", "'found'")
    variables = {"USER": "line", "PASSWORD": "p@ss/w:rd?", "HOST": "db.local:5432"}
    environment = Environment(spec, variables)
    url = make_url(environment.expand_database_url(spec.url))
    assert (url.username, url.password, url.host, url.port) == ("line", "p@ss/w:rd?", "db.local", 5432)
    assert (
        environment.hide(f"no user p@ss/w:rd? in {url.render_as_string(hide_password=False)}").count("PASSWORD")
        == 2
    )
