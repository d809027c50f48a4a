"""Spans of the log, each leaf beside the vote of one ballot that it stands for."""

from typing import Any

from sqlalchemy import Row, case, func, select

from services.chassis.database import Connection
from services.chassis.tlog.proving import leaf_of
from services.proofs.attestation import SignedAttestation
from services.voting.domain.records import KeptVote, LoggedLeaf
from services.voting.store.tables import device_keys, log, votes

SLICE_LEAVES = 1000
"""How many leaves are in memory at a time."""

_LEAVES = log.leaves
_BY = func.coalesce(votes.c.cast_by, votes.c.entered_by)
_NOTED = (
    votes.c.vote_id,
    votes.c.ballot_id,
    votes.c.entry_id,
    votes.c.area_centi,
    votes.c.channel,
    votes.c.evidence_sha256,
    votes.c.document,
    votes.c.document_sha256,
)


async def read(
    connection: Connection, estate_id: str, ballot_id: str, *, first: int, end: int
) -> list[LoggedLeaf]:
    """Return the leaves from position `first` to `end`, not included, as far as they are there."""
    capacity = case((votes.c.channel == "PHONE", "OWNER"), else_="OFFICIAL")
    query = (
        select(
            _LEAVES,
            *_NOTED,
            _BY.label("by"),
            device_keys.c.document.label("key_document"),
            device_keys.c.signature.label("key_signature"),
        )
        .outerjoin(
            votes,
            (votes.c.estate_id == _LEAVES.c.estate_id)
            & (votes.c.position == _LEAVES.c.position)
            & (votes.c.ballot_id == ballot_id),
        )
        .outerjoin(
            device_keys,
            (device_keys.c.estate_id == _LEAVES.c.estate_id)
            & (device_keys.c.public_key == _LEAVES.c.public_key)
            & (device_keys.c.capacity == capacity)
            & (device_keys.c.holder == _BY),
        )
        .where(
            _LEAVES.c.estate_id == estate_id,
            _LEAVES.c.position >= first,
            _LEAVES.c.position < end,
        )
        .order_by(_LEAVES.c.position)
    )
    return [_logged(row) for row in await connection.execute(query)]


async def votes_stored(connection: Connection, estate_id: str, ballot_id: str) -> int:
    """Return how many votes of a ballot are stored, wherever they say that they are logged."""
    query = select(func.count()).where(
        votes.c.estate_id == estate_id, votes.c.ballot_id == ballot_id
    )
    return int((await connection.execute(query)).scalar_one())


def _logged(row: Row[Any]) -> LoggedLeaf:
    return LoggedLeaf(row.position, leaf_of(row), None if row.vote_id is None else kept_vote(row))


def kept_vote(row: Row[Any]) -> KeptVote:
    """Return the vote that a row holds, with what is kept of the key that signed it."""
    key = None
    if row.key_document is not None:
        key = SignedAttestation(row.key_document, row.key_signature)
    return KeptVote(
        vote_id=row.vote_id,
        ballot_id=row.ballot_id,
        entry_id=row.entry_id,
        area_centi=row.area_centi,
        channel=row.channel,
        by=row.by,
        evidence_sha256=row.evidence_sha256,
        document=row.document,
        document_sha256=row.document_sha256,
        key=key,
    )
