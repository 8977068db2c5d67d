"""What the demo shop does: cancels, takes back, exchanges, sends elsewhere. Each is done once, however often asked.

Each begins with an UPDATE whose WHERE is the condition: it locks the order, so that what two callers do at once
happens one after the other, and nothing is done that the first has made impossible.
"""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from ivr.content.spoken import speak_amount, speak_date, speak_text
from ivr.content.types import Language
from ivr.fulfilment.shop_orders import OrderConnector, amount_of
from ivr.fulfilment.shop_tables import NewAddress, Order, Refund, SentBack
from ivr.fulfilment.types import Outcome

RETURN_DAYS = 7
"""Days after delivery within which goods can go back (Korea's Act on Consumer Protection in Electronic Commerce,
article 17)."""
REFUND_DAYS = 3
"""Days until the money of a cancelled order is back (article 18 of the same)."""
RETURN_REFUND_DAYS = 7
"""Days until the money of a return is back: collected, arrived, looked at, paid."""
MAX_ADDRESS = 500
"""Characters; the column's width."""


def _hold(session: Session, order: Order, expected: str, **changes: object) -> bool:
    """Lock the order if it has this status, and change it; False when it has another by now."""
    held = (
        update(Order)
        .where(Order.number == order.number, Order.status == expected)
        .values(changes or {"status": expected})
        .execution_options(synchronize_session=False)
    )
    result = session.execute(held)
    session.refresh(order)
    return isinstance(result, CursorResult) and result.rowcount == 1


class CancelOrder(OrderConnector):
    """Connector ``shop.cancel``: what has not been sent yet is cancelled, and its ``amount`` paid back."""

    def about(self, session: Session, order: Order, slots: Mapping[str, str], language: Language) -> Outcome:
        """Cancel it."""
        today = self._shop.today()
        if not _hold(session, order, "preparing", status="cancelled", day=today):
            return Outcome("already" if order.status == "cancelled" else "too_late")
        amount = amount_of(session, order)
        session.merge(
            Refund(order_number=order.number, amount=amount, paid=False, day=today + dt.timedelta(REFUND_DAYS))
        )
        return Outcome("found", {"amount": speak_amount(amount, language)}, {"refund": f"{amount} won"})


class _SendBack(OrderConnector):
    """What returns and exchanges share: goods that were delivered lately go back, once."""

    kind: str

    def about(self, session: Session, order: Order, slots: Mapping[str, str], language: Language) -> Outcome:
        """Arrange the pick-up."""
        today = self._shop.today()
        held = _hold(session, order, "delivered")
        sent = session.get(SentBack, order.number, populate_existing=True)
        if sent is not None:
            return self._again(sent, language)
        if not held:
            return _cancelled(order, today, language) or Outcome("not_delivered")
        if (today - order.day).days > RETURN_DAYS:
            return Outcome("too_late")
        sent = SentBack(order_number=order.number, kind=self.kind, pick_up=_next_pick_up(today))
        session.add(sent)
        self.sent_back(session, order, today)
        return Outcome("found", self._date(sent, language), {"pick_up": str(sent.pick_up)})

    def sent_back(self, session: Session, order: Order, today: dt.date) -> None:
        """Do what follows from it."""

    def _again(self, sent: SentBack, language: Language) -> Outcome:
        """It goes back already."""
        outcome = "already" if self.kind == "return" or sent.kind != self.kind else "found"
        return Outcome(outcome, self._date(sent, language), {"pick_up": str(sent.pick_up)})

    def _date(self, sent: SentBack, language: Language) -> dict[str, str]:
        return {"date": speak_date(sent.pick_up, self._shop.today(), language)}


class StartReturn(_SendBack):
    """Connector ``shop.start_return``: ``date`` is the day of the pick-up; the money follows."""

    kind = "return"

    def sent_back(self, session: Session, order: Order, today: dt.date) -> None:
        """The order is on its way back, and its money is due."""
        order.status, order.day = "returning", today + dt.timedelta(RETURN_REFUND_DAYS)
        session.merge(
            Refund(order_number=order.number, amount=amount_of(session, order), paid=False, day=order.day)
        )


class Exchange(_SendBack):
    """Connector ``shop.exchange``: ``date`` is the day on which the courier brings the other and takes this one."""

    kind = "exchange"


class ChangeAddress(OrderConnector):
    """Connector ``shop.change_address``: what has not been sent yet goes to slot ``address``."""

    def about(self, session: Session, order: Order, slots: Mapping[str, str], language: Language) -> Outcome:
        """Write the address down."""
        address = " ".join(slots.get("address", "").split())[:MAX_ADDRESS]
        values = {"address": speak_text(address, language)}
        today = self._shop.today()
        if not _hold(session, order, "preparing"):
            return _cancelled(order, today, language) or Outcome("too_late", values)
        session.merge(NewAddress(order_number=order.number, address=address, changed_on=today))
        return Outcome("found", values, {"address": address})


def _cancelled(order: Order, today: dt.date, language: Language) -> Outcome | None:
    """What a cancelled order is told as; None when it is not cancelled."""
    if order.status != "cancelled":
        return None
    return Outcome("cancelled", {"date": speak_date(order.day, today, language)})


def _next_pick_up(today: dt.date) -> dt.date:
    """Tomorrow, or the day after when that is a Sunday."""
    tomorrow = today + dt.timedelta(days=1)
    return tomorrow + dt.timedelta(days=1) if tomorrow.weekday() == 6 else tomorrow
