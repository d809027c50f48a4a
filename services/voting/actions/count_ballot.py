"""Count a closed ballot and publish its result, once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.callers import Caller
from services.chassis.database import Connection
from services.chassis.once import Once
from services.chassis.tlog import append as log
from services.chassis.tlog import proving, publishing
from services.chassis.tlog.head import Head
from services.chassis.tlog.keys import EstateKeys
from services.proofs.canonical import canonical
from services.proofs.counting import BallotBox, Counted
from services.proofs.instants import rfc3339
from services.proofs.leaf import Kind
from services.proofs.result import result_document
from services.proofs.rules import RuleTable
from services.voting.actions.parts import Parts
from services.voting.domain.ballot import Ballot, BallotState, existing
from services.voting.domain.electorate import ElectorateEntry
from services.voting.domain.errors import AlreadyCounted, BallotStillOpen
from services.voting.domain.records import (
    CountedSpan,
    LogEnd,
    LoggedLeaf,
    announced_records,
    check_frozen,
    read_frozen_rules,
)
from services.voting.store import announcements, ballots, electorates, results, spans
from services.voting.store.results import StoredResult


@dataclass(frozen=True)
class _Frozen:
    """What a count holds the votes against, exactly as it was frozen."""

    rules: bytes
    table: RuleTable
    roll: list[ElectorateEntry]


async def count_ballot(
    parts: Parts, caller: Caller, *, estate_id: str, ballot_id: str, once: Once
) -> bytes:
    """Count, store the result, and return its document.

    Raises:
        BallotNotFound: the estate has no such ballot.
        BallotNotAnnounced: it is a draft.
        BallotStillOpen: it has not closed.
        AlreadyCounted: its result is published.
        FrozenRecordsChanged: electorate, rules or votes no longer have their hashes.
    """
    async with parts.begin(once) as connection:
        # The head is locked before the clock is read: a vote that was taken before the close has
        # been committed by then, none can be on its way, and none can follow.
        head = await log.lock(connection, estate_id)
        now = head.instant(parts.clock.now())
        ballot = existing(await ballots.find(connection, estate_id, ballot_id))
        _check_countable(ballot, now)
        keys = parts.log_keys.of(estate_id)
        counted = await _count(connection, head, ballot, keys, now)
        document = canonical(result_document(ballot.basis(), counted))
        leaf = keys.sign_content(Kind.RESULT, ballot_id, document)
        logged = await log.append(connection, head, [leaf], keys=keys, at=now)
        stored = StoredResult(document, logged.first)
        await results.add(connection, ballot, counted, stored, counted_by=caller.subject)
        return await once.keep(connection, document)


def _check_countable(ballot: Ballot, now: datetime) -> None:
    closes_at = ballot.announced().schedule.closes_at
    state = ballot.state(now)
    if state is BallotState.COUNTED:
        raise AlreadyCounted("该表决已经计票。", "The ballot was counted.")
    if state is not BallotState.CLOSED:
        raise BallotStillOpen(
            "表决尚未截止，不能计票。",
            "Nothing is counted before the ballot has closed.",
            closes_at=rfc3339(closes_at),
        )


async def _count(
    connection: Connection, head: Head, ballot: Ballot, keys: EstateKeys, now: datetime
) -> Counted:
    """Read the log from the announcement to its end, and count the votes that are in it."""
    estate_id, ballot_id = ballot.estate_id, ballot.ballot_id
    announced = ballot.announced()
    frozen = await _frozen(connection, ballot)
    before = await proving.compact_range(connection, estate_id, announced.position)
    records = announced_records(ballot, frozen.rules)
    span = CountedSpan(ballot, before, records, frozen.roll)
    box = BallotBox({entry.entry_id: entry.area_centi for entry in frozen.roll}, ballot.items)
    for first in range(announced.position, head.size, spans.SLICE_LEAVES):
        end = min(first + spans.SLICE_LEAVES, head.size)
        logged = await spans.read(connection, estate_id, ballot_id, first=first, end=end)
        # Documents are read, hashes and signatures checked: not on the loop that answers others.
        await asyncio.to_thread(_take, span, box, logged)
    checkpoint = await publishing.checkpoint_at(connection, estate_id, head.size)
    stored = await spans.votes_stored(connection, estate_id, ballot_id)
    span.check_end(LogEnd(head.range, checkpoint, keys.log_key, stored))
    return box.count(frozen.table, announced.rules.policies, now)


async def _frozen(connection: Connection, ballot: Ballot) -> _Frozen:
    roll = await electorates.roll(connection, ballot.estate_id, ballot.ballot_id)
    document = await announcements.rules_document(connection, ballot.estate_id, ballot.ballot_id)
    table = read_frozen_rules(document)
    await asyncio.to_thread(check_frozen, ballot, roll, table)
    return _Frozen(document, table, roll)


def _take(span: CountedSpan, box: BallotBox, logged: Sequence[LoggedLeaf]) -> None:
    for vote in span.take(logged):
        box.add(vote)
