"""The audit log can't be emptied at one stroke either."""

from alembic import op

revision = "0050"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Refuse it (PostgreSQL; SQLite has no such statement)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER audit_not_truncated BEFORE TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()"
        )


def downgrade() -> None:
    """Allow it again."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_not_truncated ON audit")
