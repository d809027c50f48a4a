"""The posting core: entries with all their legs, numbered without a gap, never changed.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE heads (
        estate_id uuid NOT NULL,
        entries_count bigint NOT NULL,
        CONSTRAINT pk_heads PRIMARY KEY (estate_id),
        CONSTRAINT ck_heads_entries_count CHECK (entries_count >= 0)
    )
    """,
    """
    CREATE TABLE entries (
        estate_id uuid NOT NULL,
        entry_id uuid NOT NULL,
        number bigint NOT NULL,
        kind text NOT NULL,
        occurred_on date NOT NULL,
        leg_count integer NOT NULL,
        amount_fen bigint NOT NULL,
        counterparty text NOT NULL,
        voucher_number text,
        memo text NOT NULL,
        contract_reference text,
        authority_kind text,
        authority_contract text,
        authority_item_id uuid,
        reverses uuid,
        reason_code text,
        reason text,
        import_id uuid,
        booked_at timestamptz NOT NULL,
        booked_by text NOT NULL,
        document bytea NOT NULL,
        CONSTRAINT pk_entries PRIMARY KEY (estate_id, entry_id),
        CONSTRAINT uq_entries_estate_id_number UNIQUE (estate_id, number),
        CONSTRAINT uq_entries_estate_id_entry_id_occurred_on
            UNIQUE (estate_id, entry_id, occurred_on),
        CONSTRAINT fk_entries_estate_id_reverses_entries
            FOREIGN KEY (estate_id, reverses) REFERENCES entries (estate_id, entry_id),
        CONSTRAINT fk_entries_estate_id_import_id_sheet_imports
            FOREIGN KEY (estate_id, import_id) REFERENCES sheet_imports (estate_id, import_id),
        CONSTRAINT ck_entries_number CHECK (number > 0),
        CONSTRAINT ck_entries_legs CHECK (leg_count >= 2),
        CONSTRAINT ck_entries_kind
            CHECK (kind IN ('OPENING', 'INCOME', 'EXPENSE', 'REVERSAL')),
        CONSTRAINT ck_entries_amount
            CHECK (amount_fen > 0 OR (kind = 'OPENING' AND amount_fen = 0)),
        CONSTRAINT ck_entries_reversal CHECK ((kind = 'REVERSAL') = (reverses IS NOT NULL)),
        CONSTRAINT ck_entries_authority CHECK (kind <> 'EXPENSE' OR authority_kind IS NOT NULL),
        CONSTRAINT ck_entries_item CHECK (
            (authority_kind IS NOT DISTINCT FROM 'PASSED_ITEM') = (authority_item_id IS NOT NULL)
        )
    )
    """,
    # Readers' indexes are partial, so that the checks that fire for every row keep to the keys.
    """
    CREATE INDEX ix_entries_estate_id_occurred_on ON entries (estate_id, occurred_on)
        WHERE number > 0
    """,
    """
    CREATE INDEX ix_entries_estate_id_voucher_number ON entries (estate_id, voucher_number)
        WHERE voucher_number IS NOT NULL
    """,
    """
    CREATE UNIQUE INDEX uq_entries_estate_id_reverses ON entries (estate_id, reverses)
        WHERE reverses IS NOT NULL
    """,
    """
    CREATE UNIQUE INDEX uq_entries_estate_id_opening ON entries (estate_id)
        WHERE kind = 'OPENING'
    """,
    """
    CREATE INDEX ix_entries_estate_id_authority_item_id ON entries (estate_id, authority_item_id)
        WHERE authority_kind = 'PASSED_ITEM'
    """,
    """
    CREATE INDEX ix_entries_estate_id_within_limits ON entries (estate_id, occurred_on)
        WHERE authority_kind = 'RULES_LIMIT'
    """,
    """
    CREATE TABLE legs (
        estate_id uuid NOT NULL,
        entry_id uuid NOT NULL,
        leg_number integer NOT NULL,
        account text NOT NULL,
        occurred_on date NOT NULL,
        amount_fen bigint NOT NULL,
        CONSTRAINT pk_legs PRIMARY KEY (estate_id, entry_id, leg_number),
        CONSTRAINT fk_legs_estate_id_entry_id_occurred_on_entries
            FOREIGN KEY (estate_id, entry_id, occurred_on)
            REFERENCES entries (estate_id, entry_id, occurred_on),
        CONSTRAINT ck_legs_leg_number CHECK (leg_number > 0)
    )
    """,
    """
    CREATE INDEX ix_legs_estate_id_bank ON legs (estate_id, occurred_on)
        INCLUDE (amount_fen) WHERE account = 'BANK'
    """,
    """
    CREATE INDEX ix_legs_estate_id_categories ON legs (estate_id, occurred_on)
        INCLUDE (account, amount_fen) WHERE account <> 'BANK'
    """,
)

APPEND_ONLY = ("entries", "legs")

# Sums alone would accept a header without legs, and a balanced pair added to an old entry; so the
# header says how many legs it has, and both tables ask at the end of the transaction.
CHECK_WHOLE = """
CREATE FUNCTION check_entry_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    header record;
    found record;
BEGIN
    SELECT e.leg_count, e.amount_fen, e.kind INTO header
      FROM public.entries e WHERE e.estate_id = NEW.estate_id AND e.entry_id = NEW.entry_id;
    SELECT count(*) AS legs, coalesce(sum(l.amount_fen), 0) AS balance,
           coalesce(sum(l.amount_fen) FILTER (WHERE l.amount_fen > 0), 0) AS debit,
           count(*) FILTER (WHERE l.amount_fen = 0) AS empty INTO found
      FROM public.legs l WHERE l.estate_id = NEW.estate_id AND l.entry_id = NEW.entry_id;
    IF found.legs <> header.leg_count THEN
        RAISE EXCEPTION 'an entry has % legs and its header says %', found.legs, header.leg_count
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_has_its_legs';
    END IF;
    IF found.balance <> 0 OR found.debit <> header.amount_fen THEN
        RAISE EXCEPTION 'the legs of an entry do not sum to zero, or not to its amount'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances';
    END IF;
    IF found.empty > 0 AND header.kind <> 'OPENING' THEN
        RAISE EXCEPTION 'a leg is empty'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_balances';
    END IF;
    RETURN NULL;
END
$$
"""

CHECK_NUMBER = """
CREATE FUNCTION check_entry_number() RETURNS trigger LANGUAGE plpgsql AS $$
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

KEEP_HEADS = """
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
"""

GUARDS = (
    """
    CREATE CONSTRAINT TRIGGER entry_is_whole AFTER INSERT ON entries
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry_whole()
    """,
    """
    CREATE CONSTRAINT TRIGGER entry_is_whole AFTER INSERT ON legs
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry_whole()
    """,
    """
    CREATE CONSTRAINT TRIGGER entry_follows AFTER INSERT ON entries
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_entry_number()
    """,
    """
    CREATE TRIGGER head_grows BEFORE UPDATE OR DELETE ON heads
        FOR EACH ROW EXECUTE FUNCTION keep_head()
    """,
    """
    CREATE TRIGGER head_stays BEFORE TRUNCATE ON heads
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
)

# Even a session that plays a replica's role fires these.
ALWAYS = (
    ("entries", "entry_is_whole"),
    ("legs", "entry_is_whole"),
    ("entries", "entry_follows"),
    ("heads", "head_grows"),
    ("heads", "head_stays"),
)


def upgrade() -> None:
    """Make the tables, then what guards them."""
    for statement in (*TABLES, CHECK_WHOLE, CHECK_NUMBER, KEEP_HEADS, *GUARDS):
        op.execute(statement)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")
    for table, trigger in ALWAYS:
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def downgrade() -> None:
    """Take everything away again; only ever run on an empty ledger or a test's."""
    for table in ("legs", "entries", "heads"):
        op.execute(f"DROP TABLE {table}")
    for function in ("check_entry_whole", "check_entry_number", "keep_head"):
        op.execute(f"DROP FUNCTION {function}()")
