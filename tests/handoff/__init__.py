"""Tests of ivr/handoff."""
