"""Opening hours as the clock has them."""

import datetime as dt

import pytest

from ivr.content.types import LANGUAGES, Hours, Schedule
from ivr.fulfilment.shop_hours import OpeningHours
from ivr.fulfilment.types import Outcome

NINE, ONE, SIX = dt.time(9), dt.time(13), dt.time(18)
HOURS = Hours(
    shop=Schedule({**dict.fromkeys(range(5), ((NINE, SIX),)), 5: ((NINE, ONE),)}),
    holidays={dt.date(2026, 12, 25): {"ko": "성탄절", "en": "Christmas"}},
)


def _at(hours: Hours, moment: str, language: str = "en") -> Outcome:
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=dt.timezone(dt.timedelta(hours=9)))
    spoken = next(known for known in LANGUAGES if known == language)
    return OpeningHours(hours, lambda: at.astimezone(dt.UTC)).fulfil({}, spoken)


@pytest.mark.parametrize(
    ("moment", "outcome"),
    [
        ("2026-11-24T10:00", Outcome("open_now", {"closes": "six in the evening"})),
        ("2026-11-24T08:59", Outcome("closed_now", {"opens": "today at nine in the morning"})),
        ("2026-11-24T18:00", Outcome("closed_now", {"opens": "tomorrow at nine in the morning"})),
        ("2026-11-28T12:59", Outcome("open_now", {"closes": "one in the afternoon"})),
        ("2026-11-28T15:00", Outcome("closed_now", {"opens": "the day after tomorrow at nine in the morning"})),
        (
            "2026-12-25T10:00",
            Outcome("holiday", {"holiday": "Christmas", "opens": "tomorrow at nine in the morning"}),
        ),
    ],
)
def test_open_or_closed(moment: str, outcome: Outcome) -> None:
    assert _at(HOURS, moment) == outcome


def test_a_holiday_without_a_name_in_the_language_is_named_all_the_same() -> None:
    assert _at(HOURS, "2026-12-25T10:00", "zh").values == {"holiday": "성탄절", "opens": "明天上午九点"}


@pytest.mark.parametrize("shop", [Schedule(always=True), Schedule()])
def test_without_a_moment_to_name_the_usual_hours_are_told(shop: Schedule) -> None:
    assert _at(Hours(shop=shop), "2026-11-24T10:00") == Outcome("found")


def test_a_closing_after_midnight_is_named_with_its_day() -> None:
    night = ((dt.time(18), dt.time(0)),)
    late = Hours(shop=Schedule({1: night, 2: ((dt.time(0), dt.time(2)),)}))
    assert _at(late, "2026-11-24T23:00").values == {"closes": "tomorrow at two in the morning"}
