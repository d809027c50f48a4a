"""Send a request on to the service that its path means, with a token made for that service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.chassis.telemetry import new_traceparent
from services.gateway.actions.admit_request import Kind, admit_request
from services.gateway.actions.exchange_token import exchange_token
from services.gateway.actions.forget_tokens import forget_tokens
from services.gateway.actions.parts import Parts
from services.gateway.clients.upstreams import Content, Outgoing
from services.gateway.domain.headers import Inspected, inspect
from services.gateway.domain.reply import Reply
from services.gateway.domain.routing import Found
from services.gateway.domain.sources import source_of

_FORWARDED_FOR = b"x-forwarded-for"

# Opens the client's body under a limit: bytes when it is small, an iterator as it comes.
Open = Callable[[int, int | None], Awaitable[Content]]


@dataclass(frozen=True)
class Incoming:
    """One request as it came; `peer` is the other end of the connection."""

    method: str
    path: str
    query: bytes
    peer: str
    headers: tuple[tuple[bytes, bytes], ...]
    open_body: Open


async def forward_request(parts: Parts, incoming: Incoming) -> Reply:
    """Return the service's reply to a request that may pass.

    Raises:
        Refusal: the request does not pass, or the service did not answer it.
        TokenMissing, TokenNotAccepted: it carries no good token.
    """
    # (1) Whoever asks, within his budget: also for what does not exist.
    source = _source(parts, incoming)
    await admit_request(parts, Kind.SOURCE, source)
    # (2) An operation that the public has, asked for in one unambiguous way.
    found = parts.routes.find(incoming.method, incoming.path)
    inspected = inspect(incoming.method, incoming.query, incoming.headers)
    if found.operation.takes_from_anyone:
        kind = Kind.SIGN_IN if found.operation.is_sign_in else Kind.STRANGER
        await admit_request(parts, kind, source)
    # (3) A token for that service and estate only; the client's own never goes further.
    headers = [*inspected.forwarded, ("traceparent", new_traceparent())]
    if not found.operation.open_to_anyone:
        inside = await exchange_token(parts, found, inspected.authorization)
        headers.append(("authorization", f"Bearer {inside}"))
    # (4) The body, as it comes and never beyond what the operation takes.
    content = await _content(incoming, found, inspected)
    outgoing = Outgoing(incoming.method, _target(incoming), headers, content)
    try:
        return await parts.upstreams.send(found.operation.service, outgoing)
    finally:
        # Also when no reply came: it may have been done.
        await forget_tokens(parts, found, inspected.authorization)


def _source(parts: Parts, incoming: Incoming) -> str:
    told = [value.decode("latin-1") for name, value in incoming.headers if name == _FORWARDED_FOR]
    return source_of(incoming.peer, told, parts.trusted_proxies)


async def _content(incoming: Incoming, found: Found, inspected: Inspected) -> Content:
    if inspected.length_bytes == 0:
        return None
    return await incoming.open_body(found.operation.body_limit_bytes, inspected.length_bytes)


def _target(incoming: Incoming) -> str:
    query = incoming.query.decode()
    return f"{incoming.path}?{query}" if query else incoming.path
