"""Tokens for tests: an issuer whose keys the application under test trusts."""

from collections.abc import Iterable
from typing import Any

import httpx
from fastapi import FastAPI

from services.chassis.clock import Clock, SystemClock
from services.chassis.keys import new_key_pem
from services.chassis.tokens import Signer
from services.chassis.trust import Trust

SYSTEM = SystemClock()


class TestIssuer:
    """Signs as `name` and answers with its key set, as the real issuer would over HTTP."""

    __test__ = False

    def __init__(self, name: str = "identity", clock: Clock = SYSTEM) -> None:
        self.name = name
        self.signer = Signer(name, [new_key_pem()], clock)

    def inside_token(
        self,
        audience: str,
        *,
        estate_id: str | None = None,
        roles: tuple[str, ...] | list[str] = (),
        owner: str | None = None,
        subject: str = "subject-1",
        level: int = 3,
        keys: Iterable[str] = (),
        **changed: Any,
    ) -> str:
        """Return a token as the gateway would send it inward."""
        claims: dict[str, Any] = {
            "sub": subject,
            "aud": audience,
            "sid": "session-1",
            "lvl": level,
            "estate": estate_id,
            "roles": list(roles),
            "keys": sorted(keys),
        }
        if owner is not None:
            claims["owner"] = owner
        return self.signer.mint(claims | changed, typ="inside+jwt", seconds=120)

    def service_token(self, audience: str) -> str:
        """Return this issuer's own token for a neighbour."""
        return self.signer.service_token(audience)


def trust_in(*issuers: TestIssuer, clock: Clock = SYSTEM) -> Trust:
    """Return trust in test issuers, whose key sets are fetched as over the network."""
    by_host = {issuer.name: issuer for issuer in issuers}

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=by_host[request.url.host].signer.jwks())

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return Trust({name: f"http://{name}/.well-known/jwks.json" for name in by_host}, client, clock)


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries a token."""
    return {"authorization": f"Bearer {token}"}


def over_asgi(app: FastAPI) -> httpx.ASGITransport:
    """Return a transport into an application, whose unexpected failures answer 500 as in life."""
    return httpx.ASGITransport(app=app, raise_app_exceptions=False)
