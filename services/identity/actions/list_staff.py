"""List who holds which role on an estate."""

from services.identity.actions.parts import Parts
from services.identity.domain.account import StaffGrant
from services.identity.store import estates, staff


async def list_staff(parts: Parts, *, estate_id: str) -> tuple[StaffGrant, ...]:
    """Return the grants in force, the oldest first."""
    async with parts.begin() as connection:
        await estates.with_id(connection, estate_id)
        return await staff.on_estate(connection, estate_id)
