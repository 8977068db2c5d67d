"""The product's own understander."""

from pathlib import Path

import pytest

from ivr.content.loader import load_content
from ivr.content.types import Content
from ivr.understanding.types import Understander
from tests.understanding.models import understander_of

PROMPTS = Path(__file__).resolve().parents[2] / "prompts"


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content(PROMPTS)


@pytest.fixture(scope="session")
def understander(content: Content) -> Understander:
    return understander_of(content)
