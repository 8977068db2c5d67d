"""Whole calls: recorded callers against the real server, recognizer and voices."""
