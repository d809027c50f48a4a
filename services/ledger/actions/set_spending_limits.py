"""Enter what the rules of procedure allow to be spent without a vote (HZ 16(10))."""

from services.chassis.once import Once
from services.chassis.tlog import append
from services.ledger.actions.parts import Parts
from services.ledger.domain.document import LoggedDocument, limits_bytes
from services.ledger.domain.limits import LimitsSet, SpendingLimits
from services.ledger.store import limits
from services.proofs.leaf import Kind


async def set_spending_limits(
    parts: Parts, once: Once, estate_id: str, wanted: SpendingLimits
) -> LimitsSet:
    """Keep a further version of the limits; they govern what is published from now on."""
    async with parts.begin(once) as connection:
        head = await append.lock(connection, estate_id)
        standing = await limits.newest(connection, estate_id)
        version = standing.version + 1 if standing else 1
        at = head.instant(parts.now())
        limits_set = LimitsSet(wanted, version, at)
        document = limits_bytes(estate_id, limits_set, set_by=once.caller)
        keys = parts.log_keys.of(estate_id)
        leaf = keys.sign_content(Kind.LIMITS, estate_id, document)
        made = await append.append(connection, head, [leaf], keys=keys, at=at)
        logged = LoggedDocument(document, made.first)
        await limits.add(connection, estate_id, limits_set, set_by=once.caller, logged=logged)
        return await once.keep(connection, limits_set)
