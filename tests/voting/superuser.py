"""Somebody above all grants and triggers: whoever runs the database, or restored another one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.support.postgres import Databases

_TRIGGERS = """
    SELECT c.relname AS on_table, t.tgname AS name, t.tgenabled = 'A' AS always
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND NOT t.tgisinternal
"""


@asynccontextmanager
async def unguarded(superuser_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Open a transaction in which no trigger and no reference holds; afterwards all do again."""
    connection = await asyncpg.connect(superuser_url)
    try:
        async with connection.transaction():
            triggers = await connection.fetch(_TRIGGERS)
            await connection.execute("SET LOCAL session_replication_role = replica")
            for one in triggers:
                await connection.execute(
                    f"ALTER TABLE {one['on_table']} DISABLE TRIGGER {one['name']}"
                )
            yield connection
            for one in triggers:
                when = "ENABLE ALWAYS" if one["always"] else "ENABLE"
                await connection.execute(
                    f"ALTER TABLE {one['on_table']} {when} TRIGGER {one['name']}"
                )
    finally:
        await connection.close()


async def tamper(databases: Databases, statement: str, *values: object) -> None:
    """Change something that nobody may change, and see that it did change."""
    async with unguarded(databases.superuser_url("voting")) as connection:
        done = await connection.execute(statement, *values)
    assert not done.endswith(" 0"), done
