"""Count an estate's electorate as it would be frozen now."""

from services.identity.actions.parts import Parts
from services.identity.domain.electorate import Electorate, electorate
from services.identity.domain.errors import RegisterMissing
from services.identity.store import estates, register_reads


async def preview_electorate(parts: Parts, *, estate_id: str) -> Electorate:
    """Return the electorate of the current register under the policy in force.

    Raises:
        RegisterMissing: nothing was imported.
    """
    async with parts.begin() as connection:
        await estates.with_id(connection, estate_id)
        register = await estates.current_register(connection, estate_id)
        if register is None:
            raise RegisterMissing
        policy = await estates.policy_of(connection, estate_id)
        units, organisations = await register_reads.electorate_units(
            connection, estate_id, version=register.version
        )
    return electorate(units, policy, organisations)
