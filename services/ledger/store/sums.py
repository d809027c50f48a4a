"""What the legs add up to; every figure is summed when it is asked for, from an index alone."""

from datetime import date
from typing import Any

from sqlalchemy import Integer, Select, cast, extract, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.chart import BANK
from services.ledger.domain.period import Month
from services.ledger.domain.statement import Movement
from services.ledger.store.tables import entries, legs

# Written into the statement, not bound to it: the indexes are of the bank, and of all but the bank.
_BANK = literal(BANK.code, literal_execute=True)


async def bank_fen(
    connection: AsyncConnection,
    estate_id: str,
    *,
    before: date | None = None,
    through: int | None = None,
) -> int:
    """Return what the bank account held before a day, or holds after everything published.

    Only entries numbered up to `through` count, if it is given.
    """
    query = select(func.coalesce(func.sum(legs.c.amount_fen), 0)).where(
        legs.c.estate_id == estate_id, legs.c.account == _BANK
    )
    if before is not None:
        query = query.where(legs.c.occurred_on < before)
    return int((await connection.execute(_up_to(query, through))).scalar_one())


async def movements(
    connection: AsyncConnection,
    estate_id: str,
    *,
    first_on: date,
    last_on: date,
    through: int | None = None,
) -> tuple[Movement, ...]:
    """Return what each account but the bank gained or lost in each month between two days.

    Only entries numbered up to `through` count, if it is given.
    """
    year = cast(extract("year", legs.c.occurred_on), Integer).label("year")
    month = cast(extract("month", legs.c.occurred_on), Integer).label("month")
    query = (
        select(year, month, legs.c.account, func.sum(legs.c.amount_fen).label("amount_fen"))
        .where(
            legs.c.estate_id == estate_id,
            legs.c.occurred_on.between(first_on, last_on),
            legs.c.account != _BANK,
        )
        .group_by("year", "month", legs.c.account)
    )
    return tuple(
        Movement(Month(row.year, row.month), row.account, int(row.amount_fen))
        for row in await connection.execute(_up_to(query, through))
    )


def _up_to(query: Select[Any], through: int | None) -> Select[Any]:
    if through is None:
        return query
    its_entry = (entries.c.estate_id == legs.c.estate_id) & (entries.c.entry_id == legs.c.entry_id)
    return query.select_from(legs.join(entries, its_entry)).where(entries.c.number <= through)
