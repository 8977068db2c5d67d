"""What the demo shop's connectors answer: outcome → the placeholders that it fills, besides the request's slots."""

from collections.abc import Mapping

_ORDER = frozenset({"order_number"})
_NONE: frozenset[str] = frozenset()
_STATUS = _ORDER | {"status", "date", "courier", "step"}
_BACK = {
    "found": _ORDER | {"date"},
    "already": _ORDER | {"date"},
    "cancelled": _ORDER | {"date"},
    "not_delivered": _ORDER,
    "too_late": _ORDER,
    "missing": _ORDER,
}

SHOP_OUTCOMES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "shop.order_status": {
        **dict.fromkeys(("found", "preparing", "on_the_way", "delivered", "cancelled", "returning"), _STATUS),
        "missing": _ORDER,
    },
    "shop.verify": {"verified": _NONE, "mismatch": _NONE, "missing": _NONE},
    "shop.start_return": _BACK,
    "shop.exchange": _BACK,
    "shop.refund_status": {
        "paid": _ORDER | {"amount", "date"},
        "pending": _ORDER | {"amount", "date"},
        "none": _ORDER,
        "missing": _ORDER,
    },
    "shop.cancel": {
        "found": _ORDER | {"amount"},
        "already": _ORDER,
        "too_late": _ORDER,
        "missing": _ORDER,
    },
    "shop.change_address": {
        "found": _ORDER | {"address"},
        "too_late": _ORDER | {"address"},
        "cancelled": _ORDER | {"date"},
        "missing": _ORDER,
    },
    "shop.coupons": {"found": _ORDER | {"count", "date"}, "none": _ORDER, "missing": _ORDER},
    "shop.stock": {
        "in_stock": frozenset({"item", "count"}),
        "sold_out": frozenset({"item", "date"}),
        "missing": frozenset({"item"}),
    },
    "shop.opening_hours": {
        "found": _NONE,
        "open_now": frozenset({"closes"}),
        "closed_now": frozenset({"opens"}),
        "holiday": frozenset({"opens", "holiday"}),
    },
}
"""Of :func:`ivr.fulfilment.registry.create_connectors`; a test holds it against what they really answer."""
