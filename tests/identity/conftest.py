"""The identity service as it runs: its own role on a real PostgreSQL, spoken to over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from services.chassis.database import Database
from services.chassis.sealing import Sealer, SealingKeys
from services.identity.actions.parts import Attesters, Parts
from services.identity.clients.messages import Messages
from services.identity.clients.property_registry import PropertyRegistry
from services.identity.clients.real_name import RealName
from services.identity.domain.pseudonym import Pseudonyms
from services.identity.main import assemble, outside_reader
from tests.identity.city import City
from tests.identity.outside import OutsideWorld
from tests.support.clocks import ClockStoppedAt
from tests.support.postgres import Databases
from tests.support.tokens import TestIssuer, trust_in

MORNING = datetime(2026, 11, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
async def whole_city(databases: Databases) -> AsyncIterator[City]:
    """One running service for all tests; each test makes people and estates of its own."""
    clock, outside = ClockStoppedAt(MORNING), OutsideWorld()
    database = Database(databases.app_url("identity"))
    issuers = {name: TestIssuer(name, clock) for name in ("identity", "gateway", "voting")}
    signer, client = issuers["identity"].signer, outside.client()
    parts = Parts(
        begin=database.begin,
        clock=clock,
        sealer=Sealer(SealingKeys({1: bytes(range(32))}, bytes(32))),
        pseudonyms=Pseudonyms(bytes(range(1, 33))),
        attesters=Attesters.of_seeds(bytes(range(2, 34)), bytes(range(3, 35))),
        signer=signer,
        read_outside=outside_reader(signer, clock),
        real_name=RealName(client),
        property_registry=PropertyRegistry(client),
        messages=Messages(client),
    )
    app = assemble(parts, trust_in(*issuers.values(), clock=clock))
    city = City(app, parts, clock, outside)
    city.neighbours, city.database = issuers, database
    yield city
    await city.http.aclose()
    await client.aclose()
    await database.close()


@pytest.fixture
def city(whole_city: City) -> City:
    """The city with its outside sources honest again; time never runs back."""
    whole_city.outside.forget()
    return whole_city
