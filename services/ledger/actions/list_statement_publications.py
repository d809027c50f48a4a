"""Show a half-year as it was published, version by version."""

from services.ledger.actions.parts import Parts
from services.ledger.domain.period import HalfYear
from services.ledger.domain.reading import LoggedStatement, Seen
from services.ledger.store import snapshots, statements, versions


async def list_statement_publications(
    parts: Parts, estate_id: str, period: HalfYear
) -> Seen[tuple[LoggedStatement, ...]]:
    """Return every version of `period` that was published, newest first."""
    async with parts.begin() as connection:
        await snapshots.hold(connection)
        version = await versions.log_size(connection, estate_id)
        return Seen(version, await statements.of_period(connection, estate_id, period))
