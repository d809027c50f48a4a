"""What the services keep, as one digest per table: the witness that nothing changed."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Self

import asyncpg

# Staying signed in is no change: a code is counted, a session begun, a refresh token replaced.
SIGNING_IN = frozenset({"identity.refresh_tokens", "identity.sessions", "identity.sign_in_codes"})

_TABLES = """
SELECT tablename FROM pg_tables
WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY tablename
"""


class Rows:
    """Reads every table of every service with the rights of the tables' owner."""

    def __init__(self, connections: Mapping[str, asyncpg.Connection]) -> None:
        self._connections = connections
        self._queries: dict[str, str] = {}

    @classmethod
    async def of(cls, urls: Mapping[str, str]) -> Self:
        """Connect to each service's database at its URL."""
        return cls({service: await asyncpg.connect(url) for service, url in urls.items()})

    async def close(self) -> None:
        for connection in self._connections.values():
            await connection.close()

    async def count(self, table: str) -> int:
        """Return how many rows `service.table` has."""
        service, _, name = table.partition(".")
        counted: int = await self._connections[service].fetchval(f'SELECT count(*) FROM "{name}"')
        return counted

    async def digests(self) -> dict[str, str]:
        """Return the number of rows and a hash of their content, by `service.table`."""
        found: dict[str, str] = {}
        for service, connection in self._connections.items():
            rows = await connection.fetch(await self._query(service))
            found |= {f"{service}.{row[0]}": f"{row[1]} {row[2]}" for row in rows}
        return found

    async def _query(self, service: str) -> str:
        if service not in self._queries:
            tables = [row[0] for row in await self._connections[service].fetch(_TABLES)]
            self._queries[service] = " UNION ALL ".join(
                f"SELECT '{table}', count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) "
                f'FROM "{table}" t'
                for table in tables
            )
        return self._queries[service]

    @asynccontextmanager
    async def unchanged(self, *but_for: str) -> AsyncIterator[None]:
        """Fail if a table differs afterwards, but for those named and those of signing in."""
        before = await self.digests()
        yield
        after = await self.digests()
        changed = {table for table in after if after[table] != before.get(table)}
        unexpected = sorted(changed - SIGNING_IN - set(but_for))
        assert not unexpected, unexpected
