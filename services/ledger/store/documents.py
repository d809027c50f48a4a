"""The documents that leaves of the log stand for, by the positions of their leaves."""

from sqlalchemy import select, text, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.store.tables import entries, log, spending_limits, statements

_KEEPERS = (entries, statements, spending_limits, log.witness_policies)


async def between(
    connection: AsyncConnection, estate_id: str, first: int, end: int
) -> dict[int, bytes]:
    """Return the documents of the leaves from position `first` to `end`, not included."""
    each = (
        select(table.c.position, table.c.document).where(
            table.c.estate_id == estate_id,
            table.c.position >= first,
            table.c.position < end,
            # Written out: the index is of what is logged, and a bound value would not say so.
            text(f"{table.name}.position >= 0"),
        )
        for table in _KEEPERS
    )
    rows = await connection.execute(union_all(*each))
    return {row.position: row.document for row in rows}
