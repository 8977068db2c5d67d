"""One live call."""
