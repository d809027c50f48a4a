"""Ledgers in databases of their own, for tests after which a database is good for nothing."""

import asyncio
from dataclasses import dataclass

import asyncpg

from migrations import prepare
from tests.support.postgres import Databases


@dataclass(frozen=True)
class SpoiltLedger:
    """The URLs of the running role and of the superuser."""

    app_url: str
    superuser_url: str


def spoilt_ledger(databases: Databases, name: str) -> SpoiltLedger:
    """Create a ledger's database called `name`, migrated and granted."""
    asyncio.run(_create(databases.superuser_url("postgres"), name))
    prepare.upgrade("ledger", databases.migrator_url("ledger").removesuffix("ledger") + name)
    return SpoiltLedger(
        databases.app_url("ledger").removesuffix("ledger") + name, databases.superuser_url(name)
    )


async def _create(admin_url: str, name: str) -> None:
    admin = await asyncpg.connect(admin_url)
    await admin.execute(f"CREATE DATABASE {name} OWNER ledger_migrator")
    await admin.close()
