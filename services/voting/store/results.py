"""Results: one row a ballot, added once and never changed."""

from sqlalchemy import insert, select

from services.chassis.database import Connection
from services.voting.domain.ballot import Ballot
from services.voting.domain.counting import Counted
from services.voting.store.tables import results


async def add(
    connection: Connection, ballot: Ballot, counted: Counted, *, document: bytes, counted_by: str
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
            document=document,
        )
    )


async def document(connection: Connection, estate_id: str, ballot_id: str) -> bytes | None:
    """Return a ballot's result as it was stored, or nothing."""
    query = select(results.c.document).where(
        results.c.estate_id == estate_id, results.c.ballot_id == ballot_id
    )
    return (await connection.execute(query)).scalar_one_or_none()
