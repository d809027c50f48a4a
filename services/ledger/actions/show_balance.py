"""Show what the account holds by the books."""

from services.ledger.actions.parts import Parts
from services.ledger.domain.reading import Balance, Seen
from services.ledger.store import commitments, snapshots, sums, versions


async def show_balance(parts: Parts, estate_id: str) -> Seen[Balance]:
    """Return the balance after everything published."""
    async with parts.begin() as connection:
        await snapshots.hold(connection)
        version = await versions.log_size(connection, estate_id)
        balance_fen = await sums.bank_fen(connection, estate_id)
        opened_on = await commitments.opened_on(connection, estate_id)
    return Seen(version, Balance(balance_fen, opened_on))
