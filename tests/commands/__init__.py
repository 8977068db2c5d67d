"""The commands of ``python -m ivr``."""
