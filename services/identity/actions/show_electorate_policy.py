"""Show what an estate decided where the law leaves a choice."""

from services.identity.actions.parts import Parts
from services.identity.domain.electorate import ElectoratePolicy
from services.identity.store import estates


async def show_electorate_policy(parts: Parts, *, estate_id: str) -> ElectoratePolicy:
    """Return the policy in force."""
    async with parts.begin() as connection:
        await estates.with_id(connection, estate_id)
        return await estates.policy_of(connection, estate_id)
