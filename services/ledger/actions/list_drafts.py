"""Show what waits for publication, and what each expense would rest on."""

from services.ledger.actions.parts import Parts
from services.ledger.domain.publication import authority_for
from services.ledger.domain.reading import DraftSeen
from services.ledger.store import authorities, drafts, snapshots

DRAFTS_MAX = 10_000


async def list_drafts(
    parts: Parts, estate_id: str, *, import_id: str | None
) -> tuple[DraftSeen, ...]:
    """Return the drafts of one import, or of all that wait."""
    async with parts.begin() as connection:
        await snapshots.hold(connection)
        if import_id is None:
            found = await drafts.in_estate(connection, estate_id, limit=DRAFTS_MAX)
        else:
            found = await drafts.in_import(connection, estate_id, import_id)
        defaults = await authorities.defaults(connection, estate_id)
    return tuple(DraftSeen(kept, authority_for(kept, defaults)) for kept in found)
