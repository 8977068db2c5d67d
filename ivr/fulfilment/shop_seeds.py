"""Fills the demo shop's tables, and keeps its days fresh."""

import datetime as dt

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from ivr.fulfilment.shop_data import (
    COUPONS,
    ORDERS,
    OTHER_NAMES,
    PRICES,
    PRODUCTS,
    REFUNDS,
    SENT_BACK,
    STEPS_TAKEN,
    STOCK,
)
from ivr.fulfilment.shop_tables import (
    Base,
    Coupon,
    Customer,
    DeliveryStep,
    NewAddress,
    Order,
    Payment,
    Product,
    Refund,
    Seeding,
    SentBack,
    Stock,
)

_ORDERS, _BELONGINGS = 1, 2
"""Rows of :class:`Seeding`: a database from before the second has orders, and gets what belongs to them."""


def seed(engine: Engine, today: dt.date) -> None:
    """Fill what is empty, and move the days of what was filled earlier.

    Raises:
        sqlalchemy.exc.IntegrityError: another process filled it in the same moment: nothing is left to do.
    """
    with Session(engine) as session, session.begin():
        dated = session.get(Seeding, _ORDERS)
        if dated is None:
            session.add(Seeding(id=_ORDERS, day=today))
            session.flush()
            session.add_all(Product(sku=sku, ko=ko, en=en, ja=ja, zh=zh) for sku, ko, en, ja, zh in PRODUCTS)
            session.flush()
            session.add_all(_orders(today))
        elif dated.day != today and _claim(session, dated.day, today):
            _move_days(session, today - dated.day)
        if session.get(Seeding, _BELONGINGS) is None:
            session.add(Seeding(id=_BELONGINGS, day=today))
            session.flush()
            session.add_all(_belongings(today))


def _claim(session: Session, old: dt.date, today: dt.date) -> bool:
    """Whether this process is the one that moves the days."""
    claim = update(Seeding).where(Seeding.id == _ORDERS, Seeding.day == old).values(day=today)
    return session.connection().execute(claim).rowcount == 1


def _move_days(session: Session, by: dt.timedelta) -> None:
    """Keep the demo fresh: an order that was to arrive tomorrow still is, however old the database."""
    for order in session.scalars(select(Order)):
        order.ordered_on, order.day = order.ordered_on + by, order.day + by
    for step in session.scalars(select(DeliveryStep)):
        step.at += by
    for sent in session.scalars(select(SentBack)):
        sent.pick_up += by
    for refund in session.scalars(select(Refund)):
        refund.day += by
    for address in session.scalars(select(NewAddress)):
        address.changed_on += by
    for coupon in session.scalars(select(Coupon)):
        coupon.last_day += by
    for stock in session.scalars(select(Stock).where(Stock.more_on.is_not(None))):
        stock.more_on = stock.more_on + by if stock.more_on else None


def _orders(today: dt.date) -> list[Order]:
    return [
        Order(
            number=demo.number,
            status=demo.status,
            customer_name=demo.customer,
            customer_phone=demo.phone,
            item=demo.item,
            quantity=demo.quantity,
            courier=demo.courier,
            ordered_on=_day(today, demo.ordered),
            day=_day(today, demo.day),
        )
        for demo in ORDERS
    ]


def _belongings(today: dt.date) -> list[Base]:
    paid = {demo.number: PRICES[demo.item] * demo.quantity for demo in ORDERS}
    rows: list[Base] = [Payment(order_number=number, amount=amount) for number, amount in paid.items()]
    rows += [
        DeliveryStep(order_number=number, step=step, at=dt.datetime.combine(_day(today, day), dt.time(hour)))
        for number, step, day, hour in STEPS_TAKEN
    ]
    rows += [SentBack(order_number=number, kind=kind, pick_up=_day(today, day)) for number, kind, day in SENT_BACK]
    rows += [
        Refund(order_number=number, amount=paid[number], paid=is_paid, day=_day(today, day))
        for number, is_paid, day in REFUNDS
    ]
    rows += [Coupon(phone=phone, last_day=_day(today, day), used=used) for phone, day, used in COUPONS]
    rows += [
        Stock(sku=sku, count=count, more_on=None if days is None else _day(today, days))
        for sku, count, days in STOCK
    ]
    rows += [Customer(phone=phone, other_names=names) for phone, names in OTHER_NAMES.items()]
    return rows


def _day(today: dt.date, days: int) -> dt.date:
    return today + dt.timedelta(days=days)
