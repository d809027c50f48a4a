"""Show one ballot."""

from services.voting.actions.parts import Parts
from services.voting.domain.ballot import SeenBallot, existing, published
from services.voting.store import ballots


async def show_ballot(parts: Parts, *, estate_id: str, ballot_id: str, drafts: bool) -> SeenBallot:
    """Return a ballot; a draft only to those who may see `drafts`.

    Raises:
        BallotNotFound: there is none that the caller may see.
    """
    async with parts.begin() as connection:
        found = await ballots.find(connection, estate_id, ballot_id)
    ballot = existing(found) if drafts else published(found)
    return SeenBallot(ballot, parts.clock.now())
