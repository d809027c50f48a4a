"""Frozen rolls: whole for counting, one owner's entries for voting."""

from collections import defaultdict
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, exists, func, select

from services.chassis.database import Connection
from services.voting.domain.casting import BallotPaper
from services.voting.domain.electorate import ElectorateEntry, EntryKind, HeldEntry
from services.voting.domain.schedule import Schedule
from services.voting.store.tables import (
    announcements,
    electorate_entries,
    entry_holders,
    items,
    votes,
)

_SCHEDULE = ("zone", "announced_at", "opens_on", "closes_on")


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
    """Return the entries that `holder` may act for, and whether each has voted."""
    entry_ids = await entry_ids_of(connection, estate_id, ballot_id, holder)
    voted = exists().where(_same_entry(votes)).label("voted")
    query = (
        select(electorate_entries, voted)
        .where(
            electorate_entries.c.estate_id == estate_id,
            electorate_entries.c.ballot_id == ballot_id,
            electorate_entries.c.entry_id.in_(entry_ids),
        )
        .order_by(electorate_entries.c.entry_id)
    )
    return [
        HeldEntry(row.entry_id, EntryKind(row.kind), row.area_centi, row.units, row.voted)
        for row in await connection.execute(query)
    ]


async def paper_for(
    connection: Connection, estate_id: str, ballot_id: str, *, entry_id: str, holder: str
) -> tuple[BallotPaper, int | None] | None:
    """Return an announced ballot's paper, and the area of `entry_id` if `holder` holds it.

    One question to the database, because every vote asks it.
    """
    published = select(func.array_agg(items.c.item_id)).where(
        items.c.estate_id == estate_id, items.c.ballot_id == ballot_id
    )
    area = (
        select(electorate_entries.c.area_centi)
        .join(entry_holders, _same_entry(entry_holders))
        .where(
            entry_holders.c.estate_id == estate_id,
            entry_holders.c.ballot_id == ballot_id,
            entry_holders.c.holder == holder,
            entry_holders.c.entry_id == entry_id,
        )
    )
    query: Select[Any] = select(
        *(announcements.c[name] for name in _SCHEDULE),
        announcements.c.policies,
        published.scalar_subquery().label("item_ids"),
        area.scalar_subquery().label("area_centi"),
    ).where(announcements.c.estate_id == estate_id, announcements.c.ballot_id == ballot_id)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else (_paper(ballot_id, row), row.area_centi)


def _paper(ballot_id: str, row: Row[Any]) -> BallotPaper:
    return BallotPaper(
        ballot_id=ballot_id,
        item_ids=row.item_ids,
        schedule=Schedule(row.zone, row.announced_at, row.opens_on, row.closes_on),
        follow_offered=row.policies["follow_majority_option"] == "allowed",
    )


def _same_entry(other: Table) -> ColumnElement[bool]:
    return and_(
        other.c.estate_id == electorate_entries.c.estate_id,
        other.c.ballot_id == electorate_entries.c.ballot_id,
        other.c.entry_id == electorate_entries.c.entry_id,
    )
