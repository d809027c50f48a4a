"""Set what an estate's rules of procedure decided where the law leaves a choice."""

from services.identity.actions.parts import Asked, Parts
from services.identity.domain.electorate import ElectoratePolicy
from services.identity.store import accounts, estates


async def set_electorate_policy(
    parts: Parts, asked: Asked, *, estate_id: str, policy: ElectoratePolicy
) -> ElectoratePolicy:
    """Put a policy in force for electorates frozen from now on; frozen ones keep theirs."""
    async with parts.begin(asked.once) as connection:
        actor = await accounts.acting(connection, asked.caller.session)
        await estates.with_id(connection, estate_id, lock=True)
        await estates.add_policy(
            connection, estate_id, policy, set_by=actor.account_id, now=parts.clock.now()
        )
        return await asked.once.keep(connection, policy)
