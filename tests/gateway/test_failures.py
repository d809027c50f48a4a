"""A service that is away, slow, broken or cut: the client learns which one, and what it means."""

import asyncio

import httpx
import pytest

from tests.gateway.conftest import World
from tests.gateway.fakes import free_port, raw_service

RULES = "/v1/decision-rules"
VOTES = "/v1/estates/estate-1/ballots/b-1/votes"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n"


def check_problem(reply: httpx.Response, status: int, slug: str, service: str = "voting") -> None:
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    told = reply.json()
    assert (told["type"], told["service"]) == (f"/problems/gateway/{slug}", service)
    assert service in told["detail"]
    assert service in told["detail_en"]


async def test_a_service_that_is_away_is_named(world: World) -> None:
    world.urls["voting"] = f"http://127.0.0.1:{free_port()}"
    client = await world.client()
    reply = await client.get(RULES)
    check_problem(reply, 503, "service-away")
    assert reply.headers["retry-after"] == "5"


async def test_a_service_that_does_not_answer_in_time_is_named(world: World) -> None:
    async with raw_service(hang=True) as (url, _):
        world.urls["voting"] = url
        client = await world.client()
        check_problem(await client.get(RULES), 504, "service-slow")


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"HTTP/1.1 200",
        b"not http at all\r\n\r\n",
        HEAD + b"content-length: 10\r\n\r\nhalf",
        HEAD + b"content-length: 1\r\ncontent-length: 2\r\n\r\nab",
    ],
)
async def test_a_service_that_breaks_off_is_named(world: World, reply: bytes) -> None:
    async with raw_service(reply) as (url, _):
        world.urls["voting"] = url
        client = await world.client()
        check_problem(await client.get(RULES), 502, "service-broke")


@pytest.mark.parametrize(
    "reply",
    [
        HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nbegin\r\n",
        HEAD + b"content-length: 100000\r\n\r\nbegin",
    ],
)
async def test_a_reply_that_breaks_off_midway_is_never_rounded_off(
    world: World, reply: bytes
) -> None:
    async with raw_service(reply) as (url, _):
        world.urls["voting"] = url
        client = await world.client()
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(RULES)


async def test_a_reply_that_stops_midway_is_cut_after_its_deadline(world: World) -> None:
    reply = HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nbegin\r\n"
    async with raw_service(reply, hang=True) as (url, _):
        world.urls["voting"] = url
        client = await world.client()
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(RULES)


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_an_unsafe_request_is_sent_once_even_on_a_connection_that_broke(
    world: World, method: str
) -> None:
    connections: list[list[bytes]] = []

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        mine: list[bytes] = []
        connections.append(mine)
        while head := await reader.read(65536):
            mine.append(head)
            if len(mine) == 2:
                break
            writer.write(HEAD + b"content-length: 2\r\n\r\nok")
        writer.close()

    server = await asyncio.start_server(answer_once, "127.0.0.1", 0)
    async with server:
        world.urls["voting"] = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = await world.client()
        headers = world.signed_in()
        replies = [await client.request(method, VOTES, headers=headers) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [200, 502]
    assert "Idempotency-Key" in replies[1].json()["detail_en"]
    # One connection, two requests: the second was not tried again on a fresh one.
    assert [len(heads) for heads in connections] == [2]


async def test_a_redirect_of_a_service_is_not_followed(world: World) -> None:
    world.voting.status = 307
    world.voting.headers = [("location", "http://169.254.169.254/latest")]
    client = await world.client()
    reply = await client.get(RULES)
    assert reply.status_code == 307
    assert "location" not in reply.headers
    assert len(world.voting.heard) == 1


async def test_an_early_refusal_of_an_upload_comes_through(world: World) -> None:
    refusal = b"HTTP/1.1 413 Too Large\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbig!"
    async with raw_service(refusal, hang=True) as (url, _):
        world.urls["identity"] = url
        client = await world.client()
        reply = await client.post("/v1/sessions", content=b"x" * 60_000)
    assert (reply.status_code, reply.text) == (413, "big!")
