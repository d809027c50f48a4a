"""What is published cannot change: by grants for the running role, by triggers for the owner."""

import json
from collections.abc import AsyncIterator

import asyncpg
import pytest
import pytest_asyncio

from services.voting.domain.vote import read_vote
from tests.support.postgres import Databases
from tests.voting.hall import CLOSES, COMMITTEE, NOON, Announced, Hall, owner

PUBLISHED = [
    "ballots",
    "items",
    "announcements",
    "electorate_entries",
    "entry_holders",
    "votes",
    "device_keys",
    "results",
    "leaves",
    "checkpoints",
]
CHANGES = ["UPDATE {} SET estate_id = estate_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]


@pytest_asyncio.fixture(loop_scope="session")
async def counted(hall: Hall) -> Announced:
    """A ballot with a vote and a result, so that every table has rows."""
    announced = await hall.announce("FUND_USE")
    hall.clock.move_to(NOON)
    await announced.vote("ada")
    hall.clock.move_to(CLOSES)
    assert (await hall.post(f"{announced.path}/result", COMMITTEE)).status_code == 201
    return announced


@pytest_asyncio.fixture(loop_scope="session", params=["app", "migrator"])
async def session(
    request: pytest.FixtureRequest, databases: Databases
) -> AsyncIterator[asyncpg.Connection]:
    """A session of the running role, then one of the role that owns the tables."""
    url = (
        databases.app_url("voting") if request.param == "app" else databases.migrator_url("voting")
    )
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", PUBLISHED)
async def test_nobody_changes_what_is_published(
    counted: Announced, session: asyncpg.Connection, table: str, change: str
) -> None:
    count = f"SELECT count(*) FROM {table} WHERE estate_id = '{counted.hall.estate_id}'"
    assert await session.fetchval(count) > 0
    refused = (asyncpg.InsufficientPrivilegeError, asyncpg.IntegrityConstraintViolationError)
    with pytest.raises(refused):
        await session.execute(change.format(table))
    assert await session.fetchval(count) > 0


LATE = [
    """INSERT INTO items (estate_id, item_id, ballot_id, number, kind, title, description,
       attachments) VALUES ($1, gen_random_uuid(), $2, 9, 'FUND_USE', '新增', '', '[]')""",
    """INSERT INTO electorate_entries (estate_id, ballot_id, entry_id, kind, area_centi, units)
       VALUES ($1, $2, gen_random_uuid(), 'OWNERS', 99, 1)""",
    """INSERT INTO entry_holders (estate_id, ballot_id, holder, entry_id)
       SELECT $1, $2, 'latecomer', entry_id FROM electorate_entries WHERE ballot_id = $2 LIMIT 1""",
]


@pytest.mark.parametrize("late", LATE, ids=["items", "electorate_entries", "entry_holders"])
async def test_nothing_joins_what_was_frozen(
    counted: Announced, session: asyncpg.Connection, late: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="frozen with their row"):
        await session.execute(late, counted.hall.estate_id, counted.ballot_id)


async def test_a_table_of_the_same_name_does_not_unfreeze_items(
    counted: Announced, databases: Databases
) -> None:
    connection = await asyncpg.connect(databases.migrator_url("voting"))
    estate_id, ballot_id = counted.hall.estate_id, counted.ballot_id
    try:
        await connection.execute("CREATE TEMPORARY TABLE ballots (estate_id uuid, ballot_id uuid)")
        # A row of this very transaction, as the check asks for, and of no ballot of ours.
        await connection.execute("BEGIN")
        query = "INSERT INTO ballots VALUES ($1, $2)"
        await connection.execute(query, estate_id, ballot_id)
        late = LATE[0].replace("INTO items", "INTO public.items")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="frozen with their row"):
            await connection.execute(late, estate_id, ballot_id)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE heads SET size = 0 WHERE estate_id = $1",
        "UPDATE heads SET last_at = last_at - interval '1 day' WHERE estate_id = $1",
        "UPDATE heads SET last_at = NULL WHERE estate_id = $1",
        "UPDATE heads SET estate_id = gen_random_uuid() WHERE estate_id = $1",
        "DELETE FROM heads WHERE estate_id = $1",
    ],
)
async def test_a_head_only_grows(
    counted: Announced, session: asyncpg.Connection, change: str
) -> None:
    with pytest.raises(
        (asyncpg.IntegrityConstraintViolationError, asyncpg.InsufficientPrivilegeError)
    ):
        await session.execute(change, counted.hall.estate_id)


FORGED = """
    INSERT INTO votes (estate_id, vote_id, ballot_id, entry_id, area_centi, channel, cast_by,
                       entered_by, evidence_sha256, position, cast_at, document, document_sha256)
    SELECT e.estate_id, gen_random_uuid(), e.ballot_id, e.entry_id, {area}, {channel}, {holder},
           {entered}, {evidence}, {position}, now(), 'x', decode(repeat('00', 32), 'hex')
    FROM electorate_entries e JOIN entry_holders h USING (estate_id, ballot_id, entry_id)
    WHERE e.ballot_id = $1 AND h.holder = {whose}
"""


@pytest.mark.parametrize(
    ("forgery", "constraint"),
    [
        ({"area": "e.area_centi + 1"}, "fk_votes_entry"),
        ({"holder": "'somebody'"}, "fk_votes_holder"),
        ({"position": "4"}, "uq_votes_position"),
        ({"position": "77"}, "fk_votes_leaf"),
        ({"whose": "'ada'"}, "uq_votes_entry"),
        ({"holder": "NULL"}, "ck_votes_caster"),
        ({"channel": "'PAPER'"}, "ck_votes_caster"),
        ({"entered": "'somebody'"}, "ck_votes_caster"),
        ({"evidence": "sha256('x')"}, "ck_votes_caster"),
        (
            {
                "channel": "'POST'",
                "holder": "NULL",
                "entered": "'somebody'",
                "evidence": "sha256('x')",
            },
            "ck_votes_channel",
        ),
    ],
)
async def test_the_database_itself_refuses_a_vote_that_cannot_be(
    counted: Announced, databases: Databases, forgery: dict[str, str], constraint: str
) -> None:
    good = {
        "area": "e.area_centi",
        "channel": "'PHONE'",
        "holder": "h.holder",
        "entered": "NULL",
        "evidence": "NULL",
        "position": "0",
        "whose": "'bo'",
    }
    connection = await asyncpg.connect(databases.app_url("voting"))
    try:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refused:
            await connection.execute(FORGED.format(**good | forgery), counted.ballot_id)
    finally:
        await connection.close()
    assert refused.value.constraint_name == constraint


async def test_the_bytes_of_a_vote_are_stored_as_they_came(
    hall: Hall, databases: Databases
) -> None:
    announced = await hall.announce("FUND_USE")
    hall.clock.move_to(NOON)
    document = await announced.document("ada", "ABSTAIN")
    await announced.send(owner("ada"), document)
    connection = await asyncpg.connect(databases.app_url("voting"))
    try:
        query = "SELECT document, document_sha256 FROM votes WHERE estate_id = $1"
        stored, sha256 = await connection.fetchrow(query, hall.estate_id)
    finally:
        await connection.close()
    assert json.loads(stored) == document
    assert read_vote(stored).document_sha256 == sha256
