"""Every test here starts from no settings but its own."""

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _no_outside_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("IVR_", "TWILIO_")) and name != "IVR_TEST_SPEECH":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)  # no ivr.toml
