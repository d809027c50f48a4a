"""Answer a proxy that forwards by itself and asks only for the token exchange."""

import hmac

from services.gateway.actions.exchange_token import exchange_token
from services.gateway.actions.forget_tokens import forget_tokens
from services.gateway.actions.parts import Parts
from services.gateway.domain.errors import (
    ExchangeNotOffered,
    MethodNotOffered,
    NoSuchOperation,
    ProxiedRequestRefused,
    ProxyNotKnown,
    RequestNotPlain,
)
from services.gateway.domain.proxied import Proxied
from services.gateway.domain.routing import Found


async def authorise_proxied(parts: Parts, proxied: Proxied) -> str | None:
    """Return the inside token for the request that a proxy holds; nothing if it needs none.

    Rates and body sizes are the proxy's own matter here.

    Raises:
        ExchangeNotOffered: no proxy is configured.
        ProxyNotKnown: the secret is not the configured one.
        ProxiedRequestRefused: the request leads to no public operation.
        TokenMissing, TokenNotAccepted: it carries no good token.
        ExchangeRefused, ServiceAway, ServiceSlow, ServiceBroke: identity gave none.
    """
    if not parts.proxy_secret:
        raise ExchangeNotOffered
    if not hmac.compare_digest(proxied.secret, parts.proxy_secret.encode()):
        raise ProxyNotKnown
    found = _found(parts, proxied)
    if found.operation.open_to_anyone:
        return None
    inside = await exchange_token(parts, found, proxied.authorization)
    await forget_tokens(parts, found, proxied.authorization)
    return inside


def _found(parts: Parts, proxied: Proxied) -> Found:
    try:
        return parts.routes.find(proxied.method, proxied.target.partition("?")[0])
    except (MethodNotOffered, NoSuchOperation, RequestNotPlain) as refused:
        raise ProxiedRequestRefused from refused
