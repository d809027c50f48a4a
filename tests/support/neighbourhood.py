"""Identity and voting as they are, side by side in one process, each on its own database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from fastapi import FastAPI

from services.chassis.database import Database
from services.chassis.neighbours import Neighbour
from services.chassis.sealing import Sealer, SealingKeys
from services.chassis.tlog.keys import LogKeys
from services.identity import main as identity
from services.identity.actions.parts import Attesters
from services.identity.actions.parts import Parts as IdentityParts
from services.identity.clients.messages import Messages
from services.identity.clients.property_registry import PropertyRegistry
from services.identity.clients.real_name import RealName
from services.identity.domain.pseudonym import Pseudonyms
from services.voting import main as voting
from services.voting.actions.parts import Parts as VotingParts
from services.voting.clients.identity import Identity
from tests.identity.city import City
from tests.identity.outside import OutsideWorld
from tests.support.clocks import ClockStoppedAt
from tests.support.postgres import Databases
from tests.support.tokens import TestIssuer, over_asgi, trust_in

LOG_KEYS = LogKeys("voting", bytes(range(32)))
BEGINS = datetime(2026, 11, 2, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Neighbourhood:
    """The services under their running roles, and how each asks the other."""

    city: City
    voting: FastAPI
    issuers: dict[str, TestIssuer]
    clients: list[httpx.AsyncClient]

    @property
    def clock(self) -> ClockStoppedAt:
        return self.city.clock

    def asking(self, asker: str, asked: str, app: FastAPI) -> Neighbour:
        """Return the way on which one service asks another, with a token of its own."""
        client = httpx.AsyncClient(transport=over_asgi(app), base_url=f"http://{asked}")
        self.clients.append(client)
        return Neighbour(asked, client, self.issuers[asker].service_token)


def _identity_parts(
    database: Database, clock: ClockStoppedAt, issuer: TestIssuer, outside: httpx.AsyncClient
) -> IdentityParts:
    return IdentityParts(
        begin=database.begin,
        clock=clock,
        sealer=Sealer(SealingKeys({1: bytes(range(32))}, bytes(32))),
        pseudonyms=Pseudonyms(bytes(range(1, 33))),
        attesters=Attesters.of_seeds(bytes(range(2, 34)), bytes(range(3, 35))),
        signer=issuer.signer,
        read_outside=identity.outside_reader(issuer.signer, clock),
        real_name=RealName(outside),
        property_registry=PropertyRegistry(outside),
        messages=Messages(outside),
    )


@asynccontextmanager
async def neighbourhood(databases: Databases) -> AsyncIterator[Neighbourhood]:
    """Assemble identity, and voting that asks it."""
    clock, outside = ClockStoppedAt(BEGINS), OutsideWorld()
    names = ("identity", "gateway", "voting", "ledger")
    issuers = {name: TestIssuer(name, clock) for name in names}
    trust = trust_in(*issuers.values(), clock=clock)
    kept = {name: Database(databases.app_url(name)) for name in ("identity", "voting")}
    providers = outside.client()
    parts = _identity_parts(kept["identity"], clock, issuers["identity"], providers)
    city = City(identity.assemble(parts, trust), parts, clock, outside)
    city.neighbours, city.database = issuers, kept["identity"]
    clients = [city.http, providers]
    asked = Neighbourhood(city, FastAPI(), issuers, clients)
    asks = Identity(asked.asking("voting", "identity", city.app))
    app = voting.assemble(
        VotingParts(kept["voting"].begin, clock, asks, "Asia/Shanghai", LOG_KEYS), trust
    )
    yield Neighbourhood(city, app, issuers, clients)
    for client in clients:
        await client.aclose()
    for database in kept.values():
        await database.close()
