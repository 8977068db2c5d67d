"""The connectors of this deployment, by the names that requests use."""

from collections.abc import Mapping

import structlog

from ivr.errors import BackendDownError
from ivr.fulfilment.shop import DemoShop, OrderStatus
from ivr.fulfilment.types import Connector

_log = structlog.get_logger(__name__)


def create_connectors(shop_database_url: str) -> Mapping[str, Connector]:
    """Make the connectors.

    A database that can't be reached now does not stop the hotline from starting: its connector raises
    :class:`ivr.errors.BackendDownError` when it is asked, and works again once the database does.

    Args:
        shop_database_url: SQLAlchemy URL of the shop; a SQLite one is made and seeded with demo orders.

    Raises:
        ConfigurationError: the URL is none.
    """
    shop = DemoShop(shop_database_url)
    try:
        shop.open()
    except BackendDownError as error:
        _log.error("shop_down", error=str(error))
    return {"shop.order_status": OrderStatus(shop)}
