"""What docs/privacy.md says is stored is what the tables have."""

import importlib
import pkgutil
import re

import ivr.records
from ivr.records.models import Base, TurnRow
from tests.docs.documents import ROOT

PRIVACY = (ROOT / "docs" / "privacy.md").read_text("utf-8")


def _first_column() -> set[str]:
    rows = re.findall(r"^\| (`.+?`) \|", PRIVACY, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_every_table_is_told() -> None:
    for module in pkgutil.iter_modules(ivr.records.__path__, "ivr.records."):
        if not module.ispkg:
            importlib.import_module(module.name)
    assert {*Base.metadata.tables} <= _first_column()


def test_every_column_about_feelings_is_told() -> None:
    felt = {"emotion", "prosody", "speech_rate", "signs", "frustration", "contributions"}
    assert felt <= {*TurnRow.__table__.columns.keys()}
    assert felt <= _first_column()
