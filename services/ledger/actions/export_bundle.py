"""Export everything that an estate's ledger published, with the log that holds it."""

from collections.abc import AsyncIterator

from services.chassis.tlog import proving, publishing
from services.ledger.actions.parts import Parts
from services.ledger.domain.bundle import end_line, header_line, leaf_line
from services.ledger.store import documents
from services.proofs.checkpoint import Checkpoint

CHUNK_LEAVES = 500
"""How many leaves are in memory at a time, with their documents."""


async def export_bundle(parts: Parts, estate_id: str) -> AsyncIterator[bytes]:
    """Return the lines of the bundle, read from the database while they are taken.

    What a checkpoint covers never changes, so the lines are one consistent picture although each
    chunk is read in a transaction of its own: a slow reader holds none open.

    Raises:
        LogUnknown: nothing was published.
    """
    async with parts.begin() as connection:
        checkpoint = await publishing.published_checkpoint(connection, estate_id)
    return _lines(parts, estate_id, checkpoint)


async def _lines(parts: Parts, estate_id: str, checkpoint: Checkpoint) -> AsyncIterator[bytes]:
    yield header_line(estate_id, checkpoint)
    for first in range(0, checkpoint.size, CHUNK_LEAVES):
        end = min(first + CHUNK_LEAVES, checkpoint.size)
        async with parts.begin() as connection:
            leaves = await proving.leaves(connection, estate_id, first, end)
            contents = await documents.between(connection, estate_id, first, end)
        lines = (
            leaf_line(position, leaf, contents.get(position))
            for position, leaf in enumerate(leaves, start=first)
        )
        yield b"".join(lines)
    yield end_line(checkpoint.size)
