"""The ledger's tables; all lead with the estate, so that they can be sharded by it.

Apart from each other: drafts, which change and go; the posting core (entries, legs), statements and
spending limits, which only grow; and the log, in which every one of these is a leaf. What guards
them stands in the migrations: grants, triggers that refuse every change and every row that no leaf
names, and deferred checks that an entry has all its legs and that they sum to zero.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from services.chassis.database import NAMES
from services.chassis.once import retries_table
from services.chassis.tlog.tables import log_tables

REVISION = "0003"
"""The revision that this code expects; readiness compares it."""

metadata = MetaData(naming_convention=NAMES)
ID = Uuid(as_uuid=False)
INSTANT = DateTime(timezone=True)

retries = retries_table(metadata)

log = log_tables(metadata)
"""Its heads, one row per estate, are locked by whoever writes: so entry numbers have no gap."""

sheet_imports = Table(
    "sheet_imports",
    metadata,
    Column("estate_id", ID, primary_key=True),
    Column("import_id", ID, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("imported_by", Text, nullable=False),
    Column("imported_at", INSTANT, nullable=False),
    Column("published_at", INSTANT),
    UniqueConstraint("estate_id", "sha256"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("estate_id", ID, primary_key=True),
    Column("draft_id", ID, primary_key=True),
    Column("import_id", ID, nullable=False),
    Column("line", Integer, nullable=False),
    Column("direction", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("counterparty", Text, nullable=False),
    Column("voucher_number", Text),
    Column("memo", Text, nullable=False),
    Column("contract_reference", Text),
    Column("authority_kind", Text),
    Column("authority_contract", Text),
    Column("authority_item_id", ID),
    ForeignKeyConstraint(
        ["estate_id", "import_id"],
        ["sheet_imports.estate_id", "sheet_imports.import_id"],
        ondelete="CASCADE",
    ),
    UniqueConstraint("estate_id", "import_id", "line"),
    CheckConstraint("amount_fen > 0", name="amount"),
)
Index("ix_drafts_estate_id_voucher_number", drafts.c.estate_id, drafts.c.voucher_number)

entries = Table(
    "entries",
    metadata,
    Column("estate_id", ID, primary_key=True),
    Column("entry_id", ID, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("leg_count", Integer, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("counterparty", Text, nullable=False),
    Column("voucher_number", Text),
    Column("memo", Text, nullable=False),
    Column("contract_reference", Text),
    Column("authority_kind", Text),
    Column("authority_contract", Text),
    Column("authority_item_id", ID),
    Column("reverses", ID),
    Column("reason_code", Text),
    Column("reason", Text),
    Column("import_id", ID),
    Column("booked_at", INSTANT, nullable=False),
    Column("booked_by", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("position", BigInteger, nullable=False),
    UniqueConstraint("estate_id", "number"),
    # What the legs' foreign key points at, so that a leg cannot carry another day than its entry.
    UniqueConstraint("estate_id", "entry_id", "occurred_on"),
    # A reversal is of this estate.
    ForeignKeyConstraint(["estate_id", "reverses"], ["entries.estate_id", "entries.entry_id"]),
    # What an entry came from cannot be discarded any more.
    ForeignKeyConstraint(
        ["estate_id", "import_id"], ["sheet_imports.estate_id", "sheet_imports.import_id"]
    ),
    CheckConstraint("number > 0", name="number"),
    CheckConstraint("leg_count >= 2", name="legs"),
    CheckConstraint("kind IN ('OPENING', 'INCOME', 'EXPENSE', 'REVERSAL')", name="kind"),
    CheckConstraint("amount_fen > 0 OR (kind = 'OPENING' AND amount_fen = 0)", name="amount"),
    CheckConstraint("(kind = 'REVERSAL') = (reverses IS NOT NULL)", name="reversal"),
    CheckConstraint("kind <> 'EXPENSE' OR authority_kind IS NOT NULL", name="authority"),
    CheckConstraint(
        "(authority_kind IS NOT DISTINCT FROM 'PASSED_ITEM') = (authority_item_id IS NOT NULL)",
        name="item",
    ),
)
# The indexes that serve readers are partial, so that the checks which fire for every row of a
# publication cannot choose them: their plans may be older than the table is large, and an index
# that leads with the estate looks as good as the key while it is small.
Index(
    "ix_entries_estate_id_occurred_on",
    entries.c.estate_id,
    entries.c.occurred_on,
    postgresql_where=text("number > 0"),
)
Index(
    "uq_entries_estate_id_position",
    entries.c.estate_id,
    entries.c.position,
    unique=True,
    postgresql_where=text("position >= 0"),
)
Index(
    "ix_entries_estate_id_voucher_number",
    entries.c.estate_id,
    entries.c.voucher_number,
    postgresql_where=text("voucher_number IS NOT NULL"),
)
# One entry is reversed once.
Index(
    "uq_entries_estate_id_reverses",
    entries.c.estate_id,
    entries.c.reverses,
    unique=True,
    postgresql_where=text("reverses IS NOT NULL"),
)
Index(
    "uq_entries_estate_id_opening",
    entries.c.estate_id,
    unique=True,
    postgresql_where=text("kind = 'OPENING'"),
)
Index(
    "ix_entries_estate_id_authority_item_id",
    entries.c.estate_id,
    entries.c.authority_item_id,
    postgresql_where=text("authority_kind = 'PASSED_ITEM'"),
)
Index(
    "ix_entries_estate_id_within_limits",
    entries.c.estate_id,
    entries.c.occurred_on,
    postgresql_where=text("authority_kind = 'RULES_LIMIT'"),
)

legs = Table(
    "legs",
    metadata,
    Column("estate_id", ID, primary_key=True),
    Column("entry_id", ID, primary_key=True),
    Column("leg_number", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("occurred_on", Date, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    ForeignKeyConstraint(
        ["estate_id", "entry_id", "occurred_on"],
        ["entries.estate_id", "entries.entry_id", "entries.occurred_on"],
    ),
    CheckConstraint("leg_number > 0", name="leg_number"),
)
Index(
    "ix_legs_estate_id_bank",
    legs.c.estate_id,
    legs.c.occurred_on,
    postgresql_include=["amount_fen"],
    postgresql_where=text("account = 'BANK'"),
)
Index(
    "ix_legs_estate_id_categories",
    legs.c.estate_id,
    legs.c.occurred_on,
    postgresql_include=["account", "amount_fen"],
    postgresql_where=text("account <> 'BANK'"),
)

spending_limits = Table(
    "spending_limits",
    metadata,
    Column("estate_id", ID, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("uses_max", Integer, nullable=False),
    Column("amount_each_max_fen", BigInteger, nullable=False),
    Column("amount_total_max_fen", BigInteger, nullable=False),
    Column("set_at", INSTANT, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("document", LargeBinary, nullable=False),
    UniqueConstraint("estate_id", "position"),
)

statements = Table(
    "statements",
    metadata,
    Column("estate_id", ID, primary_key=True),
    Column("statement_id", ID, primary_key=True),
    Column("period", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("entries_count", BigInteger, nullable=False),
    Column("published_at", INSTANT, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("document", LargeBinary, nullable=False),
    UniqueConstraint("estate_id", "period", "version"),
    UniqueConstraint("estate_id", "position"),
    CheckConstraint("version >= 1", name="version"),
)
"""The half-years as they were published; all figures stand in their documents."""

category_authorities = Table(
    "category_authorities",
    metadata,
    Column("estate_id", ID, primary_key=True),
    Column("category", Text, primary_key=True),
    Column("authority_kind", Text, nullable=False),
    Column("authority_contract", Text),
    Column("authority_item_id", ID),
    Column("set_at", INSTANT, nullable=False),
    Column("set_by", Text, nullable=False),
)
