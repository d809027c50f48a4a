"""Turn an outside token into an inside token for one service and one estate."""

import asyncio
from functools import partial

from services.chassis.callers import TokenMissing, TokenNotAccepted
from services.chassis.tokens import Expected, TokenRefused
from services.gateway.actions.admit_request import Kind, admit_request
from services.gateway.actions.parts import Parts
from services.gateway.domain.bearer import bearer_of
from services.gateway.domain.inside import Exchange, InsideToken
from services.gateway.domain.routing import Found

_OUTSIDE = Expected("at+jwt", "gateway", issuer="identity")


async def exchange_token(parts: Parts, found: Found, authorization: tuple[bytes, ...]) -> str:
    """Return the inside token for a found operation, kept from before or fetched from identity.

    A session that ends is noticed here when the kept token runs out: within two minutes.

    Raises:
        TokenMissing, TokenNotAccepted: the client carries no good outside token.
        TooManyRequests: its session asks too fast.
        ExchangeRefused, ServiceAway, ServiceSlow, ServiceBroke: identity gave none.
    """
    if not authorization:
        raise TokenMissing
    outside = bearer_of(authorization)
    if outside is None:
        raise TokenNotAccepted
    try:
        claims = await parts.trust.read(outside, _OUTSIDE)
    except TokenRefused as refused:
        raise TokenNotAccepted from refused
    await admit_request(parts, Kind.SESSION, str(claims.get("sid") or claims["sub"]))
    changes = parts.memory.changes.find(outside) or 0
    exchange = Exchange(outside, found.operation.service, found.estate_id, changes)
    kept = parts.memory.tokens.find(exchange)
    if kept is None or not kept.is_fresh(parts.clock.now()):
        kept = await _fetched(parts, exchange)
    return kept.value


async def _fetched(parts: Parts, exchange: Exchange) -> InsideToken:
    """Ask identity once, however many requests wait for the same answer."""
    flight = parts.memory.flights.get(exchange)
    if flight is None:
        flight = asyncio.create_task(_fetch(parts, exchange))
        parts.memory.flights[exchange] = flight
        flight.add_done_callback(partial(_landed, parts, exchange))
    # Shielded: one waiter that goes away does not end it for the others.
    return await asyncio.shield(flight)


def _landed(parts: Parts, exchange: Exchange, flight: asyncio.Task[InsideToken]) -> None:
    del parts.memory.flights[exchange]
    if not flight.cancelled():
        flight.exception()  # looked at, so that a flight nobody waits for any more is no warning


async def _fetch(parts: Parts, exchange: Exchange) -> InsideToken:
    inside = await parts.identity.exchange(
        exchange.outside, audience=exchange.audience, estate_id=exchange.estate_id
    )
    parts.memory.tokens.keep(exchange, inside)
    return inside
