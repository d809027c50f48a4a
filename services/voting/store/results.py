"""Results: one row a ballot, added once and never changed."""

from dataclasses import dataclass

from sqlalchemy import insert, select

from services.chassis.database import Connection
from services.proofs.counting import Counted
from services.voting.domain.ballot import Ballot
from services.voting.store.tables import results


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A result's document as it was stored, and the position of its leaf."""

    document: bytes
    position: int


async def add(
    connection: Connection,
    ballot: Ballot,
    counted: Counted,
    stored: StoredResult,
    *,
    counted_by: str,
) -> None:
    """Store a ballot's result as the bytes that will be read for ever after."""
    announcement = ballot.announced()
    await connection.execute(
        insert(results).values(
            estate_id=ballot.estate_id,
            ballot_id=ballot.ballot_id,
            counted_at=counted.counted_at,
            counted_by=counted_by,
            electorate_sha256=announcement.roll.sha256,
            rules_sha256=announcement.rules.sha256,
            votes_count=counted.voted.people,
            document=stored.document,
            position=stored.position,
        )
    )


async def find(connection: Connection, estate_id: str, ballot_id: str) -> StoredResult | None:
    """Return a ballot's result as it was stored, or nothing."""
    query = select(results.c.document, results.c.position).where(
        results.c.estate_id == estate_id, results.c.ballot_id == ballot_id
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else StoredResult(row.document, row.position)


async def document(connection: Connection, estate_id: str, ballot_id: str) -> bytes | None:
    """Return the document of a ballot's result, or nothing."""
    found = await find(connection, estate_id, ballot_id)
    return None if found is None else found.document
