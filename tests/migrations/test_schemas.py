"""Revisions run up and down, say what the code says, and leave no right ungranted or unasked."""

import asyncio
import importlib

import asyncpg
import pytest
from alembic import command
from alembic.script import ScriptDirectory

from migrations import prepare
from migrations.grant import access, grant
from tests.support.postgres import Databases

SERVICES = prepare.SERVICES


def own_database(databases: Databases, service: str) -> str:
    """Return the migrator's URL of an empty database beside the service's own."""
    name = f"{service}_stairs"

    async def create() -> None:
        admin = await asyncpg.connect(databases.superuser_url("postgres"))
        await admin.execute(f"DROP DATABASE IF EXISTS {name}")
        await admin.execute(f"CREATE DATABASE {name} OWNER {service}_migrator")
        await admin.close()

    asyncio.run(create())
    return databases.migrator_url(service).removesuffix(service) + name


@pytest.mark.parametrize("service", SERVICES)
def test_every_revision_runs_up_down_and_up_again(databases: Databases, service: str) -> None:
    url = own_database(databases, service)
    config = prepare.configuration(service, url)
    command.upgrade(config, "head")
    command.check(config)
    command.downgrade(config, "base")
    command.upgrade(config, "head")
    command.check(config)


@pytest.mark.parametrize("service", SERVICES)
def test_the_code_expects_the_newest_revision(databases: Databases, service: str) -> None:
    config = prepare.configuration(service, databases.migrator_url(service))
    heads = ScriptDirectory.from_config(config).get_heads()
    tables = importlib.import_module(f"services.{service}.store.tables")
    assert heads == [tables.REVISION]


async def rights(url: str, role: str) -> dict[str, set[str]]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            """SELECT c.relname AS name, r.may
               FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
                    unnest(ARRAY['SELECT','INSERT','UPDATE','DELETE','TRUNCATE','REFERENCES',
                                 'TRIGGER']) AS r(may)
               WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
                 AND has_table_privilege($1, c.oid, r.may)""",
            role,
        )
    finally:
        await connection.close()
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["name"], set()).add(row["may"])
    return found


@pytest.mark.parametrize("service", SERVICES)
async def test_the_running_role_may_do_what_the_file_says_and_no_more(
    databases: Databases, service: str
) -> None:
    found = await rights(databases.superuser_url(service), f"{service}_app")
    said = {table: set(given) for table, given in access(service).items()}
    assert found == said | {"schema_version": {"SELECT"}}


@pytest.mark.parametrize("service", SERVICES)
async def test_granting_again_takes_back_what_was_given_by_hand(
    databases: Databases, service: str
) -> None:
    table = next(iter(access(service)))
    admin = await asyncpg.connect(databases.superuser_url(service))
    await admin.execute(f"GRANT TRUNCATE ON {table} TO {service}_app")
    await admin.close()
    # Only the owner's own grants can be revoked by the owner; the superuser acts as the owner.
    await grant(service, databases.migrator_url(service))
    found = await rights(databases.superuser_url(service), f"{service}_app")
    assert "TRUNCATE" not in found[table]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "attempt",
    ["CREATE TABLE mine (x int)", "CREATE SCHEMA mine", "CREATE ROLE mine", "CREATE DATABASE mine"],
)
async def test_the_running_role_owns_nothing_and_makes_nothing(
    databases: Databases, service: str, attempt: str
) -> None:
    connection = await asyncpg.connect(databases.app_url(service))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(attempt)
        owned = "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
        assert await connection.fetchval(owned) == 0
    finally:
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_cannot_enter_a_neighbours_database(
    databases: Databases, service: str
) -> None:
    for other in set(SERVICES) - {service}:
        url = databases.app_url(service).removesuffix(service) + other
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(url)
