"""A gateway on a real server, in front of services that behave."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.chassis.keys import new_key_pem
from services.chassis.tokens import Signer
from services.gateway import main
from services.gateway.actions.parts import Budgets, Memory, Parts
from services.gateway.api.problems import listed
from services.gateway.clients.identity import IdentityClient
from services.gateway.clients.upstreams import Deadlines, Upstreams
from services.gateway.domain.contracts import operations_of
from services.gateway.domain.merging import merged
from services.gateway.domain.rates import Budget
from services.gateway.domain.routing import RoutingTable
from tests.gateway import contracts
from tests.gateway.fakes import ExchangingIdentity, ListeningService, Switchboard, served
from tests.support.clocks import ClockStoppedAt
from tests.support.tokens import TestIssuer, bearer, trust_in

PLENTY = Budget(per_minute=60_000, burst=10_000)
GENEROUS = Budgets(source=PLENTY, sign_in=PLENTY, session=PLENTY, stranger=PLENTY)
SHORT = Deadlines(connect_seconds=0.5, silence_seconds=0.5, total_seconds=3.0)


@dataclass
class World:
    """The gateway, its neighbours and the hands that move them."""

    clock: ClockStoppedAt
    issuer: TestIssuer
    identity: ExchangingIdentity
    voting: ListeningService
    ledger: ListeningService
    signer: Signer
    closing: AsyncExitStack
    urls: dict[str, str]
    gateway: Switchboard
    parts: Parts | None = None

    def token(self, **changed: Any) -> str:
        claims = {"sub": "account-1", "aud": "gateway", "sid": "session-1"} | changed
        return self.issuer.signer.mint(claims, typ="at+jwt", seconds=600)

    def signed_in(self, **changed: Any) -> dict[str, str]:
        return bearer(self.token(**changed))

    async def url(self, **changes: Any) -> str:
        """Start the gateway, with parts changed, and return where it listens."""
        upstreams = Upstreams(self.urls, SHORT)
        parts = Parts(
            clock=self.clock,
            routes=RoutingTable(operations_of(contracts.all_three())),
            trust=trust_in(self.issuer, clock=self.clock),
            identity=IdentityClient(upstreams, self._own_token, self.clock),
            upstreams=upstreams,
            budgets=GENEROUS,
            memory=Memory(),
        )
        self.parts = replace(parts, **changes)
        document = merged(contracts.all_three(), info=main.INFO, server_url="/", problems=listed())
        self.gateway.app = main.assemble(self.parts, document, self.signer)
        self.closing.push_async_callback(upstreams.close)
        return self.urls["gateway"]

    async def client(self, **changes: Any) -> httpx.AsyncClient:
        """Start the gateway and return a client of it."""
        client = httpx.AsyncClient(base_url=await self.url(**changes), timeout=10.0)
        return await self.closing.enter_async_context(client)

    def _own_token(self, audience: str) -> str:
        claims = {"sub": "gateway", "aud": audience}
        return self.signer.mint(claims, typ="service+jwt", seconds=60)


Switchboards = dict[str, tuple[Switchboard, str]]


@pytest.fixture(scope="session")
async def switchboards() -> AsyncIterator[Switchboards]:
    """Servers for the gateway and its neighbours, once a session."""
    async with AsyncExitStack() as closing:
        boards = {name: Switchboard() for name in (*main.SERVICES, "gateway")}
        yield {
            name: (board, await closing.enter_async_context(served(board)))
            for name, board in boards.items()
        }


@pytest.fixture
async def world(switchboards: Switchboards) -> AsyncIterator[World]:
    clock = ClockStoppedAt(datetime(2026, 3, 1, 9, tzinfo=UTC))
    issuer = TestIssuer("identity", clock)
    identity = ExchangingIdentity(issuer=issuer)
    voting, ledger = ListeningService(), ListeningService()
    services = {"identity": identity, "voting": voting, "ledger": ledger}
    for name, app in services.items():
        switchboards[name][0].app = app
    urls = {name: url for name, (_, url) in switchboards.items()}
    gateway = switchboards["gateway"][0]
    signer = Signer("gateway", [new_key_pem()], clock)
    async with AsyncExitStack() as closing:
        yield World(clock, issuer, identity, voting, ledger, signer, closing, urls, gateway)
