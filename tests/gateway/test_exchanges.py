"""Inside tokens: one question for many requests, kept for exactly what they were given for."""

import asyncio

import pytest

from services.chassis.tokens import Expected
from services.gateway.actions.exchange_token import exchange_token
from tests.gateway.conftest import World
from tests.gateway.fakes import free_port
from tests.support.tokens import bearer, trust_in

BALLOTS = "/v1/estates/estate-1/ballots"
BALANCE = "/v1/estates/estate-1/ledger/balance"


async def test_a_token_is_exchanged_once_and_kept(world: World) -> None:
    client = await world.client()
    headers = world.signed_in()
    for _ in range(3):
        assert (await client.get(BALLOTS, headers=headers)).status_code == 200
    token = headers["authorization"].removeprefix("Bearer ")
    asked = {"token": token, "audience": "voting", "estate_id": "estate-1"}
    assert world.identity.exchanges == [asked]
    assert len({heard.header("authorization") for heard in world.voting.heard}) == 1


async def test_another_token_service_or_estate_is_another_exchange(world: World) -> None:
    client = await world.client()
    mine, other = world.signed_in(), world.signed_in(sub="account-2")
    for headers, path in (
        (mine, BALLOTS),
        (other, BALLOTS),
        (mine, BALANCE),
        (mine, "/v1/estates/estate-2/ballots"),
        (mine, "/v1/me"),
    ):
        assert (await client.get(path, headers=headers)).status_code == 200
    asked = [(one["audience"], one["estate_id"]) for one in world.identity.exchanges]
    assert asked == [
        ("voting", "estate-1"),
        ("voting", "estate-1"),
        ("ledger", "estate-1"),
        ("voting", "estate-2"),
        ("identity", None),
    ]


async def test_a_kept_token_is_fetched_anew_shortly_before_it_expires(world: World) -> None:
    client = await world.client()
    headers = world.signed_in()
    counts = []
    for seconds in (0, 104, 2, 0):
        world.clock.advance(seconds=seconds)
        assert (await client.get(BALLOTS, headers=headers)).status_code == 200
        counts.append(len(world.identity.exchanges))
    assert counts == [1, 1, 2, 2]
    reader = trust_in(world.issuer, clock=world.clock)
    last = (world.voting.heard[-1].header("authorization") or "").removeprefix("Bearer ")
    assert await reader.read(last, Expected("inside+jwt", "voting", "identity"))


@pytest.mark.parametrize(
    ("method", "path", "exchanges"),
    [("DELETE", "/v1/sessions/current", 4), ("GET", "/v1/me", 3), ("POST", BALLOTS, 2)],
)
async def test_who_may_have_become_somebody_else_is_asked_about_anew(
    world: World, method: str, path: str, exchanges: int
) -> None:
    """A card that was claimed opens the books at once, not when the kept token runs out."""
    client = await world.client()
    mine, other = world.signed_in(), world.signed_in(sub="account-2")
    for headers in (mine, other):
        await client.get(BALLOTS, headers=headers)
    await client.request(method, path, headers=mine)
    for headers in (mine, other):
        assert (await client.get(BALLOTS, headers=headers)).status_code == 200
    assert len(world.identity.exchanges) == exchanges


async def test_a_kept_token_does_not_outlive_the_clients(world: World) -> None:
    world.identity.seconds = 900
    client = await world.client()
    headers = world.signed_in()
    assert (await client.get(BALLOTS, headers=headers)).status_code == 200
    world.clock.advance(seconds=600)
    assert (await client.get(BALLOTS, headers=headers)).status_code == 401


async def test_many_at_once_ask_identity_once(world: World) -> None:
    world.identity.delay_seconds = 0.05
    client = await world.client()
    headers = world.signed_in()
    replies = await asyncio.gather(*(client.get(BALLOTS, headers=headers) for _ in range(40)))
    assert {reply.status_code for reply in replies} == {200}
    assert len(world.identity.exchanges) == 1
    assert world.parts is not None
    assert world.parts.memory.flights == {}


async def test_a_client_that_goes_away_does_not_end_the_question_for_the_others(
    world: World,
) -> None:
    world.identity.delay_seconds = 0.1
    await world.url()
    parts = world.parts
    assert parts is not None
    found = parts.routes.find("GET", BALLOTS)
    authorization = (world.signed_in()["authorization"].encode(),)
    first, second = (
        asyncio.create_task(exchange_token(parts, found, authorization)) for _ in range(2)
    )
    await asyncio.sleep(0.05)
    first.cancel()
    assert await second
    assert first.cancelled()
    assert len(world.identity.exchanges) == 1


async def test_a_refusal_is_not_kept(world: World) -> None:
    world.identity.refusal = (401, {"type": "/problems/identity/session-ended"})
    client = await world.client()
    headers = world.signed_in()
    replies = [await client.get(BALLOTS, headers=headers) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [401, 401]
    assert replies[0].json()["type"] == "/problems/chassis/token-not-accepted"
    world.identity.refusal = None
    assert (await client.get(BALLOTS, headers=headers)).status_code == 200
    assert len(world.identity.exchanges) == 3


async def test_another_refusal_of_identity_is_passed_on_as_its_problem(world: World) -> None:
    problem = {"type": "/problems/identity/no-such-estate", "status": 404, "title": "无此小区"}
    world.identity.refusal = (404, problem)
    client = await world.client()
    reply = await client.get(BALLOTS, headers=world.signed_in())
    assert (reply.status_code, reply.json()) == (404, problem)
    assert reply.headers["content-type"] == "application/problem+json"
    assert world.voting.heard == []


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"token": 7, "expires_in": 120}', b"{}"])
async def test_an_answer_that_is_none_is_a_broken_identity(world: World, broken: bytes) -> None:
    world.identity.broken = broken
    client = await world.client()
    reply = await client.get(BALLOTS, headers=world.signed_in())
    assert (reply.status_code, reply.json()["service"]) == (502, "identity")
    assert world.voting.heard == []


async def test_an_identity_that_is_away_is_named(world: World) -> None:
    world.urls["identity"] = f"http://127.0.0.1:{free_port()}"
    client = await world.client()
    reply = await client.get(BALLOTS, headers=world.signed_in())
    assert (reply.status_code, reply.json()["service"]) == (503, "identity")
    # What needs no token needs no identity.
    assert (await client.get("/v1/decision-rules")).status_code == 200


async def test_the_gateway_shows_identity_a_token_of_its_own_and_keeps_it(world: World) -> None:
    client = await world.client()
    for number, seconds in enumerate((0, 40, 10)):
        world.clock.advance(seconds=seconds)
        await client.get(BALLOTS, headers=world.signed_in(sid=f"session-{number}"))
    first, second, third = world.identity.own_tokens
    assert first == second != third
    gateway = await client.get("/.well-known/jwks.json")
    assert gateway.json() == world.signer.jwks()


async def test_a_proxy_without_the_secret_gets_nothing(world: World) -> None:
    closed = await world.client()
    asked = {"x-original-uri": BALLOTS, "x-original-method": "GET"} | world.signed_in()
    reply = await closed.get("/internal/v1/exchange", headers=asked | {"x-proxy-secret": ""})
    assert reply.status_code == 404
    open_to_proxies = await world.client(proxy_secret="of the proxy")
    for secret in ({}, {"x-proxy-secret": ""}, {"x-proxy-secret": "of the proxX"}):
        reply = await open_to_proxies.get("/internal/v1/exchange", headers=asked | secret)
        assert reply.status_code == 403
        assert "authorization" not in reply.headers
    assert world.identity.exchanges == []


async def test_a_proxy_gets_the_inside_token_for_the_request_that_it_holds(world: World) -> None:
    client = await world.client(proxy_secret="of the proxy")
    asked = {
        "x-proxy-secret": "of the proxy",
        "x-original-uri": f"{BALLOTS}?cursor=1",
        "x-original-method": "GET",
    }
    reply = await client.get("/internal/v1/exchange", headers=asked | world.signed_in())
    assert (reply.status_code, reply.content) == (204, b"")
    token = reply.headers["authorization"].removeprefix("Bearer ")
    reader = trust_in(world.issuer, clock=world.clock)
    claims = await reader.read(token, Expected("inside+jwt", "voting", "identity"))
    assert claims["estate"] == "estate-1"
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"x-original-uri": "/v1/decision-rules"}, 204),
        ({"x-original-uri": "/v1/nothing"}, 403),
        ({"x-original-uri": "/internal/v1/exchanges"}, 403),
        ({"x-original-uri": "/v1/%6de"}, 403),
        ({"x-original-uri": ""}, 403),
        ({"x-original-method": "DELETE"}, 403),
        ({"authorization": "Bearer not.a.token"}, 401),
        ({"authorization": ""}, 401),
    ],
)
async def test_a_proxy_is_told_no_in_words_that_it_knows(
    world: World, changed: dict[str, str], status: int
) -> None:
    client = await world.client(proxy_secret="of the proxy")
    asked = {
        "x-proxy-secret": "of the proxy",
        "x-original-uri": BALLOTS,
        "x-original-method": "GET",
    }
    headers = asked | bearer(world.token()) | changed
    reply = await client.get("/internal/v1/exchange", headers=headers)
    assert reply.status_code == status
    assert "authorization" not in reply.headers
