"""The demo shop's opening hours, as the clock has them."""

import datetime as dt
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from ivr.content.hours import closing, holiday, is_open, next_opening
from ivr.content.spoken import speak_datetime, speak_time
from ivr.content.types import Hours, Language
from ivr.fulfilment.types import Outcome


class OpeningHours:
    """Connector ``shop.opening_hours``.

    Outcomes ``open_now`` (``closes``), ``holiday`` (``holiday``, ``opens``), ``closed_now`` (``opens``), and
    ``found`` when there is no moment to name: never closed, or closed for months.
    """

    def __init__(self, hours: Hours, now: Callable[[], dt.datetime]) -> None:
        """Remember the hours.

        Args:
            hours: When the shop is open.
            now: The time of the call, aware.
        """
        self._hours = hours
        self._now = now

    def fulfil(self, slots: Mapping[str, str], language: Language) -> Outcome:
        """Tell whether the shop is open, and until or from when."""
        now = self._now().astimezone(ZoneInfo(self._hours.timezone))
        shop = self._hours.shop
        if is_open(self._hours, shop, now):
            closes = closing(self._hours, shop, now)
            if closes is None:
                return Outcome("found")
            same_day = closes.date() == now.date()
            spoken = speak_time(closes.time(), language) if same_day else speak_datetime(closes, now, language)
            return Outcome("open_now", {"closes": spoken})
        opens = next_opening(self._hours, shop, now)
        if opens is None:
            return Outcome("found")
        values = {"opens": speak_datetime(opens, now, language)}
        names = holiday(self._hours, now.date())
        if not names:
            return Outcome("closed_now", values)
        return Outcome("holiday", {**values, "holiday": names.get(language) or next(iter(names.values()))})
