"""A database that holds nothing but logs, made by the revisions' own SQL, under two roles."""

import asyncio
from dataclasses import dataclass

import asyncpg
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from migrations.grant import access
from migrations.prepare import url_for
from migrations.transparency_log import TABLES, create_log_tables
from services.chassis.database import async_url
from services.chassis.embedded import Cluster

_PASSWORD = "of-a-throw-away-database"
_NOTICES = """
CREATE TABLE retries (
    caller text NOT NULL, key text NOT NULL, digest bytea NOT NULL, status integer NOT NULL,
    body bytea NOT NULL, made_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (caller, key));
CREATE TABLE notices (
    estate_id uuid NOT NULL, notice_id uuid NOT NULL, position bigint NOT NULL,
    document bytea NOT NULL, length integer NOT NULL, PRIMARY KEY (estate_id, notice_id));
"""


@dataclass(frozen=True)
class LogDatabase:
    """The URLs of the running role, of the tables' owner, and of the superuser."""

    app_url: str
    owner_url: str
    superuser_url: str


def log_database(cluster: Cluster, name: str) -> LogDatabase:
    """Create the database `name`, with the tables of the logs and one of a small service's own."""
    return asyncio.run(_made(cluster, name))


async def _made(cluster: Cluster, name: str) -> LogDatabase:
    admin = await asyncpg.connect(cluster.admin_url())
    urls: dict[str, str] = {}
    for kind in ("owner", "app"):
        role = f"{name}_{kind}"
        await admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{_PASSWORD}'")
        urls[kind] = url_for(cluster.admin_url(), role=role, password=_PASSWORD, database=name)
    await admin.execute(f"CREATE DATABASE {name} OWNER {name}_owner")
    await admin.close()
    engine = create_async_engine(async_url(urls["owner"]), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(_with_tables)
        for statement in filter(str.strip, _NOTICES.split(";")):
            await connection.execute(text(statement))
        rights = access("voting") | {"notices": ["SELECT", "INSERT"]}
        for table in (*TABLES, "retries", "notices"):
            granted = ", ".join(rights[table])
            await connection.execute(text(f"GRANT {granted} ON {table} TO {name}_app"))
    await engine.dispose()
    return LogDatabase(urls["app"], urls["owner"], cluster.admin_url(name))


def _with_tables(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        create_log_tables()
