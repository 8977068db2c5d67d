"""Joins a caller on the telephone with an agent at a browser."""
