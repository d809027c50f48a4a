"""How the statements that readers cause are planned, taken from the running service."""

import asyncpg
import pytest
from sqlalchemy import event

from services.chassis.database import Database
from tests.ledger.people import Estate, done

Statement = tuple[str, tuple[object, ...]]


async def caused_by(database: Database, estate: Estate, path: str) -> list[Statement]:
    """Return the statements over what is published that reading `path` causes."""
    seen: list[Statement] = []
    engine = database._engine.sync_engine

    def note(*told: object) -> None:
        statement, parameters = told[2], told[3]
        assert isinstance(statement, str)
        assert isinstance(parameters, tuple)
        if any(f"FROM {table}" in statement for table in ("legs", "entries", "statements")):
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        done(await estate.get(path))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen


@pytest.mark.parametrize(
    ("path", "index"),
    [
        ("/balance", "ix_legs_estate_id_bank"),
        ("/months?year=2026", "ix_legs_estate_id_categories"),
        ("/statements/2026H1", "ix_legs_estate_id_categories"),
        ("/entries?limit=2&cursor=4", "uq_entries_estate_id_number"),
        ("/entries?month=2026-01", "entries_estate_id_"),
        ("/statements/2026H1/publications", "uq_statements_estate_id_period_version"),
        ("/bundle", "uq_entries_estate_id_position"),
    ],
)
async def test_every_read_is_answered_from_an_index_that_leads_with_the_estate(
    database: Database, as_app: asyncpg.Connection, estate: Estate, path: str, index: str
) -> None:
    await estate.open()
    await estate.published(*(f"2026-01-1{n},收入,利息,1.00,,S{n}" for n in range(5)))
    plans = []
    # A handful of rows is scanned whatever indexes there are; what is asked is whether one could.
    await as_app.execute("SET enable_seqscan = off")
    for statement, parameters in await caused_by(database, estate, path):
        rows = await as_app.fetch(f"EXPLAIN {statement}", *parameters)
        plans.append("\n".join(row[0] for row in rows))
    assert plans
    for plan in plans:
        assert "Seq Scan" not in plan, plan
        conditions = [line for line in plan.splitlines() if "Index Cond" in line]
        assert conditions
        assert all("estate_id = " in line for line in conditions), plan
    assert any(index in plan for plan in plans), plans
