"""The books begin on a day that has begun, and are booked in the order of their numbers."""

import asyncio
import uuid
from datetime import timedelta

import asyncpg
import pytest

from tests.ledger.people import Estate, done, problem
from tests.support.clocks import ClockStoppedAt
from tests.support.postgres import Databases

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"
HEAD = "SELECT FROM heads WHERE estate_id = $1 FOR UPDATE"


@pytest.mark.parametrize("day", ["2026-07-11", "2062-01-01", "2100-12-31"])
async def test_books_do_not_begin_on_a_day_to_come(estate: Estate, day: str) -> None:
    body = {"amount_fen": 1, "as_of_on": day}
    reply = await estate.send("PUT", "/opening-balance", body)
    assert problem(reply) == (409, "ledger/opening-in-future")
    assert reply.json()["today"] == "2026-07-10"
    await estate.open(as_of_on="2026-07-10")
    assert [one["number"] for one in await estate.entries()] == [1]


@pytest.mark.parametrize("day", ["1999-12-31", "2101-01-01", "9999-12-31"])
async def test_books_do_not_begin_in_a_year_that_cannot_be_read(estate: Estate, day: str) -> None:
    body = {"amount_fen": 1, "as_of_on": day}
    assert (await estate.send("PUT", "/opening-balance", body)).status_code == 422
    await estate.open(as_of_on="2000-01-01")


@pytest.mark.parametrize("reference", ["HT\u0001", "\u0007", "HT\u007f1", "HT-1 ", "HT\n1"])
async def test_a_contract_is_named_in_printed_characters(estate: Estate, reference: str) -> None:
    cost = {"category": "COST_ENERGY", "kind": "COST_OF_INCOME", "contract_reference": reference}
    body = {"authorities": [cost]}
    assert (await estate.send("PUT", "/category-authorities", body)).status_code == 422


@pytest.mark.parametrize("reason", ["   ", "\u3000", "\n"])
async def test_a_reversal_says_something(estate: Estate, reason: str) -> None:
    body = {"reason_code": "OTHER", "reason": reason}
    reply = await estate.send("POST", f"/entries/{uuid.uuid4()}/reversal", body)
    assert problem(reply) == (422, "chassis/malformed")


async def _until_somebody_waits(superuser: asyncpg.Connection) -> None:
    for _ in range(500):
        if await superuser.fetchval(WAITING):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the publication did not wait for the head")


async def test_an_entry_is_booked_when_its_number_is_given(
    estate: Estate, clock: ClockStoppedAt, databases: Databases
) -> None:
    await estate.open()
    import_id = await estate.imported("2026-01-08,收入,利息,30.62,,S1")
    superuser = await asyncpg.connect(databases.superuser_url("ledger"))
    try:
        async with superuser.transaction():
            await superuser.execute(HEAD, estate.id)
            publishing = asyncio.create_task(estate.publish(import_id))
            await _until_somebody_waits(superuser)
            # Somebody else's entry would be booked now, with the lower number.
            clock.advance(seconds=3)
        published = done(await publishing).json()
    finally:
        await superuser.close()
    assert published["published_at"] == _rfc3339(clock)
    newest, opening = await estate.entries()
    assert (newest["booked_at"], opening["number"]) == (_rfc3339(clock), 1)


async def test_a_slower_clock_books_nothing_before_what_is_booked(
    estate: Estate, clock: ClockStoppedAt
) -> None:
    await estate.open()
    booked_at = _rfc3339(clock)
    clock.advance(hours=-1)
    await estate.published("2026-01-08,收入,利息,30.62,,S1")
    await estate.reverse((await estate.entries())[0]["entry_id"])
    assert [one["booked_at"] for one in await estate.entries()] == [booked_at] * 3
    assert await estate.findings() == []


def _rfc3339(clock: ClockStoppedAt) -> str:
    assert clock.now().utcoffset() == timedelta()
    return clock.now().isoformat().replace("+00:00", "Z")
