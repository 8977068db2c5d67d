"""What the demo shop tells: an order's status, refunds, coupons, stock."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.content.spoken import speak_amount, speak_count, speak_date, speak_text, spell_digits
from ivr.content.types import Language
from ivr.fulfilment.shop import DemoShop
from ivr.fulfilment.shop_tables import Coupon, DeliveryStep, Order, Payment, Product, Refund, Stock
from ivr.fulfilment.shop_words import COURIERS, NO_STEP, STATUSES, speak_step
from ivr.fulfilment.types import Outcome


class ShopConnector(ABC):
    """What the shop's connectors have in common: each is one piece of work in one transaction."""

    def __init__(self, shop: DemoShop) -> None:
        self._shop = shop

    def fulfil(self, slots: Mapping[str, str], language: Language) -> Outcome:
        """Do it.

        Raises:
            BackendDownError: the database is gone, locked or damaged.
        """
        return self._shop.run(lambda session: self.work(session, slots, language))

    @abstractmethod
    def work(self, session: Session, slots: Mapping[str, str], language: Language) -> Outcome:
        """Ask or change the shop, inside a transaction."""


class OrderConnector(ShopConnector):
    """A connector about the order with slot ``order_number``; ``missing`` when there is none."""

    def work(self, session: Session, slots: Mapping[str, str], language: Language) -> Outcome:
        """Find the order, then do what is about it."""
        number = slots.get("order_number", "")
        order = session.get(Order, number) if number else None
        said = {"order_number": spell_digits(number, language)}
        if order is None:
            return Outcome("missing", said)
        done = self.about(session, order, slots, language)
        facts = {"order_number": number, "status": order.status, **done.facts}
        return Outcome(done.outcome, {**said, **done.values}, facts)

    @abstractmethod
    def about(self, session: Session, order: Order, slots: Mapping[str, str], language: Language) -> Outcome:
        """Do what is about an order that exists."""


class OrderStatus(OrderConnector):
    """Connector ``shop.order_status``: the outcome is the order's status.

    It is told to whoever knows the number: so neither what was ordered nor by whom. Values: ``order_number``,
    ``status``, ``date``, ``courier`` and ``step``, the courier's latest.
    """

    def about(self, session: Session, order: Order, slots: Mapping[str, str], language: Language) -> Outcome:
        """Tell where it is."""
        courier, today = order.courier or "", self._shop.today()
        values = {
            "status": STATUSES[order.status][language] if order.status in STATUSES else order.status,
            "date": speak_date(order.day, today, language),
            "courier": COURIERS[courier][language] if courier in COURIERS else speak_text(courier, language),
            "step": self._latest_step(session, order, language),
        }
        product = session.get(Product, order.item)
        facts = {"item": product.en if product else order.item, "date": str(order.day)}
        return Outcome(order.status, values, facts)

    def _latest_step(self, session: Session, order: Order, language: Language) -> str:
        """The courier's latest step, on the way back for what is sent back."""
        taken = select(DeliveryStep).where(
            DeliveryStep.order_number == order.number, DeliveryStep.at <= self._shop.now().replace(tzinfo=None)
        )
        if order.status == "returning":
            taken = taken.where(DeliveryStep.step == "picked_up")
        latest = session.scalar(taken.order_by(DeliveryStep.at.desc()).limit(1))
        if latest is None:
            return NO_STEP[language]
        return speak_step(latest.step, latest.at, self._shop.today(), language)


class RefundStatus(OrderConnector):
    """Connector ``shop.refund_status``: ``paid`` or ``pending`` with ``amount`` and ``date``, or ``none``."""

    def about(self, session: Session, order: Order, slots: Mapping[str, str], language: Language) -> Outcome:
        """Tell whether the money is back."""
        refund = session.get(Refund, order.number)
        if refund is None:
            return Outcome("none")
        values = {
            "amount": speak_amount(refund.amount, language),
            "date": speak_date(refund.day, self._shop.today(), language),
        }
        outcome = "paid" if refund.paid else "pending"
        return Outcome(
            outcome, values, {"refund": f"{refund.amount} won", "refund_date": f"{outcome} {refund.day}"}
        )


class Coupons(OrderConnector):
    """Connector ``shop.coupons``: how many the customer of the order has, and the ``date`` the first expires."""

    def about(self, session: Session, order: Order, slots: Mapping[str, str], language: Language) -> Outcome:
        """Count the coupons that can be used today."""
        today = self._shop.today()
        usable = select(Coupon.last_day).where(
            Coupon.phone == order.customer_phone, Coupon.used.is_(False), Coupon.last_day >= today
        )
        days = session.scalars(usable.order_by(Coupon.last_day)).all()
        if not days:
            return Outcome("none", facts={"coupons": "0"})
        values = {"count": speak_count(len(days), language), "date": speak_date(days[0], today, language)}
        return Outcome("found", values, {"coupons": str(len(days))})


class StockLevel(ShopConnector):
    """Connector ``shop.stock``: ``in_stock`` with ``count``, or ``sold_out`` with the ``date`` more come."""

    def work(self, session: Session, slots: Mapping[str, str], language: Language) -> Outcome:
        """Look up the goods with slot ``product``."""
        sku = slots.get("product", "")
        product = session.get(Product, sku) if sku else None
        if product is None:
            return Outcome("missing", {"item": speak_text(sku, language)})
        names = {"ko": product.ko, "en": product.en, "ja": product.ja, "zh": product.zh}
        values = {"item": names[language]}
        stock = session.get(Stock, sku)
        facts = {"item": product.en, "stock": str(stock.count) if stock else "unknown"}
        if stock is None:
            return Outcome("missing", values, facts)
        if stock.count > 0:
            return Outcome("in_stock", {**values, "count": speak_count(stock.count, language)}, facts)
        if stock.more_on is None:
            return Outcome("missing", values, facts)
        date = speak_date(stock.more_on, self._shop.today(), language)
        return Outcome("sold_out", {**values, "date": date}, {**facts, "more_on": str(stock.more_on)})


def amount_of(session: Session, order: Order) -> int:
    """What was paid for an order, in won; 0 when that is not known."""
    payment = session.get(Payment, order.number)
    return payment.amount if payment else 0
