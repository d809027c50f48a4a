"""Show an owner the receipt of a vote that he cast himself, to a later checkpoint."""

from services.chassis.callers import Caller
from services.chassis.database import Connection
from services.chassis.tlog import publishing
from services.proofs.checkpoint import Checkpoint
from services.proofs.receipt import Receipt
from services.voting.actions.parts import Parts
from services.voting.domain.casting import CastVote
from services.voting.domain.errors import CheckpointNotFound, VoteNotFound
from services.voting.store import receipts, votes


async def show_receipt(
    parts: Parts, caller: Caller, *, place: tuple[str, str], vote_id: str, size: int | None
) -> Receipt:
    """Return the receipt of a vote in the ballot at `place` (estate, ballot).

    It leads to the checkpoint of `size`, or to the newest published one that covers the vote.

    Raises:
        VoteNotFound: the caller cast no such vote; whether anybody did is nobody's business.
        CheckpointNotFound: there is no checkpoint of this size over the vote.
    """
    estate_id, ballot_id = place
    async with parts.begin() as connection:
        cast = caller.owner and await votes.one_cast_by(
            connection, estate_id, ballot_id, vote_id=vote_id, holder=caller.owner
        )
        if not cast:
            raise VoteNotFound("没有您投出的该选票。", "You have cast no such vote.")
        checkpoint = await _checkpoint(connection, estate_id, cast, size)
        logged = await receipts.logged(connection, estate_id, cast, checkpoint)
        keys = await publishing.trusted_keys(connection, parts.log_keys, estate_id)
    return logged.receipt(keys)


async def _checkpoint(
    connection: Connection, estate_id: str, cast: CastVote, size: int | None
) -> Checkpoint:
    if size is None:
        published = await publishing.published_checkpoint(connection, estate_id)
        if published.size > cast.position:
            return published
        # The witnesses have not seen this vote yet: better the log's word alone than none.
        return await publishing.newest_checkpoint(connection, estate_id)
    found = await publishing.checkpoint_at(connection, estate_id, size)
    if found is None or size <= cast.position:
        raise CheckpointNotFound(
            "没有包含该选票的此规模检查点。", "No checkpoint of this size covers the vote."
        )
    return found
