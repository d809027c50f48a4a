"""Requests that two readers could take for different requests, sent as bytes to a real server."""

import asyncio

import httpx
import pytest

from tests.gateway.conftest import World

GET = "GET /v1/decision-rules HTTP/1.1\r\n"
POST = "POST /v1/sessions HTTP/1.1\r\nhost: x\r\n"
SMUGGLED = "GET /v1/smuggled HTTP/1.1\r\nhost: x\r\n\r\n"


async def spoken(world: World, request: str) -> str:
    """Send bytes, hang up the sending side, and return all that comes back."""
    url = httpx.URL(await world.url())
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(request.encode("latin-1"))
    await writer.drain()
    replies = b""
    try:
        async with asyncio.timeout(0.4):
            while piece := await reader.read(65536):
                replies += piece
    except TimeoutError:
        pass
    writer.close()
    return replies.decode("latin-1")


@pytest.mark.parametrize(
    "request_text",
    [
        f"{POST}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
        f"{POST}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n{SMUGGLED}",
        f"{POST}content-length: 0\r\ncontent-length: {len(SMUGGLED)}\r\n\r\n{SMUGGLED}",
        f"{POST}content-length: 3, 3\r\n\r\nabc",
        f"{POST}content-length: +3\r\n\r\nabc",
        f"{POST}content-length: 3a\r\n\r\nabc",
        f"{POST}transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
        f"{POST}transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        f"{POST}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        f"{POST}transfer-encoding : chunked\r\n\r\n0\r\n\r\n",
        f"{POST}transfer-encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        f"{POST}content-length : 3\r\n\r\nabc",
        f"{POST}x: y\r\n folded: z\r\ncontent-length: 0\r\n\r\n",
        f"{POST}content-type: a\r\ncontent-type: b\r\ncontent-length: 2\r\n\r\n{{}}",
        f"{POST}content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{{}}",
        f"{POST}transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        f"{POST}transfer-encoding: chunked\r\n\r\n-1\r\n\r\n",
        f"{GET}host: x\r\ncontent-length: {len(SMUGGLED)}\r\n\r\n{SMUGGLED}",
        f"{GET}host: x\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        f"{GET}host: a\r\nhost: b\r\n\r\n",
        f"{GET}host: x\r\naccept: a\x00b\r\n\r\n",
        "GET /v1/decision-rules/../me HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET /v1/decision%2drules HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET /v1\\decision-rules HTTP/1.1\r\nhost: x\r\n\r\n",
        "GET /v1/decision-rules HTTP/1.1 HTTP/1.1\r\nhost: x\r\n\r\n",
        "CONNECT voting:80 HTTP/1.1\r\nhost: voting:80\r\n\r\n",
        "GET * HTTP/1.1\r\nhost: x\r\n\r\n",
    ],
)
async def test_an_odd_request_is_refused_and_nothing_of_it_reaches_a_service(
    world: World, request_text: str
) -> None:
    replies = await spoken(world, request_text)
    assert "HTTP/1.1 2" not in replies
    assert replies == "" or replies.startswith("HTTP/1.1 4")
    heard = [*world.voting.heard, *world.identity.heard, *world.ledger.heard]
    assert [one for one in heard if one.whole] == []
    # What was hidden behind the request was not answered as a second one.
    assert replies.count("HTTP/1.1 ") <= 1


async def test_a_plain_request_passes_the_same_way(world: World) -> None:
    replies = await spoken(world, f"{GET}host: x\r\n\r\n")
    assert replies.startswith("HTTP/1.1 200")
    assert len(world.voting.heard) == 1


async def test_two_requests_on_one_connection_are_two(world: World) -> None:
    body = f"{POST}content-length: 2\r\n\r\n{{}}"
    replies = await spoken(world, body + f"{GET}host: x\r\n\r\n")
    assert replies.count("HTTP/1.1 200") == 2
    assert (len(world.identity.heard), len(world.voting.heard)) == (1, 1)


async def test_more_headers_than_any_client_has_are_refused(world: World) -> None:
    lines = "".join(f"x-{number}: y\r\n" for number in range(200))
    assert (await spoken(world, f"{GET}host: x\r\n{lines}\r\n")).startswith("HTTP/1.1 431")


async def test_an_upgrade_is_not_offered(world: World) -> None:
    lines = (
        "host: x\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert "101" not in (await spoken(world, GET + lines)).partition("\r\n")[0]
    assert all("upgrade" not in dict(heard.headers) for heard in world.voting.heard)
