"""One view of the ledger for all statements of a transaction that only reads."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def hold(connection: AsyncConnection) -> None:
    """See the ledger as it is now until the transaction ends; must be its first statement.

    Sums that are read in several statements would otherwise fall on both sides of a publication.
    """
    await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
