"""What lies in the database: sealed, append-only, and nothing in plain text anywhere."""

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.chassis.sealing import SealBroken
from services.identity.store import accounts
from services.identity.store.tables import metadata
from tests.identity.city import City, register, rows
from tests.identity.devices import Device
from tests.support.postgres import Databases

APPEND_ONLY = (
    "account_parties",
    "device_key_revocations",
    "device_keys",
    "discrepancy_cases",
    "electorate_policies",
    "entry_lookups",
    "frozen_electorates",
    "frozen_entries",
    "holdings",
    "parties",
    "provider_answers",
    "register_sign_offs",
    "register_versions",
    "staff_grants",
    "staff_revocations",
    "unit_versions",
    "verifications",
)


async def everything(databases: Databases) -> str:
    """Return every row of every table as text."""
    connection = await asyncpg.connect(databases.superuser_url("identity"))
    try:
        found = []
        for table in metadata.tables:
            rows = await connection.fetch(f"SELECT to_jsonb(t)::text AS row FROM {table} t")
            found += [row["row"] for row in rows]
    finally:
        await connection.close()
    return "\n".join(found)


async def test_no_name_number_phone_code_or_token_lies_in_the_database(
    city: City, databases: Databases
) -> None:
    owner = await city.person()
    office = await city.office()
    await office.govern(register(rows("101", owner)))
    card = (await owner.claim(office.estate_id, "101")).json()
    device = Device(owner, office.estate_id, card["card_id"])
    code = await device.code()
    registered = await device.register(code, label=f"{owner.name}的手机")
    assert registered.status_code == 201
    kept = await everything(databases)
    assert office.estate_id in kept
    secrets = (owner.name, owner.number, owner.phone, *owner.tokens.values())
    for secret in map(str, secrets):
        if secret not in {"Bearer", "600"}:
            assert secret not in kept
            assert secret.encode().hex() not in kept


async def test_a_sealed_field_opens_only_in_its_own_row(city: City) -> None:
    first, second = await city.person(), await city.person()
    assert city.database is not None
    query = text("SELECT phone_sealed FROM accounts WHERE id = CAST(:id AS uuid)")
    async with city.database.begin() as connection:
        found = await connection.execute(query, {"id": first.account_id})
        sealed = found.scalar_one()
        name = await accounts.proved_name(connection, first.account_id, sealer=city.parts.sealer)
    own = city.parts.sealer.open(sealed, context=f"accounts/phone/{first.account_id}")
    assert (own, name) == (first.phone, first.name)
    with pytest.raises(SealBroken):
        city.parts.sealer.open(sealed, context=f"accounts/phone/{second.account_id}")


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
async def test_the_running_role_cannot_change_what_is_append_only(
    city: City, table: str, verb: str
) -> None:
    column = list(metadata.tables[table].columns)[-1].name
    statement = {
        "UPDATE": f"UPDATE {table} SET {column} = {column}",
        "DELETE": f"DELETE FROM {table}",
        "TRUNCATE": f"TRUNCATE {table} CASCADE",
    }[verb]
    assert city.database is not None
    with pytest.raises(DBAPIError, match="permission denied"):
        async with city.database.begin() as connection:
            await connection.execute(text(statement))


@pytest.mark.parametrize("table", [one for one in APPEND_ONLY if one != "parties"])
async def test_even_the_owner_of_a_table_is_stopped_by_its_trigger(
    databases: Databases, table: str
) -> None:
    connection = await asyncpg.connect(databases.migrator_url("identity"))
    try:
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(asyncpg.RestrictViolationError):
                await connection.execute(statement)
    finally:
        await connection.close()
