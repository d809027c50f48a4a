"""The estate's spending limits, version by version; the newest governs."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.document import LoggedDocument
from services.ledger.domain.limits import LimitsSet, SpendingLimits
from services.ledger.store.tables import spending_limits


async def newest(connection: AsyncConnection, estate_id: str) -> LimitsSet | None:
    """Return the limits that govern what is published next."""
    query = (
        select(spending_limits)
        .where(spending_limits.c.estate_id == estate_id)
        .order_by(spending_limits.c.version.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).one_or_none()
    return limits_in(row) if row else None


def limits_in(row: Any) -> LimitsSet:  # noqa: ANN401 - a row of spending_limits
    """Return the version that a row keeps.

    Raises:
        LimitsUnreasonable: it contradicts itself.
    """
    limits = SpendingLimits(
        uses_max=row.uses_max,
        amount_each_max_fen=row.amount_each_max_fen,
        amount_total_max_fen=row.amount_total_max_fen,
    )
    return LimitsSet(limits, row.version, row.set_at)


async def add(
    connection: AsyncConnection,
    estate_id: str,
    limits_set: LimitsSet,
    *,
    set_by: str,
    logged: LoggedDocument,
) -> None:
    """Keep a further version."""
    limits = limits_set.limits
    values = {
        "estate_id": estate_id,
        "version": limits_set.version,
        "uses_max": limits.uses_max,
        "amount_each_max_fen": limits.amount_each_max_fen,
        "amount_total_max_fen": limits.amount_total_max_fen,
        "set_at": limits_set.set_at,
        "set_by": set_by,
        "position": logged.position,
        "document": logged.content,
    }
    await connection.execute(spending_limits.insert().values(values))
