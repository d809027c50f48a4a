"""Create an estate."""

from services.identity.actions.parts import Asked, Parts
from services.identity.domain.estate import Estate
from services.identity.store import accounts, estates


async def create_estate(parts: Parts, asked: Asked, estate: Estate) -> Estate:
    """Keep a new estate; its street office is appointed next."""
    async with parts.begin(asked.once) as connection:
        actor = await accounts.acting(connection, asked.caller.session)
        await estates.add(connection, estate, created_by=actor.account_id)
        return await asked.once.keep(connection, estate)
