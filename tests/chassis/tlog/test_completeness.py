"""Every column that is published is bound to the log; a superuser changes none unnoticed."""

import uuid
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.database import Database
from services.chassis.embedded import Cluster
from services.chassis.tlog.checking import check_and_keep
from services.chassis.tlog.contents import Finding
from services.chassis.tlog.keys import EstateKeys
from services.proofs.checkpoint import sign_checkpoint
from tests.chassis.tlog.notices import (
    NOW,
    NoticeContents,
    Parts,
    client_of,
    metadata,
    parts_on,
    publish,
    served,
    with_witnesses,
)
from tests.support.log_database import LogDatabase, log_database
from tests.support.log_tampering import (
    DERIVED,
    LOG_EXEMPT,
    LOG_TABLES,
    LOGGED,
    Classification,
    checking,
    unnoticed_changes,
    unpublished,
)
from tests.support.witnesses import StrictWitness, reachable

CLASSIFIED = Classification(LOG_TABLES | {"notices": LOGGED}, LOG_EXEMPT)


@pytest.fixture(scope="module")
def tampered(cluster: Cluster) -> LogDatabase:
    return log_database(cluster, "tampered")


@pytest.fixture(scope="module")
async def full(tampered: LogDatabase) -> Parts:
    """Two logs with everything that a log can have."""
    database = Database(tampered.app_url)
    parts = parts_on(database)
    for number in range(2):
        estate_id = str(uuid.uuid4())
        await fill(parts, estate_id, number, leaves=(300, 3)[number])
    await database.close()
    return parts


async def fill(parts: Parts, estate_id: str, number: int, *, leaves: int) -> None:
    witness = StrictWitness("witness.example", parts.clock)
    keys = parts.log_keys.of(estate_id)
    witness.trust(keys.log_key)
    with_one = with_witnesses(parts, reachable(witness))
    await publish(parts, estate_id, *(b"%d" % one for one in range(leaves)))
    async with client_of(served(with_one), estate_id, "street_office") as client:
        for quorum in (1, 0):
            await asked(
                client,
                estate_id,
                "witness-policies",
                {"witnesses": [witness.name], "quorum": quorum},
            )
            await asked(client, estate_id, "cosignatures")
            parts.clock.advance(seconds=1)
            await publish(parts, estate_id, b"further %d" % quorum)
        await asked(client, estate_id, "cosignatures")
        forked = sign_checkpoint(keys.tree, 2, bytes([number]) * 32)
        reply = await client.post(
            f"/v1/estates/{estate_id}/log/sightings", json={"checkpoint": forked.encoded()}
        )
        assert reply.status_code == 409
    assert (await check_and_keep(parts, estate_id, NoticeContents())).passed


async def asked(
    client: httpx.AsyncClient, estate_id: str, what: str, body: object = None
) -> httpx.Response:
    headers = {"idempotency-key": str(uuid.uuid4())}
    path = f"/v1/estates/{estate_id}/log/{what}"
    reply = await client.post(path, json=body, headers=headers)
    assert reply.is_success, reply.text
    return reply


async def test_no_published_column_changes_unnoticed(tampered: LogDatabase, full: Parts) -> None:
    check = checking(full.log_keys, NoticeContents(), NOW)
    unnoticed = await unnoticed_changes(tampered.superuser_url, metadata, CLASSIFIED, check)
    assert unnoticed == []


async def test_what_the_contents_leave_out_is_listed(tampered: LogDatabase, full: Parts) -> None:
    class Careless(NoticeContents):
        async def further(
            self, connection: AsyncConnection, estate_id: str, keys: EstateKeys
        ) -> AsyncIterator[Finding]:
            async for one in super().further(connection, estate_id, keys):
                if one.code != "length-wrong":
                    yield one

    check = checking(full.log_keys, Careless(), NOW)
    hidden = {name: unpublished("not looked at here") for name in LOG_TABLES}
    classified = Classification(hidden | {"notices": LOGGED})
    unnoticed = await unnoticed_changes(tampered.superuser_url, metadata, classified, check)
    assert {one.partition(":")[0] for one in unnoticed} == {"notices.length"}


async def test_a_table_that_nobody_classified_is_listed(tampered: LogDatabase, full: Parts) -> None:
    check = checking(full.log_keys, NoticeContents(), NOW)
    hidden = {name: unpublished("not looked at here") for name in LOG_TABLES}
    forgetful = Classification(hidden | {"minutes": DERIVED})
    unnoticed = await unnoticed_changes(tampered.superuser_url, metadata, forgetful, check)
    assert unnoticed == ["minutes: classified, but no such table", "notices: not classified"]
