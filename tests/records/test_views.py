"""Whatever a call hands over becomes JSON."""

import json
from datetime import UTC, datetime
from types import MappingProxyType

import numpy as np

from ivr.records.types import DecisionRecord, TurnRecord
from ivr.records.views import decision_json, plain, time_text, turn_json
from tests.records.samples import STARTED_AT


def test_times_are_utc_cut_to_milliseconds() -> None:
    assert time_text(STARTED_AT) == "2026-01-31T02:03:04.567Z"
    assert time_text(datetime(2026, 1, 31, tzinfo=UTC)) == "2026-01-31T00:00:00.000Z"


def test_numbers_that_are_none_are_null_not_invented() -> None:
    turn = TurnRecord("caller", "a", 0, 1, speech_rate=float("nan"), frustration=float("inf"))
    assert turn_json(turn)["speech_rate"] is None
    assert turn_json(turn)["frustration"] is None


def test_numpy_and_frozen_mappings_become_plain() -> None:
    decision = DecisionRecord(1, "answer", "why", MappingProxyType({"anger": np.float64(0.5)}))
    assert json.dumps(decision_json(decision)["contributions"]) == '{"anger": 0.5}'
    assert plain({1: (np.int64(2), {3}, np.float32(0.5))}) == {"1": [2, [3], 0.5]}
    assert type(plain(np.float64(1.5))) is float


def test_text_that_no_database_takes_is_mended() -> None:
    mended = plain("a\x00b\ud800c")
    assert mended == "a\ufffdb?c"
