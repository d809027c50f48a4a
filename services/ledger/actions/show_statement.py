"""Show the statement of a half-year."""

from services.ledger.actions.parts import Parts
from services.ledger.domain.period import HalfYear
from services.ledger.domain.reading import Seen
from services.ledger.domain.statement import Statement, check_begun, statement_of
from services.ledger.store import commitments, heads, snapshots, sums


async def show_statement(parts: Parts, estate_id: str, period: HalfYear) -> Seen[Statement]:
    """Return opening, income, expense, closing of `period`, by month and by category.

    Raises:
        PeriodUnknown: the ledger begins after it.
    """
    async with parts.begin() as connection:
        await snapshots.hold(connection)
        opened_on = await commitments.opened_on(connection, estate_id)
        check_begun(opened_on, last_on=period.last_on)
        version = await heads.entries_count(connection, estate_id)
        before_fen = await sums.bank_fen(connection, estate_id, before=period.first_on)
        moved = await sums.movements(
            connection, estate_id, first_on=period.first_on, last_on=period.last_on
        )
    return Seen(version, statement_of(period, moved, before_fen=before_fen))
