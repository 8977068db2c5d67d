"""The demo shop's tables."""

import datetime as dt

from sqlalchemy import Date, DateTime, ForeignKey, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables of the demo shop."""


class Order(Base):
    """One order. ``day`` is the day its status is about: of leaving, arriving, cancelling or refunding."""

    __tablename__ = "orders"
    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    status: Mapped[str] = mapped_column(String(20))
    customer_name: Mapped[str] = mapped_column(String(80))
    customer_phone: Mapped[str] = mapped_column(String(20), index=True)
    item: Mapped[str] = mapped_column(ForeignKey("products.sku"))
    quantity: Mapped[int] = mapped_column(Integer)
    courier: Mapped[str | None] = mapped_column(String(40), default=None)
    ordered_on: Mapped[dt.date] = mapped_column(Date)
    day: Mapped[dt.date] = mapped_column(Date)


class Product(Base):
    """A product, named in each language."""

    __tablename__ = "products"
    sku: Mapped[str] = mapped_column(String(40), primary_key=True)
    ko: Mapped[str] = mapped_column(String(80))
    en: Mapped[str] = mapped_column(String(80))
    ja: Mapped[str] = mapped_column(String(80))
    zh: Mapped[str] = mapped_column(String(80))


class Payment(Base):
    """What was paid for an order, in won."""

    __tablename__ = "payments"
    order_number: Mapped[str] = mapped_column(ForeignKey("orders.number"), primary_key=True)
    amount: Mapped[int] = mapped_column(Integer)


class DeliveryStep(Base):
    """One step of the courier's: a key of :data:`ivr.fulfilment.shop_words.STEPS`, and when it was taken."""

    __tablename__ = "delivery_steps"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_number: Mapped[str] = mapped_column(ForeignKey("orders.number"), index=True)
    step: Mapped[str] = mapped_column(String(40))
    at: Mapped[dt.datetime] = mapped_column(DateTime)
    """Local to the shop."""


class SentBack(Base):
    """Goods that go back: for their money (``return``) or for others (``exchange``)."""

    __tablename__ = "sent_back"
    order_number: Mapped[str] = mapped_column(ForeignKey("orders.number"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    pick_up: Mapped[dt.date] = mapped_column(Date)


class Refund(Base):
    """Money that goes back, in won; ``day`` is the day it was paid, or is to be."""

    __tablename__ = "refunds"
    order_number: Mapped[str] = mapped_column(ForeignKey("orders.number"), primary_key=True)
    amount: Mapped[int] = mapped_column(Integer)
    paid: Mapped[bool] = mapped_column()
    day: Mapped[dt.date] = mapped_column(Date)


class NewAddress(Base):
    """Where an order goes instead, as the caller said it."""

    __tablename__ = "new_addresses"
    order_number: Mapped[str] = mapped_column(ForeignKey("orders.number"), primary_key=True)
    address: Mapped[str] = mapped_column(String(500))
    changed_on: Mapped[dt.date] = mapped_column(Date)


class Customer(Base):
    """How else a customer's name may be heard and written; the name itself is with the order."""

    __tablename__ = "customers"
    phone: Mapped[str] = mapped_column(String(20), primary_key=True)
    other_names: Mapped[str] = mapped_column(String(200))
    """Separated by ``/``."""


class Coupon(Base):
    """A customer's coupon."""

    __tablename__ = "coupons"
    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str] = mapped_column(String(20), index=True)
    used: Mapped[bool] = mapped_column(default=False)
    last_day: Mapped[dt.date] = mapped_column(Date)


class Stock(Base):
    """How many there are, and when more come."""

    __tablename__ = "stock"
    sku: Mapped[str] = mapped_column(ForeignKey("products.sku"), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    more_on: Mapped[dt.date | None] = mapped_column(Date, default=None)


class Seeding(Base):
    """The day the demo's rows are dated from: 1 is orders and products, 2 what belongs to them."""

    __tablename__ = "seeding"
    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date)
