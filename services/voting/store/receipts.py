"""What receipts are made of, read from the log."""

from sqlalchemy import select

from services.chassis.database import Connection
from services.chassis.tlog import proving
from services.proofs.checkpoint import Checkpoint, read_checkpoint
from services.proofs.tlog_proof import TlogProof
from services.voting.domain.casting import CastVote, LoggedVote
from services.voting.store import votes
from services.voting.store.tables import log


async def first_checkpoint(connection: Connection, estate_id: str, position: int) -> Checkpoint:
    """Return the first checkpoint over a leaf, as it was signed when the leaf was logged."""
    query = (
        select(log.checkpoints.c.note)
        .where(log.checkpoints.c.estate_id == estate_id, log.checkpoints.c.size > position)
        .order_by(log.checkpoints.c.size)
        .limit(1)
    )
    return read_checkpoint((await connection.execute(query)).scalar_one())


async def logged(
    connection: Connection, estate_id: str, cast: CastVote, checkpoint: Checkpoint
) -> LoggedVote:
    """Return a vote with its proof to a checkpoint that covers it."""
    leaf, key = await votes.signed(connection, estate_id, cast)
    path = await proving.inclusion(connection, estate_id, cast.position, checkpoint.size)
    return LoggedVote(cast, leaf, key, TlogProof(cast.position, tuple(path), checkpoint))
