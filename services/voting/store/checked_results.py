"""Results: their leaves, and every vote counted again."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Row, select

from services.chassis.database import Connection
from services.chassis.tlog.contents import Expected, Finding, rows_of
from services.proofs.counting import BallotBox, Counted
from services.proofs.leaf import Kind, record_of
from services.proofs.rules import read_rules
from services.voting.domain.ballot import Ballot
from services.voting.domain.contradictions import ResultRow, of_result
from services.voting.domain.vote import read_vote
from services.voting.store import announcements, ballots
from services.voting.store.findings import finding
from services.voting.store.tables import electorate_entries, results, votes


async def expected_results(
    connection: Connection, estate_id: str
) -> AsyncIterator[Expected | Finding]:
    """Yield the leaf of each result."""
    query = select(results).where(results.c.estate_id == estate_id)
    async for row in rows_of(connection, query.order_by(results.c.position)):
        record = record_of(Kind.RESULT, row.ballot_id, row.document)
        yield Expected(row.position, record, results.name, row.ballot_id)


async def recounted_results(connection: Connection, estate_id: str) -> AsyncIterator[Finding]:
    """Yield results that their votes do not count to."""
    query = select(results).where(results.c.estate_id == estate_id)
    async for row in rows_of(connection, query.order_by(results.c.ballot_id)):
        ballot = await ballots.find(connection, estate_id, row.ballot_id)
        if ballot is None or ballot.announcement is None:
            yield finding("row-stray", results.name, row.ballot_id)
            continue
        recounted = await _recounted(connection, ballot, row)
        if recounted is None:
            yield finding("result-differs", results.name, f"{row.ballot_id} votes")
            continue
        of_row = ResultRow(
            row.counted_at,
            row.electorate_sha256,
            row.rules_sha256,
            row.votes_count,
            row.document,
        )
        for column in of_result(ballot, of_row, recounted):
            yield finding("result-differs", results.name, f"{row.ballot_id} {column}")


async def _recounted(connection: Connection, ballot: Ballot, row: Row[Any]) -> Counted | None:
    """Return the count of a ballot's votes, or nothing if they cannot all be of its roll."""
    estate_id, ballot_id = ballot.estate_id, ballot.ballot_id
    rules = await announcements.rules_document(connection, estate_id, ballot_id)
    areas = select(electorate_entries.c.entry_id, electorate_entries.c.area_centi).where(
        electorate_entries.c.estate_id == estate_id, electorate_entries.c.ballot_id == ballot_id
    )
    by_entry = {one.entry_id: one.area_centi async for one in rows_of(connection, areas)}
    box = BallotBox(by_entry, ballot.items)
    documents = select(votes.c.document).where(
        votes.c.estate_id == estate_id, votes.c.ballot_id == ballot_id
    )
    counted: set[str] = set()
    async for one in rows_of(connection, documents):
        vote = read_vote(one.document)
        if vote.entry_id not in by_entry or vote.entry_id in counted:
            return None
        counted.add(vote.entry_id)
        box.add(vote)
    policies = ballot.announced().rules.policies
    return box.count(read_rules(rules), policies, row.counted_at)
