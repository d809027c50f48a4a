"""Show an estate and how far its register is."""

from services.identity.actions.parts import Parts
from services.identity.domain.estate import EstateOverview
from services.identity.store import estates


async def show_estate(parts: Parts, *, estate_id: str) -> EstateOverview:
    """Return the estate with its current register version and sign-off."""
    async with parts.begin() as connection:
        estate = await estates.with_id(connection, estate_id)
        return EstateOverview(estate, await estates.current_register(connection, estate_id))
