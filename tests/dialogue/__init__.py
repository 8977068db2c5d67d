"""Tests of ivr/dialogue."""
