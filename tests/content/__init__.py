"""Tests of ivr/content."""
