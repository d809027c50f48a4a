"""Ballots, their frozen electorates, votes in a gap-free order, and results.

Revision ID: 0001
Revises:
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PUBLISHED = (
    "ballots",
    "items",
    "announcements",
    "electorate_entries",
    "entry_holders",
    "votes",
    "results",
)

TABLES = """
CREATE TABLE retries (
    caller text NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    status integer NOT NULL,
    body bytea NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_retries PRIMARY KEY (caller, key)
);

CREATE TABLE heads (
    estate_id uuid NOT NULL,
    votes_count bigint NOT NULL,
    CONSTRAINT pk_heads PRIMARY KEY (estate_id),
    CONSTRAINT ck_heads_votes_count CHECK (votes_count >= 0)
);

CREATE TABLE ballots (
    estate_id uuid NOT NULL,
    ballot_id uuid NOT NULL,
    title text NOT NULL,
    meeting text NOT NULL,
    convener text NOT NULL,
    convening_reason text,
    drafted_at timestamptz NOT NULL,
    drafted_by text NOT NULL,
    CONSTRAINT pk_ballots PRIMARY KEY (estate_id, ballot_id)
);
CREATE INDEX ix_ballots_drafted_at ON ballots (estate_id, drafted_at, ballot_id);

CREATE TABLE items (
    estate_id uuid NOT NULL,
    item_id uuid NOT NULL,
    ballot_id uuid NOT NULL,
    number integer NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    budget_fen bigint,
    attachments jsonb NOT NULL,
    CONSTRAINT pk_items PRIMARY KEY (estate_id, item_id),
    CONSTRAINT uq_items_number UNIQUE (estate_id, ballot_id, number),
    CONSTRAINT fk_items_estate_id_ballots
        FOREIGN KEY (estate_id, ballot_id) REFERENCES ballots (estate_id, ballot_id),
    CONSTRAINT ck_items_number CHECK (number >= 1),
    CONSTRAINT ck_items_budget_fen CHECK (budget_fen > 0)
);

CREATE TABLE announcements (
    estate_id uuid NOT NULL,
    ballot_id uuid NOT NULL,
    announced_at timestamptz NOT NULL,
    announced_by text NOT NULL,
    zone text NOT NULL,
    opens_on date NOT NULL,
    closes_on date NOT NULL,
    opens_at timestamptz NOT NULL,
    closes_at timestamptz NOT NULL,
    rules_version text NOT NULL,
    rules_sha256 text NOT NULL,
    rules_document bytea NOT NULL,
    policies jsonb NOT NULL,
    electorate_id uuid NOT NULL,
    electorate_frozen_at timestamptz NOT NULL,
    electorate_policy jsonb NOT NULL,
    electorate_sha256 text NOT NULL,
    people integer NOT NULL,
    area_centi bigint NOT NULL,
    CONSTRAINT pk_announcements PRIMARY KEY (estate_id, ballot_id),
    CONSTRAINT fk_announcements_estate_id_ballots
        FOREIGN KEY (estate_id, ballot_id) REFERENCES ballots (estate_id, ballot_id),
    CONSTRAINT ck_announcements_order CHECK (announced_at < opens_at AND opens_at < closes_at)
);

CREATE TABLE electorate_entries (
    estate_id uuid NOT NULL,
    ballot_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    kind text NOT NULL,
    area_centi bigint NOT NULL,
    units integer NOT NULL,
    CONSTRAINT pk_electorate_entries PRIMARY KEY (estate_id, ballot_id, entry_id),
    CONSTRAINT uq_electorate_entries_area UNIQUE (estate_id, ballot_id, entry_id, area_centi),
    CONSTRAINT fk_electorate_entries_estate_id_announcements
        FOREIGN KEY (estate_id, ballot_id) REFERENCES announcements (estate_id, ballot_id),
    CONSTRAINT ck_electorate_entries_area_centi CHECK (area_centi >= 0)
);

CREATE TABLE entry_holders (
    estate_id uuid NOT NULL,
    ballot_id uuid NOT NULL,
    holder text NOT NULL,
    entry_id uuid NOT NULL,
    CONSTRAINT pk_entry_holders PRIMARY KEY (estate_id, ballot_id, holder, entry_id),
    CONSTRAINT fk_entry_holders_estate_id_electorate_entries
        FOREIGN KEY (estate_id, ballot_id, entry_id)
        REFERENCES electorate_entries (estate_id, ballot_id, entry_id)
);

CREATE TABLE votes (
    estate_id uuid NOT NULL,
    vote_id uuid NOT NULL,
    ballot_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    area_centi bigint NOT NULL,
    cast_by text NOT NULL,
    position bigint NOT NULL,
    cast_at timestamptz NOT NULL,
    document bytea NOT NULL,
    document_sha256 bytea NOT NULL,
    CONSTRAINT pk_votes PRIMARY KEY (estate_id, vote_id),
    CONSTRAINT uq_votes_position UNIQUE (estate_id, position),
    CONSTRAINT fk_votes_entry
        FOREIGN KEY (estate_id, ballot_id, entry_id, area_centi)
        REFERENCES electorate_entries (estate_id, ballot_id, entry_id, area_centi),
    CONSTRAINT fk_votes_holder
        FOREIGN KEY (estate_id, ballot_id, cast_by, entry_id)
        REFERENCES entry_holders (estate_id, ballot_id, holder, entry_id),
    CONSTRAINT ck_votes_position CHECK (position >= 0),
    CONSTRAINT ck_votes_document_sha256 CHECK (octet_length(document_sha256) = 32)
);
CREATE UNIQUE INDEX uq_votes_entry
    ON votes (estate_id, ballot_id, entry_id) INCLUDE (area_centi);

CREATE TABLE results (
    estate_id uuid NOT NULL,
    ballot_id uuid NOT NULL,
    counted_at timestamptz NOT NULL,
    counted_by text NOT NULL,
    electorate_sha256 text NOT NULL,
    rules_sha256 text NOT NULL,
    votes_count integer NOT NULL,
    document bytea NOT NULL,
    CONSTRAINT pk_results PRIMARY KEY (estate_id, ballot_id),
    CONSTRAINT fk_results_estate_id_announcements
        FOREIGN KEY (estate_id, ballot_id) REFERENCES announcements (estate_id, ballot_id)
);
"""

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: no % ever', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# An item belongs to the draft that it was written with, an entry to the announcement that froze
# it: rows of the one table may only be added by the transaction that adds the row of the other.
BORN_TOGETHER = """
CREATE FUNCTION refuse_latecomers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    late boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS (SELECT 1 FROM added LEFT JOIN %I AS whole
             ON whole.estate_id = added.estate_id AND whole.ballot_id = added.ballot_id
            AND whole.xmin = pg_current_xact_id()::xid
          WHERE whole.ballot_id IS NULL)', TG_ARGV[0]) INTO late;
    IF late THEN
        RAISE EXCEPTION '% are frozen with their row of %', TG_TABLE_NAME, TG_ARGV[0]
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
"""


def upgrade() -> None:
    """Create the tables, and the triggers that keep what is published as it is."""
    for statements in (TABLES, REFUSE_CHANGE, BORN_TOGETHER):
        _execute(statements)
    for table in PUBLISHED:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    for part, whole in (
        ("items", "ballots"),
        ("electorate_entries", "announcements"),
        ("entry_holders", "announcements"),
    ):
        op.execute(
            f"CREATE TRIGGER {part}_born_together AFTER INSERT ON {part} "
            "REFERENCING NEW TABLE AS added "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_latecomers('{whole}')"
        )


def downgrade() -> None:
    """Drop everything; only an empty service is ever taken this far back."""
    for table in (*reversed(PUBLISHED), "heads", "retries"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_change()")
    op.execute("DROP FUNCTION refuse_latecomers()")


def _execute(statements: str) -> None:
    """Send one statement at a time, as the driver's protocol wants; bodies of functions whole."""
    parts = [statements] if "$$" in statements else statements.split(";")
    for statement in parts:
        if statement.strip():
            op.execute(statement)
