"""The ledger's version, which every figure that is read is a function of."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.store.tables import log


async def log_size(connection: AsyncConnection, estate_id: str) -> int:
    """Return how many leaves the estate's log has."""
    query = select(log.heads.c.size).where(log.heads.c.estate_id == estate_id)
    return int((await connection.execute(query)).scalar_one_or_none() or 0)
