"""What is published and stands (was not reversed), as far as it binds what is published next."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Select, Text, any_, extract, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.ledger.domain.authority import AuthorityKind
from services.ledger.domain.draft import Voucher
from services.ledger.domain.entry import EntryKind
from services.ledger.domain.limits import Uses
from services.ledger.domain.period import HalfYear, half_year_of
from services.ledger.store.tables import ID, entries

_reversals = entries.alias("reversals")
_NOT_REVERSED = ~(
    select(_reversals.c.entry_id)
    .where(
        _reversals.c.estate_id == entries.c.estate_id,
        _reversals.c.reverses == entries.c.entry_id,
    )
    .exists()
)


async def booked_vouchers(
    connection: AsyncConnection, estate_id: str, vouchers: Iterable[Voucher]
) -> dict[Voucher, int]:
    """Return the number of the standing entry of each of `vouchers`, for those that have one.

    A voucher whose entry was reversed is free: the right entry is booked on the same paper.
    """
    wanted = set(vouchers)
    year = extract("year", entries.c.occurred_on)
    numbers = literal([one.number for one in wanted], ARRAY(Text))
    query = select(year.label("year"), entries.c.voucher_number, entries.c.number).where(
        entries.c.estate_id == estate_id,
        entries.c.voucher_number.is_not(None),
        entries.c.voucher_number == any_(numbers),
        entries.c.kind.in_([EntryKind.INCOME.value, EntryKind.EXPENSE.value]),
        _NOT_REVERSED,
    )
    rows = await connection.execute(query)
    found = {Voucher(int(row.year), row.voucher_number): row.number for row in rows}
    return {voucher: found[voucher] for voucher in wanted & found.keys()}


async def uses_within_limits(
    connection: AsyncConnection, estate_id: str, periods: Iterable[HalfYear]
) -> dict[HalfYear, Uses]:
    """Return what rests on the rules' limits in each of `periods`."""
    wanted = sorted(set(periods))
    if not wanted:
        return {}
    query = _standing(estate_id, AuthorityKind.RULES_LIMIT, entries.c.occurred_on).where(
        entries.c.occurred_on.between(wanted[0].first_on, wanted[-1].last_on)
    )
    found = dict.fromkeys(wanted, Uses())
    for row in await connection.execute(query):
        period = half_year_of(row.occurred_on)
        before = found.get(period, Uses())
        found[period] = Uses(before.count + row.uses, before.total_fen + int(row.total_fen))
    return found


async def spent_by_item(
    connection: AsyncConnection, estate_id: str, item_ids: Iterable[str]
) -> dict[str, int]:
    """Return what was spent under each of `item_ids`."""
    query = _standing(estate_id, AuthorityKind.PASSED_ITEM, entries.c.authority_item_id).where(
        entries.c.authority_item_id == any_(literal(list(item_ids), ARRAY(ID)))
    )
    rows = await connection.execute(query)
    return {row.authority_item_id: int(row.total_fen) for row in rows}


async def opened_on(connection: AsyncConnection, estate_id: str) -> date | None:
    """Return the day of the opening balance."""
    query = select(entries.c.occurred_on).where(
        entries.c.estate_id == estate_id, entries.c.kind == EntryKind.OPENING.value
    )
    found: date | None = (await connection.execute(query)).scalar_one_or_none()
    return found


def _standing(estate_id: str, kind: AuthorityKind, by: Any) -> Select[Any]:  # noqa: ANN401 - a column
    return (
        select(by, func.count().label("uses"), func.sum(entries.c.amount_fen).label("total_fen"))
        .where(
            entries.c.estate_id == estate_id,
            entries.c.authority_kind == kind.value,
            entries.c.kind == EntryKind.EXPENSE.value,
            _NOT_REVERSED,
        )
        .group_by(by)
    )
