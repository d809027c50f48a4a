"""Everything that is published becomes a leaf of the estate's signed log.

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

PUBLISHED = (
    "ballots",
    "items",
    "announcements",
    "electorate_entries",
    "entry_holders",
    "votes",
    "results",
)
BORN_TOGETHER = ("items", "electorate_entries", "entry_holders")

DRAFTS = (
    # What was drafted before says nothing of openings, so none are shown.
    "ALTER TABLE ballots ADD COLUMN openings text NOT NULL DEFAULT 'NONE'",
    "ALTER TABLE ballots ALTER COLUMN openings DROP DEFAULT",
    """ALTER TABLE ballots ADD CONSTRAINT ck_ballots_openings
       CHECK (openings IN ('NONE', 'OFFICIALS', 'OWNERS'))""",
)

ANNOUNCEMENTS = (
    "ALTER TABLE announcements ADD COLUMN attesters jsonb NOT NULL",
    # The leaf of the ballot; rules, electorate and schedule are the three behind it.
    "ALTER TABLE announcements ADD COLUMN position bigint NOT NULL",
    "ALTER TABLE announcements ADD COLUMN ballot_document bytea NOT NULL",
    "ALTER TABLE announcements ADD COLUMN schedule_document bytea NOT NULL",
    """ALTER TABLE announcements ADD CONSTRAINT uq_announcements_position
       UNIQUE (estate_id, position)""",
    """ALTER TABLE announcements ADD CONSTRAINT fk_announcements_leaf
       FOREIGN KEY (estate_id, position) REFERENCES leaves (estate_id, position)""",
)

# Who may act for an entry is asked when a roll is exported, entry by entry.
HOLDERS = (
    """CREATE INDEX ix_entry_holders_entry
       ON entry_holders (estate_id, ballot_id, entry_id, holder)""",
)

VOTES = (
    "ALTER TABLE votes ADD COLUMN channel text NOT NULL",
    "ALTER TABLE votes ADD COLUMN evidence_sha256 bytea",
    "ALTER TABLE votes ADD COLUMN entered_by text",
    "ALTER TABLE votes ALTER COLUMN cast_by DROP NOT NULL",
    """ALTER TABLE votes ADD CONSTRAINT ck_votes_channel
       CHECK (channel IN ('PHONE', 'PAPER', 'TELEPHONE'))""",
    # A phone's vote is cast by an owner; an official enters another's, and from what.
    """ALTER TABLE votes ADD CONSTRAINT ck_votes_caster
       CHECK ((channel = 'PHONE') = (cast_by IS NOT NULL)
              AND (channel = 'PHONE') = (entered_by IS NULL)
              AND (channel = 'PHONE') = (evidence_sha256 IS NULL))""",
    """ALTER TABLE votes ADD CONSTRAINT ck_votes_evidence_sha256
       CHECK (octet_length(evidence_sha256) = 32)""",
    """ALTER TABLE votes ADD CONSTRAINT fk_votes_leaf
       FOREIGN KEY (estate_id, position) REFERENCES leaves (estate_id, position)""",
)

RESULTS = (
    "ALTER TABLE results ADD COLUMN position bigint NOT NULL",
    """ALTER TABLE results ADD CONSTRAINT fk_results_leaf
       FOREIGN KEY (estate_id, position) REFERENCES leaves (estate_id, position)""",
)

# Whose key signed a vote is identity's word, kept as it was given and signed.
DEVICE_KEYS = """
CREATE TABLE device_keys (
    estate_id uuid NOT NULL,
    public_key bytea NOT NULL,
    capacity text NOT NULL,
    holder text NOT NULL,
    document bytea NOT NULL,
    signature bytea NOT NULL,
    first_used_at timestamptz NOT NULL,
    CONSTRAINT pk_device_keys PRIMARY KEY (estate_id, public_key, capacity, holder),
    CONSTRAINT ck_device_keys_capacity CHECK (capacity IN ('OWNER', 'OFFICIAL')),
    CONSTRAINT ck_device_keys_public_key CHECK (octet_length(public_key) = 32),
    CONSTRAINT ck_device_keys_signature CHECK (octet_length(signature) = 64)
)
"""

OLD_HEADS = """
CREATE TABLE heads (
    estate_id uuid NOT NULL,
    votes_count bigint NOT NULL,
    last_at timestamptz,
    CONSTRAINT pk_heads PRIMARY KEY (estate_id),
    CONSTRAINT ck_heads_votes_count CHECK (votes_count >= 0)
)
"""

OLD_KEEP_HEAD = """
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


def upgrade() -> None:
    """Exchange the heads for those of the log, and bind every publication to its leaf."""
    refuse_to_carry("announcements")
    op.execute("DROP TABLE heads")
    op.execute("DROP FUNCTION keep_head()")
    create_log_tables()
    for statement in (*DRAFTS, *ANNOUNCEMENTS, *HOLDERS, *VOTES, *RESULTS, DEVICE_KEYS):
        op.execute(statement)
    keep_append_only("device_keys", function="refuse_change")
    _fire("ENABLE ALWAYS")


def downgrade() -> None:
    """Take the log away; only an empty service is ever taken this far back."""
    _fire("ENABLE")
    op.execute("DROP TABLE device_keys")
    op.execute("ALTER TABLE results DROP COLUMN position")
    for column in ("channel", "evidence_sha256", "entered_by"):
        op.execute(f"ALTER TABLE votes DROP COLUMN {column} CASCADE")
    op.execute("ALTER TABLE votes DROP CONSTRAINT fk_votes_leaf")
    op.execute("ALTER TABLE votes ALTER COLUMN cast_by SET NOT NULL")
    op.execute("DROP INDEX ix_entry_holders_entry")
    for column in ("attesters", "position", "ballot_document", "schedule_document"):
        op.execute(f"ALTER TABLE announcements DROP COLUMN {column}")
    op.execute("ALTER TABLE ballots DROP COLUMN openings")
    drop_log_tables()
    for statement in (OLD_HEADS, OLD_KEEP_HEAD):
        op.execute(statement)
    op.execute(
        "CREATE TRIGGER head_grows BEFORE UPDATE OR DELETE ON heads "
        "FOR EACH ROW EXECUTE FUNCTION keep_head()"
    )
    op.execute(
        "CREATE TRIGGER head_stays BEFORE TRUNCATE ON heads "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _fire(when: str) -> None:
    """Let the triggers of what is published also fire in a session that plays a replica's role."""
    for table in PUBLISHED:
        op.execute(f"ALTER TABLE {table} {when} TRIGGER {table}_append_only")
    for table in BORN_TOGETHER:
        op.execute(f"ALTER TABLE {table} {when} TRIGGER {table}_born_together")
