"""Export a counted ballot for anybody who wants to recompute it without our servers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from services.chassis.callers import Caller
from services.chassis.database import Connection
from services.chassis.tlog import proving, publishing
from services.proofs.checkpoint import Checkpoint
from services.proofs.tree import CompactRange
from services.proofs.vote import Channel
from services.voting.actions.parts import Parts
from services.voting.domain.ballot import Ballot, published
from services.voting.domain.bundle import (
    BallotContents,
    end_line,
    entry_line,
    header_line,
    leaf_line,
    may_see_openings,
)
from services.voting.domain.errors import NotCountedYet
from services.voting.domain.records import LoggedLeaf
from services.voting.store import announcements, ballots, electorates, results, spans
from services.voting.store.results import StoredResult

_Holders = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Export:
    """What an export is of; all of it is append-only, so its end is all that must be fixed."""

    ballot: Ballot
    contents: BallotContents
    before: CompactRange
    checkpoint: Checkpoint
    opened: bool


async def export_bundle(
    parts: Parts, caller: Caller, *, estate_id: str, ballot_id: str
) -> AsyncIterator[bytes]:
    """Return the lines of a counted ballot's bundle, opened as far as the caller may see.

    Raises:
        BallotNotFound: the estate has announced no such ballot.
        NotCountedYet: nothing is exported before the result.
    """
    async with parts.begin() as connection:
        ballot = published(await ballots.find(connection, estate_id, ballot_id))
        result = await results.find(connection, estate_id, ballot_id)
        if result is None:
            raise NotCountedYet(
                "该表决尚未计票，没有可导出的内容。", "The ballot is not counted; no export yet."
            )
        export = _Export(
            ballot=ballot,
            contents=await _contents(connection, ballot, result),
            before=await proving.compact_range(connection, estate_id, ballot.announced().position),
            checkpoint=await _checkpoint(connection, estate_id, result),
            opened=await _is_opened(connection, ballot, caller),
        )
    return _lines(parts, export)


async def _contents(connection: Connection, ballot: Ballot, result: StoredResult) -> BallotContents:
    notice, rules, schedule = await announcements.documents(
        connection, ballot.estate_id, ballot.ballot_id
    )
    first = ballot.announced().position
    by_position = {
        first: notice,
        first + 1: rules,
        first + 3: schedule,
        result.position: result.document,
    }
    return BallotContents(by_position, electorate_at=first + 2)


async def _checkpoint(connection: Connection, estate_id: str, result: StoredResult) -> Checkpoint:
    published_one = await publishing.published_checkpoint(connection, estate_id)
    if published_one.size > result.position:
        return published_one
    # The witnesses have not seen the result yet: better the log's word alone than no export.
    return await publishing.newest_checkpoint(connection, estate_id)


async def _is_opened(connection: Connection, ballot: Ballot, caller: Caller) -> bool:
    held = await electorates.entry_ids_of(
        connection, ballot.estate_id, ballot.ballot_id, caller.owner or ""
    )
    return may_see_openings(ballot.openings, caller.roles, is_entitled=bool(held))


async def _lines(parts: Parts, export: _Export) -> AsyncIterator[bytes]:
    """Yield the lines slice by slice.

    Each slice is read in a transaction of its own: one held open for as long as a reader takes
    would cost a connection, and nothing that is read can change in between.
    """
    ballot, contents = export.ballot, export.contents
    first, size = export.before.size, export.checkpoint.size
    yield header_line(ballot, export.before, export.checkpoint, opened=export.opened)
    for begin in range(first, size, spans.SLICE_LEAVES):
        end = min(begin + spans.SLICE_LEAVES, size)
        logged, holders = await _slice(parts, export, begin, end)
        for one in logged:
            yield leaf_line(one, ballot, contents, holders)
            if one.position == contents.electorate_at:
                async for lines in _roll_lines(parts, ballot):
                    yield lines
    yield end_line(size - first)


async def _slice(
    parts: Parts, export: _Export, begin: int, end: int
) -> tuple[list[LoggedLeaf], _Holders | None]:
    estate_id, ballot_id = export.ballot.estate_id, export.ballot.ballot_id
    async with parts.begin() as connection:
        logged = await spans.read(connection, estate_id, ballot_id, first=begin, end=end)
        if not export.opened:
            return logged, None
        by_phone = [
            one.vote.entry_id
            for one in logged
            if one.vote is not None and one.vote.channel == Channel.PHONE
        ]
        return logged, await electorates.holders_of(connection, estate_id, ballot_id, by_phone)


async def _roll_lines(parts: Parts, ballot: Ballot) -> AsyncIterator[bytes]:
    after: str | None = None
    while True:
        async with parts.begin() as connection:
            entries = await electorates.slice_of(
                connection,
                ballot.estate_id,
                ballot.ballot_id,
                after=after,
                limit=spans.SLICE_LEAVES,
            )
        if not entries:
            return
        yield b"".join(entry_line(one.published()) for one in entries)
        after = entries[-1].entry_id
