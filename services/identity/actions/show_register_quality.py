"""Report how good an estate's register is."""

from services.identity.actions.parts import Parts
from services.identity.domain.errors import RegisterMissing
from services.identity.domain.estate import RegisterVersion
from services.identity.domain.register_quality import RegisterQuality, register_quality
from services.identity.store import estates, register_reads


async def show_register_quality(
    parts: Parts, *, estate_id: str
) -> tuple[RegisterVersion, RegisterQuality]:
    """Return the current version with its figures.

    Raises:
        RegisterMissing: nothing was imported.
    """
    async with parts.begin() as connection:
        await estates.with_id(connection, estate_id)
        register = await estates.current_register(connection, estate_id)
        if register is None:
            raise RegisterMissing
        units, holdings = await register_reads.quality_rows(
            connection, estate_id, version=register.version
        )
    return register, register_quality(units, holdings)
