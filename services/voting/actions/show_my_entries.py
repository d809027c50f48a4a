"""Show an owner which entries of a ballot's electorate he may vote for."""

from services.chassis.callers import Caller
from services.voting.actions.parts import Parts
from services.voting.domain.ballot import published
from services.voting.domain.electorate import HeldEntry
from services.voting.store import ballots, electorates


async def show_my_entries(
    parts: Parts, caller: Caller, *, estate_id: str, ballot_id: str
) -> list[HeldEntry]:
    """Return the caller's entries; none for somebody who bought after the freeze.

    Raises:
        BallotNotFound: the estate has announced no such ballot.
    """
    async with parts.begin() as connection:
        published(await ballots.find(connection, estate_id, ballot_id))
        return await electorates.held_by(connection, estate_id, ballot_id, caller.owner or "")
