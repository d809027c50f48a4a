"""Append leaves under the head's lock: no gap and no fork, whichever process appends.

Positions come from the locked head row and never from a sequence, which a rolled-back insert would
leave with a hole that no auditor could explain.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import MetaData, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.tlog.head import Head
from services.chassis.tlog.keys import EstateKeys
from services.chassis.tlog.tables import log_tables
from services.proofs.checkpoint import Checkpoint, NotACheckpoint, read_checkpoint
from services.proofs.leaf import Leaf, SignatureWrong
from services.proofs.tree import CompactRange, inclusion_path, leaf_hash, node_hash, split

_tables = log_tables(MetaData())
_heads, _subtrees, _checkpoints = _tables.heads, _tables.subtrees, _tables.checkpoints
TILE_HEIGHT = 8
"""Roots of subtrees of this height are stored (tiles of C2SP tlog-tiles); none below them is."""
LEAVES_ON_LOOP_MAX = 1_000
"""Hashing more than these would keep every other request waiting, so a thread does it."""

# One statement however many leaves; the batch pays its overhead once.
_ADD_LEAVES = text(
    "INSERT INTO leaves (estate_id, position, kind, subject, sha256, signature, public_key, hash)"
    " SELECT CAST(:estate_id AS uuid), CAST(:first AS bigint) + added.ordinality - 1, added.kind,"
    " added.subject, added.sha256, added.signature, added.public_key, added.hash"
    " FROM unnest(CAST(:kinds AS text[]), CAST(:subjects AS uuid[]), CAST(:sha256s AS bytea[]),"
    " CAST(:signatures AS bytea[]), CAST(:public_keys AS bytea[]), CAST(:hashes AS bytea[]))"
    " WITH ORDINALITY"
    " AS added (kind, subject, sha256, signature, public_key, hash, ordinality)"
)


class HeadUnsigned(Exception):
    """The head is not where the log last signed that it stood: somebody changed the row.

    Going on from it would sign a second history, which nothing could ever mend.
    """


@dataclass(frozen=True, slots=True)
class Logged:
    """Where leaves went: the first one's position, the checkpoint over them, a path for each."""

    first: int
    checkpoint: Checkpoint
    paths: tuple[tuple[bytes, ...], ...]


async def lock(connection: AsyncConnection, estate_id: str) -> Head:
    """Lock the estate's head until the transaction ends and return it.

    Whatever an estate publishes passes here one after another. So positions have no gaps, and who
    counts after the close knows that no vote taken before it is still on its way.
    """
    query = select(_heads).where(_heads.c.estate_id == estate_id).with_for_update()
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        fresh = insert(_heads).values(estate_id=estate_id, size=0, range=b"")
        await connection.execute(fresh.on_conflict_do_nothing())
        found = (await connection.execute(query)).one()
    return Head(estate_id, CompactRange.read(found.size, found.range), found.last_at)


async def append(
    connection: AsyncConnection,
    head: Head,
    leaves: Sequence[Leaf],
    *,
    keys: EstateKeys,
    at: datetime,
) -> Logged:
    """Append leaves behind a head that the caller holds locked, and sign the new checkpoint.

    Nothing signed leaves the process before the transaction has committed; rolled back, it was
    never said.

    Raises:
        ValueError: there is nothing to append, or `at` is before the last instant.
        HeadUnsigned: the log never signed the tree that the head stands for.
    """
    if not leaves or head.instant(at) != at:
        raise ValueError("a log grows, and its instants never run backwards")
    await _check_signed(connection, head, keys)
    if len(leaves) > LEAVES_ON_LOOP_MAX:
        growth = await asyncio.to_thread(_growth, head.range, leaves)
    else:
        growth = _growth(head.range, leaves)
    grown = growth.range
    checkpoint = keys.checkpoint(grown.size, grown.root(), at)
    # The head first: the database takes leaves only right below it.
    await connection.execute(
        update(_heads)
        .where(_heads.c.estate_id == head.estate_id)
        .values(size=grown.size, range=grown.encoded(), last_at=at)
    )
    await _add_leaves(connection, head, leaves, growth.hashes)
    await _add_subtrees(connection, head.estate_id, growth.complete)
    await _add_checkpoint(connection, head.estate_id, checkpoint, at)
    return Logged(head.size, checkpoint, growth.paths)


async def _check_signed(connection: AsyncConnection, head: Head, keys: EstateKeys) -> None:
    if head.size == 0:
        return
    query = select(_checkpoints.c.note).where(
        _checkpoints.c.estate_id == head.estate_id, _checkpoints.c.size == head.size
    )
    note = (await connection.execute(query)).scalar_one_or_none()
    try:
        signed = read_checkpoint(note or "")
        signed.check_signed(keys.log_key)
    except (NotACheckpoint, SignatureWrong) as refused:
        raise HeadUnsigned(f"size {head.size}") from refused
    if (signed.size, signed.root) != (head.size, head.range.root()):
        raise HeadUnsigned(f"size {head.size}")


_Complete = dict[tuple[int, int], bytes]
"""Complete subtrees by height and index."""


@dataclass(frozen=True, slots=True)
class _Growth:
    """What leaves make of a range: the grown one, their hashes and paths, subtrees now complete."""

    range: CompactRange
    hashes: tuple[bytes, ...]
    complete: _Complete
    paths: tuple[tuple[bytes, ...], ...]


def _growth(before: CompactRange, leaves: Sequence[Leaf]) -> _Growth:
    hashes = tuple(leaf_hash(leaf.encoded()) for leaf in leaves)
    complete: _Complete = {}

    def note(height: int, index: int, top: bytes) -> None:
        complete[height, index] = top

    grown = before.extended(hashes, note)
    return _Growth(grown, hashes, complete, _paths(before, grown, complete))


def _paths(
    before: CompactRange, grown: CompactRange, complete: _Complete
) -> tuple[tuple[bytes, ...], ...]:
    """Return the new leaves' paths, from nothing but the head and the leaves themselves.

    What lies left of a new leaf on its way up is a subtree of the old head or is new itself.
    """
    spans = _spans_of(before)
    spans |= {(i << h, (i + 1) << h): top for (h, i), top in complete.items()}

    def subtree(first: int, end: int) -> bytes:
        if (first, end) not in spans:
            middle = first + split(end - first)
            spans[first, end] = node_hash(subtree(first, middle), subtree(middle, end))
        return spans[first, end]

    positions = range(before.size, grown.size)
    return tuple(tuple(inclusion_path(one, grown.size, subtree)) for one in positions)


def _spans_of(kept: CompactRange) -> dict[tuple[int, int], bytes]:
    spans: dict[tuple[int, int], bytes] = {}
    first = 0
    for one in kept.hashes:
        length = 1 << (kept.size - first).bit_length() - 1
        spans[first, first + length] = one
        first += length
    return spans


async def _add_leaves(
    connection: AsyncConnection, head: Head, leaves: Sequence[Leaf], hashes: Sequence[bytes]
) -> None:
    values = {
        "estate_id": head.estate_id,
        "first": head.size,
        "kinds": [leaf.record.kind.value for leaf in leaves],
        "subjects": [leaf.record.subject for leaf in leaves],
        "sha256s": [leaf.record.sha256 for leaf in leaves],
        "signatures": [leaf.signature for leaf in leaves],
        "public_keys": [leaf.public_key for leaf in leaves],
        "hashes": list(hashes),
    }
    await connection.execute(_ADD_LEAVES, values)


async def _add_checkpoint(
    connection: AsyncConnection, estate_id: str, checkpoint: Checkpoint, at: datetime
) -> None:
    values = {
        "estate_id": estate_id,
        "size": checkpoint.size,
        "root": checkpoint.root,
        # To the second, as it is signed: what nobody signed could be changed unnoticed.
        "made_at": at.replace(microsecond=0),
        "note": checkpoint.encoded(),
    }
    await connection.execute(insert(_checkpoints).values(values))


async def _add_subtrees(connection: AsyncConnection, estate_id: str, complete: _Complete) -> None:
    rows = [
        {"estate_id": estate_id, "level": height // TILE_HEIGHT, "position": index, "hash": top}
        for (height, index), top in complete.items()
        if height and height % TILE_HEIGHT == 0
    ]
    if rows:
        await connection.execute(insert(_subtrees), rows)
