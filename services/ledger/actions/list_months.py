"""Show the months of a year: income, expense, balance."""

from services.ledger.actions.parts import Parts
from services.ledger.domain.period import months_of_year
from services.ledger.domain.reading import Seen, YearOfMonths
from services.ledger.domain.statement import check_begun, month_totals
from services.ledger.store import commitments, snapshots, sums, versions


async def list_months(parts: Parts, estate_id: str, year: int) -> Seen[YearOfMonths]:
    """Return the twelve months of `year`.

    Raises:
        PeriodUnknown: there is no such year, or the ledger begins after it.
    """
    months = months_of_year(year)
    first_on, last_on = months[0].first_on, months[-1].last_on
    async with parts.begin() as connection:
        await snapshots.hold(connection)
        check_begun(await commitments.opened_on(connection, estate_id), last_on=last_on)
        version = await versions.log_size(connection, estate_id)
        before_fen = await sums.bank_fen(connection, estate_id, before=first_on)
        moved = await sums.movements(connection, estate_id, first_on=first_on, last_on=last_on)
    return Seen(version, YearOfMonths(year, month_totals(months, moved, before_fen=before_fen)))
