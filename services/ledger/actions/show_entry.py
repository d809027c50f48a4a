"""Show one entry."""

from services.ledger.actions.parts import Parts
from services.ledger.domain.errors import EntryUnknown
from services.ledger.domain.reading import Published, Seen
from services.ledger.store import entries, snapshots, versions


async def show_entry(parts: Parts, estate_id: str, entry_id: str) -> Seen[Published]:
    """Return one entry of the estate, with the entry that took it back.

    Raises:
        EntryUnknown: the estate has no such entry.
    """
    async with parts.begin() as connection:
        await snapshots.hold(connection)
        version = await versions.log_size(connection, estate_id)
        found = await entries.with_id(connection, estate_id, entry_id)
    if found is None:
        raise EntryUnknown("没有这条分录。", "There is no such entry.")
    return Seen(version, found)
