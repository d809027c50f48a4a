"""Whatever writes a leaf, sent again with its key: the same bytes, and no second leaf."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.ledger.people import Estate, done, problem

LIMITS = {
    "uses_max": 3,
    "amount_each_max_fen": 100,
    "amount_total_max_fen": 300,
}


@dataclass(frozen=True)
class Call:
    """One unsafe request that can be sent any number of times."""

    estate: Estate
    method: str
    path: str
    body: Any = None
    role: str = "property_manager"

    async def send(self, key: str) -> httpx.Response:
        return await self.estate.send(self.method, self.path, self.body, role=self.role, key=key)


async def opening(estate: Estate) -> Call:
    return Call(estate, "PUT", "/opening-balance", {"amount_fen": 7, "as_of_on": "2026-01-01"})


async def publication(estate: Estate) -> Call:
    await estate.open()
    import_id = await estate.imported("2026-01-08,收入,利息,30.62,,S1")
    return Call(estate, "POST", "/publications", {"import_id": import_id})


async def reversal(estate: Estate) -> Call:
    await estate.open()
    await estate.published("2026-01-08,收入,利息,30.62,,S1")
    entry = (await estate.entries())[0]["entry_id"]
    body = {"reason_code": "OTHER", "reason": "更正"}
    return Call(estate, "POST", f"/entries/{entry}/reversal", body)


async def limits(estate: Estate) -> Call:
    return Call(estate, "PUT", "/spending-limits", LIMITS, role="committee")


async def half_year(estate: Estate) -> Call:
    await estate.open()
    return Call(estate, "POST", "/statements/2026H1/publications")


def new_key() -> str:
    return str(uuid.uuid4())


WRITING: list[Callable[[Estate], Awaitable[Call]]] = [
    opening,
    publication,
    reversal,
    limits,
    half_year,
]


async def leaves(estate: Estate) -> int:
    """Return how many leaves the estate's log has, by its bundle."""
    reply = await estate.get("/bundle")
    return 0 if reply.status_code == 404 else len(done(reply).content.splitlines()) - 2


@pytest.mark.parametrize("writing", WRITING)
async def test_one_request_sent_many_times_at_once_is_one_leaf(
    estate: Estate, writing: Callable[[Estate], Awaitable[Call]]
) -> None:
    call, key = await writing(estate), new_key()
    before = await leaves(estate)
    replies = await asyncio.gather(*(call.send(key) for _ in range(5)))
    assert len({(reply.status_code, reply.content) for reply in replies}) == 1
    assert replies[0].is_success
    assert await leaves(estate) == before + 1


@pytest.mark.parametrize("writing", WRITING)
async def test_a_retry_that_comes_late_gets_the_first_answer(
    estate: Estate, writing: Callable[[Estate], Awaitable[Call]]
) -> None:
    call, key = await writing(estate), new_key()
    first = done(await call.send(key))
    # The log grows by something else meanwhile.
    done(await (await limits(estate)).send(new_key()))
    grown = await leaves(estate)
    again = done(await call.send(key))
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert await leaves(estate) == grown


async def test_a_key_of_another_request_does_nothing(estate: Estate) -> None:
    call, key = await limits(estate), new_key()
    done(await call.send(key))
    other = Call(estate, "PUT", "/spending-limits", LIMITS | {"uses_max": 4}, role="committee")
    assert problem(await other.send(key))[0] == 409
    assert await leaves(estate) == 1
