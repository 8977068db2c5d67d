"""Text to meaning: intent or an honest unknown, and slots."""
