"""The client's body, read from the connection under a limit and a deadline."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.types import Message, Receive, Send

from services.gateway.domain.errors import BodyCut, BodyTooLarge, BodyTooSlow

SILENCE_SECONDS = 10.0
LINGER_SECONDS = 2.0


class Body:
    """One request's body; it is read only once a limit for it is known."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive

    async def open(
        self, limit_bytes: int, length_bytes: int | None
    ) -> bytes | AsyncIterator[bytes]:
        """Return a body that arrived in one piece as it is, and a longer one as it comes.

        Raises:
            BodyTooLarge: it says so itself, or its beginning already is.
            BodyTooSlow, BodyCut: it did not arrive.
        """
        if length_bytes is not None and length_bytes > limit_bytes:
            raise BodyTooLarge(limit_bytes)
        first, more = await self._next()
        if len(first) > limit_bytes:
            raise BodyTooLarge(limit_bytes)
        return self._rest(first, limit_bytes) if more else first

    async def _rest(self, first: bytes, limit_bytes: int) -> AsyncIterator[bytes]:
        size, more = len(first), True
        if first:
            yield first
        while more:
            chunk, more = await self._next()
            size += len(chunk)
            if size > limit_bytes:
                raise BodyTooLarge(limit_bytes)
            if chunk:
                yield chunk

    async def _next(self) -> tuple[bytes, bool]:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                message = await self._receive()
        except TimeoutError as silent:
            raise BodyTooSlow from silent
        if message["type"] == "http.disconnect":
            # Never ended as if it were whole: the service must see that it was not.
            raise BodyCut
        return message.get("body", b""), message.get("more_body", False)


def lingering(receive: Receive, send: Send) -> Send:
    """Return a `send` that hears the client out for a moment before it ends the reply.

    A connection that is closed while bytes still arrive is reset, and the reset overtakes the
    refusal: the client would learn only that it was cut off (RFC 9112, 9.6).
    """

    async def linger(message: Message) -> None:
        if message["type"] != "http.response.body":
            await send(message)
            return
        await send({**message, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while (await receive()).get("more_body", False):
                    pass
        await send({"type": "http.response.body", "body": b""})

    return linger
