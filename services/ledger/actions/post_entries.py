"""Log entries and store them with their legs; a step of everything that books."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from services.chassis.database import Connection
from services.chassis.tlog import append
from services.chassis.tlog.head import Head
from services.chassis.tlog.keys import EstateKeys
from services.ledger.domain.document import LoggedDocument, document_bytes, kind_of
from services.ledger.domain.entry import Entry
from services.ledger.store import entries
from services.proofs.leaf import Leaf


async def post_entries(
    connection: Connection, head: Head, posted: Sequence[Entry], *, keys: EstateKeys, at: datetime
) -> None:
    """Make `posted` the next leaves behind a head that the caller holds locked, and store them."""
    # In a thread: an import of ten thousand lines takes a second to sign, and everybody else's
    # requests would wait for it.
    signed = await asyncio.to_thread(_signed, posted, keys)
    logged = await append.append(connection, head, [leaf for leaf, _ in signed], keys=keys, at=at)
    places = enumerate(zip(posted, signed, strict=True), start=logged.first)
    await entries.append(
        connection,
        [
            (entry, LoggedDocument(document, position))
            for position, (entry, (_, document)) in places
        ],
    )


def _signed(posted: Sequence[Entry], keys: EstateKeys) -> list[tuple[Leaf, bytes]]:
    """Return the leaf of each entry with the document that it signs."""
    documents = [document_bytes(entry) for entry in posted]
    return [
        (keys.sign_content(kind_of(entry), entry.entry_id, document), document)
        for entry, document in zip(posted, documents, strict=True)
    ]
