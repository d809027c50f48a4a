"""Log entries and store them with their legs; a step of everything that books."""

from collections.abc import Sequence
from datetime import datetime

from services.chassis.database import Connection
from services.chassis.tlog import append
from services.chassis.tlog.head import Head
from services.chassis.tlog.keys import EstateKeys
from services.ledger.domain.document import LoggedDocument, document_bytes, kind_of
from services.ledger.domain.entry import Entry
from services.ledger.store import entries


async def post_entries(
    connection: Connection, head: Head, posted: Sequence[Entry], *, keys: EstateKeys, at: datetime
) -> None:
    """Make `posted` the next leaves behind a head that the caller holds locked, and store them."""
    documents = [document_bytes(entry) for entry in posted]
    leaves = [
        keys.sign_content(kind_of(entry), entry.entry_id, document)
        for entry, document in zip(posted, documents, strict=True)
    ]
    logged = await append.append(connection, head, leaves, keys=keys, at=at)
    places = enumerate(zip(posted, documents, strict=True), start=logged.first)
    await entries.append(
        connection,
        [(entry, LoggedDocument(document, position)) for position, (entry, document) in places],
    )
