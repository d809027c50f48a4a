"""The signed log: whatever is published is a leaf of it; half-years are published too.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

from migrations.transparency_log import (
    create_log_tables,
    drop_log_tables,
    keep_append_only,
    refuse_to_carry,
)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = """
CREATE TABLE statements (
    estate_id uuid NOT NULL,
    statement_id uuid NOT NULL,
    period text NOT NULL,
    version integer NOT NULL,
    entries_count bigint NOT NULL,
    published_at timestamptz NOT NULL,
    published_by text NOT NULL,
    position bigint NOT NULL,
    document bytea NOT NULL,
    CONSTRAINT pk_statements PRIMARY KEY (estate_id, statement_id),
    CONSTRAINT uq_statements_estate_id_period_version UNIQUE (estate_id, period, version),
    CONSTRAINT uq_statements_estate_id_position UNIQUE (estate_id, position),
    CONSTRAINT ck_statements_version CHECK (version >= 1)
)
"""

LOGGED = ("entries", "statements", "spending_limits")

COLUMNS = (
    "ALTER TABLE entries ADD COLUMN position bigint NOT NULL",
    # Partial as the other indexes for readers, so that the checks of every row keep to the keys.
    """
    CREATE UNIQUE INDEX uq_entries_estate_id_position ON entries (estate_id, position)
        WHERE position >= 0
    """,
    """
    ALTER TABLE spending_limits
        ADD COLUMN position bigint NOT NULL, ADD COLUMN document bytea NOT NULL
    """,
    """
    ALTER TABLE spending_limits
        ADD CONSTRAINT uq_spending_limits_estate_id_position UNIQUE (estate_id, position)
    """,
)

# The number before is there, or this is the first; that nobody else takes the number meanwhile is
# the head's lock.
CHECK_NUMBER = """
CREATE OR REPLACE FUNCTION check_entry_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number > 1 AND NOT EXISTS (
        SELECT FROM public.entries e
         WHERE e.estate_id = NEW.estate_id AND e.number = NEW.number - 1
    ) THEN
        RAISE EXCEPTION 'entry number % leaves a gap', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_numbers_have_no_gap';
    END IF;
    RETURN NULL;
END
$$
"""

# A foreign key would ask less (any leaf would do) and cost more: it locks the leaf of every row.
CHECK_LOGGED = """
CREATE FUNCTION check_logged() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM public.leaves l
         WHERE l.estate_id = NEW.estate_id AND l.position = NEW.position
           AND l.sha256 = sha256(NEW.document)
    ) THEN
        RAISE EXCEPTION 'no leaf at % names this row of %', NEW.position, TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'content_is_logged';
    END IF;
    RETURN NULL;
END
$$
"""

# As revision 0002 left them.
OLD_HEADS = (
    """
    CREATE TABLE heads (
        estate_id uuid NOT NULL,
        entries_count bigint NOT NULL,
        CONSTRAINT pk_heads PRIMARY KEY (estate_id),
        CONSTRAINT ck_heads_entries_count CHECK (entries_count >= 0)
    )
    """,
    """
    CREATE FUNCTION keep_head() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' AND NEW.estate_id = OLD.estate_id
           AND NEW.entries_count >= OLD.entries_count THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a head only grows'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
    END
    $$
    """,
    """
    CREATE TRIGGER head_grows BEFORE UPDATE OR DELETE ON heads
        FOR EACH ROW EXECUTE FUNCTION keep_head()
    """,
    """
    CREATE TRIGGER head_stays BEFORE TRUNCATE ON heads
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    "ALTER TABLE heads ENABLE ALWAYS TRIGGER head_grows",
    "ALTER TABLE heads ENABLE ALWAYS TRIGGER head_stays",
)

OLD_CHECK_NUMBER = """
CREATE OR REPLACE FUNCTION check_entry_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number > 1 AND NOT EXISTS (
        SELECT FROM public.entries e
         WHERE e.estate_id = NEW.estate_id AND e.number = NEW.number - 1
    ) THEN
        RAISE EXCEPTION 'entry number % leaves a gap', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_numbers_have_no_gap';
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.heads h
         WHERE h.estate_id = NEW.estate_id AND h.entries_count >= NEW.number
    ) THEN
        RAISE EXCEPTION 'entry number % is beyond the head', NEW.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_number_within_head';
    END IF;
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    """Put the log in the place of the heads, and every published row into it."""
    refuse_to_carry("entries")
    refuse_to_carry("spending_limits")
    op.execute("DROP TABLE heads")
    op.execute("DROP FUNCTION keep_head()")
    create_log_tables()
    for statement in (STATEMENTS, *COLUMNS, CHECK_NUMBER, CHECK_LOGGED):
        op.execute(statement)
    keep_append_only("statements", function="refuse_change")
    for table in LOGGED:
        op.execute(
            f"CREATE TRIGGER content_is_logged AFTER INSERT ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION check_logged()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER content_is_logged")


def downgrade() -> None:
    """Take the log away again; only ever run on an empty ledger or a test's."""
    for table in LOGGED:
        op.execute(f"DROP TRIGGER content_is_logged ON {table}")
    op.execute("DROP FUNCTION check_logged()")
    op.execute("ALTER TABLE spending_limits DROP COLUMN position, DROP COLUMN document")
    op.execute("ALTER TABLE entries DROP COLUMN position")
    op.execute("DROP TABLE statements")
    drop_log_tables()
    for statement in (*OLD_HEADS, OLD_CHECK_NUMBER):
        op.execute(statement)
