"""Tell the ledger what an item authorises (HZ 16(5), 16(10), 60(3))."""

from services.voting.actions.parts import Parts
from services.voting.domain.authority import Authority, authority_of
from services.voting.domain.errors import ItemNotFound
from services.voting.store import ballots, results


async def show_authority(parts: Parts, *, estate_id: str, item_id: str) -> Authority:
    """Return whether an item passed, and up to what budget.

    Raises:
        ItemNotFound: the estate has published no such item.
    """
    async with parts.begin() as connection:
        ballot_id = await ballots.ballot_of_item(connection, estate_id, item_id)
        ballot = ballot_id and await ballots.find(connection, estate_id, ballot_id)
        if not ballot or ballot.announcement is None:
            raise ItemNotFound("没有该议题。", "There is no such item.")
        document = await results.document(connection, estate_id, ballot.ballot_id)
    return authority_of(ballot, item_id, document)
