"""The connectors of this deployment, by the names that requests use."""

import datetime as dt
import os
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from zoneinfo import ZoneInfo

import structlog

from ivr.content.types import ConnectorSpec, Content, HttpSpec
from ivr.errors import BackendDownError, ConfigurationError
from ivr.fulfilment.declared import DeclaredConnector, Source
from ivr.fulfilment.http import HttpSource
from ivr.fulfilment.identity import Verify
from ivr.fulfilment.shop import DemoShop
from ivr.fulfilment.shop_actions import CancelOrder, ChangeAddress, Exchange, StartReturn
from ivr.fulfilment.shop_hours import OpeningHours
from ivr.fulfilment.shop_orders import Coupons, OrderStatus, RefundStatus, StockLevel
from ivr.fulfilment.sql import SqlSource
from ivr.fulfilment.types import Connector

_log = structlog.get_logger(__name__)

EMPTY = Content(version="", requests={}, texts={})
"""A deployment that declares nothing."""
SHOP_VARIABLE = "IVR_SHOP_DATABASE_URL"
"""Set for declared connectors even where only the setting's default says it: they may ask the demo shop, too."""
DEADLINE_S = 4.0
"""Default of ``fulfilment_deadline_s``."""
_MARGIN = 0.9
"""Share of the deadline after which a service is given up: its own failure is told then, not the deadline's."""


class Connectors(Mapping[str, Connector]):
    """The connectors of one version of the content. What they ask is shared with the other versions."""

    def __init__(self, connectors: Mapping[str, Connector], release: Callable[[], None]) -> None:
        """Hold connectors until nobody holds this.

        Args:
            connectors: Name → connector.
            release: Gives back what they use; called once, when this is closed or forgotten.
        """
        self._connectors = connectors
        self._finalizer = weakref.finalize(self, release)
        self._finalizer.atexit = False

    def __getitem__(self, name: str) -> Connector:
        return self._connectors[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._connectors)

    def __len__(self) -> int:
        return len(self._connectors)

    def close(self) -> None:
        """Give back what no other version uses. Forgetting the last reference does the same."""
        self._finalizer()


class ConnectorFactory:
    """Makes the connectors of each version of the content. Safe from any thread.

    The shop, and each declared connector that did not change, keep their connections and what is known of their
    health from one version to the next.
    """

    def __init__(
        self,
        shop_database_url: str,
        deadline_s: float = DEADLINE_S,
        variables: Mapping[str, str] = os.environ,
    ) -> None:
        """Open the shop.

        A database that can't be reached now does not stop the hotline from starting: its connector raises
        :class:`ivr.errors.BackendDownError` when it is asked, and works again once the database does.

        Args:
            shop_database_url: SQLAlchemy URL of the shop; a SQLite one is made and seeded with demo orders.
            deadline_s: ``fulfilment_deadline_s``, seconds.
            variables: The environment, for ``${NAME}`` in declared connectors.

        Raises:
            ConfigurationError: the URL is none.
        """
        self._deadline_s = deadline_s * _MARGIN
        self._variables = {SHOP_VARIABLE: shop_database_url, **variables}
        self._lock = threading.RLock()  # a forgotten version may be given back in the middle of taking another
        self._zone = ZoneInfo(EMPTY.hours.timezone)
        self._sources: dict[str, tuple[Source, int]] = {}
        self._shop = DemoShop(shop_database_url, self._now)
        try:
            self._shop.open()
        except BackendDownError as error:
            _log.error("shop_down", error=str(error))

    def connect(self, content: Content) -> Connectors:
        """Make the connectors of one version of the content; what they use is kept while anybody holds them.

        Raises:
            ConfigurationError: a declared connector has the name of a built-in one, needs an environment variable
                that is not set, or has an address that is none; the message names the file and the connector.
        """
        self._zone = ZoneInfo(content.hours.timezone)
        connectors = self._built_in(content)
        taken: list[str] = []
        try:
            for spec in content.connectors.values():
                source = self._take(spec, connectors)
                taken.append(repr(spec))
                connectors[spec.name] = DeclaredConnector(spec, source, content, self._now)
        except BaseException:
            self._give_back(taken)
            raise
        return Connectors(connectors, lambda: self._give_back(taken))

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            sources, self._sources = [source for source, _ in self._sources.values()], {}
        for source in sources:
            source.close()
        self._shop.close()

    def _now(self) -> dt.datetime:
        return dt.datetime.now(self._zone)

    def _built_in(self, content: Content) -> dict[str, Connector]:
        shop = self._shop
        return {
            "shop.order_status": OrderStatus(shop),
            "shop.verify": Verify(shop),
            "shop.start_return": StartReturn(shop),
            "shop.exchange": Exchange(shop),
            "shop.refund_status": RefundStatus(shop),
            "shop.cancel": CancelOrder(shop),
            "shop.change_address": ChangeAddress(shop),
            "shop.coupons": Coupons(shop),
            "shop.stock": StockLevel(shop),
            "shop.opening_hours": OpeningHours(content.hours, self._now),
        }

    def _take(self, spec: ConnectorSpec, others: Mapping[str, Connector]) -> Source:
        """The source of a declaration: the one that another version uses, or a new one."""
        if spec.name in others:
            raise ConfigurationError(
                f"{spec.source}: connector {spec.name} is built in; choose another name for this one"
            )
        with self._lock:
            source, users = self._sources.get(repr(spec)) or (self._open(spec), 0)
            self._sources[repr(spec)] = (source, users + 1)
            return source

    def _open(self, spec: ConnectorSpec) -> Source:
        if isinstance(spec, HttpSpec):
            return HttpSource(spec, self._variables, self._deadline_s)
        return SqlSource(spec, self._variables)

    def _give_back(self, taken: list[str]) -> None:
        unused: list[Source] = []
        with self._lock:
            for key in taken:
                source, users = self._sources.get(key, (None, 0))
                if source is None:
                    continue
                if users > 1:
                    self._sources[key] = (source, users - 1)
                else:
                    del self._sources[key]
                    unused.append(source)
        for source in unused:
            source.close()


def create_connectors(
    shop_database_url: str, content: Content = EMPTY, deadline_s: float = DEADLINE_S
) -> Connectors:
    """Make the connectors of one version of the content, for whoever needs no other.

    Raises:
        ConfigurationError: as :class:`ConnectorFactory` and :meth:`ConnectorFactory.connect`.
    """
    return ConnectorFactory(shop_database_url, deadline_s).connect(content)
