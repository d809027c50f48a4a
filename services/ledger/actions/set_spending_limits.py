"""Enter what the rules of procedure allow to be spent without a vote (HZ 16(10))."""

from services.chassis.once import Once
from services.ledger.actions.parts import Parts
from services.ledger.domain.limits import LimitsSet, SpendingLimits
from services.ledger.store import heads, limits


async def set_spending_limits(
    parts: Parts, once: Once, estate_id: str, wanted: SpendingLimits
) -> LimitsSet:
    """Keep a further version of the limits; they govern what is published from now on."""
    async with parts.begin(once) as connection:
        await heads.lock(connection, estate_id)
        standing = await limits.newest(connection, estate_id)
        version = standing.version + 1 if standing else 1
        limits_set = LimitsSet(wanted, version, parts.now())
        await limits.add(connection, estate_id, limits_set, set_by=once.caller)
        return await once.keep(connection, limits_set)
