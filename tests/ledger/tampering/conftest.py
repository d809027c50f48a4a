"""A ledger whose database somebody runs who has switched off everything that guards it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.chassis.database import Database
from services.ledger.store.tables import metadata
from tests.ledger.spoilt import SpoiltLedger, spoilt_ledger
from tests.support.postgres import Databases


@pytest.fixture(scope="session")
def attacked(databases: Databases) -> SpoiltLedger:
    """The database that these tests share; each has an estate of its own."""
    return spoilt_ledger(databases, "ledger_attacked")


@pytest.fixture(scope="session")
async def database(attacked: SpoiltLedger) -> AsyncIterator[Database]:
    """The database under the running role, in place of the one that other tests use."""
    made = Database(attacked.app_url)
    yield made
    await made.close()


@pytest.fixture
async def superuser(attacked: SpoiltLedger) -> AsyncIterator[asyncpg.Connection]:
    """Whoever runs the database: no trigger and no foreign key stands in his way."""
    connection = await asyncpg.connect(attacked.superuser_url)
    for table in metadata.tables:
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    yield connection
    await connection.close()
