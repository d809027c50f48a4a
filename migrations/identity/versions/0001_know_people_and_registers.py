"""Estates and their registers, people and their proofs, cards, staff, sessions, electorates.

Revision ID: 0001
Revises:
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What was imported, proved, granted, signed off or frozen stays as it was: a correction is a new
# row. Grants already refuse the running role; the trigger refuses the owner of the table too.
APPEND_ONLY = (
    "electorate_policies",
    "staff_grants",
    "staff_revocations",
    "register_versions",
    "register_sign_offs",
    "unit_versions",
    "holdings",
    "provider_answers",
    "verifications",
    "account_parties",
    "discrepancy_cases",
    "frozen_electorates",
    "frozen_entries",
)

TABLES = Path(__file__).with_suffix(".sql")

CREATED = (
    "accounts",
    "parties",
    "retries",
    "sign_in_codes",
    "estates",
    "sessions",
    "electorate_policies",
    "frozen_electorates",
    "refresh_tokens",
    "register_versions",
    "staff_grants",
    "units",
    "cards",
    "frozen_entries",
    "provider_answers",
    "register_sign_offs",
    "staff_revocations",
    "unit_versions",
    "discrepancy_cases",
    "holdings",
    "verifications",
    "account_parties",
)

UNCHANGEABLE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$
"""


def upgrade() -> None:
    """Create the tables and make the append-only ones refuse every change."""
    for statement in TABLES.read_text().split(";"):
        if statement.strip():
            op.execute(statement)
    op.execute(UNCHANGEABLE)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    """Drop everything; there is nothing before this revision."""
    for table in reversed(CREATED):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_change()")
