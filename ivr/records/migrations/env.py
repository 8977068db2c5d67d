"""What Alembic runs: inside the transaction that :mod:`ivr.records.migrate` opened."""

from alembic import context

from ivr.errors import RecordsError
from ivr.records import accounts_models, carrier_models, desk_models  # noqa: F401  # all add tables to the metadata

connection = context.config.attributes.get("connection")
if connection is None:
    raise RecordsError("Migrations run when the hotline starts (ivr.records.migrate), not by themselves.")

# Batch mode: SQLite can't alter a column, so Alembic copies the table; elsewhere it has no effect.
context.configure(connection=connection, target_metadata=desk_models.AgentRow.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
