"""Tests, by room; whole calls in ``tests/calls/``."""
