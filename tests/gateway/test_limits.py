"""Rates and sizes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network

import httpx
import pytest

from services.gateway.api import body as body_module
from services.gateway.domain.rates import Budget
from services.gateway.domain.routing import BODY_LIMIT_BYTES
from tests.gateway.conftest import GENEROUS, World

RULES = "/v1/decision-rules"
CODES = "/v1/sign-in-codes"
BALLOTS = "/v1/estates/estate-1/ballots"
VOTES = f"{BALLOTS}/b-1/votes"
IMPORTS = "/v1/estates/estate-1/register-imports"
SIGHTINGS = "/v1/estates/estate-1/log/sightings"
NOTE, TEXT = b"sigsum.org/v1/tree/0\n1\n", {"content-type": "text/plain"}
THREE = Budget(per_minute=6, burst=3)
PROXY = (ip_network("127.0.0.0/8"),)


async def in_pieces(size: int, piece: int = 8_192) -> AsyncIterator[bytes]:
    for begin in range(0, size, piece):
        yield b"x" * min(piece, size - begin)
        # So that the pieces arrive one by one, and the limit is met in the middle of the stream.
        await asyncio.sleep(0.002)


def check_too_many(reply: httpx.Response, slug: str = "too-many-requests") -> None:
    assert reply.status_code == 429
    assert reply.json()["type"] == f"/problems/gateway/{slug}"
    assert reply.headers["retry-after"] == "10"


@pytest.mark.parametrize(
    "path", ["/docs", "/openapi.json", "/health/live", "/internal/v1/exchange"]
)
async def test_the_gateways_own_pages_take_no_body_and_count_who_sends_one(
    world: World, path: str
) -> None:
    """What is not forwarded would be gathered in memory, as much as a sheet may have."""
    client = await world.client(budgets=replace(GENEROUS, source=THREE))
    sheet, kind = b"x" * 100_000, {"content-type": "text/csv"}
    replies = [await client.post(path, content=sheet, headers=kind) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [404, 404, 404, 429]


async def test_an_address_that_asks_too_fast_waits_and_comes_back(world: World) -> None:
    client = await world.client(budgets=replace(GENEROUS, source=THREE))
    replies = [await client.get(RULES) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    check_too_many(replies[-1])
    assert len(world.voting.heard) == 3
    world.clock.advance(seconds=10)
    assert (await client.get(RULES)).status_code == 200
    check_too_many(await client.get(RULES))


async def test_asking_for_what_does_not_exist_costs_as_much(world: World) -> None:
    client = await world.client(budgets=replace(GENEROUS, source=THREE))
    replies = [await client.get(f"/v1/guess-{number}") for number in range(4)]
    assert [reply.status_code for reply in replies] == [404, 404, 404, 429]


async def test_health_is_never_refused(world: World) -> None:
    client = await world.client(budgets=replace(GENEROUS, source=THREE))
    replies = [await client.get("/health/ready") for _ in range(9)]
    assert {reply.status_code for reply in replies} == {200}


async def test_signing_in_has_a_stricter_budget_of_its_own(world: World) -> None:
    client = await world.client(budgets=replace(GENEROUS, sign_in=THREE))
    replies = [await client.post(path, json={}) for path in (CODES, "/v1/sessions", CODES, CODES)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    check_too_many(replies[-1], "too-many-sign-ins")
    assert (await client.get(RULES)).status_code == 200


async def test_sightings_have_a_budget_of_their_own_and_leave_signing_in_alone(
    world: World,
) -> None:
    client = await world.client(budgets=replace(GENEROUS, stranger=THREE))
    replies = [await client.post(SIGHTINGS, content=NOTE, headers=TEXT) for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    check_too_many(replies[-1])
    assert (await client.post(CODES, json={})).status_code == 200
    assert (await client.get(RULES)).status_code == 200
    world.clock.advance(seconds=10)
    assert (await client.post(SIGHTINGS, content=NOTE, headers=TEXT)).status_code == 200


async def test_signing_in_too_often_leaves_sightings_alone(world: World) -> None:
    client = await world.client(budgets=replace(GENEROUS, sign_in=THREE))
    replies = [await client.post(CODES, json={}) for _ in range(4)]
    assert replies[-1].status_code == 429
    assert (await client.post(SIGHTINGS, content=NOTE, headers=TEXT)).status_code == 200


async def test_a_sighting_is_small(world: World) -> None:
    """A checkpoint with every cosignature has 16 KiB; a sheet has thousands of times that."""
    client = await world.client()
    largest = await client.post(SIGHTINGS, content=b"x" * 16_384, headers=TEXT)
    assert (largest.status_code, len(world.voting.heard[-1].body)) == (200, 16_384)
    beyond = await client.post(SIGHTINGS, content=b"x" * (BODY_LIMIT_BYTES + 1), headers=TEXT)
    assert beyond.status_code == 413
    assert len(world.voting.heard) == 1


async def test_a_session_has_a_budget_wherever_it_asks_from(world: World) -> None:
    changed = {"budgets": replace(GENEROUS, session=THREE), "trusted_proxies": PROXY}
    client = await world.client(**changed)
    headers = world.signed_in()
    replies = [
        await client.get(BALLOTS, headers=headers | {"x-forwarded-for": f"198.51.100.{number}"})
        for number in range(4)
    ]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    # A fresh token of the same session is the same session; another session is not.
    check_too_many(await client.get(BALLOTS, headers=world.signed_in()))
    other = world.signed_in(sid="session-2")
    assert (await client.get(BALLOTS, headers=other)).status_code == 200


async def test_addresses_behind_a_trusted_proxy_are_counted_one_by_one(world: World) -> None:
    changed = {"budgets": replace(GENEROUS, source=THREE), "trusted_proxies": PROXY}
    client = await world.client(**changed)
    for number in range(4):
        reply = await client.get(RULES, headers={"x-forwarded-for": f"198.51.100.{number}"})
        assert reply.status_code == 200


async def test_an_untrusted_peer_cannot_choose_its_address(world: World) -> None:
    client = await world.client(budgets=replace(GENEROUS, source=THREE))
    statuses = [
        (await client.get(RULES, headers={"x-forwarded-for": f"198.51.100.{n}"})).status_code
        for n in range(4)
    ]
    assert statuses == [200, 200, 200, 429]


@pytest.mark.parametrize(("size", "status"), [(BODY_LIMIT_BYTES, 200), (BODY_LIMIT_BYTES + 1, 413)])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_is_taken_up_to_its_limit(
    world: World, size: int, status: int, *, chunked: bool
) -> None:
    client = await world.client()
    content = in_pieces(size) if chunked else b"x" * size
    reply = await client.post(VOTES, content=content, headers=world.signed_in())
    assert reply.status_code == status
    if status == 200:
        assert (len(world.voting.heard[-1].body), world.voting.heard[-1].whole) == (size, True)
    else:
        assert reply.json()["type"] == "/problems/gateway/body-too-large"
        assert reply.json()["limit_bytes"] == BODY_LIMIT_BYTES
        await asyncio.sleep(0.05)
        # Declared too large, it never left; found too large, no service took it for whole.
        assert not any(heard.whole for heard in world.voting.heard)
        assert chunked or world.voting.heard == []


async def test_one_piece_over_the_limit_is_refused_before_it_leaves(world: World) -> None:
    client = await world.client()
    content = in_pieces(BODY_LIMIT_BYTES * 2, BODY_LIMIT_BYTES * 2)
    reply = await client.post(VOTES, content=content, headers=world.signed_in())
    assert reply.status_code == 413


async def test_an_operation_may_take_more(world: World) -> None:
    client = await world.client()
    for size, status in ((1_000_000, 200), (4_000_001, 413)):
        reply = await client.post(IMPORTS, content=b"x" * size, headers=world.signed_in())
        assert reply.status_code == status


async def test_a_body_that_stops_arriving_is_given_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_module, "SILENCE_SECONDS", 0.1)
    client = await world.client()

    async def stopping() -> AsyncIterator[bytes]:
        yield b"begin"
        await asyncio.sleep(0.3)
        yield b"end"

    reply = await client.post(VOTES, content=stopping(), headers=world.signed_in())
    assert (reply.status_code, reply.json()["type"]) == (408, "/problems/gateway/body-too-slow")
    assert [heard.whole for heard in world.voting.heard] == [False]


async def test_a_client_that_hangs_up_in_the_middle_is_not_rounded_off(world: World) -> None:
    url = httpx.URL(await world.url())
    reader, writer = await asyncio.open_connection(url.host, url.port)
    token = world.signed_in()["authorization"]
    head = f"POST {VOTES} HTTP/1.1\r\nhost: x\r\nauthorization: {token}\r\n"
    writer.write(f"{head}transfer-encoding: chunked\r\n\r\n5\r\nbegin\r\n".encode())
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()
    await asyncio.sleep(0.2)
    assert await reader.read() == b""
    assert [(heard.body, heard.whole) for heard in world.voting.heard] == [(b"begin", False)]
