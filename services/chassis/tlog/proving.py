"""Proofs from what is stored: a few hundred hashes, however long the log is.

A proof asks for subtrees. Each is put together from the largest stored ones that it consists of:
roots of tiles, and at its edge leaves. So a path reads at most one tile's width on every level.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData, Row, Select, SmallInteger, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.tlog.append import TILE_HEIGHT
from services.chassis.tlog.tables import log_tables
from services.proofs.leaf import Kind, Leaf, Record
from services.proofs.tree import (
    HASH_SIZE_BYTES,
    CompactRange,
    Subtree,
    consistency_path,
    inclusion_path,
    node_hash,
)

_tables = log_tables(MetaData())
_leaves, _subtrees = _tables.leaves, _tables.subtrees
LEAVES = 0
"""The level of leaves, below that of tiles' roots."""


class NotStored(Exception):
    """Hashes that the log must have are not there: somebody took them away."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Neighbouring stored hashes of one level: from index `first` to `end`, not included."""

    level: int
    first: int
    end: int


async def inclusion(
    connection: AsyncConnection, estate_id: str, position: int, size: int
) -> list[bytes]:
    """Return the path of a leaf in the tree of `size`, which the log has reached.

    Raises:
        ValueError: the tree has no such leaf.
    """
    wanted: list[tuple[int, int]] = []
    inclusion_path(position, size, _noting(wanted))
    return inclusion_path(position, size, await _subtree(connection, estate_id, wanted))


async def consistency(
    connection: AsyncConnection, estate_id: str, old_size: int, size: int
) -> list[bytes]:
    """Return the proof that the tree of `size`, which the log has reached, begins with the older.

    Raises:
        ValueError: the older tree is larger.
    """
    wanted: list[tuple[int, int]] = []
    consistency_path(old_size, size, _noting(wanted))
    return consistency_path(old_size, size, await _subtree(connection, estate_id, wanted))


async def root(connection: AsyncConnection, estate_id: str, size: int) -> bytes:
    """Return the root of the tree of `size` > 0, which the log has reached."""
    whole = (0, size)
    return (await _subtree(connection, estate_id, [whole]))(*whole)


async def compact_range(connection: AsyncConnection, estate_id: str, size: int) -> CompactRange:
    """Return the subtrees that the tree of `size`, which the log has reached, falls into."""
    spans: list[tuple[int, int]] = []
    first = 0
    while first < size:
        end = first + (1 << (size - first).bit_length() - 1)
        spans.append((first, end))
        first = end
    subtree = await _subtree(connection, estate_id, spans)
    return CompactRange(size, [subtree(*span) for span in spans])


async def hashes(connection: AsyncConnection, estate_id: str, stored: Stored) -> list[bytes]:
    """Return neighbouring stored hashes: a tile's content."""
    found = await _read(connection, estate_id, [stored])
    return [found[stored.level, index] for index in range(stored.first, stored.end)]


async def leaves(connection: AsyncConnection, estate_id: str, first: int, end: int) -> list[Leaf]:
    """Return the leaves from position `first` to `end`, not included."""
    query = (
        select(_leaves)
        .where(
            _leaves.c.estate_id == estate_id,
            _leaves.c.position >= first,
            _leaves.c.position < end,
        )
        .order_by(_leaves.c.position)
    )
    return [leaf_of(row) for row in await connection.execute(query)]


def leaf_of(row: Row[Any]) -> Leaf:
    """Return the leaf that a row keeps."""
    record = Record(Kind(row.kind), str(row.subject), row.sha256)
    return Leaf(record, row.signature, row.public_key)


def _noting(wanted: list[tuple[int, int]]) -> Subtree:
    def note(first: int, end: int) -> bytes:
        wanted.append((first, end))
        return b""

    return note


async def _subtree(
    connection: AsyncConnection, estate_id: str, wanted: list[tuple[int, int]]
) -> Subtree:
    pieces = {span: pieces_of(*span) for span in wanted}
    found = await _read(connection, estate_id, [one for each in pieces.values() for one in each])

    def subtree(first: int, end: int) -> bytes:
        return _joined(pieces[first, end], found)

    return subtree


def pieces_of(first: int, end: int) -> list[Stored]:
    """Return the largest stored hashes that the span from `first` to `end` consists of, in order.

    A span of a proof begins at a multiple of the power of two that holds it, so its pieces never
    grow towards its end.
    """
    pieces: list[Stored] = []
    while first < end:
        level = LEAVES
        while first % (1 << (level + 1) * TILE_HEIGHT) == 0 and (
            first + (1 << (level + 1) * TILE_HEIGHT) <= end
        ):
            level += 1
        unit = 1 << level * TILE_HEIGHT
        until = first + (end - first) // unit * unit
        pieces.append(Stored(level, first // unit, until // unit))
        first = until
    return pieces


def _joined(pieces: list[Stored], found: dict[tuple[int, int], bytes]) -> bytes:
    """Return the hash of a span from its pieces, merging neighbours of one height as they come."""
    stack: list[tuple[int, bytes]] = []
    for piece in pieces:
        for index in range(piece.first, piece.end):
            height, top = piece.level * TILE_HEIGHT, found[piece.level, index]
            while stack and stack[-1][0] == height:
                top, height = node_hash(stack.pop()[1], top), height + 1
            stack.append((height, top))
    _, top = stack.pop()
    while stack:
        top = node_hash(stack.pop()[1], top)
    return top


async def _read(
    connection: AsyncConnection, estate_id: str, wanted: Iterable[Stored]
) -> dict[tuple[int, int], bytes]:
    """Return stored hashes by level and index.

    Pieces of one tile are read as one range, and all ranges in one question, each as one value:
    what a proof costs is rows and journeys. (A join with a list of ranges was answered by walking
    the whole table while it had no statistics.)
    """
    ranges = _by_tile(wanted)
    if not ranges:
        return {}
    queries = [_joined_hashes(estate_id, number, one) for number, one in enumerate(ranges)]
    found: dict[tuple[int, int], bytes] = {}
    for row in await connection.execute(union_all(*queries)):
        one, joined = ranges[row.number], row.joined or b""
        if len(joined) != (one.end - one.first) * HASH_SIZE_BYTES:
            raise NotStored(f"hashes of level {one.level} are missing from {one.first} on")
        for index in range(one.end - one.first):
            at = index * HASH_SIZE_BYTES
            found[one.level, one.first + index] = joined[at : at + HASH_SIZE_BYTES]
    return found


def _by_tile(wanted: Iterable[Stored]) -> list[Stored]:
    tiles: dict[tuple[int, int], Stored] = {}
    for one in wanted:
        tile = (one.level, one.first >> TILE_HEIGHT)
        other = tiles.get(tile, one)
        tiles[tile] = Stored(one.level, min(one.first, other.first), max(one.end, other.end))
    return list(tiles.values())


def _joined_hashes(estate_id: str, number: int, wanted: Stored) -> Select[Any]:
    table = _leaves if wanted.level == LEAVES else _subtrees
    joined = aggregate_order_by(literal(b""), table.c.position)
    query = select(
        literal(number, SmallInteger).label("number"),
        func.string_agg(table.c.hash, joined).label("joined"),
    ).where(
        table.c.estate_id == estate_id,
        table.c.position >= wanted.first,
        table.c.position < wanted.end,
    )
    return query if wanted.level == LEAVES else query.where(_subtrees.c.level == wanted.level)
