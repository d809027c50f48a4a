"""What the database itself refuses, whoever asks and however he says it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from migrations.transparency_log import APPEND_ONLY
from tests.chassis.tlog.notices import Parts, publish
from tests.support.log_database import LogDatabase

Refused = asyncpg.exceptions.IntegrityConstraintViolationError
LEAF = (
    "INSERT INTO leaves (estate_id, position, kind, subject, sha256, signature, public_key, hash)"
    " VALUES ($1, $2, 'entry', $1, sha256($3), decode(repeat('00', 64), 'hex'), sha256('k'),"
    " sha256('h'))"
)
SEVERAL = LEAF.partition(" VALUES")[0] + (
    " SELECT $1, p, 'entry', $1, sha256(p::text::bytea), decode(repeat('00', 64), 'hex'),"
    " sha256('k'), sha256('h') FROM unnest($2::bigint[]) AS p"
)
WHO = ("app", "owner", "superuser")


@pytest.fixture(params=WHO)
async def anybody(
    request: pytest.FixtureRequest, logs: LogDatabase
) -> AsyncIterator[asyncpg.Connection]:
    """Each role in turn; the superuser also plays a replica, for whom triggers sleep."""
    url = {"app": logs.app_url, "owner": logs.owner_url, "superuser": logs.superuser_url}
    connection = await asyncpg.connect(url[request.param])
    if request.param == "superuser":
        await connection.execute("SET session_replication_role = replica")
    yield connection
    await connection.close()


@pytest.fixture
async def three(parts: Parts, estate_id: str) -> str:
    await publish(parts, estate_id, b"one", b"two", b"three")
    return estate_id


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET estate_id = estate_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"],
)
@pytest.mark.usefixtures("three")
async def test_nothing_published_is_changed_or_taken_away(
    anybody: asyncpg.Connection, table: str, statement: str
) -> None:
    refused = (Refused, asyncpg.exceptions.InsufficientPrivilegeError)
    with pytest.raises(refused):
        await anybody.execute(statement.format(table))


@pytest.mark.parametrize("position", [2, 3, 4, 7])
async def test_a_leaf_stands_where_the_head_says(
    anybody: asyncpg.Connection, three: str, position: int
) -> None:
    refused = (Refused, asyncpg.exceptions.UniqueViolationError)
    with pytest.raises(refused):
        await anybody.execute(LEAF, three, position, b"x")


async def test_a_batch_has_no_gap_inside(anybody: asyncpg.Connection, three: str) -> None:
    await anybody.execute("BEGIN")
    await anybody.execute(
        "UPDATE heads SET size = 6, range = $2 WHERE estate_id = $1", three, bytes(64)
    )
    with pytest.raises(Refused, match="up to the head"):
        await anybody.execute(SEVERAL, three, [3, 5])


@pytest.mark.parametrize("taken", [(4,), (5,), (4, 5)])
async def test_a_head_that_grows_needs_every_leaf_up_to_it(
    anybody: asyncpg.Connection, three: str, taken: tuple[int, ...]
) -> None:
    """Of three further leaves only some are added."""
    await anybody.execute("BEGIN")
    await anybody.execute(
        "UPDATE heads SET size = 6, range = $2 WHERE estate_id = $1", three, bytes(64)
    )
    with pytest.raises(Refused, match="up to the head"):
        await anybody.execute(SEVERAL, three, list(taken))


@pytest.mark.parametrize(
    "change",
    [
        "size = 2, range = $2",
        "size = size, range = $3",
        "last_at = last_at - interval '1 microsecond'",
        "last_at = NULL",
        "estate_id = gen_random_uuid()",
    ],
)
async def test_a_head_only_grows(anybody: asyncpg.Connection, three: str, change: str) -> None:
    smaller, other = bytes(32), bytes(64)
    arguments = [three, *([smaller] if "$2" in change else [])]
    if "$3" in change:
        change, arguments = change.replace("$3", "$2"), [three, other]
    with pytest.raises(Refused, match="only grows"):
        await anybody.execute(f"UPDATE heads SET {change} WHERE estate_id = $1", *arguments)


async def test_a_head_is_never_taken_away(anybody: asyncpg.Connection, three: str) -> None:
    refused = (Refused, asyncpg.exceptions.InsufficientPrivilegeError)
    with pytest.raises(refused):
        await anybody.execute("DELETE FROM heads WHERE estate_id = $1", three)
    with pytest.raises(refused):
        await anybody.execute("TRUNCATE heads")


async def test_a_head_needs_its_leaf(anybody: asyncpg.Connection, three: str) -> None:
    with pytest.raises(Refused, match="behind its last leaf"):
        await anybody.execute(
            "UPDATE heads SET size = 4, range = $2 WHERE estate_id = $1", three, bytes(32)
        )


async def test_a_head_needs_its_checkpoint(anybody: asyncpg.Connection, three: str) -> None:
    await anybody.execute("BEGIN")
    await anybody.execute(
        "UPDATE heads SET size = 4, range = $2 WHERE estate_id = $1", three, bytes(32)
    )
    await anybody.execute(LEAF, three, 3, b"x")
    with pytest.raises(Refused, match="with a checkpoint"):
        await anybody.execute("COMMIT")


async def test_a_new_head_stands_nowhere_but_at_nothing(
    anybody: asyncpg.Connection, estate_id: str
) -> None:
    with pytest.raises(Refused, match="behind its last leaf"):
        await anybody.execute(
            "INSERT INTO heads (estate_id, size, range) VALUES ($1, 1, $2)", estate_id, bytes(32)
        )


async def test_the_same_content_is_logged_once(three: str, logs: LogDatabase) -> None:
    connection = await asyncpg.connect(logs.app_url)
    await connection.execute("BEGIN")
    await connection.execute(
        "UPDATE heads SET size = 5, range = $2 WHERE estate_id = $1", three, bytes(64)
    )
    with pytest.raises(asyncpg.exceptions.UniqueViolationError):
        await connection.execute(SEVERAL.replace("p::text::bytea", "'same'"), three, [3, 4])
    await connection.close()
