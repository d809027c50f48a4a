"""A database of logs alone, and the smallest service on it."""

import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.chassis.database import Database
from services.chassis.embedded import Cluster
from tests.chassis.tlog.notices import Parts, parts_on
from tests.support.log_database import LogDatabase, log_database


@pytest.fixture(scope="session")
def logs(cluster: Cluster) -> LogDatabase:
    """The database that these tests share; each has its own estates."""
    return log_database(cluster, "logs")


@pytest.fixture(scope="session")
async def database(logs: LogDatabase) -> AsyncIterator[Database]:
    """The database under the running role."""
    made = Database(logs.app_url)
    yield made
    await made.close()


@pytest.fixture
def parts(database: Database) -> Parts:
    """The service's parts, with a clock of the test's own."""
    return parts_on(database)


@pytest.fixture
def estate_id() -> str:
    """A fresh estate."""
    return str(uuid.uuid4())


@pytest.fixture
async def superuser(logs: LogDatabase) -> AsyncIterator[asyncpg.Connection]:
    """Whoever runs the database: nothing that can be switched off is on."""
    connection = await asyncpg.connect(logs.superuser_url)
    await connection.execute("SET session_replication_role = replica")
    yield connection
    await connection.close()
