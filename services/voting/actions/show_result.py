"""Show a ballot's result as it was published."""

from services.voting.actions.parts import Parts
from services.voting.domain.ballot import published
from services.voting.domain.errors import NotCountedYet
from services.voting.store import ballots, results


async def show_result(parts: Parts, *, estate_id: str, ballot_id: str) -> bytes:
    """Return the stored document of a result, byte for byte.

    Raises:
        BallotNotFound: the estate has announced no such ballot.
        NotCountedYet: there is no result yet, and nothing partial either.
    """
    async with parts.begin() as connection:
        document = await results.document(connection, estate_id, ballot_id)
        if document is not None:
            return document
        published(await ballots.find(connection, estate_id, ballot_id))
    raise NotCountedYet("该表决尚未计票，没有结果。", "The ballot is not counted; no result yet.")
