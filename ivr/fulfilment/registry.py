"""The connectors of this deployment, by the names that requests use."""

from collections.abc import Mapping

from ivr.fulfilment.shop import DemoShop, OrderStatus
from ivr.fulfilment.types import Connector


def create_connectors(shop_database_url: str) -> Mapping[str, Connector]:
    """Make the connectors.

    A database that can't be reached now does not stop the hotline from starting: its connector raises
    :class:`ivr.errors.BackendDownError` when it is asked, and works again once the database does.

    Args:
        shop_database_url: SQLAlchemy URL of the shop; a SQLite one is made and seeded with demo orders.

    Raises:
        ConfigurationError: the URL is none.
    """
    return {"shop.order_status": OrderStatus(DemoShop(shop_database_url))}
