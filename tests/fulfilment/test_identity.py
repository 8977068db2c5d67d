"""Who may hear what is personal."""

import random
from pathlib import Path

import pytest

from ivr.content.types import Language
from ivr.fulfilment.identity import same_name, same_number
from ivr.fulfilment.shop_data import ORDERS
from tests.fulfilment.shop import TestShop

GIVEN = """서준 민준 도윤 예준 시우 하준 지호 주원 지후 준우 준서 도현 건우 현우 우진 선우 유준 연우 서진 은우
서연 서윤 지우 서현 하은 하윤 민서 지유 윤서 지민 채원 수아 지아 지윤 은서 다은 예은 수빈 소율 예린 민수 영희
철수 영수 정호 성민 미영 지영 은정 현정 혜진 수진 지혜 민정 정훈 상훈 재현 동현 승현 하늘"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> TestShop:
    return TestShop(tmp_path_factory.mktemp("shop") / "shop.sqlite3")


@pytest.mark.parametrize(
    ("identity", "outcome"),
    [
        ("0101", "verified"),
        ("01055500101", "verified"),
        ("821055500101", "verified"),
        ("김하늘", "verified"),
        ("김 하늘", "verified"),
        ("김하눌", "verified"),
        ("haneul kim", "verified"),
        ("0102", "mismatch"),
        ("101", "mismatch"),
        ("1", "mismatch"),
        ("5500101", "mismatch"),
        ("00000000", "mismatch"),
        ("이하늘", "mismatch"),
        ("하늘", "mismatch"),
        ("김", "mismatch"),
        ("이서준", "mismatch"),
        ("", "mismatch"),
        ("😀", "mismatch"),
        ("%", "mismatch"),
        ("' or 1=1 --", "mismatch"),
        ("가" * 10_000, "mismatch"),
    ],
)
def test_the_digits_or_the_name_prove_who_calls(shop: TestShop, identity: str, outcome: str) -> None:
    told = shop.order("verify", "47291", "ko", identity=identity)
    assert told.outcome == outcome
    assert told.facts.get("customer") == ("김하늘" if outcome == "verified" else None)
    assert "김하늘" not in "".join(told.values.values())


def test_an_unknown_order_is_nobodys(shop: TestShop) -> None:
    assert shop.order("verify", "99999", identity="0101").outcome == "missing"
    assert shop.ask("verify", identity="0101").outcome == "missing"


@pytest.mark.parametrize("demo", ORDERS, ids=lambda demo: demo.number)
def test_every_customer_is_known_by_digits_and_by_name(shop: TestShop, demo: object) -> None:
    order = next(known for known in ORDERS if known is demo)
    assert shop.order("verify", order.number, identity=order.phone[-4:]).outcome == "verified"
    assert shop.order("verify", order.number, identity=order.customer).outcome == "verified"
    others = [other for other in ORDERS if other is not order]
    assert {shop.order("verify", order.number, identity=other.customer).outcome for other in others} == {"mismatch"}
    assert {shop.order("verify", order.number, identity=other.phone[-4:]).outcome for other in others} == {
        "mismatch"
    }


@pytest.mark.parametrize(
    ("number", "language", "heard"),
    [
        ("25183", "ja", "さとうあおい"),
        ("25183", "ja", "サトウアオイ"),
        ("25183", "ja", "佐藤あおい"),
        ("50914", "ja", "スズキレン"),
        ("96720", "zh", "王方"),
        ("96720", "zh", "汪芳"),
        ("96720", "zh", "Wang Fang"),
        ("74608", "en", "james millar"),
        ("74608", "en", "Miller, James"),
        ("74608", "ko", "제임스 밀러"),
        ("30517", "en", "Emma Clarke"),
    ],
)
def test_names_as_they_are_heard(shop: TestShop, number: str, language: Language, heard: str) -> None:
    assert shop.order("verify", number, language, identity=heard).outcome == "verified"


@pytest.mark.parametrize(
    ("number", "language", "heard"),
    [
        ("25183", "ja", "佐藤健"),
        ("96720", "zh", "王刚"),
        ("96720", "zh", "张芳"),
        ("74608", "en", "John Miller"),
        ("96720", "en", "Wang Gang"),
    ],
)
def test_other_names_are_others(shop: TestShop, number: str, language: Language, heard: str) -> None:
    assert shop.order("verify", number, language, identity=heard).outcome == "mismatch"


def test_names_of_different_people_are_rarely_taken_for_each_other() -> None:
    families = "김이박최정강조윤장임한오서신권황안송류홍"
    given = GIVEN.split()
    names = [family + name for family in families for name in given]
    pick = random.Random(1)
    pairs = [pick.sample(names, 2) for _ in range(20_000)]
    assert sum(same_name(one, [other], "ko") for one, other in pairs) == 22


def test_numbers_without_digits_are_nobodys() -> None:
    assert not same_number("", "") and not same_number("1234", "") and not same_number("", "+821055500101")


def test_the_shop_is_asked_with_any_text(tmp_path: Path) -> None:
    shop = TestShop(tmp_path / "shop.sqlite3")
    for odd in ("\ud800", "\x00", "٠١٠١", "０１０１", "²"):
        assert shop.order("verify", "47291", identity=odd).outcome in ("mismatch", "verified")
