"""Show the receipt of an entry: what its holder needs to prove it without this service."""

from services.chassis.database import Connection
from services.chassis.tlog import proving, publishing
from services.ledger.actions.parts import Parts
from services.ledger.domain.errors import CheckpointUnknown, EntryUnknown
from services.ledger.store import documents, entries, snapshots
from services.proofs.checkpoint import Checkpoint
from services.proofs.receipt import Receipt, receipt_of
from services.proofs.tlog_proof import TlogProof


async def show_receipt(parts: Parts, estate_id: str, entry_id: str, *, size: int | None) -> Receipt:
    """Return the entry's document and leaf, and its proof under a checkpoint.

    The checkpoint is that of `size`, or else the published one, or the newest while the published
    one is older than the entry.

    Raises:
        EntryUnknown: the estate has no such entry.
        CheckpointUnknown: none is of that size, or it is older than the entry.
    """
    async with parts.begin() as connection:
        await snapshots.hold(connection)
        found = await entries.with_id(connection, estate_id, entry_id)
        if found is None:
            raise EntryUnknown("没有这条分录。", "There is no such entry.")
        position = found.leaf_index
        checkpoint = await _checkpoint(connection, estate_id, position, size=size)
        path = await proving.inclusion(connection, estate_id, position, checkpoint.size)
        (leaf,) = await proving.leaves(connection, estate_id, position, position + 1)
        document = await documents.between(connection, estate_id, position, position + 1)
        keys = await publishing.trusted_keys(connection, parts.log_keys, estate_id)
    proof = TlogProof(position, tuple(path), checkpoint)
    return receipt_of(leaf, document[position], proof, keys)


async def _checkpoint(
    connection: Connection, estate_id: str, position: int, *, size: int | None
) -> Checkpoint:
    if size is None:
        published = await publishing.published_checkpoint(connection, estate_id)
        if published.size > position:
            return published
        return await publishing.newest_checkpoint(connection, estate_id)
    asked = await publishing.checkpoint_at(connection, estate_id, size)
    if asked is None or asked.size <= position:
        raise CheckpointUnknown(
            "没有这样大小的检查点，或其早于该分录。",
            "No checkpoint has this size, or it is older than the entry.",
            leaf_index=position,
        )
    return asked
