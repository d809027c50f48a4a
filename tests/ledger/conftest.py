"""The ledger as it runs, on a real PostgreSQL under its restricted role."""

import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp

from services.chassis.database import Database
from services.chassis.neighbours import Neighbour
from services.chassis.tlog.keys import LogKeys
from services.chassis.tlog.witnesses import Witnesses
from services.ledger.actions.parts import Parts
from services.ledger.clients.voting import VotingClient
from services.ledger.main import assemble
from tests.ledger.fakes import Voting
from tests.ledger.people import Estate
from tests.support.clocks import ClockStoppedAt
from tests.support.postgres import Databases
from tests.support.tokens import TestIssuer, trust_in

SHANGHAI = ZoneInfo("Asia/Shanghai")
LOG_KEYS = LogKeys("ledger", bytes(range(32)))
NOW = datetime(2026, 7, 10, 2, tzinfo=UTC)


@pytest.fixture(scope="session")
async def database(databases: Databases) -> AsyncIterator[Database]:
    """The ledger's database under the running role."""
    made = Database(databases.app_url("ledger"))
    yield made
    await made.close()


@pytest.fixture(scope="session")
def zijin() -> Path:
    """The folder of the demo estate's sheets."""
    return Path("demo/zijin")


@pytest.fixture
def clock() -> ClockStoppedAt:
    """The ledger's clock, at ten in the morning of 10 July 2026 in Hangzhou."""
    return ClockStoppedAt(NOW)


@pytest.fixture
def voting() -> Voting:
    """A voting service that knows what the test tells it."""
    return Voting()


@pytest.fixture
def identity() -> TestIssuer:
    """The issuer of inside tokens."""
    return TestIssuer()


@pytest.fixture
def witnesses() -> Witnesses:
    """The witnesses that the operator allows: none."""
    return Witnesses()


Assembled = Callable[..., FastAPI]


@pytest.fixture
def assembled(
    database: Database, clock: ClockStoppedAt, identity: TestIssuer, witnesses: Witnesses
) -> Assembled:
    """Assemble the ledger around a given voting service."""

    def build(neighbour: ASGIApp | httpx.AsyncBaseTransport) -> FastAPI:
        if isinstance(neighbour, httpx.AsyncBaseTransport):
            transport = neighbour
        else:
            transport = httpx.ASGITransport(app=neighbour)
        client = httpx.AsyncClient(transport=transport, base_url="http://voting")
        asked = Neighbour("voting", client, lambda name: f"token-for-{name}")
        parts = Parts(
            begin=database.begin,
            clock=clock,
            voting=VotingClient(asked),
            zone=SHANGHAI,
            log_keys=LOG_KEYS,
            witnesses=witnesses,
        )
        return assemble(parts, trust_in(identity))

    return build


@pytest.fixture
def ledger(assembled: Assembled, voting: Voting) -> FastAPI:
    """The ledger beside a voting service that answers."""
    return assembled(voting)


@pytest.fixture
def estate(ledger: FastAPI, identity: TestIssuer) -> Estate:
    """A fresh estate and its people."""
    return Estate(ledger, identity, str(uuid.uuid4()))


@pytest.fixture
def other_estate(ledger: FastAPI, identity: TestIssuer) -> Estate:
    """A second fresh estate, of the same ledger."""
    return Estate(ledger, identity, str(uuid.uuid4()))


@pytest.fixture
async def as_app(databases: Databases) -> AsyncIterator[asyncpg.Connection]:
    """A bare connection under the running role."""
    connection = await asyncpg.connect(databases.app_url("ledger"))
    yield connection
    await connection.close()


@pytest.fixture
async def as_superuser(databases: Databases) -> AsyncIterator[asyncpg.Connection]:
    """A bare connection as whoever runs the database."""
    connection = await asyncpg.connect(databases.superuser_url("ledger"))
    yield connection
    await connection.close()


@pytest.fixture
async def as_owner(databases: Databases) -> AsyncIterator[asyncpg.Connection]:
    """A bare connection as the owner of the tables."""
    connection = await asyncpg.connect(databases.migrator_url("ledger"))
    yield connection
    await connection.close()
