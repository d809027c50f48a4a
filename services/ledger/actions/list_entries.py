"""Show the entries of an estate, newest first."""

from services.ledger.actions.parts import Parts
from services.ledger.domain.period import Month
from services.ledger.domain.reading import EntryPage, Seen
from services.ledger.store import entries, snapshots, versions


async def list_entries(
    parts: Parts, estate_id: str, *, before: int | None, limit: int, month: Month | None
) -> Seen[EntryPage]:
    """Return up to `limit` entries numbered below `before`."""
    async with parts.begin() as connection:
        await snapshots.hold(connection)
        version = await versions.log_size(connection, estate_id)
        # One more than asked for tells whether there is a following page.
        found = await entries.page(
            connection, estate_id, before=before, limit=limit + 1, month=month
        )
    shown = found[:limit]
    following = shown[-1].entry.number if len(found) > limit else None
    return Seen(version, EntryPage(shown, following))
