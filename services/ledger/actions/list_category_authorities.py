"""Show what the expenses of each category rest on by default."""

from collections.abc import Mapping

from services.ledger.actions.parts import Parts
from services.ledger.domain.authority import Authority
from services.ledger.store import authorities


async def list_category_authorities(parts: Parts, estate_id: str) -> Mapping[str, Authority]:
    """Return the default authority of each category that has one."""
    async with parts.begin() as connection:
        return await authorities.defaults(connection, estate_id)
