"""The door itself: a bare ASGI callable, because it stands before every request.

A route of a framework would cost several times what forwarding does. Only the gateway's own few
pages are a FastAPI application, kept behind it.
"""

import asyncio

from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from services.chassis.callers import TokenMissing, TokenNotAccepted
from services.chassis.telemetry import Traced, log
from services.gateway.actions.forward_request import Incoming, forward_request
from services.gateway.actions.parts import Parts
from services.gateway.api.body import Body, lingering
from services.gateway.api.problems import answer, unexpected
from services.gateway.domain.errors import BodyTooLarge, BodyTooSlow, Refusal
from services.gateway.domain.headers import passing_reply_headers
from services.gateway.domain.reply import Reply, ReplyCut
from services.gateway.domain.routing import SAFE_METHODS

# A reader may stall for a minute and must on the whole take 128 kbit a second, as any mobile line
# gives: who holds a streaming reply holds one of the few connections to its service.
STALL_SECONDS = 60.0
PACE_BYTES_PER_SECOND = 16 * 1024

OWN = ("/health/", "/docs", "/openapi.json", "/problems/", "/internal/", "/.well-known/")


class Door:
    """Forwards what the public may ask of the services; `pages` answers for the gateway itself."""

    def __init__(self, parts: Parts, pages: FastAPI) -> None:
        self.pages = pages
        self._parts = parts
        self._forwarding = Traced(self._forward)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the process's beginning and end."""
        if scope["type"] == "http" and not _is_page(scope):
            await self._forwarding(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self.pages(scope, receive, send)

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            reply = await forward_request(self._parts, _incoming(scope, receive))
        except (Refusal, TokenMissing, TokenNotAccepted) as refusal:
            unread = isinstance(refusal, BodyTooLarge | BodyTooSlow)
            passing_on = lingering(receive, send) if unread else send
            await answer(refusal)(scope, receive, passing_on)
        except Exception:  # noqa: BLE001 - the last handler: anything unforeseen is a 500
            log.exception("unexpected failure")
            await unexpected()(scope, receive, send)
        else:
            await _pass_on(reply, send)


def _is_page(scope: Scope) -> bool:
    """Return whether a request is for a page of the gateway's own; none of them takes a body."""
    path: str = scope["path"]
    return path.startswith(OWN) and scope["method"] in SAFE_METHODS


def _incoming(scope: Scope, receive: Receive) -> Incoming:
    peer = scope.get("client")
    return Incoming(
        method=scope["method"],
        # As it was written, never decoded: the service decodes it, once.
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"],
        peer=peer[0] if peer else "",
        headers=tuple(scope["headers"]),
        open_body=Body(receive).open,
    )


async def _pass_on(reply: Reply, send: Send) -> None:
    """Send a reply on as it comes; one that breaks off is left unfinished, never rounded off."""
    start: Message = {
        "type": "http.response.start",
        "status": reply.status,
        "headers": passing_reply_headers(reply.headers),
    }
    try:
        await send(start)
        if reply.whole is not None:
            await send({"type": "http.response.body", "body": reply.whole})
            return
        async with asyncio.timeout(STALL_SECONDS) as reading:
            async for chunk in reply.chunks():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                reading.reschedule(_deadline(reading, len(chunk)))
        await send({"type": "http.response.body", "body": b""})
    except (ReplyCut, TimeoutError):
        # The server closes the connection of an unfinished reply, so the client knows.
        return
    finally:
        reply.close()


def _deadline(reading: asyncio.Timeout, size_bytes: int) -> float:
    """Return until when the next piece must be taken: what was read earns time, within a bound.

    A living reader may be slow for as long as it takes. One that hangs, or reads only to hold a
    connection to the service, is let go.
    """
    until = reading.when()
    assert until is not None
    latest = asyncio.get_running_loop().time() + STALL_SECONDS
    return min(until + size_bytes / PACE_BYTES_PER_SECOND, latest)
