"""Frozen rolls: whole for counting, in slices for exporting, one owner's entries for voting."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Table, Uuid, and_, cast, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from services.chassis.database import Connection
from services.proofs.electorate import EntryKind
from services.proofs.vote import Channel
from services.voting.domain.electorate import ElectorateEntry, HeldEntry, Voted
from services.voting.store.tables import electorate_entries, entry_holders, votes


async def roll(connection: Connection, estate_id: str, ballot_id: str) -> list[ElectorateEntry]:
    """Return every entry of a ballot's electorate with its holders."""
    # Two ranges of two primary keys, put together here: on tables without statistics the planner
    # has answered the join with one range of holders for each entry.
    holders: dict[str, list[str]] = defaultdict(list)
    query = select(entry_holders.c.entry_id, entry_holders.c.holder).where(
        entry_holders.c.estate_id == estate_id, entry_holders.c.ballot_id == ballot_id
    )
    async for row in await connection.stream(query):
        holders[row.entry_id].append(row.holder)
    entries = select(electorate_entries).where(
        electorate_entries.c.estate_id == estate_id, electorate_entries.c.ballot_id == ballot_id
    )
    return [
        ElectorateEntry(
            entry_id=row.entry_id,
            kind=EntryKind(row.kind),
            area_centi=row.area_centi,
            units=row.units,
            holders=tuple(holders[row.entry_id]),
        )
        async for row in await connection.stream(entries)
    ]


async def slice_of(
    connection: Connection, estate_id: str, ballot_id: str, *, after: str | None, limit: int
) -> list[ElectorateEntry]:
    """Return up to `limit` entries with their holders, in the order of their ids."""
    query = select(electorate_entries).where(
        electorate_entries.c.estate_id == estate_id, electorate_entries.c.ballot_id == ballot_id
    )
    if after is not None:
        query = query.where(electorate_entries.c.entry_id > after)
    rows = (
        await connection.execute(query.order_by(electorate_entries.c.entry_id).limit(limit))
    ).all()
    held = await holders_of(connection, estate_id, ballot_id, [row.entry_id for row in rows])
    return [
        ElectorateEntry(
            row.entry_id, EntryKind(row.kind), row.area_centi, row.units, held[row.entry_id]
        )
        for row in rows
    ]


async def holders_of(
    connection: Connection, estate_id: str, ballot_id: str, entry_ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return who may act for each of some entries, in the order of their pseudonyms."""
    ids = cast(entry_ids, ARRAY(Uuid(as_uuid=False)))
    asked = func.unnest(ids).table_valued(column("entry_id", Uuid(as_uuid=False))).render_derived()
    names = (
        select(func.array_agg(aggregate_order_by(entry_holders.c.holder, entry_holders.c.holder)))
        .where(
            entry_holders.c.estate_id == estate_id,
            entry_holders.c.ballot_id == ballot_id,
            entry_holders.c.entry_id == asked.c.entry_id,
        )
        .scalar_subquery()
    )
    rows = await connection.execute(select(asked.c.entry_id, names.label("holders")))
    return {row.entry_id: tuple(row.holders or ()) for row in rows}


async def entry_ids_of(
    connection: Connection, estate_id: str, ballot_id: str, holder: str
) -> list[str]:
    """Return the ids of the entries that `holder` belongs to.

    A step of its own and no join: just after a freeze the tables have no statistics, and the
    planner then walked a whole electorate to find one owner's entries.
    """
    query = select(entry_holders.c.entry_id).where(
        entry_holders.c.estate_id == estate_id,
        entry_holders.c.ballot_id == ballot_id,
        entry_holders.c.holder == holder,
    )
    return list(await connection.scalars(query))


async def held_by(
    connection: Connection, estate_id: str, ballot_id: str, holder: str
) -> list[HeldEntry]:
    """Return the entries that `holder` may act for, and how and when each has voted."""
    entry_ids = await entry_ids_of(connection, estate_id, ballot_id, holder)
    query = (
        select(electorate_entries, votes.c.cast_at, votes.c.channel)
        .outerjoin(votes, _same_entry(votes))
        .where(
            electorate_entries.c.estate_id == estate_id,
            electorate_entries.c.ballot_id == ballot_id,
            electorate_entries.c.entry_id.in_(entry_ids),
        )
        .order_by(electorate_entries.c.entry_id)
    )
    return [
        HeldEntry(
            row.entry_id,
            EntryKind(row.kind),
            row.area_centi,
            row.units,
            row.cast_at and Voted(row.cast_at, Channel(row.channel)),
        )
        for row in await connection.execute(query)
    ]


def _same_entry(other: Table) -> ColumnElement[bool]:
    return and_(
        other.c.estate_id == electorate_entries.c.estate_id,
        other.c.ballot_id == electorate_entries.c.ballot_id,
        other.c.entry_id == electorate_entries.c.entry_id,
    )
