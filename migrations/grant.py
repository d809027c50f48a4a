"""Apply `access.toml`: the running role of a service may do exactly what stands there."""

import tomllib
from pathlib import Path

import asyncpg

ACCESS = Path(__file__).parent / "access.toml"
_RIGHTS = {"SELECT", "INSERT", "UPDATE", "DELETE"}


def access(service: str) -> dict[str, list[str]]:
    """Return the rights by table of one service's running role.

    Raises:
        ValueError: the file grants something that is no right on a table's rows.
    """
    tables: dict[str, list[str]] = tomllib.loads(ACCESS.read_text())[service]
    for table, rights in tables.items():
        if not set(rights) <= _RIGHTS or not table.isidentifier():
            raise ValueError(f"{service}.{table}: {rights}")
    return tables


async def grant(service: str, migration_url: str) -> None:
    """Give the service's running role its rights, and take every other away."""
    role = f"{service}_app"
    connection = await asyncpg.connect(migration_url)
    try:
        async with connection.transaction():
            await connection.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
            await connection.execute(f"GRANT SELECT ON schema_version TO {role}")
            for table, rights in access(service).items():
                await connection.execute(f"GRANT {', '.join(rights)} ON {table} TO {role}")
    finally:
        await connection.close()
