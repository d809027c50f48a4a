"""The tables of voting. Each leads with the estate, in every key and every reference.

All but `heads` and `retries` are append-only, by grants and by triggers: a draft is never edited
(a convener writes another), announcing adds a row, counting adds a row. `heads` is the one mutable
row of an estate; whoever holds its lock gives out the next positions of votes.
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

REVISION = "0002"

metadata = MetaData(naming_convention=NAMES)
retries = retries_table(metadata)


def _id(name: str, *, primary_key: bool = False) -> Column[str]:
    return Column(name, Uuid(as_uuid=False), primary_key=primary_key, nullable=False)


def _instant(name: str) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=False)


heads = Table(
    "heads",
    metadata,
    _id("estate_id", primary_key=True),
    Column("votes_count", BigInteger, nullable=False),
    # Absent until something was taken or counted.
    Column("last_at", DateTime(timezone=True)),
    CheckConstraint("votes_count >= 0", name="votes_count"),
)

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
    Index("ix_ballots_drafted_at", "estate_id", "drafted_at", "ballot_id"),
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
    ForeignKeyConstraint(["estate_id", "ballot_id"], ["ballots.estate_id", "ballots.ballot_id"]),
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
    Column("cast_by", Text, nullable=False),
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
    CheckConstraint("position >= 0", name="position"),
    CheckConstraint("octet_length(document_sha256) = 32", name="document_sha256"),
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
    ForeignKeyConstraint(
        ["estate_id", "ballot_id"], ["announcements.estate_id", "announcements.ballot_id"]
    ),
)
