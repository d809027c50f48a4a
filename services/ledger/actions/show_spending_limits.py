"""Show what may be spent without a vote."""

from services.ledger.actions.parts import Parts
from services.ledger.domain.errors import SpendingLimitsUnknown
from services.ledger.domain.limits import LimitsSet
from services.ledger.store import limits


async def show_spending_limits(parts: Parts, estate_id: str) -> LimitsSet:
    """Return the limits that govern what is published next.

    Raises:
        SpendingLimitsUnknown: none were entered, so nothing can rest on them.
    """
    async with parts.begin() as connection:
        found = await limits.newest(connection, estate_id)
    if found is None:
        raise SpendingLimitsUnknown(
            "尚未登记议事规则约定的次数和额度。",
            "The limits of the rules of procedure are not entered.",
        )
    return found
