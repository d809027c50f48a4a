"""Show how many have voted, and nothing about how (promise: no partial result while open)."""

from services.proofs.rules import read_rules
from services.voting.actions.parts import Parts
from services.voting.domain.ballot import published
from services.voting.domain.turnout import Turnout, turnout_of
from services.voting.store import announcements, ballots, votes


async def show_turnout(parts: Parts, *, estate_id: str, ballot_id: str) -> Turnout:
    """Return people and area that voted, against what the quorum needs (CC 278(2)).

    Raises:
        BallotNotFound: the estate has announced no such ballot.
    """
    async with parts.begin() as connection:
        ballot = published(await ballots.find(connection, estate_id, ballot_id))
        electorate = ballot.announced().roll.weight
        reached = await votes.turnout(connection, estate_id, ballot_id)
        rules = await announcements.rules_document(connection, estate_id, ballot_id)
    state = ballot.state(parts.clock.now())
    return turnout_of(
        ballot_id, state, read_rules(rules).participation, reached=reached, electorate=electorate
    )
