"""Votes at their positions in the estate's log, and the keys that signed them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, func, select, text

from services.chassis.database import Connection
from services.chassis.tlog.proving import leaf_of
from services.proofs.attestation import SignedAttestation
from services.proofs.electorate import Weight
from services.proofs.leaf import Leaf
from services.proofs.vote import Vote
from services.voting.domain.casting import CastVote, Standing, StoredVote, WaitingVote
from services.voting.domain.vote import read_vote
from services.voting.store.electorates import entry_ids_of
from services.voting.store.tables import device_keys, log, votes

_CAST = (
    votes.c.document,
    func.coalesce(votes.c.cast_by, votes.c.entered_by).label("by"),
    votes.c.cast_at,
    votes.c.position,
)

# One question for a whole group. Each part is a question of its own about one row and no join: just
# after a freeze the tables have no statistics, and the planner then walked whole electorates.
_STANDINGS = text(
    "SELECT (SELECT area_centi FROM electorate_entries AS e WHERE e.estate_id = asked.estate_id"
    " AND e.ballot_id = asked.ballot_id AND e.entry_id = asked.entry_id) AS area_centi,"
    " EXISTS (SELECT FROM entry_holders AS h WHERE h.estate_id = asked.estate_id"
    " AND h.ballot_id = asked.ballot_id AND h.holder = asked.holder"
    " AND h.entry_id = asked.entry_id) AS is_holder,"
    " EXISTS (SELECT FROM votes AS v WHERE v.estate_id = asked.estate_id"
    " AND v.ballot_id = asked.ballot_id AND v.entry_id = asked.entry_id) AS has_voted,"
    " known.document, known.by, known.cast_at, known.position"
    " FROM (SELECT CAST(:estate_id AS uuid) AS estate_id, one.* FROM"
    " unnest(CAST(:ballot_ids AS uuid[]), CAST(:entry_ids AS uuid[]), CAST(:vote_ids AS uuid[]),"
    " CAST(:holders AS text[])) WITH ORDINALITY"
    " AS one (ballot_id, entry_id, vote_id, holder, number)) AS asked"
    " LEFT JOIN LATERAL (SELECT document, coalesce(cast_by, entered_by) AS by, cast_at, position"
    " FROM votes AS v WHERE v.estate_id = asked.estate_id AND v.vote_id = asked.vote_id LIMIT 1)"
    " AS known ON true ORDER BY asked.number"
)

# One statement however many votes, with the keys that signed here for the first time.
_ADD = text(
    "WITH one AS (SELECT * FROM unnest(CAST(:vote_ids AS uuid[]), CAST(:ballot_ids AS uuid[]),"
    " CAST(:entry_ids AS uuid[]), CAST(:areas AS bigint[]), CAST(:channels AS text[]),"
    " CAST(:by AS text[]), CAST(:evidence AS bytea[]), CAST(:documents AS bytea[]),"
    " CAST(:sha256s AS bytea[]), CAST(:public_keys AS bytea[]), CAST(:capacities AS text[]),"
    " CAST(:key_documents AS bytea[]), CAST(:key_signatures AS bytea[])) WITH ORDINALITY"
    " AS one (vote_id, ballot_id, entry_id, area_centi, channel, by, evidence_sha256, document,"
    " document_sha256, public_key, capacity, key_document, key_signature, number)),"
    " kept AS (INSERT INTO device_keys (estate_id, public_key, capacity, holder, document,"
    " signature, first_used_at)"
    " SELECT CAST(:estate_id AS uuid), public_key, capacity, by, key_document, key_signature,"
    " CAST(:cast_at AS timestamptz) FROM one ORDER BY number ON CONFLICT DO NOTHING)"
    " INSERT INTO votes (estate_id, vote_id, ballot_id, entry_id, area_centi, channel, cast_by,"
    " entered_by, evidence_sha256, position, cast_at, document, document_sha256)"
    " SELECT CAST(:estate_id AS uuid), vote_id, ballot_id, entry_id, area_centi, channel,"
    " CASE WHEN channel = 'PHONE' THEN by END, CASE WHEN channel <> 'PHONE' THEN by END,"
    " evidence_sha256, CAST(:first AS bigint) + number - 1, CAST(:cast_at AS timestamptz),"
    " document, document_sha256 FROM one"
)


async def standings(
    connection: Connection, estate_id: str, waiting: Sequence[WaitingVote]
) -> list[Standing]:
    """Return what is on record about each waiting vote, in their order."""
    asked = {
        "estate_id": estate_id,
        "ballot_ids": [one.vote.ballot_id for one in waiting],
        "entry_ids": [one.vote.entry_id for one in waiting],
        "vote_ids": [one.vote.vote_id for one in waiting],
        "holders": [one.by for one in waiting],
    }
    return [
        Standing(
            row.area_centi,
            row.is_holder,
            row.has_voted,
            None if row.position is None else _cast_vote(row),
        )
        for row in await connection.execute(_STANDINGS, asked)
    ]


async def add(connection: Connection, estate_id: str, stored: Sequence[StoredVote]) -> None:
    """Store votes at their positions, whose leaves are logged already, and keys that are new."""
    added = [one.waiting.vote for one in stored]
    signed = [one.waiting.signed for one in stored]
    evidence = [vote.evidence_sha256 for vote in added]
    values = {
        "estate_id": estate_id,
        "first": stored[0].cast.position,
        "cast_at": stored[0].cast.cast_at,
        "vote_ids": [vote.vote_id for vote in added],
        "ballot_ids": [vote.ballot_id for vote in added],
        "entry_ids": [vote.entry_id for vote in added],
        "areas": [one.area_centi for one in stored],
        "channels": [vote.channel.value for vote in added],
        "by": [one.waiting.by for one in stored],
        "evidence": [one and bytes.fromhex(one) for one in evidence],
        "documents": [vote.document for vote in added],
        "sha256s": [one.leaf.record.sha256 for one in signed],
        "public_keys": [one.leaf.public_key for one in signed],
        "capacities": [one.attestation.capacity.value for one in signed],
        "key_documents": [one.key.document for one in signed],
        "key_signatures": [one.key.signature for one in signed],
    }
    await connection.execute(_ADD, values)


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


async def one_cast_by(
    connection: Connection, estate_id: str, ballot_id: str, *, vote_id: str, holder: str
) -> CastVote | None:
    """Return one vote, if `holder` cast it in this ballot."""
    query = _cast(estate_id).where(
        votes.c.vote_id == vote_id, votes.c.ballot_id == ballot_id, votes.c.cast_by == holder
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _cast_vote(row)


async def sent_before(
    connection: Connection, estate_id: str, ballot_id: str, *, vote: Vote, by: str
) -> CastVote | None:
    """Return the vote that was taken as just this document from just this sender, or nothing."""
    query = _cast(estate_id).where(
        votes.c.vote_id == vote.vote_id,
        votes.c.ballot_id == ballot_id,
        votes.c.document == vote.document,
        func.coalesce(votes.c.cast_by, votes.c.entered_by) == by,
    )
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else _cast_vote(row)


async def signed(
    connection: Connection, estate_id: str, cast: CastVote
) -> tuple[Leaf, SignedAttestation]:
    """Return the leaf of a vote, and identity's word on the key that signed it."""
    leaves = log.leaves
    query = (
        select(leaves, device_keys.c.document, device_keys.c.signature.label("key_signature"))
        .join(
            device_keys,
            (device_keys.c.estate_id == leaves.c.estate_id)
            & (device_keys.c.public_key == leaves.c.public_key),
        )
        .where(
            leaves.c.estate_id == estate_id,
            leaves.c.position == cast.position,
            device_keys.c.capacity == cast.vote.channel.capacity.value,
            device_keys.c.holder == cast.by,
        )
    )
    row = (await connection.execute(query)).one()
    return leaf_of(row), SignedAttestation(row.document, row.key_signature)


def _cast(estate_id: str) -> Select[Any]:
    return select(*_CAST).where(votes.c.estate_id == estate_id)


def _cast_vote(row: Row[Any]) -> CastVote:
    return CastVote(read_vote(row.document), row.by, row.cast_at, row.position)
