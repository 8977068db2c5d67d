"""The product's own content, and a caller to talk with the dialogue engine."""

from pathlib import Path

import pytest

from ivr.content.loader import load_content
from ivr.content.types import Content

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content(PROMPTS)
