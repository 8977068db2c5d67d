"""Opening times: who is there when."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivr.content.hours import closing, day_start, holiday, is_open, next_opening
from ivr.content.hours_file import read_hours
from ivr.content.problems import Problems
from ivr.content.types import LANGUAGES, Hours, Schedule
from ivr.errors import ContentError

SEOUL = ZoneInfo("Asia/Seoul")
NINE, ONE, SIX, TWELVE = dt.time(9), dt.time(13), dt.time(18), dt.time(12)
SHOP = Schedule({**dict.fromkeys(range(5), ((NINE, TWELVE), (ONE, SIX))), 5: ((NINE, ONE),)})
BAR = Schedule({4: ((dt.time(22), dt.time(0)),), 5: ((dt.time(0), dt.time(3)),)})
NONSTOP = Schedule({day: ((dt.time(0), dt.time(0)),) for day in range(7)})
HOURS = Hours("Asia/Seoul", SHOP, BAR, {dt.date(2026, 12, 25): {"en": "Christmas"}})


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("moment", "there", "opens", "closes"),
    [
        ("2026-11-23T08:59:59", False, "2026-11-23T09:00", None),
        ("2026-11-23T09:00", True, "2026-11-23T13:00", "2026-11-23T12:00"),
        ("2026-11-23T12:00", False, "2026-11-23T13:00", None),
        ("2026-11-23T17:59:59", True, "2026-11-24T09:00", "2026-11-23T18:00"),
        ("2026-11-28T12:30", True, "2026-11-30T09:00", "2026-11-28T13:00"),  # Saturday
        ("2026-11-29T12:30", False, "2026-11-30T09:00", None),  # Sunday
        ("2026-12-24T18:00", False, "2026-12-26T09:00", None),
        ("2026-12-25T10:00", False, "2026-12-26T09:00", None),  # holiday
    ],
)
def test_the_shop_is_open_when_it_says_so(moment: str, there: bool, opens: str, closes: str | None) -> None:
    at = _at(moment)
    assert is_open(HOURS, SHOP, at) is there
    assert next_opening(HOURS, SHOP, at) == _at(opens)
    assert closing(HOURS, SHOP, at) == (_at(closes) if closes else None)


def test_other_clocks_are_converted_and_none_is_the_deployments_own() -> None:
    assert is_open(HOURS, SHOP, dt.datetime(2026, 11, 23, 0, 30, tzinfo=dt.UTC))
    assert not is_open(HOURS, SHOP, dt.datetime(2026, 11, 23, 9, 30, tzinfo=dt.UTC))
    assert is_open(HOURS, SHOP, dt.datetime(2026, 11, 23, 9, 30))
    opens = next_opening(HOURS, SHOP, dt.datetime(2026, 11, 22, tzinfo=dt.UTC))
    assert opens is not None
    assert opens.isoformat() == "2026-11-23T09:00:00+09:00"


def test_a_night_goes_on_after_midnight() -> None:
    assert is_open(HOURS, BAR, _at("2026-11-28T02:59"))
    assert closing(HOURS, BAR, _at("2026-11-27T23:00")) == _at("2026-11-28T03:00")
    assert next_opening(HOURS, BAR, _at("2026-11-27T23:00")) == _at("2026-12-04T22:00")


def test_what_never_closes_has_no_closing_and_what_never_opens_no_opening() -> None:
    for schedule in (Schedule(always=True), NONSTOP):
        assert is_open(Hours(), schedule, _at("2026-12-25T04:00"))
        assert closing(Hours(), schedule, _at("2026-12-25T04:00")) is None
        assert next_opening(Hours(), schedule, _at("2026-12-25T04:00")) is None
    assert not is_open(HOURS, Schedule(), _at("2026-11-23T12:00"))
    assert next_opening(HOURS, Schedule(), _at("2026-11-23T12:00")) is None


def test_a_holiday_has_its_name() -> None:
    assert holiday(HOURS, dt.date(2026, 12, 25)) == {"en": "Christmas"}
    assert holiday(HOURS, dt.date(2026, 12, 24)) is None


def _read(tmp_path: Path, text: str) -> tuple[Hours, Problems]:
    (tmp_path / "hours.yaml").write_text(text, "utf-8")
    problems = Problems()
    return read_hours(tmp_path / "hours.yaml", LANGUAGES, problems), problems


def test_the_file_is_read(tmp_path: Path) -> None:
    hours, problems = _read(
        tmp_path,
        "timezone: Asia/Tokyo\nagents: always\n"
        "shop: {monday: 09:00-12:00, tuesday: ['13:00-24:00', 9:00-12:30], sunday: []}\n"
        "holidays: {2026-12-25: {ko: 성탄절, en: Christmas, ja: クリスマス, zh: 圣诞节}}\n",
    )
    problems.raise_any()
    assert hours.timezone == "Asia/Tokyo"
    assert hours.agents.always
    assert hours.shop.weekly == {
        0: ((NINE, TWELVE),),
        1: ((NINE, dt.time(12, 30)), (ONE, dt.time(0))),
    }
    assert hours.holidays[dt.date(2026, 12, 25)]["zh"] == "圣诞节"


def test_no_file_is_day_and_night(tmp_path: Path) -> None:
    assert read_hours(tmp_path / "hours.yaml", LANGUAGES, Problems()) == Hours()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("timezone: Asia/Atlantis", ":1: hours: timezone 'Asia/Atlantis' is unknown"),
        ("timezone: ../../etc/passwd", "is unknown"),
        ("\nlunch: true", ":2: hours: unknown key 'lunch'"),
        ("shop: sometimes", ":1: hours: shop must be `always`, or days"),
        ("shop:\n  monday-friday: 09:00-18:00", ":2: shop: 'monday-friday' is no day"),
        ("shop:\n  monday: 9-18", ":2: shop: monday: '9-18' must be like 09:00-18:00"),
        ("shop:\n  monday: 09:00-25:00", "must be like 09:00-18:00"),
        ("shop:\n  monday: 18:00-09:00", ":2: shop: monday: '18:00-09:00' ends before it begins"),
        ("shop:\n  monday: 18:00-00:00", "ends before it begins"),
        ("shop:\n  monday: [09:00-12:00, 11:00-18:00]", ":2: shop: monday: times overlap at 11:00"),
        ("shop:\n  monday: [[1]]", "must be text or a list of texts"),
        ("holidays:\n  25.12.2026: {ko: 성탄절}", ":2: holidays: '25.12.2026' is no day"),
        ("holidays:\n  2026-12-25: {ko: 성탄절}", ":2: holiday 2026-12-25: its name in en, ja, zh is missing"),
        ("holidays:\n  2026-12-25: {ko: ''}", ":2: holiday 2026-12-25: 'ko' must be a text"),
        ("holidays:\n  2026-12-25: Christmas", "must be a mapping"),
        ("- 1", ":1: hours must be a mapping"),
    ],
)
def test_mistakes_name_the_line(tmp_path: Path, text: str, problem: str) -> None:
    _, problems = _read(tmp_path, text)
    with pytest.raises(ContentError) as caught:
        problems.raise_any()
    assert problem in str(caught.value)


def test_the_day_begins_at_the_deployments_midnight() -> None:
    late = dt.datetime(2026, 3, 1, 15, 30, tzinfo=dt.UTC)  # half past midnight in Seoul
    assert day_start(Hours(), late).isoformat() == "2026-03-02T00:00:00+09:00"
    assert day_start(Hours(timezone="Europe/London"), late).isoformat() == "2026-03-01T00:00:00+00:00"
