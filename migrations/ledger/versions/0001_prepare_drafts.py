"""What is prepared and not published: imports, drafts, authorities, spending limits.

Revision ID: 0001
Revises:
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE retries (
        caller text NOT NULL,
        key text NOT NULL,
        digest bytea NOT NULL,
        status integer NOT NULL,
        body bytea NOT NULL,
        made_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_retries PRIMARY KEY (caller, key)
    )
    """,
    """
    CREATE TABLE sheet_imports (
        estate_id uuid NOT NULL,
        import_id uuid NOT NULL,
        sha256 text NOT NULL,
        lines integer NOT NULL,
        imported_by text NOT NULL,
        imported_at timestamptz NOT NULL,
        published_at timestamptz,
        CONSTRAINT pk_sheet_imports PRIMARY KEY (estate_id, import_id),
        CONSTRAINT uq_sheet_imports_estate_id_sha256 UNIQUE (estate_id, sha256)
    )
    """,
    """
    CREATE TABLE drafts (
        estate_id uuid NOT NULL,
        draft_id uuid NOT NULL,
        import_id uuid NOT NULL,
        line integer NOT NULL,
        direction text NOT NULL,
        category text NOT NULL,
        amount_fen bigint NOT NULL,
        occurred_on date NOT NULL,
        counterparty text NOT NULL,
        voucher_number text,
        memo text NOT NULL,
        contract_reference text,
        authority_kind text,
        authority_contract text,
        authority_item_id uuid,
        CONSTRAINT pk_drafts PRIMARY KEY (estate_id, draft_id),
        CONSTRAINT uq_drafts_estate_id_import_id_line UNIQUE (estate_id, import_id, line),
        CONSTRAINT fk_drafts_estate_id_import_id_sheet_imports
            FOREIGN KEY (estate_id, import_id) REFERENCES sheet_imports ON DELETE CASCADE,
        CONSTRAINT ck_drafts_amount CHECK (amount_fen > 0)
    )
    """,
    "CREATE INDEX ix_drafts_estate_id_voucher_number ON drafts (estate_id, voucher_number)",
    """
    CREATE TABLE spending_limits (
        estate_id uuid NOT NULL,
        version integer NOT NULL,
        uses_max integer NOT NULL,
        amount_each_max_fen bigint NOT NULL,
        amount_total_max_fen bigint NOT NULL,
        set_at timestamptz NOT NULL,
        set_by text NOT NULL,
        CONSTRAINT pk_spending_limits PRIMARY KEY (estate_id, version)
    )
    """,
    """
    CREATE TABLE category_authorities (
        estate_id uuid NOT NULL,
        category text NOT NULL,
        authority_kind text NOT NULL,
        authority_contract text,
        authority_item_id uuid,
        set_at timestamptz NOT NULL,
        set_by text NOT NULL,
        CONSTRAINT pk_category_authorities PRIMARY KEY (estate_id, category)
    )
    """,
)

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is published in % is never changed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'append_only';
END
$$
"""

# Even a session that plays a replica's role fires it.
KEEP_LIMITS = (
    """
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON spending_limits
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """,
    "ALTER TABLE spending_limits ENABLE ALWAYS TRIGGER append_only",
)


def upgrade() -> None:
    """Make the tables; what the rules allowed is kept version by version."""
    for statement in (*TABLES, REFUSE_CHANGE, *KEEP_LIMITS):
        op.execute(statement)


def downgrade() -> None:
    """Take everything away again; only ever run on an empty ledger or a test's."""
    for table in ("category_authorities", "spending_limits", "drafts", "sheet_imports", "retries"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_change()")
