"""Rows that belong to no ballot, and keys that nobody attested or that signed nothing."""

from collections.abc import AsyncIterator

from sqlalchemy import Select, Table, and_, exists, func, select

from services.chassis.database import Connection
from services.chassis.tlog.contents import Finding, rows_of
from services.proofs.attestation import SignedAttestation
from services.proofs.refuted import Refuted
from services.voting.store.findings import finding
from services.voting.store.tables import (
    announcements,
    ballots,
    device_keys,
    electorate_entries,
    entry_holders,
    items,
    log,
    results,
    votes,
)

_WHOLES: tuple[tuple[Table, Table, tuple[str, ...]], ...] = (
    (items, ballots, ("estate_id", "ballot_id")),
    (announcements, ballots, ("estate_id", "ballot_id")),
    (electorate_entries, announcements, ("estate_id", "ballot_id")),
    (entry_holders, electorate_entries, ("estate_id", "ballot_id", "entry_id")),
    (votes, electorate_entries, ("estate_id", "ballot_id", "entry_id")),
    (results, announcements, ("estate_id", "ballot_id")),
)


async def stray_rows(connection: Connection, estate_id: str) -> AsyncIterator[Finding]:
    """Yield rows without the row that they are part of."""
    for part, whole, columns in _WHOLES:
        there = exists().where(*(whole.c[name] == part.c[name] for name in columns))
        query = select(part.c.ballot_id).where(part.c.estate_id == estate_id, ~there)
        async for row in rows_of(connection, query):
            yield finding("row-stray", part.name, row.ballot_id)


async def unfounded_keys(connection: Connection, estate_id: str) -> AsyncIterator[Finding]:
    """Yield kept keys for which no announced attester vouches, or with which nobody voted then."""
    attesters = await _attesters(connection, estate_id)
    async for row in rows_of(connection, _keys(estate_id)):
        word = SignedAttestation(row.document, row.signature)
        said: tuple[object, ...] = ()
        try:
            attested = word.read(attesters)
            said = (
                attested.estate_id,
                attested.public_key,
                attested.capacity.value,
                attested.holder,
            )
        except Refuted:
            pass
        noted = (estate_id, row.public_key, row.capacity, row.holder)
        if said != noted or row.first_used_at != row.first_cast_at:
            yield finding("key-unfounded", device_keys.name, row.public_key.hex())


async def _attesters(connection: Connection, estate_id: str) -> frozenset[bytes]:
    query = select(announcements.c.attesters).where(announcements.c.estate_id == estate_id)
    listed = (await connection.scalars(query)).all()
    return frozenset(bytes.fromhex(one) for attesters in listed for one in attesters)


def _keys(estate_id: str) -> Select[tuple[object, ...]]:
    """Ask for every kept key beside the instant of the first vote that it signed."""
    by = func.coalesce(votes.c.cast_by, votes.c.entered_by)
    first = (
        select(log.leaves.c.public_key, by.label("holder"), func.min(votes.c.cast_at).label("at"))
        .join(
            votes,
            and_(
                votes.c.estate_id == log.leaves.c.estate_id,
                votes.c.position == log.leaves.c.position,
            ),
        )
        .where(log.leaves.c.estate_id == estate_id)
        .group_by(log.leaves.c.public_key, by)
        .subquery()
    )
    return (
        select(device_keys, first.c.at.label("first_cast_at"))
        .outerjoin(
            first,
            and_(
                first.c.public_key == device_keys.c.public_key,
                first.c.holder == device_keys.c.holder,
            ),
        )
        .where(device_keys.c.estate_id == estate_id)
    )
