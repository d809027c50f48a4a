"""The head row of each estate: its lock orders everything that an estate's votes depend on."""

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from services.chassis.database import Connection
from services.voting.store.tables import heads


async def lock(connection: Connection, estate_id: str) -> int:
    """Lock the estate's head until the transaction ends and return how many votes it has.

    Votes, announcements and counts of one estate pass here one after another. So positions have no
    gaps, and who counts after the close knows that no vote taken before it is still on its way.
    """
    query = select(heads.c.votes_count).where(heads.c.estate_id == estate_id).with_for_update()
    found: int | None = (await connection.execute(query)).scalar_one_or_none()
    if found is not None:
        return found
    fresh = insert(heads).values(estate_id=estate_id, votes_count=0)
    await connection.execute(fresh.on_conflict_do_nothing())
    found = (await connection.execute(query)).scalar_one()
    assert found is not None
    return found


async def advance(connection: Connection, estate_id: str, *, votes_count: int) -> None:
    """Note how many votes the estate has now; the caller holds the lock."""
    change = update(heads).where(heads.c.estate_id == estate_id)
    await connection.execute(change.values(votes_count=votes_count))
