"""Votes, held against their documents, their signatures, the frozen roll and their instants."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    Table,
    and_,
    case,
    exists,
    func,
    select,
)

from services.chassis.database import Connection
from services.chassis.tlog.contents import Expected, Finding, rows_of
from services.proofs.announced import Schedule
from services.proofs.attestation import SignedAttestation
from services.proofs.leaf import Kind, Leaf, Record, record_of
from services.voting.domain.casting import outside
from services.voting.domain.errors import FrozenRecordsChanged
from services.voting.domain.records import Asked, OnRoll, check_kept
from services.voting.store import papers
from services.voting.store.findings import finding
from services.voting.store.spans import kept_vote
from services.voting.store.tables import (
    announcements,
    device_keys,
    electorate_entries,
    entry_holders,
    log,
    votes,
)

_LEAVES, _CHECKPOINTS = log.leaves, log.checkpoints


@dataclass(frozen=True, slots=True)
class _Announced:
    """What the votes of one ballot are held against."""

    asked: Asked
    schedule: Schedule


async def expected_votes(
    connection: Connection, estate_id: str
) -> AsyncIterator[Expected | Finding]:
    """Yield the leaf of each vote, and votes that are not what they say."""
    announced = await _announced(connection, estate_id)
    async for row in rows_of(connection, _votes(estate_id)):
        if not _holds(row, announced):
            yield finding("vote-differs", votes.name, row.vote_id, position=row.position)
        record = record_of(Kind.VOTE, row.ballot_id, row.document)
        # Without an attested key nobody could have signed, least of all the service itself.
        public_key = row.key_public or bytes(32)
        yield Expected(row.position, record, votes.name, row.vote_id, public_key)


async def _announced(connection: Connection, estate_id: str) -> dict[str, _Announced]:
    query = select(announcements.c.ballot_id).where(announcements.c.estate_id == estate_id)
    found = {}
    for ballot_id in await connection.scalars(query):
        paper = await papers.find(connection, estate_id, ballot_id)
        if paper is not None:
            asked = Asked(estate_id, paper.attesters, frozenset(paper.item_ids))
            found[ballot_id] = _Announced(asked, paper.schedule)
    return found


def _holds(row: Row[Any], announced: Mapping[str, _Announced]) -> bool:
    ballot = announced.get(row.ballot_id)
    if ballot is None or row.key_document is None or row.leaf_sha256 is None:
        return False
    in_time = row.cast_at == row.made_at and outside(ballot.schedule, row.cast_at) is None
    return in_time and _is_of_one(row) and _is_signed(row, ballot.asked)


def _is_of_one(row: Row[Any]) -> bool:
    """Return whether a phone's vote is cast by an owner and any other entered by an official."""
    by_phone = row.channel == "PHONE"
    return (row.cast_by is not None, row.entered_by is not None) == (by_phone, not by_phone)


def _is_signed(row: Row[Any], asked: Asked) -> bool:
    record = Record(Kind.VOTE, row.ballot_id, row.leaf_sha256)
    leaf = Leaf(record, row.leaf_signature, row.key_public)
    key = SignedAttestation(row.key_document, row.key_signature)
    try:
        check_kept(leaf, kept_vote(row), key, asked, OnRoll(row.on_roll, row.is_holder))
    except FrozenRecordsChanged:
        return False
    return True


def _votes(estate_id: str) -> Select[Any]:
    """Ask for every vote beside its leaf, its key, its entry and its first checkpoint."""
    by = func.coalesce(votes.c.cast_by, votes.c.entered_by)
    capacity = case((votes.c.channel == "PHONE", "OWNER"), else_="OFFICIAL")
    # A forged table may hold an entry twice, which the roll's hash tells; here it must not break.
    area_centi = func.max(electorate_entries.c.area_centi)
    on_roll = select(area_centi).where(_same_entry(electorate_entries))
    is_holder = exists().where(_same_entry(entry_holders), entry_holders.c.holder == by)
    return (
        select(
            votes,
            by.label("by"),
            _LEAVES.c.sha256.label("leaf_sha256"),
            _LEAVES.c.signature.label("leaf_signature"),
            device_keys.c.public_key.label("key_public"),
            device_keys.c.document.label("key_document"),
            device_keys.c.signature.label("key_signature"),
            on_roll.scalar_subquery().label("on_roll"),
            is_holder.label("is_holder"),
            _first_signed_at().label("made_at"),
        )
        .outerjoin(
            _LEAVES,
            (_LEAVES.c.estate_id == votes.c.estate_id) & (_LEAVES.c.position == votes.c.position),
        )
        .outerjoin(
            device_keys,
            (device_keys.c.estate_id == votes.c.estate_id)
            & (device_keys.c.public_key == _LEAVES.c.public_key)
            & (device_keys.c.capacity == capacity)
            & (device_keys.c.holder == by),
        )
        .where(votes.c.estate_id == estate_id)
        .order_by(votes.c.position)
    )


def _first_signed_at() -> ScalarSelect[Any]:
    """Ask for the time of the first checkpoint over a vote."""
    covering = (_CHECKPOINTS.c.estate_id == votes.c.estate_id) & (
        _CHECKPOINTS.c.size > votes.c.position
    )
    query = select(_CHECKPOINTS.c.made_at).where(covering)
    return query.order_by(_CHECKPOINTS.c.size).limit(1).scalar_subquery()


def _same_entry(other: Table) -> ColumnElement[bool]:
    return and_(
        other.c.estate_id == votes.c.estate_id,
        other.c.ballot_id == votes.c.ballot_id,
        other.c.entry_id == votes.c.entry_id,
    )
