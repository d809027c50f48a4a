"""A register that changes at the very moment at which somebody's card rests on it."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

import asyncpg
import httpx

from tests.identity.city import City, Office, Person, register, rows
from tests.support.postgres import Databases

STEPS = 200


@asynccontextmanager
async def stalled(
    databases: Databases, person: Person, work: Coroutine[object, object, httpx.Response]
) -> AsyncIterator[asyncio.Task[httpx.Response]]:
    """Begin `work`, which writes a card of `person`, and hold it at that write."""
    holder = await asyncpg.connect(databases.superuser_url("identity"))
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("SELECT 1 FROM accounts WHERE id = $1 FOR UPDATE", person.account_id)
    begun = asyncio.create_task(work)
    for _ in range(STEPS):
        if await holder.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            break
        await asyncio.sleep(0.01)
    yield begun
    await transaction.rollback()
    await holder.close()


async def sold(office: Office, buyer: Person) -> httpx.Response:
    """Import a register in which room 101 is the buyer's."""
    return await office.import_register(register(rows("101", buyer)))


async def cards_of(person: Person) -> list[str]:
    held = (await person.ask("GET", "/v1/me/cards")).json()["cards"]
    return [one["status"] for one in held]


async def test_a_claim_that_an_import_overtakes_leaves_no_card(
    city: City, databases: Databases
) -> None:
    seller, buyer = await city.person(), city.stranger()
    office = await city.office()
    await office.govern(register(rows("101", seller)))
    async with stalled(databases, seller, seller.claim(office.estate_id, "101")) as claim:
        change = asyncio.create_task(sold(office, buyer))
        await asyncio.wait([change], timeout=1)
    assert ((await claim).status_code, (await change).status_code) == (201, 201)
    assert await cards_of(seller) == ["INVALID"]


async def test_no_card_is_hung_on_a_card_that_ends(city: City, databases: Databases) -> None:
    seller, buyer, tenant = await city.person(), city.stranger(), await city.person()
    office = await city.office()
    await office.govern(register(rows("101", seller)))
    card = (await seller.claim(office.estate_id, "101")).json()
    body = {"account_id": tenant.account_id, "user_type": "TENANT"}
    path = f"{office.path}/cards/{card['card_id']}/dependents"
    work = seller.ask("POST", path, office.estate_id, json=body)
    async with stalled(databases, tenant, work) as hanging:
        change = asyncio.create_task(sold(office, buyer))
        await asyncio.wait([change], timeout=1)
    assert ((await hanging).status_code, (await change).status_code) == (201, 201)
    assert await cards_of(tenant) == ["INVALID"]
