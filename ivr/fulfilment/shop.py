"""The demo shop: a small SQL database of orders, made and seeded on first use."""

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, make_url, select, update
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateIndex, CreateTable

from ivr.content.spoken import speak_date, spell_digits
from ivr.content.types import Language
from ivr.errors import BackendDownError, ConfigurationError
from ivr.fulfilment.shop_data import COURIERS, ORDERS, PRODUCTS, STATUSES, Base, Order, Product, Seeding
from ivr.fulfilment.types import Outcome

BUSY_S = 1.0
"""Seconds to wait for a locked database, or for a connection of the pool: well under ``fulfilment_deadline_s``."""


class DemoShop:
    """The orders. Safe from any thread."""

    def __init__(self, url: str, today: Callable[[], dt.date] = dt.date.today) -> None:
        """Prepare the shop; the database itself is opened on first use.

        Args:
            url: SQLAlchemy URL. A SQLite database is made and seeded; any other is used as it is.
            today: The day, for "tomorrow" and "yesterday".

        Raises:
            ConfigurationError: the URL is none, or names a driver that is not installed.
        """
        self.today = today
        try:
            self._url = make_url(url)
            self._sqlite = self._url.get_backend_name() == "sqlite"
            self._engine: Engine = create_engine(self._url, **self._engine_options())
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise ConfigurationError(
                f"IVR_SHOP_DATABASE_URL: {url!r} is no usable database address ({error}); "
                "write for example sqlite:///var/shop.sqlite3"
            ) from error
        self._lock = threading.Lock()
        self._prepared = False

    def open(self) -> None:
        """Make and seed the database ahead of the first call.

        Raises:
            BackendDownError: the database is gone, locked or damaged.
        """
        try:
            self._prepare()
        except (SQLAlchemyError, OSError) as error:
            raise self._down(error) from error

    def order(self, number: str) -> tuple[Order, Product] | None:
        """Look up an order and its product; None when there is no such order.

        Raises:
            BackendDownError: the database is gone, locked or damaged.
        """
        try:
            self._prepare()
            with Session(self._engine, expire_on_commit=False) as session:
                query = select(Order, Product).join(Product).where(Order.number == number)
                row = session.execute(query).first()
                return None if row is None else (row[0], row[1])
        except (SQLAlchemyError, OSError) as error:
            raise self._down(error) from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _engine_options(self) -> dict[str, Any]:
        if not self._sqlite:
            return {"pool_pre_ping": True}
        options: dict[str, Any] = {"connect_args": {"timeout": BUSY_S}}
        if not self._in_memory:
            options["poolclass"] = NullPool  # opening a file is cheap, and none is left open behind a removed one
        return options

    @property
    def _in_memory(self) -> bool:
        return self._url.database in (None, "", ":memory:")

    def _down(self, error: Exception) -> BackendDownError:
        self._prepared = False
        where = self._url.render_as_string(hide_password=True)
        return BackendDownError(f"the shop's database {where} can't be used: {error}")

    def _prepare(self) -> None:
        """Make, seed and date the demo database, once; a database removed meanwhile is made again."""
        if not self._sqlite:
            return
        database, in_memory = self._url.database, self._in_memory
        with self._lock:
            if self._prepared and (in_memory or Path(str(database)).exists()):
                return
            if not in_memory:
                Path(str(database)).parent.mkdir(parents=True, exist_ok=True)
                self._engine.dispose()
            _make_tables(self._engine)
            with contextlib.suppress(IntegrityError):  # another process seeded it in the same moment
                self._seed()
            self._prepared = True

    def _seed(self) -> None:
        today = self.today()
        with Session(self._engine) as session, session.begin():
            seeding = session.get(Seeding, 1)
            if seeding is None:
                session.add(Seeding(id=1, day=today))
                session.flush()
                session.add_all(Product(sku=sku, ko=ko, en=en, ja=ja, zh=zh) for sku, ko, en, ja, zh in PRODUCTS)
                session.flush()
                session.add_all(_orders(today))
            elif seeding.day != today:
                _move_dates(session, today - seeding.day)
                seeding.day = today


def _make_tables(engine: Engine) -> None:
    """Make what is not there yet. Not ``create_all``: it looks first, and another process may come in between."""
    with engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))


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
            ordered_on=today + dt.timedelta(days=demo.ordered),
            day=today + dt.timedelta(days=demo.day),
        )
        for demo in ORDERS
    ]


def _move_dates(session: Session, by: dt.timedelta) -> None:
    """Keep the demo fresh: an order that was to arrive tomorrow still is, however old the database."""
    for number, ordered_on, day in session.execute(select(Order.number, Order.ordered_on, Order.day)).all():
        session.execute(
            update(Order).where(Order.number == number).values(ordered_on=ordered_on + by, day=day + by)
        )


class OrderStatus:
    """Connector ``shop.order_status``: the order with slot ``order_number``, its outcome being its status."""

    def __init__(self, shop: DemoShop) -> None:
        self._shop = shop

    def fulfil(self, slots: Mapping[str, str], language: Language) -> Outcome:
        """Look up the order.

        Returns:
            ``missing``, or the order's status (``on_the_way``, ``delivered`` …), with the values
            ``order_number``, ``item``, ``status``, ``date`` and ``courier`` in words of ``language``.

        Raises:
            BackendDownError: the database is gone, locked or damaged.
        """
        number = slots.get("order_number", "")
        values = {"order_number": spell_digits(number, language)}
        found = self._shop.order(number) if number else None
        if found is None:
            return Outcome("missing", values)
        order, product = found
        names = {"ko": product.ko, "en": product.en, "ja": product.ja, "zh": product.zh}
        values |= {
            "item": names[language],
            "status": STATUSES[order.status][language] if order.status in STATUSES else order.status,
            "date": speak_date(order.day, self._shop.today(), language),
            "courier": COURIERS[order.courier][language] if order.courier in COURIERS else order.courier or "",
        }
        facts = {"order_number": order.number, "status": order.status, "item": product.en, "date": str(order.day)}
        return Outcome(order.status, values, facts)
