"""Understanders for tests: a model is trained once a session for each set of examples, however many ask for it."""

import tempfile
from functools import cache
from pathlib import Path

from ivr.content.types import Content
from ivr.understanding.engine import ExampleUnderstander, create_understander

_UNDERSTANDERS: dict[int, tuple[Content, ExampleUnderstander]] = {}
"""By the content's identity; the content is kept so that no other one takes its place in memory."""


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="ivr-models-")


def cache_dir() -> Path:
    """Where this session's trained models are kept: a temporary folder, removed at the end."""
    return Path(_folder().name)


def understander_of(content: Content) -> ExampleUnderstander:
    """The product's own understander of some content."""
    known = _UNDERSTANDERS.get(id(content))
    if known is None or known[0] is not content:
        known = _UNDERSTANDERS[id(content)] = (content, create_understander(content, cache_dir=cache_dir()))
    return known[1]
