"""A demo shop in a file of its own, on a day that does not move."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from ivr.content.types import Hours, Language
from ivr.fulfilment.identity import Verify
from ivr.fulfilment.shop import DemoShop
from ivr.fulfilment.shop_actions import CancelOrder, ChangeAddress, Exchange, StartReturn
from ivr.fulfilment.shop_hours import OpeningHours
from ivr.fulfilment.shop_orders import Coupons, OrderStatus, RefundStatus, StockLevel
from ivr.fulfilment.types import Connector, Outcome

NOW = dt.datetime(2026, 11, 24, 10, 30, tzinfo=dt.timezone(dt.timedelta(hours=9)))
"""A Tuesday morning."""


class TestShop:
    """The shop's connectors by name."""

    __test__ = False

    def __init__(self, database: Path, hours: Hours | None = None) -> None:
        self.now = NOW
        self.shop = DemoShop(f"sqlite:///{database}", lambda: self.now)
        self.connectors: Mapping[str, Connector] = {
            "shop.order_status": OrderStatus(self.shop),
            "shop.verify": Verify(self.shop),
            "shop.start_return": StartReturn(self.shop),
            "shop.exchange": Exchange(self.shop),
            "shop.refund_status": RefundStatus(self.shop),
            "shop.cancel": CancelOrder(self.shop),
            "shop.change_address": ChangeAddress(self.shop),
            "shop.coupons": Coupons(self.shop),
            "shop.stock": StockLevel(self.shop),
            "shop.opening_hours": OpeningHours(hours or Hours(), lambda: self.now),
        }

    def ask(self, name: str, language: Language = "en", **slots: str) -> Outcome:
        return self.connectors[f"shop.{name}"].fulfil(slots, language)

    def order(self, name: str, number: str, language: Language = "en", **slots: str) -> Outcome:
        return self.ask(name, language, order_number=number, **slots)
