"""The services behind the door, reached with aiohttp.

httpx would cost sixteen times as much per forwarded request. Nothing is ever sent twice: whether
to ask again is the caller's decision, who holds the idempotency key.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from yarl import URL

from services.chassis.telemetry import log
from services.gateway.domain.errors import Refusal, ServiceAway, ServiceBroke, ServiceSlow
from services.gateway.domain.reply import ReplyCut

# Replies up to this size are whole before their first byte leaves, so that a service that breaks
# off can still be reported as a problem.
WHOLE_BYTES_MAX = 65_536
# Well below the services' own 75 seconds: a connection is not written to while they hang up.
KEEP_ALIVE_SECONDS = 30.0
CONNECTIONS_MAX = 200

Content = bytes | AsyncIterator[bytes] | None


@dataclass(frozen=True)
class Deadlines:
    """How long to wait, in seconds: for a connection, for the next byte, for a reply to begin.

    A reply that is small has arrived by `total_seconds`; one that streams may take as long as its
    reader keeps reading, or a large export could never be had over a slow line.
    """

    connect_seconds: float = 1.0
    silence_seconds: float = 15.0
    total_seconds: float = 90.0


@dataclass(frozen=True)
class Outgoing:
    """One request to a service; `target` is path and query as the client wrote them."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    content: Content = None


class ServiceReply:
    """A service's reply: its head, and its body either whole or as it comes."""

    def __init__(self, service: str, response: aiohttp.ClientResponse) -> None:
        self._service = service
        self._response = response
        self.status = response.status
        self.headers: Sequence[tuple[bytes, bytes]] = response.raw_headers
        self.whole: bytes | None = None

    async def read_if_small(self) -> None:
        """Read a body that announces itself as small."""
        length = self._response.content_length
        if length is not None and length <= WHOLE_BYTES_MAX:
            self.whole = await self._response.read()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes.

        Raises:
            ReplyCut: it broke off, or stopped for too long.
        """
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except (aiohttp.ClientError, TimeoutError) as cut:
            log.warning("reply cut", extra={"upstream": self._service, "cause": repr(cut)})
            raise ReplyCut from cut

    def close(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        self._response.release()


class Upstreams:
    """Every service's base URL, and one session with a pool of connections."""

    def __init__(self, urls: Mapping[str, str], deadlines: Deadlines) -> None:
        self._urls = {service: url.rstrip("/") for service, url in urls.items()}
        self._total_seconds = deadlines.total_seconds
        self._timeout = aiohttp.ClientTimeout(
            total=None,
            connect=deadlines.connect_seconds,
            sock_connect=deadlines.connect_seconds,
            sock_read=deadlines.silence_seconds,
        )
        self._session: aiohttp.ClientSession | None = None

    async def send(self, service: str, outgoing: Outgoing) -> ServiceReply:
        """Return the service's reply, whatever its status.

        Raises:
            ServiceAway: it could not be reached and has seen nothing.
            ServiceSlow: it did not answer in time.
            ServiceBroke: it broke off.
            Refusal: reading the client's body ended in one.
        """
        reply: ServiceReply | None = None
        try:
            async with asyncio.timeout(self._total_seconds):
                response = await self._opened().request(
                    outgoing.method,
                    URL(self._urls[service] + outgoing.target, encoded=True),
                    headers=outgoing.headers,
                    data=outgoing.content,
                    allow_redirects=False,
                )
                reply = ServiceReply(service, response)
                await reply.read_if_small()
        except (aiohttp.ClientError, TimeoutError) as failed:
            if reply is not None:
                reply.close()
            raise _refusal(service, failed) from failed
        return reply

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        # Made at the first request: a session belongs to the loop that it is made in.
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0,
                    limit_per_host=CONNECTIONS_MAX,
                    keepalive_timeout=KEEP_ALIVE_SECONDS,
                ),
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=("accept", "accept-encoding", "user-agent", "content-type"),
            )
            # The library sends PUT and DELETE again by itself when a kept connection breaks, and
            # has no other switch; a test fails if this one stops working.
            self._session._retry_connection = False  # noqa: SLF001 - no public switch
        return self._session


def _refusal(service: str, failed: Exception) -> Refusal:
    """Return what a failed call means to the client."""
    own = _own_cause(failed)
    if own is not None:
        return own
    kinds: list[tuple[Any, type[ServiceAway | ServiceSlow | ServiceBroke]]] = [
        ((aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError), ServiceAway),
        (asyncio.TimeoutError, ServiceSlow),
    ]
    kind = next((refusal for kind, refusal in kinds if isinstance(failed, kind)), ServiceBroke)
    log.warning("upstream failed", extra={"upstream": service, "cause": repr(failed)})
    return kind(service)


def _own_cause(failed: BaseException | None) -> Refusal | None:
    """Return the refusal that ended the client's body, which the library wraps in its own error."""
    while failed is not None:
        if isinstance(failed, Refusal):
            return failed
        failed = failed.__cause__
    return None
