"""The real recordings that some tests measure with; they are not part of the project."""

import csv
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

REPO_ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("IVR_TEST_SPEECH", REPO_ROOT.parent / "shared" / "speech"))


@dataclass(frozen=True)
class Clip:
    """One recording of the manifest."""

    path: Path
    language: str
    transcript: str
    kind: str


def clips() -> list[Clip]:
    """All recordings; skips the test when they are not on this machine."""
    manifest = FOLDER / "manifest.csv"
    if not manifest.is_file():
        pytest.skip(f"no recordings at {FOLDER}: set IVR_TEST_SPEECH to their folder")
    with manifest.open(encoding="utf-8", newline="") as file:
        return [
            Clip(FOLDER / row["path"], row["language"], row["transcript"], row["kind"])
            for row in csv.DictReader(file)
        ]
