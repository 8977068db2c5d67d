"""Alembic migrations of the calls' database."""
