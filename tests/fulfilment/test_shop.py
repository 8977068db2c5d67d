"""The demo shop: its orders, in words, and its bad days."""

import re
import sqlite3
import threading
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from ivr.content.loader import load_content
from ivr.content.render import render
from ivr.content.types import LANGUAGES, Language
from ivr.dialogue.types import Say
from ivr.errors import BackendDownError, ConfigurationError
from ivr.fulfilment.registry import create_connectors
from ivr.fulfilment.shop import DemoShop
from ivr.fulfilment.shop_data import ORDERS
from ivr.fulfilment.shop_orders import OrderStatus
from ivr.fulfilment.shop_words import COURIERS, STATUSES

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "var" / "shop.sqlite3"


@pytest.fixture
def connector(database: Path) -> OrderStatus:
    return OrderStatus(DemoShop(f"sqlite:///{database}"))


def test_every_order_is_answered_in_words_of_every_language(connector: OrderStatus) -> None:
    content = load_content(PROMPTS)
    replies = content.requests["order_status"].replies
    assert len(ORDERS) >= 12
    for order in ORDERS:
        for language in LANGUAGES:
            outcome = connector.fulfil({"order_number": order.number}, language)
            assert outcome.outcome == order.status
            spoken = render(content, Say(replies[outcome.outcome], outcome.values), language)
            assert not re.search(r"[0-9{}]", spoken), spoken


def test_what_the_texts_need_is_there() -> None:
    assert {order.status for order in ORDERS} <= set(STATUSES)
    assert {order.courier for order in ORDERS if order.courier} <= set(COURIERS)


def test_an_order_on_its_way(connector: OrderStatus) -> None:
    outcome = connector.fulfil({"order_number": "47291"}, "ko")
    assert (outcome.outcome, outcome.values["order_number"]) == ("on_the_way", "사 칠 이 구 일")
    assert outcome.values["date"] == "내일"
    assert outcome.facts["order_number"] == "47291"
    assert outcome.facts["date"] == (date.today() + timedelta(days=1)).isoformat()


@pytest.mark.parametrize("number", ["00000", "", "47291'; drop table orders; --", "4" * 1000])
def test_an_unknown_number_is_missing(connector: OrderStatus, number: str) -> None:
    outcome = connector.fulfil({"order_number": number}, "en")
    assert outcome.outcome == "missing"
    assert set(outcome.values) == {"order_number"}
    assert connector.fulfil({"order_number": "47291"}, "en").outcome == "on_the_way"


def test_an_old_demo_database_moves_with_the_days(database: Path) -> None:
    first = datetime(2026, 3, 1, 12)
    OrderStatus(DemoShop(f"sqlite:///{database}", now=lambda: first)).fulfil({"order_number": "47291"}, "en")
    later = OrderStatus(DemoShop(f"sqlite:///{database}", now=lambda: first + timedelta(days=30)))
    assert later.fulfil({"order_number": "47291"}, "en").values["date"] == "tomorrow"


def test_several_starts_at_once_seed_once(database: Path) -> None:
    found: list[str] = []
    together = threading.Barrier(4)

    def first_call() -> None:
        shop = DemoShop(f"sqlite:///{database}")
        together.wait()
        found.append(OrderStatus(shop).fulfil({"order_number": "58306"}, "ko").outcome)

    threads = [threading.Thread(target=first_call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["delivered"] * 4
    with sqlite3.connect(database) as connection:
        assert connection.execute("select count(*) from orders").fetchone() == (len(ORDERS),)
    connection.close()


def test_a_locked_database_is_down_and_comes_back(database: Path, connector: OrderStatus) -> None:
    connector.fulfil({"order_number": "47291"}, "ko")
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("begin exclusive")
    with pytest.raises(BackendDownError, match="locked"):
        connector.fulfil({"order_number": "47291"}, "ko")
    other.execute("rollback")
    other.close()
    assert connector.fulfil({"order_number": "47291"}, "ko").outcome == "on_the_way"


def test_a_damaged_database_is_down(database: Path) -> None:
    database.parent.mkdir()
    database.write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(BackendDownError, match=r"shop\.sqlite3 can't be used"):
        OrderStatus(DemoShop(f"sqlite:///{database}")).fulfil({"order_number": "47291"}, "ko")


def test_a_server_that_is_not_there_does_not_stop_the_hotline(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where the folder should be")
    connectors = create_connectors(f"sqlite:///{blocked}/shop.sqlite3")
    with pytest.raises(BackendDownError):
        connectors["shop.order_status"].fulfil({"order_number": "47291"}, "ko")


@pytest.mark.parametrize("url", ["", "shop", "nosuchdb://host/shop"])
def test_an_address_that_is_none_is_named(url: str) -> None:
    with pytest.raises(ConfigurationError, match="IVR_SHOP_DATABASE_URL"):
        create_connectors(url)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_in_memory_shop_works(language: Language) -> None:
    shop = DemoShop("sqlite://")
    assert OrderStatus(shop).fulfil({"order_number": "61042"}, language).outcome == "preparing"
    shop.close()
