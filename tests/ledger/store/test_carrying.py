"""What was published before there was a log cannot be signed after the fact, so it is refused."""

import asyncio

import asyncpg
import pytest
from alembic import command
from sqlalchemy.exc import DBAPIError

from migrations import prepare
from tests.support.postgres import Databases

LIMITS = """
INSERT INTO spending_limits (estate_id, version, uses_max, amount_each_max_fen,
                             amount_total_max_fen, set_at, set_by)
VALUES (gen_random_uuid(), 1, 1, 1, 1, now(), 'somebody')
"""
ENTRY = """
BEGIN;
SET LOCAL session_replication_role = replica;
ALTER TABLE entries DISABLE TRIGGER ALL;
INSERT INTO entries (estate_id, entry_id, number, kind, occurred_on, leg_count, amount_fen,
                     counterparty, memo, booked_at, booked_by, document)
VALUES (gen_random_uuid(), gen_random_uuid(), 1, 'OPENING', '2026-01-01', 2, 1, '', '', now(),
        'somebody', '');
COMMIT
"""


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


@pytest.mark.parametrize(("table", "row"), [("spending_limits", LIMITS), ("entries", ENTRY)])
def test_a_ledger_that_published_before_it_had_a_log_is_refused(
    databases: Databases, table: str, row: str
) -> None:
    name = f"ledger_with_{table}"
    admin_url = databases.superuser_url("postgres")
    asyncio.run(execute(admin_url, f"CREATE DATABASE {name} OWNER ledger_migrator"))
    url = databases.migrator_url("ledger").removesuffix("ledger") + name
    config = prepare.configuration("ledger", url)
    command.upgrade(config, "0002")
    asyncio.run(execute(databases.superuser_url(name), row))
    with pytest.raises(DBAPIError, match=f"{table} holds what was published before"):
        command.upgrade(config, "head")
