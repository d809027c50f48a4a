"""One row per estate that whoever writes holds locked; readers take it as the ledger's version."""

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.store.tables import heads


async def lock(connection: AsyncConnection, estate_id: str) -> int:
    """Return the number of the estate's last entry, and hold its ledger until the transaction ends.

    A sequence would be cheaper and leave holes after a rollback, which no auditor could explain.
    """
    first = insert(heads).values(estate_id=estate_id, entries_count=0).on_conflict_do_nothing()
    await connection.execute(first)
    query = select(heads.c.entries_count).where(heads.c.estate_id == estate_id).with_for_update()
    return int((await connection.execute(query)).scalar_one())


async def move(connection: AsyncConnection, estate_id: str, *, entries_count: int) -> None:
    """Say that the estate's last entry is `entries_count`."""
    change = update(heads).where(heads.c.estate_id == estate_id)
    await connection.execute(change.values(entries_count=entries_count))


async def entries_count(connection: AsyncConnection, estate_id: str) -> int:
    """Return how many entries the estate has."""
    query = select(heads.c.entries_count).where(heads.c.estate_id == estate_id)
    return int((await connection.execute(query)).scalar_one_or_none() or 0)
