"""Tests of the bridge between a caller's telephone and an agent's browser."""
