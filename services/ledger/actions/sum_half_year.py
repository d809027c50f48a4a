"""Sum a half-year from the legs; a step of showing one and of publishing one."""

from services.chassis.database import Connection
from services.ledger.domain.period import HalfYear
from services.ledger.domain.statement import Statement, check_begun, statement_of
from services.ledger.store import commitments, sums


async def sum_half_year(connection: Connection, estate_id: str, period: HalfYear) -> Statement:
    """Return opening, income, expense, closing of `period` by what is booked now.

    Raises:
        PeriodUnknown: the ledger begins after it.
    """
    opened_on = await commitments.opened_on(connection, estate_id)
    check_begun(opened_on, last_on=period.last_on)
    before_fen = await sums.bank_fen(connection, estate_id, before=period.first_on)
    moved = await sums.movements(
        connection, estate_id, first_on=period.first_on, last_on=period.last_on
    )
    return statement_of(period, moved, before_fen=before_fen)
