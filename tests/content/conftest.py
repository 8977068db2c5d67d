"""A folder of prompts that is right, for tests that break one thing in it."""

import shutil
from pathlib import Path

import pytest

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    """A copy of the product's own prompts."""
    copy = tmp_path / "prompts"
    shutil.copytree(PROMPTS, copy)
    return copy
