"""Declared connectors as callers hear them, and the connectors of a deployment from version to version."""

import datetime as dt
import gc
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.content.connectors import read_connectors
from ivr.content.problems import Problems
from ivr.content.types import Content, Hours, HttpSpec, Language, Product, Schedule, SlotSpec, SqlSpec
from ivr.errors import BackendDownError, ConfigurationError
from ivr.fulfilment.declared import Answer, DeclaredConnector
from ivr.fulfilment.registry import EMPTY, ConnectorFactory, create_connectors
from ivr.fulfilment.types import Outcome
from tests.fulfilment.service import Service, says

SEOUL = ZoneInfo("Asia/Seoul")
NOW = dt.datetime(2026, 11, 24, 10, 30, tzinfo=SEOUL)
CONTENT = replace(
    EMPTY,
    slots={"order_number": SlotSpec("order_number", 5), "goods": SlotSpec("goods", 0, "product")},
    catalogue=(Product("mug", {"ko": ("머그컵",), "en": ("coffee mug",)}),),
)
SHOP_ORDER = SqlSpec(
    "demo.order",
    "${IVR_SHOP_DATABASE_URL}",
    "select o.status, o.day, p.ko as item_ko, p.en as item_en from orders o join products p on p.sku = o.item"
    " where o.number = :order_number",
    "status",
    values={"item": "item_{language}", "day": "day"},
    speak={"day": "date"},
    facts=("status",),
    source="prompts/connectors.yaml",
)


class _Said:
    """A source that says one thing."""

    def __init__(self, answer: Answer | None) -> None:
        self.answer = answer

    def ask(self, slots: Mapping[str, str], language: Language) -> Answer | None:
        return self.answer

    def close(self) -> None:
        """Nothing to close."""


def _told(answer: Answer | None, language: Language = "ko", speak: Mapping[str, str] | None = None) -> Outcome:
    spec = HttpSpec("demo.x", "http://x", speak=speak or {})  # type: ignore[arg-type]  # kinds as plain text
    connector = DeclaredConnector(spec, _Said(answer), CONTENT, lambda: NOW)
    return connector.fulfil({"order_number": "47291", "goods": "mug", "odd": "3층"}, language)


@pytest.mark.parametrize(
    ("value", "kind", "spoken"),
    [
        (12, "", "십이"),
        ("3층 <b>", "", "삼층 b"),
        (None, "", ""),
        (True, "", "네"),
        (29900, "amount", "이만 구천구백 원"),
        (29900.0, "amount", "이만 구천구백 원"),
        (Decimal("29900.00"), "amount", "이만 구천구백 원"),
        ("29900", "amount", "이만 구천구백 원"),
        ("47291", "digits", "사 칠 이 구 일"),
        (47291, "digits", "사 칠 이 구 일"),
        ("2026-11-25", "date", "내일"),
        (dt.date(2026, 11, 25), "date", "내일"),
        ("2026-11-25T15:00:00Z", "date", "모레"),
        ("2026-11-25 15:00:00.123", "datetime", "내일 오후 세 시"),
        ("2026-11-25T15:00:00+09:00", "datetime", "내일 오후 세 시"),
        (dt.datetime(2026, 11, 25, 6, 30, tzinfo=dt.UTC), "datetime", "내일 오후 세 시 반"),
        ("+821012345678", "phone", "공 일 공, 일 이 삼 사, 오 육 칠 팔"),
        ("mug", "product", "머그컵"),
        ("\ud800", "", ""),
    ],
)
def test_values_are_said_as_declared(value: object, kind: str, spoken: str) -> None:
    speak = {"x": kind} if kind else {}
    told = _told(Answer("found", {"x": value}, {}), speak=speak)
    assert told.values["x"] == spoken


def test_the_slots_are_said_too() -> None:
    assert _told(Answer("found", {}, {})).values == {
        "order_number": "사 칠 이 구 일",
        "goods": "머그컵",
        "odd": "삼층",
    }
    assert _told(None, "en") == Outcome(
        "missing", {"order_number": "four seven two nine one", "goods": "coffee mug", "odd": "three 층"}
    )


def test_facts_are_kept_as_text() -> None:
    told = _told(Answer("found", {}, {"a": 12, "b": None, "c": "x\x00y\ud800", "d": "z" * 1000}))
    assert told.facts == {"a": "12", "c": "xy", "d": "z" * 200}


@pytest.mark.parametrize("outcome", [None, 3, True, "", "On The Way", "<b>", ["found"]])
def test_an_outcome_that_is_none_is_named(outcome: object) -> None:
    with pytest.raises(BackendDownError, match=r"connector demo\.x: outcome is"):
        _told(Answer(outcome, {}, {}))


@pytest.mark.parametrize(
    ("value", "kind"), [({}, ""), ([1], "digits"), ("soon", "date"), (12, "datetime"), (b"x", "")]
)
def test_a_value_that_is_none_is_named(value: object, kind: str) -> None:
    speak = {"day": kind} if kind else {}
    with pytest.raises(BackendDownError, match=r"connector demo\.x: day is"):
        _told(Answer("found", {"day": value}, {}), speak=speak)


def test_a_declared_statement_asks_the_demo_shop_out_of_the_box(tmp_path: Path) -> None:
    content = replace(CONTENT, connectors={SHOP_ORDER.name: SHOP_ORDER})
    connectors = create_connectors(f"sqlite:///{tmp_path}/shop.sqlite3", content)
    told = connectors["demo.order"].fulfil({"order_number": "47291"}, "en")
    assert told.outcome == "on_the_way"
    assert told.values == {"order_number": "four seven two nine one", "item": "running shoes", "day": "tomorrow"}
    assert told.facts == {"status": "on_the_way"}
    assert connectors["demo.order"].fulfil({"order_number": "99999"}, "en").outcome == "missing"


def test_a_declared_service_answers_a_caller(tmp_path: Path) -> None:
    with Service(lambda asked: says({"state": "found", "points": 1200})) as service:
        spec = HttpSpec(
            "demo.points", service.url + "/{order_number}", outcome="state", values={"points": "points"}
        )
        content = replace(CONTENT, connectors={spec.name: spec})
        connectors = create_connectors(f"sqlite:///{tmp_path}/shop.sqlite3", content)
        told = connectors["demo.points"].fulfil({"order_number": "47291"}, "zh")
        connectors.close()
    assert (told.outcome, told.values["points"]) == ("found", "一千两百")


def test_a_name_of_the_shops_own_is_refused(tmp_path: Path) -> None:
    content = replace(CONTENT, connectors={"shop.stock": replace(SHOP_ORDER, name="shop.stock")})
    with pytest.raises(ConfigurationError, match=r"prompts/connectors\.yaml: connector shop\.stock is built in"):
        create_connectors(f"sqlite:///{tmp_path}/shop.sqlite3", content)


def _with(*specs: SqlSpec) -> Content:
    return replace(CONTENT, connectors={spec.name: spec for spec in specs})


def test_what_did_not_change_is_kept_and_what_nobody_uses_is_let_go(tmp_path: Path) -> None:
    factory = ConnectorFactory(f"sqlite:///{tmp_path}/shop.sqlite3")
    edited = replace(SHOP_ORDER, query=SHOP_ORDER.query + " and 1 = 1")
    other = replace(SHOP_ORDER, name="demo.other")
    first = factory.connect(_with(SHOP_ORDER, other))
    kept = dict(factory._sources)
    second = factory.connect(_with(edited, other))
    assert len(factory._sources) == 3
    assert factory._sources[repr(other)][0] is kept[repr(other)][0]
    slots = {"order_number": "47291"}
    assert first["demo.order"].fulfil(slots, "ko") == second["demo.order"].fulfil(slots, "ko")
    first.close()
    first.close()
    assert set(factory._sources) == {repr(edited), repr(other)}
    del second
    gc.collect()
    assert factory._sources == {}
    factory.close()


def test_a_version_that_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    factory = ConnectorFactory(f"sqlite:///{tmp_path}/shop.sqlite3", variables={})
    broken = replace(SHOP_ORDER, name="demo.other", url="${NOT_SET}")
    with pytest.raises(ConfigurationError, match="NOT_SET, which is not set"):
        factory.connect(_with(SHOP_ORDER, broken))
    assert factory._sources == {}
    assert len(factory.connect(_with(SHOP_ORDER))) == 11
    factory.close()


def test_hours_are_those_of_the_version(tmp_path: Path) -> None:
    factory = ConnectorFactory(f"sqlite:///{tmp_path}/shop.sqlite3")
    night = replace(EMPTY, hours=Hours(shop=Schedule({day: ((dt.time(0), dt.time(0)),) for day in range(7)})))
    closed = replace(EMPTY, hours=Hours(shop=Schedule({})))
    assert factory.connect(night)["shop.opening_hours"].fulfil({}, "ko").outcome == "found"
    assert factory.connect(closed)["shop.opening_hours"].fulfil({}, "ko").outcome == "found"
    factory.close()


def test_the_examples_in_the_file_of_connectors_work(tmp_path: Path) -> None:
    shipped = (Path(__file__).resolve().parents[2] / "prompts" / "connectors.yaml").read_text("utf-8")
    lines = [line.removeprefix("# ") for line in shipped.splitlines()]
    yaml = "\n".join(line for line in lines if re.match(r"  |demo\.\w+:$", line))
    (tmp_path / "connectors.yaml").write_text(yaml, "utf-8")
    problems = Problems()
    specs = {name: spec for name, (spec, _) in read_connectors(tmp_path / "connectors.yaml", problems).items()}
    problems.raise_any()
    assert set(specs) == {"demo.delivery", "demo.track"}
    factory = ConnectorFactory(f"sqlite:///{tmp_path}/shop.sqlite3", variables={"COURIER_TOKEN": "token"})
    connectors = factory.connect(replace(CONTENT, connectors=specs))
    told = connectors["demo.delivery"].fulfil({"order_number": "47291"}, "ko")
    assert (told.outcome, told.values["date"], told.values["ordered"]) == ("on_the_way", "내일", "그저께")
    factory.close()
