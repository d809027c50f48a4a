"""Announcements, derived anew: the notice, the rules, the roll entry by entry, the schedule."""

from collections.abc import AsyncIterator

from sqlalchemy import select

from services.chassis.database import Connection
from services.chassis.tlog.contents import Expected, Finding, rows_of
from services.proofs.electorate import NOBODY, RollHash, Weight
from services.proofs.leaf import Kind, Record
from services.proofs.rules import read_rules
from services.voting.domain.ballot import Ballot
from services.voting.domain.contradictions import AnnouncedRow, of_announcement
from services.voting.domain.records import announced_records
from services.voting.store import ballots, electorates
from services.voting.store.findings import finding
from services.voting.store.tables import announcements

_TABLE = announcements.name
_SLICE_ENTRIES = 1000


async def expected_announcements(
    connection: Connection, estate_id: str
) -> AsyncIterator[Expected | Finding]:
    """Yield the four leaves of each announcement, and columns that contradict them."""
    query = select(announcements).where(announcements.c.estate_id == estate_id)
    async for row in rows_of(connection, query.order_by(announcements.c.position)):
        ballot = await ballots.find(connection, estate_id, row.ballot_id)
        if ballot is None:
            yield finding("ballot-missing", _TABLE, row.ballot_id, position=row.position)
            continue
        roll_sha256, weight = await _roll(connection, ballot)
        of_row = AnnouncedRow(
            row.opens_at, row.closes_at, row.ballot_document, row.schedule_document
        )
        table = read_rules(row.rules_document)
        for column in of_announcement(
            ballot, of_row, table, roll_sha256=roll_sha256.hex(), weight=weight
        ):
            key = f"{row.ballot_id} {column}"
            yield finding("announcement-differs", _TABLE, key, position=row.position)
        notice, rules, _, schedule = announced_records(ballot, row.rules_document)
        roll = Record(Kind.ELECTORATE, row.ballot_id, roll_sha256)
        for number, record in enumerate((notice, rules, roll, schedule)):
            yield Expected(row.position + number, record, _TABLE, row.ballot_id)


async def _roll(connection: Connection, ballot: Ballot) -> tuple[bytes, Weight]:
    """Return the hash and the weight of a ballot's roll as its rows make it."""
    roll = RollHash(ballot.estate_id, ballot.announced().roll.policy)
    weight, after = NOBODY, None
    while True:
        entries = await electorates.slice_of(
            connection, ballot.estate_id, ballot.ballot_id, after=after, limit=_SLICE_ENTRIES
        )
        if not entries:
            return roll.sha256(), weight
        for entry in entries:
            roll.add(entry.published())
            weight += Weight(1, entry.area_centi)
        after = entries[-1].entry_id
