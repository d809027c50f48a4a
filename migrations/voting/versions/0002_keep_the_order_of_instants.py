"""An estate's instants never run backwards, and its head only grows.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEEP_HEAD = """
CREATE FUNCTION keep_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.estate_id = OLD.estate_id
       AND NEW.votes_count >= OLD.votes_count
       AND (OLD.last_at IS NULL OR NEW.last_at >= OLD.last_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a head only grows'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'head_grows';
END $$
"""

# `{whole}` is filled by each trigger's argument; with its schema, because the owner of the tables
# could put a temporary table of the same name before it.
BORN_TOGETHER = """
CREATE OR REPLACE FUNCTION refuse_latecomers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    late boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS (SELECT 1 FROM added LEFT JOIN {whole} AS whole
             ON whole.estate_id = added.estate_id AND whole.ballot_id = added.ballot_id
            AND whole.xmin = pg_current_xact_id()::xid
          WHERE whole.ballot_id IS NULL)', TG_ARGV[0]) INTO late;
    IF late THEN
        RAISE EXCEPTION '% are frozen with their row of %', TG_TABLE_NAME, TG_ARGV[0]
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Keep the last instant beside the number of votes, and guard both."""
    op.execute("ALTER TABLE heads ADD COLUMN last_at timestamptz")
    op.execute(KEEP_HEAD)
    op.execute(
        "CREATE TRIGGER head_grows BEFORE UPDATE OR DELETE ON heads "
        "FOR EACH ROW EXECUTE FUNCTION keep_head()"
    )
    op.execute(
        "CREATE TRIGGER head_stays BEFORE TRUNCATE ON heads "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
    op.execute(BORN_TOGETHER.replace("{whole}", "public.%I"))


def downgrade() -> None:
    """Forget the instants."""
    op.execute("DROP TRIGGER head_stays ON heads")
    op.execute("DROP TRIGGER head_grows ON heads")
    op.execute("DROP FUNCTION keep_head()")
    op.execute("ALTER TABLE heads DROP COLUMN last_at")
    op.execute(BORN_TOGETHER.replace("{whole}", "%I"))
