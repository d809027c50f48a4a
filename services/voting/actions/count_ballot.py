"""Count a closed ballot and publish its result, once."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from services.chassis.callers import Caller
from services.chassis.database import Connection
from services.chassis.once import Once
from services.proofs.canonical import canonical
from services.voting.actions.parts import Parts
from services.voting.domain import counting
from services.voting.domain.ballot import Ballot, BallotState, existing
from services.voting.domain.counting import Counted
from services.voting.domain.electorate import ElectorateEntry
from services.voting.domain.errors import AlreadyCounted, BallotStillOpen
from services.voting.domain.records import KeptVote, check_complete, check_frozen, read_kept
from services.voting.domain.rules import read_rules
from services.voting.domain.schedule import rfc3339
from services.voting.domain.statement import result_document
from services.voting.store import announcements, ballots, electorates, heads, results, votes


@dataclass(frozen=True)
class _Papers:
    """Everything that a count reads, exactly as it was frozen or taken."""

    roll: list[ElectorateEntry]
    rules: bytes
    votes: list[KeptVote]


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
        head = await heads.lock(connection, estate_id)
        now = head.instant(parts.clock.now())
        ballot = existing(await ballots.find(connection, estate_id, ballot_id))
        _check_countable(ballot, now)
        stored = await votes.count(connection, estate_id)
        check_complete(stored, votes_count=head.votes_count)
        papers = await _papers(connection, estate_id, ballot_id)
        # Thousands of documents are read and hashed: not on the loop that answers everybody else.
        counted = await asyncio.to_thread(_count, ballot, papers, now)
        document = canonical(result_document(ballot, counted))
        await results.add(connection, ballot, counted, document=document, counted_by=caller.subject)
        await heads.advance(connection, estate_id, votes_count=head.votes_count, at=now)
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


async def _papers(connection: Connection, estate_id: str, ballot_id: str) -> _Papers:
    return _Papers(
        roll=await electorates.roll(connection, estate_id, ballot_id),
        rules=await announcements.rules_document(connection, estate_id, ballot_id),
        votes=await votes.kept(connection, estate_id, ballot_id),
    )


def _count(ballot: Ballot, papers: _Papers, counted_at: datetime) -> Counted:
    table = read_rules(papers.rules)
    check_frozen(ballot, papers.roll, table)
    return counting.count_ballot(
        ballot,
        read_kept(ballot, papers.votes),
        areas={entry.entry_id: entry.area_centi for entry in papers.roll},
        table=table,
        counted_at=counted_at,
    )
