"""The head row of each estate: its lock orders everything that an estate's votes depend on."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from services.chassis.database import Connection
from services.voting.domain.head import Head
from services.voting.store.tables import heads


async def lock(connection: Connection, estate_id: str) -> Head:
    """Lock the estate's head until the transaction ends and return it.

    Votes, announcements and counts of one estate pass here one after another. So positions have no
    gaps, and who counts after the close knows that no vote taken before it is still on its way.
    """
    query = select(heads.c.votes_count, heads.c.last_at).where(heads.c.estate_id == estate_id)
    query = query.with_for_update()
    found = (await connection.execute(query)).one_or_none()
    if found is None:
        fresh = insert(heads).values(estate_id=estate_id, votes_count=0)
        await connection.execute(fresh.on_conflict_do_nothing())
        found = (await connection.execute(query)).one()
    return Head(found.votes_count, found.last_at)


async def advance(
    connection: Connection, estate_id: str, *, votes_count: int, at: datetime
) -> None:
    """Note how many votes the estate has now, and when; the caller holds the lock."""
    change = update(heads).where(heads.c.estate_id == estate_id)
    await connection.execute(change.values(votes_count=votes_count, last_at=at))
