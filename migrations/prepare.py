"""Make a PostgreSQL ready for the services: a database each, a migrator and a running role each.

    python -m migrations.prepare --admin-url postgresql://…   (prints the services' settings)
    python -m migrations.prepare --upgrade                    (migrates what the settings name)

Roles and databases that exist are kept; passwords are set anew when they are made.
"""

import argparse
import asyncio
import json
import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from alembic import command
from alembic.config import Config

from migrations.grant import grant

SERVICES = ("identity", "voting", "ledger")
INI = Path(__file__).parent / "alembic.ini"


def url_for(admin_url: str, *, role: str, password: str, database: str) -> str:
    """Return `admin_url` with another role and database."""
    parts = urlsplit(admin_url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{password}@{place}", path=f"/{database}"))


async def create(admin_url: str, passwords: dict[str, str]) -> None:
    """Create each service's roles and database where they are missing.

    `passwords` maps each role to the password that it is to have.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        for service in SERVICES:
            for role in (f"{service}_migrator", f"{service}_app"):
                await _create_role(connection, role, passwords[role])
            owner = f"{service}_migrator"
            query = "SELECT 1 FROM pg_database WHERE datname = $1"
            if await connection.fetchval(query, service) is None:
                await connection.execute(f"CREATE DATABASE {service} OWNER {owner}")
            # Nobody but its two roles has any business in a service's database.
            await connection.execute(f"REVOKE ALL ON DATABASE {service} FROM PUBLIC")
            await connection.execute(f"GRANT CONNECT ON DATABASE {service} TO {service}_app")
    finally:
        await connection.close()


async def _create_role(connection: asyncpg.Connection, role: str, password: str) -> None:
    exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if exists else "CREATE"
    # A password cannot be a bound parameter of this statement; the server quotes it.
    quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
    await connection.execute(
        f"{verb} ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {quoted}"
    )


def upgrade(service: str, migration_url: str, revision: str = "head") -> None:
    """Bring one service's database to `revision` and apply its grants."""
    command.upgrade(configuration(service, migration_url), revision)
    asyncio.run(grant(service, migration_url))


def configuration(service: str, migration_url: str) -> Config:
    """Return Alembic's configuration for one service."""
    config = Config(INI, ini_section=service)
    config.attributes["url"] = migration_url
    return config


def kept_passwords(path: Path) -> dict[str, str]:
    """Return the roles' passwords that `path` holds, made now if it does not exist."""
    if not path.exists():
        roles = [f"{service}_{kind}" for service in SERVICES for kind in ("migrator", "app")]
        path.touch(mode=0o600)
        path.write_text(json.dumps({role: secrets.token_hex(24) for role in roles}))
    held: dict[str, str] = json.loads(path.read_text())
    return held


def urls(admin_url: str, passwords: dict[str, str]) -> dict[str, str]:
    """Return the environment that names every service's two URLs."""
    found = {}
    for service in SERVICES:
        for kind, name in (("app", "DATABASE"), ("migrator", "MIGRATION")):
            role = f"{service}_{kind}"
            found[f"{service.upper()}_{name}_URL"] = url_for(
                admin_url, role=role, password=passwords[role], database=service
            )
    return found


def _migration_name(service: str) -> str:
    return f"{service.upper()}_MIGRATION_URL"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--admin-url", help="superuser's URL: create roles and databases there")
    parser.add_argument("--passwords", type=Path, default=Path(".data/passwords.json"))
    parser.add_argument("--upgrade", action="store_true", help="migrate all services")
    chosen = parser.parse_args()
    if not (chosen.admin_url or chosen.upgrade):
        parser.error("say --admin-url, --upgrade or both")
    environment = dict(os.environ)
    if chosen.admin_url:
        chosen.passwords.parent.mkdir(parents=True, exist_ok=True)
        passwords = kept_passwords(chosen.passwords)
        asyncio.run(create(chosen.admin_url, passwords))
        made = urls(chosen.admin_url, passwords)
        environment |= made
        sys.stdout.writelines(f"{name}={value}\n" for name, value in made.items())
    missing = [name for name in map(_migration_name, SERVICES) if name not in environment]
    if chosen.upgrade and missing:
        parser.error(f"not set: {', '.join(missing)}")
    if chosen.upgrade:
        for service in SERVICES:
            upgrade(service, environment[_migration_name(service)])


if __name__ == "__main__":
    main()
