"""The checker on a log that is right, whatever it holds."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.tlog.background import log_work
from services.chassis.tlog.checking import check_all, check_and_keep, check_estate, snapshot
from services.chassis.tlog.contents import Finding
from services.chassis.tlog.estates import all_estates
from services.chassis.tlog.keys import EstateKeys
from services.chassis.tlog.reports import CheckReport
from tests.chassis.tlog.notices import NoticeContents, Parts, client_of, publish, served


async def checked(parts: Parts, estate_id: str) -> CheckReport:
    async with parts.begin() as connection:
        await snapshot(connection)
        keys, at = parts.log_keys.of(estate_id), parts.clock.now()
        return await check_estate(connection, estate_id, keys, NoticeContents(), at)


async def test_an_honest_log_passes(parts: Parts, estate_id: str) -> None:
    await publish(parts, estate_id, *(b"%d" % number for number in range(300)))
    parts.clock.advance(seconds=1)
    logged = await publish(parts, estate_id, b"one more")
    report = await checked(parts, estate_id)
    assert report.findings == ()
    assert (report.size, report.root) == (301, logged.checkpoint.root)


async def test_a_log_longer_than_a_chunk_passes(parts: Parts, estate_id: str) -> None:
    for batch in (999, 1, 1, 1000, 600):
        await publish(parts, estate_id, *(b"%d %d" % (batch, one) for one in range(batch)))
    report = await checked(parts, estate_id)
    assert (report.findings, report.size) == ((), 2601)


async def test_an_estate_without_a_log_has_nothing_wrong_but_no_head(
    parts: Parts, estate_id: str
) -> None:
    report = await checked(parts, estate_id)
    assert [one.code for one in report.findings] == ["head-missing"]


async def test_every_log_is_checked_once_an_interval(parts: Parts, estate_id: str) -> None:
    await publish(parts, estate_id, b"one")
    for _ in range(2):
        await check_all(parts, NoticeContents(), timedelta(hours=1))
    async with parts.begin() as connection:
        assert estate_id in await all_estates(connection)
    kept = await check_and_keep(parts, estate_id, NoticeContents())
    assert kept.passed


def check_path(estate_id: str) -> str:
    return f"/v1/estates/{estate_id}/log/checks"


async def test_a_check_on_demand_is_published(parts: Parts, estate_id: str) -> None:
    logged = await publish(parts, estate_id, b"one", b"two")
    key = {"idempotency-key": str(uuid.uuid4())}
    app = served(parts)
    async with client_of(app, estate_id, "auditor") as client:
        made = await client.post(check_path(estate_id), headers=key)
        again = await client.post(check_path(estate_id), headers=key)
        assert (made.status_code, again.json()) == (201, made.json())
        without_key = await client.post(check_path(estate_id))
        assert without_key.status_code == 400
    async with client_of(app, estate_id) as anybody:
        listed = (await anybody.get(check_path(estate_id))).json()["checks"]
        assert (await anybody.post(check_path(estate_id), headers=key)).status_code == 401
    assert listed == [made.json()]
    (check,) = listed
    assert (check["passed"], check["found"], check["size"]) == (True, 0, 2)
    assert check["root"] == logged.checkpoint.root.hex()
    keys = parts.log_keys.of(estate_id)
    keys.check_statement(check["document"].encode(), bytes.fromhex(check["signature"]))


async def test_a_check_that_does_not_pass_raises_one_alarm(
    parts: Parts,
    estate_id: str,
    superuser: asyncpg.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await publish(parts, estate_id, *(b"%d" % number for number in range(200)))
    await superuser.execute("UPDATE notices SET length = 77 WHERE estate_id = $1", estate_id)
    for _ in range(2):
        assert not (await check_and_keep(parts, estate_id, NoticeContents())).passed
    async with client_of(served(parts), estate_id) as client:
        checks = (await client.get(check_path(estate_id))).json()["checks"]
        alarms = await client.get(f"/v1/estates/{estate_id}/log/alarms")
    assert [(one["passed"], one["found"]) for one in checks] == [(False, 200)] * 2
    assert len(checks[0]["findings"]) == 100
    assert [one["kind"] for one in alarms.json()["alarms"]] == ["check-failed"]
    assert [one.message for one in caplog.records if one.levelname == "ERROR"] == ["log alarm"]


async def test_a_row_that_breaks_its_reader_is_a_finding(parts: Parts, estate_id: str) -> None:
    class Brittle(NoticeContents):
        async def further(
            self, connection: AsyncConnection, estate_id: str, keys: EstateKeys
        ) -> AsyncIterator[Finding]:
            async for one in super().further(connection, estate_id, keys):
                yield one
            raise KeyError("a forged document has no such member")

    await publish(parts, estate_id, b"one")
    kept = await check_and_keep(parts, estate_id, Brittle())
    assert b'"rows-unreadable"' in kept.document


async def test_one_log_that_cannot_be_checked_keeps_no_other_from_it(
    parts: Parts, estate_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    class Away(NoticeContents):
        async def further(
            self, connection: AsyncConnection, one: str, keys: EstateKeys
        ) -> AsyncIterator[Finding]:
            if one != estate_id:
                raise OSError("away")
            async for finding in super().further(connection, one, keys):
                yield finding

    other = str(uuid.uuid4())
    for one in (other, estate_id):
        await publish(parts, one, b"one")
    parts.clock.advance(days=1)
    await check_all(parts, Away(), timedelta(hours=1))
    async with client_of(served(parts), estate_id) as client:
        assert (await client.get(check_path(estate_id))).json()["checks"]
        assert not (await client.get(check_path(other))).json()["checks"]
    assert "log not checked" in {one.message for one in caplog.records}


async def test_the_background_work_checks_and_collects(parts: Parts, estate_id: str) -> None:
    await publish(parts, estate_id, b"one")
    parts.clock.advance(days=2)
    tasks = log_work(
        parts, NoticeContents(), witness_interval_seconds=3600, check_interval_seconds=3600
    )
    running = [asyncio.ensure_future(one()) for one in tasks]
    async with client_of(served(parts), estate_id) as client, asyncio.timeout(20):
        while not (await client.get(check_path(estate_id))).json()["checks"]:
            continue
    for one in running:
        one.cancel()
    await asyncio.gather(*running, return_exceptions=True)
