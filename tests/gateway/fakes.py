"""Neighbours of the gateway that behave, and the servers that they run on."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send

from tests.support.tokens import TestIssuer


@dataclass
class Heard:
    """One request as a service saw it."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]]
    body: bytes
    whole: bool

    def header(self, name: str) -> str | None:
        found = [value for key, value in self.headers if key == name]
        assert len(found) <= 1
        return found[0] if found else None


@dataclass
class ListeningService:
    """Remembers what it hears and answers `reply`."""

    status: int = 200
    reply: bytes = b'{"ok":true}'
    headers: list[tuple[str, str]] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        content, whole = await _whole(receive)
        headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in scope["headers"]]
        path, query = scope["raw_path"].decode(), scope["query_string"].decode()
        heard = Heard(scope["method"], path, query, headers, content, whole)
        self.heard.append(heard)
        await self.answer(heard, send)

    async def answer(self, _heard: Heard, send: Send) -> None:
        headers = dict(self.headers)
        headers.setdefault("content-type", "application/json")
        headers.setdefault("content-length", str(len(self.reply)))
        await respond(send, self.status, list(headers.items()), self.reply)


@dataclass
class ExchangingIdentity(ListeningService):
    """Identity, as far as the gateway asks it: exchanges every token unless told to refuse."""

    issuer: TestIssuer = field(default_factory=TestIssuer)
    exchanges: list[dict[str, Any]] = field(default_factory=list)
    own_tokens: list[str] = field(default_factory=list)
    seconds: int = 120
    delay_seconds: float = 0.0
    refusal: tuple[int, dict[str, Any]] | None = None
    broken: bytes | None = None

    async def answer(self, heard: Heard, send: Send) -> None:
        if heard.path != "/internal/v1/exchanges":
            await super().answer(heard, send)
            return
        asked = json.loads(heard.body)
        self.exchanges.append(asked)
        self.own_tokens.append(heard.header("authorization") or "")
        await asyncio.sleep(self.delay_seconds)
        status, answer = self.refusal or (200, self._exchanged(asked))
        content = json.dumps(answer).encode() if self.broken is None else self.broken
        headers = [("content-type", "application/json"), ("content-length", str(len(content)))]
        await respond(send, status, headers, content)

    def _exchanged(self, asked: dict[str, Any]) -> dict[str, Any]:
        estate_id = asked["estate_id"]
        token = self.issuer.inside_token(asked["audience"], estate_id=estate_id, roles=["owner"])
        return {"token": token, "expires_in": self.seconds, "further": "member"}


@dataclass
class StreamingService(ListeningService):
    """Answers in pieces, each when it is allowed to."""

    pieces: int = 3
    may_go_on: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def answer(self, _heard: Heard, send: Send) -> None:
        told = [("content-type", "text/csv"), *self.headers]
        headers = [(name.encode(), value.encode()) for name, value in told]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for number in range(self.pieces):
            await self.may_go_on.acquire()
            piece = f"piece {number}\n".encode()
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def respond(send: Send, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": content})


async def _whole(receive: Receive) -> tuple[bytes, bool]:
    content = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return content, False
        content += message.get("body", b"")
        if not message.get("more_body", False):
            return content, True


class Switchboard:
    """A server's application that tests change; starting a server for each would cost seconds."""

    def __init__(self) -> None:
        self.app: Any = ListeningService()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.app(scope, receive, send)


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Run an application on uvicorn, set up as in life, and give its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running


@asynccontextmanager
async def raw_service(*pieces: bytes, hang: bool = False) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Run a service that reads a request, writes `pieces` as they are, and hangs up or hangs."""
    heard: list[bytes] = []
    over = asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(65536))
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        if hang:
            await over.wait()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard
    finally:
        over.set()
        server.close()


def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
