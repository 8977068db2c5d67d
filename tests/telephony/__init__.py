"""The carrier's edge."""
