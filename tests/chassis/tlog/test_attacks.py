"""Whoever runs the database rewrites the log; each attack and who catches it.

The superuser has switched every trigger off, so nothing in the database stands in his way.
"""

import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

from migrations.transparency_log import TABLES
from services.chassis.database import Database
from services.chassis.embedded import Cluster
from services.chassis.tlog.append import HeadUnsigned
from services.chassis.tlog.checking import check_and_keep, check_estate, snapshot
from services.chassis.tlog.publishing import newest_checkpoint
from services.chassis.tlog.refusals import LogForked
from services.chassis.tlog.sightings import compare_sighting
from services.chassis.tlog.witnessing import collect
from services.proofs.checkpoint import Checkpoint
from services.proofs.leaf import Kind
from services.proofs.tree import CompactRange, leaf_hash
from tests.chassis.tlog.notices import (
    NoticeContents,
    Parts,
    parts_on,
    publish,
    with_witnesses,
)
from tests.chassis.tlog.policies import choose
from tests.support.log_database import LogDatabase, log_database
from tests.support.witnesses import StrictWitness, reachable

NOTICES = [b"%d" % number for number in range(300)]


@pytest.fixture(scope="module")
def attacked(cluster: Cluster) -> LogDatabase:
    return log_database(cluster, "attacked")


@pytest.fixture
async def superuser(attacked: LogDatabase) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(attacked.superuser_url)
    for table in (*TABLES, "notices"):
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    yield connection
    await connection.close()


@pytest.fixture
async def parts(attacked: LogDatabase) -> AsyncIterator[Parts]:
    database = Database(attacked.app_url)
    yield parts_on(database)
    await database.close()


async def codes(parts: Parts, estate_id: str) -> set[str]:
    async with parts.begin() as connection:
        await snapshot(connection)
        keys, at = parts.log_keys.of(estate_id), parts.clock.now()
        report = await check_estate(connection, estate_id, keys, NoticeContents(), at)
    return {one.code for one in report.findings}


async def newest(parts: Parts, estate_id: str) -> Checkpoint:
    async with parts.begin() as connection:
        return await newest_checkpoint(connection, estate_id)


async def test_a_deleted_leaf(parts: Parts, superuser: asyncpg.Connection, estate_id: str) -> None:
    await publish(parts, estate_id, *NOTICES)
    await superuser.execute("DELETE FROM leaves WHERE estate_id = $1 AND position = 100", estate_id)
    assert await codes(parts, estate_id) == {"leaf-missing", "row-without-leaf"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE heads SET range = set_byte(range, 0, 255 - get_byte(range, 0))",
        "UPDATE heads SET size = size - 1, range = substr(range, 1, 32)",
        "UPDATE checkpoints SET note = replace(note, 'sigsum', 'sigsun')",
        "UPDATE checkpoints SET note = ''",
        "DELETE FROM checkpoints",
    ],
    ids=["another tree", "a smaller tree", "another log", "nothing signed", "no checkpoint"],
)
async def test_a_head_that_was_never_signed_is_not_continued(
    parts: Parts, superuser: asyncpg.Connection, estate_id: str, change: str
) -> None:
    await publish(parts, estate_id, b"one", b"two", b"three")
    await superuser.execute(f"{change} WHERE estate_id = $1", estate_id)
    with pytest.raises(HeadUnsigned):
        await publish(parts, estate_id, b"four")


async def test_a_deleted_notice(
    parts: Parts, superuser: asyncpg.Connection, estate_id: str
) -> None:
    await publish(parts, estate_id, *NOTICES)
    await superuser.execute(
        "DELETE FROM notices WHERE estate_id = $1 AND position = 100", estate_id
    )
    assert await codes(parts, estate_id) == {"leaf-without-row"}


async def test_an_edited_notice(
    parts: Parts, superuser: asyncpg.Connection, estate_id: str
) -> None:
    await publish(parts, estate_id, *NOTICES)
    await superuser.execute(
        "UPDATE notices SET document = 'other', length = 5 WHERE estate_id = $1 AND position = 7",
        estate_id,
    )
    assert await codes(parts, estate_id) == {"row-differs"}


async def test_a_leaf_inserted_in_the_middle(
    parts: Parts, superuser: asyncpg.Connection, estate_id: str
) -> None:
    await publish(parts, estate_id, *NOTICES)
    await superuser.execute("DELETE FROM leaves WHERE estate_id = $1 AND position = 299", estate_id)
    await superuser.execute(
        "UPDATE notices SET position = position + 1 WHERE estate_id = $1 AND position >= 100",
        estate_id,
    )
    rows = await superuser.fetch(
        "DELETE FROM leaves WHERE estate_id = $1 AND position >= 100 RETURNING *", estate_id
    )
    leaf = parts.log_keys.of(estate_id).sign_content(Kind.ENTRY, str(uuid.uuid4()), b"inserted")
    put = "INSERT INTO leaves VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    await superuser.executemany(put, [(row[0], row[1] + 1, *list(row)[2:]) for row in rows])
    record = leaf.record
    await superuser.execute(
        put,
        estate_id,
        100,
        record.kind.value,
        record.subject,
        record.sha256,
        leaf.signature,
        leaf.public_key,
        leaf_hash(leaf.encoded()),
    )
    found = await codes(parts, estate_id)
    assert {"leaf-without-row", "checkpoint-root-wrong", "subtree-differs"} <= found


async def cut(
    superuser: asyncpg.Connection, estate_id: str, size: int, *, leaving: str = ""
) -> None:
    """Cut the tail so that everything that is left agrees with itself, but for one table."""
    for table, column in (
        ("leaves", "position"),
        ("notices", "position"),
        ("checkpoints", "size - 1"),
        ("cosignatures", "size - 1"),
        ("subtrees", "(position + 1) * 256 - 1"),
    ):
        if table != leaving:
            await superuser.execute(
                f"DELETE FROM {table} WHERE estate_id = $1 AND {column} >= $2", estate_id, size
            )
    hashes = await superuser.fetch(
        "SELECT hash FROM leaves WHERE estate_id = $1 ORDER BY position", estate_id
    )
    kept = CompactRange().extended(row["hash"] for row in hashes)
    await superuser.execute(
        "UPDATE heads SET size = $2, range = $3 WHERE estate_id = $1",
        estate_id,
        size,
        kept.encoded(),
    )


async def test_a_cut_tail_is_caught_by_whoever_saw_it(
    parts: Parts, superuser: asyncpg.Connection, estate_id: str
) -> None:
    await publish(parts, estate_id, *NOTICES)
    seen = (await publish(parts, estate_id, b"vote", b"vote again")).checkpoint
    await cut(superuser, estate_id, len(NOTICES))
    # What is left is a log that once was right; nothing inside can tell.
    assert await codes(parts, estate_id) == set()
    with pytest.raises(LogForked):
        await compare_sighting(parts, estate_id, seen.encoded())


async def test_a_cut_tail_is_caught_by_an_earlier_check(
    parts: Parts, superuser: asyncpg.Connection, estate_id: str
) -> None:
    await publish(parts, estate_id, *NOTICES)
    await publish(parts, estate_id, b"vote")
    assert (await check_and_keep(parts, estate_id, NoticeContents())).passed
    await cut(superuser, estate_id, len(NOTICES))
    assert await codes(parts, estate_id) == {"log-shrank"}


@pytest.mark.parametrize("leaving", ["", "cosignatures"])
async def test_a_cut_tail_is_caught_by_a_witness(
    parts: Parts, superuser: asyncpg.Connection, estate_id: str, leaving: str
) -> None:
    witness = StrictWitness("witness.example", parts.clock)
    witness.trust(parts.log_keys.of(estate_id).log_key)
    parts = with_witnesses(parts, reachable(witness))
    await publish(parts, estate_id, *NOTICES)
    await choose(parts, estate_id, [witness.name], quorum=1)
    await publish(parts, estate_id, b"vote")
    assert (await collect(parts, estate_id)).cosigned == (witness.name,)
    await cut(superuser, estate_id, len(NOTICES) + 1, leaving=leaving)
    assert (await collect(parts, estate_id)).missing == (witness.name,)
    kinds = await superuser.fetch("SELECT kind FROM alarms WHERE estate_id = $1", estate_id)
    assert [row["kind"] for row in kinds] == ["witness-refused"]
    # The other way round: grown again with other leaves, the size fits and the root does not.
    await cut(superuser, estate_id, len(NOTICES) + 1)
    await publish(parts, estate_id, b"another vote")
    assert (await collect(parts, estate_id)).missing == (witness.name,)


async def rewrite(superuser: asyncpg.Connection, source: asyncpg.Connection, one: str) -> None:
    """Put another history of an estate in the place of its own."""
    for table in ("cosignatures", *TABLES, "notices"):
        await superuser.execute(f"DELETE FROM {table} WHERE estate_id = $1", one)
    for table in (*TABLES, "notices"):
        rows = await source.fetch(f"SELECT * FROM {table} WHERE estate_id = $1", one)
        if rows:
            places = ", ".join(f"${number}" for number in range(1, len(rows[0]) + 1))
            await superuser.executemany(
                f"INSERT INTO {table} VALUES ({places})", [tuple(row) for row in rows]
            )


@pytest.fixture(scope="module")
def elsewhere(cluster: Cluster) -> LogDatabase:
    return log_database(cluster, "elsewhere")


@pytest.fixture
async def source(elsewhere: LogDatabase) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(elsewhere.superuser_url)
    yield connection
    await connection.close()


@pytest.fixture
async def liar(elsewhere: LogDatabase) -> AsyncIterator[Parts]:
    """A second server with the same seed, which tells another history."""
    database = Database(elsewhere.app_url)
    yield parts_on(database)
    await database.close()


async def test_the_whole_log_again_without_the_key(
    parts: Parts,
    superuser: asyncpg.Connection,
    source: asyncpg.Connection,
    elsewhere: LogDatabase,
    estate_id: str,
) -> None:
    await publish(parts, estate_id, *NOTICES)
    database = Database(elsewhere.app_url)
    without_key = parts_on(database, seed=bytes(32))
    await publish(without_key, estate_id, b"invented", *NOTICES[1:])
    assert await codes(without_key, estate_id) == set()
    await database.close()
    await rewrite(superuser, source, estate_id)
    assert await codes(parts, estate_id) == {"leaf-by-another-key", "checkpoint-signature-wrong"}


async def test_a_lying_server_is_caught_by_comparing(
    parts: Parts,
    liar: Parts,
    superuser: asyncpg.Connection,
    source: asyncpg.Connection,
    estate_id: str,
) -> None:
    await publish(parts, estate_id, *NOTICES)
    seen = await newest(parts, estate_id)
    await publish(liar, estate_id, *NOTICES[:-1], b"invented")
    await rewrite(superuser, source, estate_id)
    # Whoever holds the keys writes a history that agrees with itself.
    assert await codes(parts, estate_id) == set()
    with pytest.raises(LogForked):
        await compare_sighting(parts, estate_id, seen.encoded())


async def test_a_lying_server_is_caught_by_a_witness(
    parts: Parts,
    liar: Parts,
    superuser: asyncpg.Connection,
    source: asyncpg.Connection,
    estate_id: str,
) -> None:
    witness = StrictWitness("witness.example", parts.clock)
    witness.trust(parts.log_keys.of(estate_id).log_key)
    parts, liar = (with_witnesses(one, reachable(witness)) for one in (parts, liar))
    for one, first in ((parts, b"vote"), (liar, b"invented")):
        await publish(one, estate_id, first, *NOTICES)
        await choose(one, estate_id, [witness.name], quorum=1)
    assert (await collect(parts, estate_id)).cosigned == (witness.name,)
    assert (await collect(liar, estate_id)).missing == (witness.name,)
    await publish(liar, estate_id, b"and on")
    assert (await collect(liar, estate_id)).missing == (witness.name,)
    kinds = await source.fetch("SELECT kind FROM alarms WHERE estate_id = $1", estate_id)
    assert [row["kind"] for row in kinds] == ["witness-refused"]
    await rewrite(superuser, source, estate_id)
    assert (await collect(parts, estate_id)).missing == (witness.name,)


async def test_two_owners_with_two_histories_find_out(
    parts: Parts, liar: Parts, estate_id: str
) -> None:
    shown_to_wang = (await publish(parts, estate_id, *NOTICES, b"carried")).checkpoint
    shown_to_li = (await publish(liar, estate_id, *NOTICES, b"failed")).checkpoint
    with pytest.raises(LogForked):
        await compare_sighting(parts, estate_id, shown_to_li.encoded())
    with pytest.raises(LogForked):
        await compare_sighting(liar, estate_id, shown_to_wang.encoded())
    # The log had more to say to one of them: the longer history does not contain the shorter.
    await publish(parts, estate_id, b"further")
    with pytest.raises(LogForked):
        await compare_sighting(parts, estate_id, shown_to_li.encoded())
