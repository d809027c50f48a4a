"""Walk along a log once: the leaves, and beside them rows, checkpoints, subtrees and the head."""

import asyncio
from typing import Any

from sqlalchemy import MetaData, Row, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.tlog import vouching
from services.chassis.tlog.comparing import Comparison
from services.chassis.tlog.contents import Contents, Finding, guarded, in_order, rows_of
from services.chassis.tlog.findings import finding, unreadable
from services.chassis.tlog.keys import EstateKeys
from services.chassis.tlog.replaying import Replay, in_chunks
from services.chassis.tlog.reports import Findings
from services.chassis.tlog.tables import log_tables
from services.proofs.leaf import Kind

_tables = log_tables(MetaData())
_heads, _leaves, _subtrees = _tables.heads, _tables.leaves, _tables.subtrees
_checkpoints = _tables.checkpoints


async def walk(
    connection: AsyncConnection,
    estate_id: str,
    keys: EstateKeys,
    contents: Contents,
    found: Findings,
) -> Replay:
    """Return the replayed log; what is wrong on the way is added to `found`."""
    replay = Replay(keys)
    kinds = contents.kinds | {Kind.WITNESSES}
    expected = in_order(
        guarded(contents.expected(connection, estate_id, keys), unreadable),
        vouching.expected_policies(connection, estate_id),
    )
    comparison = Comparison(expected, kinds, keys.record_key)
    checkpoints = _Checkpoints(connection, estate_id)
    stored = 0
    leaves = select(_leaves).where(_leaves.c.estate_id == estate_id).order_by(_leaves.c.position)
    async for rows in in_chunks(rows_of(connection, leaves)):
        ending = await checkpoints.up_to(rows[-1].position + 1)
        # Signatures are most of the work, and the library lets go of the interpreter for them.
        read, wrong = await asyncio.to_thread(replay.advance, rows, ending)
        found.add(wrong)
        for leaf in read:
            found.add(await comparison.leaf(leaf))
        stored += len(replay.subtrees)
        found.add(await _wrong_subtrees(connection, estate_id, replay.subtrees))
    found.add(await comparison.rest())
    for beyond in await checkpoints.up_to(None):
        found.add([finding("checkpoint-stray", table="checkpoints", key=beyond.size)])
    if replay.whole:
        found.add(await _stray_subtrees(connection, estate_id, stored))
    found.add(await _wrong_head(connection, estate_id, replay))
    return replay


class _Checkpoints:
    """An estate's checkpoints in the order of their sizes, handed out as far as is asked for."""

    def __init__(self, connection: AsyncConnection, estate_id: str) -> None:
        query = select(_checkpoints).where(_checkpoints.c.estate_id == estate_id)
        self._rows = rows_of(connection, query.order_by(_checkpoints.c.size))
        self._ahead: list[Row[Any]] = []

    async def up_to(self, size: int | None) -> list[Row[Any]]:
        """Return the following ones up to `size`, or all that are left."""
        taken = self._ahead
        self._ahead = []
        if taken and size is not None and taken[0].size > size:
            self._ahead = taken
            return []
        async for row in self._rows:
            if size is not None and row.size > size:
                self._ahead = [row]
                break
            taken.append(row)
        return taken


async def _wrong_subtrees(
    connection: AsyncConnection, estate_id: str, computed: dict[tuple[int, int], bytes]
) -> list[Finding]:
    if not computed:
        return []
    place = tuple_(_subtrees.c.level, _subtrees.c.position)
    query = select(_subtrees).where(_subtrees.c.estate_id == estate_id, place.in_(list(computed)))
    stored = {(row.level, row.position): row.hash for row in await connection.execute(query)}
    return [
        finding(
            "subtree-differs" if at in stored else "subtree-missing",
            table="subtrees",
            key=f"{at[0]}/{at[1]}",
        )
        for at, top in computed.items()
        if stored.get(at) != top
    ]


async def _stray_subtrees(
    connection: AsyncConnection, estate_id: str, number: int
) -> list[Finding]:
    counting = select(func.count()).where(_subtrees.c.estate_id == estate_id)
    stored = (await connection.execute(counting)).scalar_one()
    return [finding("subtree-stray", table="subtrees")] if stored > number else []


async def _wrong_head(connection: AsyncConnection, estate_id: str, replay: Replay) -> list[Finding]:
    query = select(_heads).where(_heads.c.estate_id == estate_id)
    heads = (await connection.execute(query)).all()
    if len(heads) != 1:
        return [finding("head-differs" if heads else "head-missing", table="heads")]
    head = heads[0]
    found: list[Finding] = []
    stands = (head.size, head.range) == (replay.size, replay.range.encoded())
    later = replay.last_made_at is None or (
        head.last_at is not None and head.last_at >= replay.last_made_at
    )
    if replay.whole and not (stands and later):
        found.append(finding("head-differs", table="heads"))
    if replay.last_checkpoint_size != replay.size:
        found.append(finding("checkpoint-missing", table="checkpoints", key=replay.size))
    return found
