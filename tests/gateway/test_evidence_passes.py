"""What an outsider checks a log by passes the door unchanged, large or slow as it may be."""

import asyncio
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from services.gateway.api import door
from services.gateway.clients.upstreams import Deadlines, Upstreams
from tests.gateway.conftest import World
from tests.gateway.fakes import StreamingService, served

LOG = "/v1/estates/estate-1/log"
BUNDLE = "/v1/estates/estate-1/ballots/b-1/bundle"
NOTE = "sigsum.org/v1/tree/0\n1\n\n— 见证 AAAA\n".encode()
IN_PIECES = b"x" * 65_536


@dataclass
class EndlessService:
    """Streams without an end, and notices when nobody takes it any more."""

    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body", False):
            pass
        left = asyncio.create_task(self._left(receive))
        headers = [(b"content-type", b"application/jsonl")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while not left.done():
            await send({"type": "http.response.body", "body": IN_PIECES, "more_body": True})

    async def _left(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.let_go.set()


@pytest.mark.parametrize(
    "tile", ["0/000", "0/000.p/5", "0/x001/067", "0/x001/067.p/255", "entries/x001/067.p/8"]
)
async def test_a_tile_passes_to_anybody_and_may_be_cached(world: World, tile: str) -> None:
    world.voting.reply = bytes(range(256)) * 32
    told = {"content-type": "application/octet-stream", "cache-control": "public, immutable"}
    world.voting.headers = list(told.items())
    client = await world.client()
    reply = await client.get(f"{LOG}/tile/{tile}")
    assert (reply.status_code, reply.content) == (200, world.voting.reply)
    assert told.items() <= dict(reply.headers).items()
    heard = world.voting.heard[-1]
    assert (heard.path, heard.header("authorization")) == (f"{LOG}/tile/{tile}", None)
    assert world.identity.exchanges == []


async def test_a_checkpoint_passes_byte_by_byte_and_is_revalidated(world: World) -> None:
    world.voting.reply = NOTE
    kind = ("content-type", "text/plain; charset=utf-8")
    world.voting.headers = [kind, ("etag", '"abc"'), ("cache-control", "public, max-age=5")]
    client = await world.client()
    reply = await client.get(f"{LOG}/checkpoint")
    assert (reply.content, reply.headers["content-type"]) == (NOTE, kind[1])
    assert (reply.headers["etag"], reply.headers["cache-control"]) == ('"abc"', "public, max-age=5")
    world.voting.status, world.voting.reply = 304, b""
    again = await client.get(f"{LOG}/checkpoint", headers={"if-none-match": '"abc"'})
    assert (again.status_code, again.headers["etag"]) == (304, '"abc"')
    assert world.voting.heard[-1].header("if-none-match") == '"abc"'


async def slow_bundle(
    world: World, *, pieces: int, every_seconds: float, **headers: str
) -> httpx.Response:
    """Read a bundle that grows by a piece at a time, through a gateway in a hurry."""
    told = [(name.replace("_", "-"), value) for name, value in headers.items()]
    slow = StreamingService(pieces=pieces, headers=told)
    world.voting.answer = slow.answer  # type: ignore[method-assign]  # this voting answers so
    hurried = Deadlines(connect_seconds=0.5, silence_seconds=1.0, total_seconds=0.3)
    upstreams = Upstreams(world.urls, hurried)
    world.closing.push_async_callback(upstreams.close)
    client = await world.client(upstreams=upstreams)
    loop = asyncio.get_running_loop()
    for number in range(pieces):
        loop.call_later(number * every_seconds, slow.may_go_on.release)
    return await client.get(BUNDLE, headers=world.signed_in())


async def test_a_bundle_may_take_longer_than_any_reply_may_take_to_begin(world: World) -> None:
    reply = await slow_bundle(world, pieces=8, every_seconds=0.1)
    assert reply.status_code == 200
    assert reply.content == b"".join(b"piece %d\n" % number for number in range(8))
    assert reply.elapsed.total_seconds() > 0.6


async def test_a_small_reply_that_trickles_in_is_too_slow(world: World) -> None:
    reply = await slow_bundle(world, pieces=8, every_seconds=0.1, content_length="64")
    assert reply.status_code == 504
    assert reply.json()["type"] == "/problems/gateway/service-slow"


async def test_a_reader_that_hangs_is_let_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "STALL_SECONDS", 0.3)
    endless = EndlessService()
    async with served(endless) as url:
        await check_let_go(world, url, endless)


async def check_let_go(world: World, url: str, endless: EndlessService) -> None:
    """Check that the gateway hangs up on a voting service whose reply nobody reads."""
    world.urls = world.urls | {"voting": url}
    client = await world.client()
    async with client.stream("GET", BUNDLE, headers=world.signed_in()) as reply:
        assert reply.status_code == 200
        async with asyncio.timeout(5):
            await endless.let_go.wait()
        with pytest.raises(httpx.RemoteProtocolError):
            await reply.aread()


async def test_a_reader_that_only_trickles_is_let_go(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "STALL_SECONDS", 0.3)
    monkeypatch.setattr(door, "PACE_BYTES_PER_SECOND", 1024**4)
    with pytest.raises(httpx.RemoteProtocolError):
        await slow_bundle(world, pieces=12, every_seconds=0.1)
