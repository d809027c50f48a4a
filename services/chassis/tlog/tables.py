"""The tables of the logs, the same in every service that keeps them.

`heads` is the one mutable row of an estate: whoever holds its lock gives out the next positions.
All else is append-only, by grants and by triggers (`migrations/transparency_log_0001.sql`). A leaf
is kept as what it is made of, with the hash that follows from it.
"""

from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

_ID = Uuid(as_uuid=False)
_INSTANT = DateTime(timezone=True)


class LogTables(NamedTuple):
    """The tables of the logs in one service's metadata."""

    heads: Table
    leaves: Table
    subtrees: Table
    checkpoints: Table
    cosignatures: Table
    witness_policies: Table
    alarms: Table
    checks: Table


def log_tables(metadata: MetaData) -> LogTables:
    """Declare the tables of the logs in a service's own metadata."""
    return LogTables(
        heads=_heads(metadata),
        leaves=_leaves(metadata),
        subtrees=_subtrees(metadata),
        checkpoints=_checkpoints(metadata),
        cosignatures=_cosignatures(metadata),
        witness_policies=_witness_policies(metadata),
        alarms=_alarms(metadata),
        checks=_checks(metadata),
    )


def _heads(metadata: MetaData) -> Table:
    return Table(
        "heads",
        metadata,
        Column("estate_id", _ID, primary_key=True),
        Column("size", BigInteger, nullable=False),
        # One hash for each bit that is set in the size, the largest subtree's first.
        Column("range", LargeBinary, nullable=False),
        # Absent until something was logged.
        Column("last_at", _INSTANT),
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint("octet_length(range) = 32 * bit_count(size::bit(64))", name="range"),
    )


def _leaves(metadata: MetaData) -> Table:
    return Table(
        "leaves",
        metadata,
        Column("estate_id", _ID, primary_key=True),
        Column("position", BigInteger, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("subject", _ID, nullable=False),
        Column("sha256", LargeBinary, nullable=False),
        Column("signature", LargeBinary, nullable=False),
        Column("public_key", LargeBinary, nullable=False),
        # Follows from the others. It is kept because a proof reads some five hundred of them.
        Column("hash", LargeBinary, nullable=False),
        # The same content is logged once: a leaf of its own would only be taken for another one.
        UniqueConstraint("estate_id", "sha256", "kind", "subject", name="uq_leaves_content"),
        CheckConstraint("position >= 0", name="position"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        CheckConstraint("octet_length(signature) = 64", name="signature"),
        CheckConstraint("octet_length(public_key) = 32", name="public_key"),
        CheckConstraint("octet_length(hash) = 32", name="hash"),
    )


def _subtrees(metadata: MetaData) -> Table:
    return Table(
        "subtrees",
        metadata,
        Column("estate_id", _ID, primary_key=True),
        # Level 1 spans 256 leaves, level 2 spans 256 of those (C2SP tlog-tiles).
        Column("level", SmallInteger, primary_key=True),
        Column("position", BigInteger, primary_key=True),
        Column("hash", LargeBinary, nullable=False),
        CheckConstraint("level >= 1 AND position >= 0", name="place"),
        CheckConstraint("octet_length(hash) = 32", name="hash"),
    )


def _checkpoints(metadata: MetaData) -> Table:
    return Table(
        "checkpoints",
        metadata,
        Column("estate_id", _ID, primary_key=True),
        Column("size", BigInteger, primary_key=True),
        Column("root", LargeBinary, nullable=False),
        Column("made_at", _INSTANT, nullable=False),
        # The whole signed note, so that what was once handed out can be handed out again.
        Column("note", Text, nullable=False),
        CheckConstraint("size >= 0", name="size"),
        CheckConstraint("octet_length(root) = 32", name="root"),
    )


def _cosignatures(metadata: MetaData) -> Table:
    return Table(
        "cosignatures",
        metadata,
        Column("estate_id", _ID, primary_key=True),
        Column("size", BigInteger, primary_key=True),
        Column("witness", Text, primary_key=True),
        Column("line", Text, nullable=False),
        Column("received_at", _INSTANT, nullable=False),
        ForeignKeyConstraint(["estate_id", "size"], ["checkpoints.estate_id", "checkpoints.size"]),
    )


def _witness_policies(metadata: MetaData) -> Table:
    return Table(
        "witness_policies",
        metadata,
        Column("estate_id", _ID, primary_key=True),
        Column("version", Integer, primary_key=True),
        Column("position", BigInteger, nullable=False),
        Column("document", LargeBinary, nullable=False),
        CheckConstraint("version >= 1", name="version"),
    )


def _alarms(metadata: MetaData) -> Table:
    return Table(
        "alarms",
        metadata,
        Column("estate_id", _ID, primary_key=True),
        Column("alarm_id", Text, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("raised_at", _INSTANT, nullable=False),
        Column("document", LargeBinary, nullable=False),
        Column("signature", LargeBinary, nullable=False),
    )


def _checks(metadata: MetaData) -> Table:
    return Table(
        "checks",
        metadata,
        Column("estate_id", _ID, primary_key=True),
        Column("check_id", _ID, primary_key=True),
        Column("checked_at", _INSTANT, nullable=False),
        Column("passed", Boolean, nullable=False),
        Column("document", LargeBinary, nullable=False),
        Column("signature", LargeBinary, nullable=False),
    )
