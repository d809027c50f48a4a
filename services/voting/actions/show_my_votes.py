"""Show an owner the votes that he cast himself, as he cast them."""

from services.chassis.callers import Caller
from services.voting.actions.parts import Parts
from services.voting.domain.ballot import published
from services.voting.domain.casting import CastVote
from services.voting.store import ballots, votes


async def show_my_votes(
    parts: Parts, caller: Caller, *, estate_id: str, ballot_id: str
) -> list[CastVote]:
    """Return the caller's own votes; a co-owner's choices stay the co-owner's.

    Raises:
        BallotNotFound: the estate has announced no such ballot.
    """
    async with parts.begin() as connection:
        published(await ballots.find(connection, estate_id, ballot_id))
        return await votes.cast_by(connection, estate_id, ballot_id, caller.owner or "")
