"""Doing what was asked: connectors, and the demo shop."""
