"""What anybody may read of a log: checkpoints, tiles, keys, consistency; nothing uncommitted."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData, Row, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.tlog import proving
from services.chassis.tlog.keys import LogKeys
from services.chassis.tlog.policies import WitnessPolicy, policy_in_force
from services.chassis.tlog.proving import Stored
from services.chassis.tlog.refusals import BeyondLog, LogUnknown, SizesBackwards
from services.chassis.tlog.tables import log_tables
from services.proofs.checkpoint import Checkpoint, read_checkpoint
from services.proofs.note import read_signature_lines
from services.proofs.tiles import WIDTH, Tile, encoded_entries, is_tile_of
from services.proofs.trusted_keys import TrustedKeys

_tables = log_tables(MetaData())
_heads, _checkpoints, _cosignatures = _tables.heads, _tables.checkpoints, _tables.cosignatures


@dataclass(frozen=True, slots=True)
class Consistency:
    """That one tree begins with another, and the checkpoints over them where there are any."""

    old_size: int
    size: int
    path: tuple[bytes, ...]
    old_checkpoint: Checkpoint | None
    checkpoint: Checkpoint | None


async def size_of(connection: AsyncConnection, estate_id: str) -> int:
    """Return how many leaves an estate's log has.

    Raises:
        LogUnknown: it has none.
    """
    query = select(_heads.c.size).where(_heads.c.estate_id == estate_id)
    size = (await connection.execute(query)).scalar_one_or_none()
    if not size:
        raise LogUnknown
    return int(size)


async def newest_checkpoint(connection: AsyncConnection, estate_id: str) -> Checkpoint:
    """Return the newest checkpoint, whoever cosigned it.

    Raises:
        LogUnknown: there is none.
    """
    query = (
        select(_checkpoints)
        .where(_checkpoints.c.estate_id == estate_id)
        .order_by(_checkpoints.c.size.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise LogUnknown
    return await _with_cosignatures(connection, row)


async def published_checkpoint(connection: AsyncConnection, estate_id: str) -> Checkpoint:
    """Return the newest checkpoint that the estate's witness policy is satisfied with.

    Where there is no policy, or none was satisfied yet, it is the newest of all: who pinned a
    quorum sees himself that it is missed, and a log without any checkpoint would say less.

    Raises:
        LogUnknown: there is none.
    """
    policy = await policy_in_force(connection, estate_id)
    size = await _size_with_quorum(connection, estate_id, policy) if policy else None
    satisfied = await checkpoint_at(connection, estate_id, size) if size else None
    return satisfied or await newest_checkpoint(connection, estate_id)


async def checkpoint_at(
    connection: AsyncConnection, estate_id: str, size: int
) -> Checkpoint | None:
    """Return the checkpoint of exactly this size, if a commit ended there."""
    query = select(_checkpoints).where(
        _checkpoints.c.estate_id == estate_id, _checkpoints.c.size == size
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else await _with_cosignatures(connection, row)


async def consistency_between(
    connection: AsyncConnection, estate_id: str, old_size: int, size: int
) -> Consistency:
    """Return the proof that the tree of `size` begins with the tree of `old_size`.

    Raises:
        LogUnknown: the estate has no log.
        BeyondLog: it has not reached the size.
        SizesBackwards: the older one is the larger.
    """
    reached = await size_of(connection, estate_id)
    if old_size > size:
        raise SizesBackwards
    if size > reached:
        raise BeyondLog(reached)
    path = await proving.consistency(connection, estate_id, old_size, size)
    return Consistency(
        old_size,
        size,
        tuple(path),
        await checkpoint_at(connection, estate_id, old_size),
        await checkpoint_at(connection, estate_id, size),
    )


async def tile(connection: AsyncConnection, estate_id: str, wanted: Tile) -> bytes:
    """Return a tile's content (C2SP tlog-tiles).

    Raises:
        LogUnknown: the estate has no log.
        BeyondLog: it has not reached the end of this tile.
    """
    reached = await size_of(connection, estate_id)
    if not is_tile_of(wanted, reached):
        raise BeyondLog(reached)
    first = wanted.index * WIDTH
    end = first + wanted.width
    if wanted.level is None:
        leaves = await proving.leaves(connection, estate_id, first, end)
        return encoded_entries([leaf.encoded() for leaf in leaves])
    stored = Stored(wanted.level, first, end)
    return b"".join(await proving.hashes(connection, estate_id, stored))


async def trusted_keys(
    connection: AsyncConnection, log_keys: LogKeys, estate_id: str
) -> TrustedKeys:
    """Return the keys by which outsiders judge an estate's log, with its witness policy."""
    keys = log_keys.of(estate_id)
    policy = await policy_in_force(connection, estate_id)
    return TrustedKeys(
        estate_id=estate_id,
        service=log_keys.service,
        log_key=keys.log_key,
        record_key=keys.record_key,
        time_key=keys.time_key,
        witnesses=policy.witnesses if policy else (),
        quorum=policy.quorum if policy else 0,
    )


async def _size_with_quorum(
    connection: AsyncConnection, estate_id: str, policy: WitnessPolicy
) -> int | None:
    if policy.quorum == 0:
        return None
    query = (
        select(_cosignatures.c.size)
        .where(
            _cosignatures.c.estate_id == estate_id,
            _cosignatures.c.witness.in_([one.encoded() for one in policy.witnesses]),
        )
        .group_by(_cosignatures.c.size)
        .having(func.count() >= policy.quorum)
        .order_by(_cosignatures.c.size.desc())
        .limit(1)
    )
    return (await connection.execute(query)).scalar_one_or_none()


async def _with_cosignatures(connection: AsyncConnection, row: Row[Any]) -> Checkpoint:
    query = (
        select(_cosignatures.c.line)
        .where(_cosignatures.c.estate_id == row.estate_id, _cosignatures.c.size == row.size)
        .order_by(_cosignatures.c.witness)
    )
    lines = [read_signature_lines(line)[0] for line in await connection.scalars(query)]
    return read_checkpoint(row.note).with_signatures(lines)
