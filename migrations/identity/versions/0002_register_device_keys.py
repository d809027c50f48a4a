"""Device keys with the codes that confirm them and their end, and who looked up whose entry.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STEP_UP_CODES = """
CREATE TABLE step_up_codes (
    id uuid NOT NULL,
    account_id uuid NOT NULL,
    act text NOT NULL,
    act_sha256 bytea NOT NULL,
    code_hash bytea NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    tries integer NOT NULL,
    used_at timestamptz,
    CONSTRAINT pk_step_up_codes PRIMARY KEY (id),
    CONSTRAINT ck_step_up_codes_act_is_hash CHECK (octet_length(act_sha256) = 32),
    CONSTRAINT fk_step_up_codes_account_id_accounts
        FOREIGN KEY (account_id) REFERENCES accounts (id)
)
"""

DEVICE_KEYS = """
CREATE TABLE device_keys (
    key_hash bytea NOT NULL,
    public_key bytea NOT NULL,
    estate_id uuid NOT NULL,
    account_id uuid NOT NULL,
    card_id uuid,
    label_sealed bytea NOT NULL,
    step_up_code_id uuid NOT NULL,
    noticed_at timestamptz NOT NULL,
    registered_at timestamptz NOT NULL,
    CONSTRAINT pk_device_keys PRIMARY KEY (key_hash),
    CONSTRAINT uq_device_keys_step_up_code_id UNIQUE (step_up_code_id),
    CONSTRAINT ck_device_keys_named_by_hash CHECK (key_hash = sha256(public_key)),
    CONSTRAINT fk_device_keys_estate_id_estates
        FOREIGN KEY (estate_id) REFERENCES estates (id),
    CONSTRAINT fk_device_keys_account_id_accounts
        FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT fk_device_keys_card_id_cards
        FOREIGN KEY (card_id) REFERENCES cards (id),
    CONSTRAINT fk_device_keys_step_up_code_id_step_up_codes
        FOREIGN KEY (step_up_code_id) REFERENCES step_up_codes (id)
)
"""

REVOCATIONS = """
CREATE TABLE device_key_revocations (
    key_hash bytea NOT NULL,
    reason text NOT NULL,
    noticed_at timestamptz,
    revoked_at timestamptz NOT NULL,
    CONSTRAINT pk_device_key_revocations PRIMARY KEY (key_hash),
    CONSTRAINT fk_device_key_revocations_key_hash_device_keys
        FOREIGN KEY (key_hash) REFERENCES device_keys (key_hash)
)
"""

ENTRY_LOOKUPS = """
CREATE TABLE entry_lookups (
    id uuid NOT NULL,
    electorate_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    asked_by uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    CONSTRAINT pk_entry_lookups PRIMARY KEY (id),
    CONSTRAINT fk_entry_lookups_electorate_id_frozen_electorates
        FOREIGN KEY (electorate_id) REFERENCES frozen_electorates (id),
    CONSTRAINT fk_entry_lookups_unit_id_units
        FOREIGN KEY (unit_id) REFERENCES units (id),
    CONSTRAINT fk_entry_lookups_asked_by_accounts
        FOREIGN KEY (asked_by) REFERENCES accounts (id)
)
"""

INDEXES = (
    "CREATE INDEX ix_step_up_codes_account_id_sent_at ON step_up_codes (account_id, sent_at)",
    "CREATE INDEX ix_device_keys_account_id_estate_id ON device_keys (account_id, estate_id)",
    "CREATE INDEX ix_entry_lookups_electorate_id_unit_id ON entry_lookups (electorate_id, unit_id)",
)
APPEND_ONLY = ("device_keys", "device_key_revocations", "entry_lookups")


def upgrade() -> None:
    """Create the tables; a key, its end and a lookup are never changed."""
    for statement in (STEP_UP_CODES, DEVICE_KEYS, REVOCATIONS, ENTRY_LOOKUPS, *INDEXES):
        op.execute(statement)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        # Also where a session calls itself a replica, in which ordinary triggers do not fire.
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only")


def downgrade() -> None:
    """Forget the keys; votes that they signed stand in another database and stay."""
    for table in ("entry_lookups", "device_key_revocations", "device_keys", "step_up_codes"):
        op.execute(f"DROP TABLE {table}")
