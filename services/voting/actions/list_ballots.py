"""List an estate's ballots, newest first."""

from datetime import datetime

from services.voting.actions.parts import Parts
from services.voting.domain.ballot import SeenBallot
from services.voting.store import ballots


async def list_ballots(
    parts: Parts, estate_id: str, *, before: tuple[datetime, str] | None, limit: int, drafts: bool
) -> list[SeenBallot]:
    """Return up to `limit` ballots drafted before the one that was seen last."""
    async with parts.begin() as connection:
        page = await ballots.page(connection, estate_id, before=before, limit=limit, drafts=drafts)
    now = parts.clock.now()
    return [SeenBallot(ballot, now) for ballot in page]
