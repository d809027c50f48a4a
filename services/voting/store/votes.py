"""Votes in the order of their estate, each with the bytes of its document."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, tuple_, union

from services.chassis.database import Connection
from services.voting.domain.casting import CastVote, WaitingVote
from services.voting.domain.electorate import Weight
from services.voting.domain.records import KeptVote
from services.voting.domain.vote import read_vote
from services.voting.store.electorates import entry_ids_of
from services.voting.store.tables import votes

_CAST = (votes.c.document, votes.c.cast_at, votes.c.position)
_KEPT = ("vote_id", "ballot_id", "entry_id", "document", "document_sha256")


async def known(
    connection: Connection, estate_id: str, waiting: Sequence[WaitingVote]
) -> list[CastVote]:
    """Return the stored votes that have one of the ids, or are for one of the entries."""
    ids = [one.vote.vote_id for one in waiting]
    entries = [(one.vote.ballot_id, one.vote.entry_id) for one in waiting]
    # Two questions and not one with "or", so that each is answered by its own unique index.
    query = union(
        _cast(estate_id).where(votes.c.vote_id.in_(ids)),
        _cast(estate_id).where(tuple_(votes.c.ballot_id, votes.c.entry_id).in_(entries)),
    )
    return [_cast_vote(row) for row in await connection.execute(query)]


async def add(
    connection: Connection, estate_id: str, stored: Sequence[tuple[WaitingVote, CastVote]]
) -> None:
    """Store votes at their positions; the caller holds the estate's head."""
    rows = [
        {
            "estate_id": estate_id,
            "vote_id": one.vote.vote_id,
            "ballot_id": one.vote.ballot_id,
            "entry_id": one.vote.entry_id,
            "area_centi": one.area_centi,
            "cast_by": one.cast_by,
            "position": cast.position,
            "cast_at": cast.cast_at,
            "document": one.vote.document,
            "document_sha256": one.vote.document_sha256,
        }
        for one, cast in stored
    ]
    await connection.execute(insert(votes), rows)


async def turnout(connection: Connection, estate_id: str, ballot_id: str) -> Weight:
    """Return how many people and how much area have voted, and nothing about how."""
    query = select(func.count(), func.coalesce(func.sum(votes.c.area_centi), 0)).where(
        votes.c.estate_id == estate_id, votes.c.ballot_id == ballot_id
    )
    people, area_centi = (await connection.execute(query)).one()
    return Weight(people, int(area_centi))


async def cast_by(
    connection: Connection, estate_id: str, ballot_id: str, holder: str
) -> list[CastVote]:
    """Return the votes that `holder` cast in a ballot."""
    entry_ids = await entry_ids_of(connection, estate_id, ballot_id, holder)
    query = (
        _cast(estate_id)
        .where(
            votes.c.ballot_id == ballot_id,
            votes.c.entry_id.in_(entry_ids),
            votes.c.cast_by == holder,
        )
        .order_by(votes.c.position)
    )
    return [_cast_vote(row) for row in await connection.execute(query)]


async def kept(connection: Connection, estate_id: str, ballot_id: str) -> list[KeptVote]:
    """Return every vote of a ballot as it is kept; a count reads these and nothing else."""
    columns = (votes.c[name] for name in _KEPT)
    query = select(*columns).where(votes.c.estate_id == estate_id, votes.c.ballot_id == ballot_id)
    return [KeptVote(*row) async for row in await connection.stream(query)]


async def count(connection: Connection, estate_id: str) -> int:
    """Return how many votes the estate has, by their positions."""
    query = select(func.count(votes.c.position)).where(votes.c.estate_id == estate_id)
    return int((await connection.execute(query)).scalar_one())


def _cast(estate_id: str) -> Select[Any]:
    return select(*_CAST).where(votes.c.estate_id == estate_id)


def _cast_vote(row: Row[Any]) -> CastVote:
    return CastVote(vote=read_vote(row.document), cast_at=row.cast_at, position=row.position)
