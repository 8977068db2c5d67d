"""What is kept of calls: models, migrations, the journal a live call writes to, queries."""
