"""Measures a hotline from outside, over real sockets, with recorded callers: ``python -m ivr bench``."""
