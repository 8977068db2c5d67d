"""Tests of ivr/understanding."""
