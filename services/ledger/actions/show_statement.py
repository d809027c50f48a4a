"""Show the statement of a half-year."""

from services.ledger.actions.parts import Parts
from services.ledger.actions.sum_half_year import sum_half_year
from services.ledger.domain.period import HalfYear
from services.ledger.domain.reading import Seen, StatementSeen
from services.ledger.store import snapshots, statements, versions


async def show_statement(parts: Parts, estate_id: str, period: HalfYear) -> Seen[StatementSeen]:
    """Return opening, income, expense, closing of `period`, by month and by category.

    Raises:
        PeriodUnknown: the ledger begins after it.
    """
    async with parts.begin() as connection:
        await snapshots.hold(connection)
        statement = await sum_half_year(connection, estate_id, period)
        version = await versions.log_size(connection, estate_id)
        newest = await statements.newest(connection, estate_id, period)
    return Seen(version, StatementSeen(statement, newest))
