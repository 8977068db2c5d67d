"""What is kept of calls, on real SQLite files."""
