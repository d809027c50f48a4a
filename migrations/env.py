"""Alembic's environment for all services: the section's name is the service's.

The URL is the migrator's (`VOTING_MIGRATION_URL`), who owns the tables; the running service has
another role that owns nothing (`access.toml`).
"""

import asyncio
import importlib
import os

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from services.chassis.database import async_url

config = context.config
service = config.config_ini_section
metadata = importlib.import_module(f"services.{service}.store.tables").metadata


def migrate(connection: Connection) -> None:
    """Run the asked-for revisions; a lock that does not come soon is an error, not a wait."""
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SET statement_timeout = '10min'"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table="schema_version",
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def online() -> None:
    """Connect as the service's migrator and migrate."""
    given = config.attributes.get("url") or os.environ[f"{service.upper()}_MIGRATION_URL"]
    engine = create_async_engine(async_url(given), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(online())
