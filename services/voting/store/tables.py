"""The tables of voting. Each leads with the estate, in every key and every reference.

All but `heads` and `retries` are append-only, by grants and by triggers: a draft is never edited
(a convener writes another), announcing adds a row, counting adds a row. What is published names the
position of its leaf in the estate's log; its signature and its key are in the leaf.
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
)
from sqlalchemy.dialects.postgresql import JSONB

from services.chassis.database import NAMES
from services.chassis.once import retries_table
from services.chassis.tlog.tables import log_tables

REVISION = "0003"

metadata = MetaData(naming_convention=NAMES)
retries = retries_table(metadata)
log = log_tables(metadata)


def _id(name: str, *, primary_key: bool = False) -> Column[str]:
    return Column(name, Uuid(as_uuid=False), primary_key=primary_key, nullable=False)


def _instant(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False)


ballots = Table(
    "ballots",
    metadata,
    _id("estate_id", primary_key=True),
    _id("ballot_id", primary_key=True),
    Column("title", Text, nullable=False),
    Column("meeting", Text, nullable=False),
    Column("convener", Text, nullable=False),
    Column("convening_reason", Text),
    _instant("drafted_at"),
    Column("drafted_by", Text, nullable=False),
    Column("openings", Text, nullable=False),
    Index("ix_ballots_drafted_at", "estate_id", "drafted_at", "ballot_id"),
    CheckConstraint("openings IN ('NONE', 'OFFICIALS', 'OWNERS')", name="openings"),
)

items = Table(
    "items",
    metadata,
    _id("estate_id", primary_key=True),
    _id("item_id", primary_key=True),
    _id("ballot_id"),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("budget_fen", BigInteger),
    Column("attachments", JSONB, nullable=False),
    UniqueConstraint("estate_id", "ballot_id", "number", name="uq_items_number"),
    ForeignKeyConstraint(["estate_id", "ballot_id"], ["ballots.estate_id", "ballots.ballot_id"]),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("budget_fen > 0", name="budget_fen"),
)

announcements = Table(
    "announcements",
    metadata,
    _id("estate_id", primary_key=True),
    _id("ballot_id", primary_key=True),
    _instant("announced_at"),
    Column("announced_by", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("opens_on", Date, nullable=False),
    Column("closes_on", Date, nullable=False),
    _instant("opens_at"),
    _instant("closes_at"),
    Column("rules_version", Text, nullable=False),
    Column("rules_sha256", Text, nullable=False),
    Column("rules_document", LargeBinary, nullable=False),
    Column("policies", JSONB, nullable=False),
    _id("electorate_id"),
    _instant("electorate_frozen_at"),
    Column("electorate_policy", JSONB, nullable=False),
    Column("electorate_sha256", Text, nullable=False),
    Column("people", Integer, nullable=False),
    Column("area_centi", BigInteger, nullable=False),
    # The keys of identity whose word on a device key this ballot takes, in hexadecimal.
    Column("attesters", JSONB, nullable=False),
    # The leaf of the ballot; rules, electorate and schedule are the three behind it.
    Column("position", BigInteger, nullable=False),
    Column("ballot_document", LargeBinary, nullable=False),
    Column("schedule_document", LargeBinary, nullable=False),
    UniqueConstraint("estate_id", "position", name="uq_announcements_position"),
    ForeignKeyConstraint(["estate_id", "ballot_id"], ["ballots.estate_id", "ballots.ballot_id"]),
    ForeignKeyConstraint(
        ["estate_id", "position"],
        ["leaves.estate_id", "leaves.position"],
        name="fk_announcements_leaf",
    ),
    CheckConstraint("announced_at < opens_at AND opens_at < closes_at", name="order"),
)

electorate_entries = Table(
    "electorate_entries",
    metadata,
    _id("estate_id", primary_key=True),
    _id("ballot_id", primary_key=True),
    _id("entry_id", primary_key=True),
    Column("kind", Text, nullable=False),
    Column("area_centi", BigInteger, nullable=False),
    Column("units", Integer, nullable=False),
    # What a vote refers to, so that the area stored with it is the frozen one.
    UniqueConstraint(
        "estate_id", "ballot_id", "entry_id", "area_centi", name="uq_electorate_entries_area"
    ),
    ForeignKeyConstraint(
        ["estate_id", "ballot_id"], ["announcements.estate_id", "announcements.ballot_id"]
    ),
    CheckConstraint("area_centi >= 0", name="area_centi"),
)

entry_holders = Table(
    "entry_holders",
    metadata,
    _id("estate_id", primary_key=True),
    _id("ballot_id", primary_key=True),
    Column("holder", Text, primary_key=True),
    _id("entry_id", primary_key=True),
    Index("ix_entry_holders_entry", "estate_id", "ballot_id", "entry_id", "holder"),
    ForeignKeyConstraint(
        ["estate_id", "ballot_id", "entry_id"],
        [
            "electorate_entries.estate_id",
            "electorate_entries.ballot_id",
            "electorate_entries.entry_id",
        ],
    ),
)

votes = Table(
    "votes",
    metadata,
    _id("estate_id", primary_key=True),
    _id("vote_id", primary_key=True),
    _id("ballot_id"),
    _id("entry_id"),
    Column("area_centi", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    # A phone's vote is cast by an owner; an official enters another's, and from what.
    Column("cast_by", Text),
    Column("entered_by", Text),
    Column("evidence_sha256", LargeBinary),
    Column("position", BigInteger, nullable=False),
    _instant("cast_at"),
    Column("document", LargeBinary, nullable=False),
    Column("document_sha256", LargeBinary, nullable=False),
    UniqueConstraint("estate_id", "position", name="uq_votes_position"),
    # One vote for each entry; the area rides along, so turnout never leaves the index.
    Index(
        "uq_votes_entry",
        "estate_id",
        "ballot_id",
        "entry_id",
        unique=True,
        postgresql_include=["area_centi"],
    ),
    ForeignKeyConstraint(
        ["estate_id", "ballot_id", "entry_id", "area_centi"],
        [
            "electorate_entries.estate_id",
            "electorate_entries.ballot_id",
            "electorate_entries.entry_id",
            "electorate_entries.area_centi",
        ],
        name="fk_votes_entry",
    ),
    # Who cast it held the entry when the electorate was frozen.
    ForeignKeyConstraint(
        ["estate_id", "ballot_id", "cast_by", "entry_id"],
        [
            "entry_holders.estate_id",
            "entry_holders.ballot_id",
            "entry_holders.holder",
            "entry_holders.entry_id",
        ],
        name="fk_votes_holder",
    ),
    ForeignKeyConstraint(
        ["estate_id", "position"],
        ["leaves.estate_id", "leaves.position"],
        name="fk_votes_leaf",
    ),
    CheckConstraint("position >= 0", name="position"),
    CheckConstraint("octet_length(document_sha256) = 32", name="document_sha256"),
    CheckConstraint("channel IN ('PHONE', 'PAPER', 'TELEPHONE')", name="channel"),
    CheckConstraint(
        "(channel = 'PHONE') = (cast_by IS NOT NULL)"
        " AND (channel = 'PHONE') = (entered_by IS NULL)"
        " AND (channel = 'PHONE') = (evidence_sha256 IS NULL)",
        name="caster",
    ),
    CheckConstraint("octet_length(evidence_sha256) = 32", name="evidence_sha256"),
)

# Whose key signed a vote is identity's word, kept as it was given and signed.
device_keys = Table(
    "device_keys",
    metadata,
    _id("estate_id", primary_key=True),
    Column("public_key", LargeBinary, primary_key=True),
    Column("capacity", Text, primary_key=True),
    Column("holder", Text, primary_key=True),
    Column("document", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    _instant("first_used_at"),
    CheckConstraint("capacity IN ('OWNER', 'OFFICIAL')", name="capacity"),
    CheckConstraint("octet_length(public_key) = 32", name="public_key"),
    CheckConstraint("octet_length(signature) = 64", name="signature"),
)

results = Table(
    "results",
    metadata,
    _id("estate_id", primary_key=True),
    _id("ballot_id", primary_key=True),
    _instant("counted_at"),
    Column("counted_by", Text, nullable=False),
    Column("electorate_sha256", Text, nullable=False),
    Column("rules_sha256", Text, nullable=False),
    Column("votes_count", Integer, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("position", BigInteger, nullable=False),
    ForeignKeyConstraint(
        ["estate_id", "ballot_id"], ["announcements.estate_id", "announcements.ballot_id"]
    ),
    ForeignKeyConstraint(
        ["estate_id", "position"],
        ["leaves.estate_id", "leaves.position"],
        name="fk_results_leaf",
    ),
)
