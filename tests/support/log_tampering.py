"""Whether the checker notices every change of every column that a service publishes.

A superuser changes one value, takes a row away or adds one, with all triggers and constraints off;
the checker looks at the result in the same transaction; then it is rolled back. What it does not
notice is listed, and so is a table that nobody classified or that holds nothing to change.

    unnoticed = await unnoticed_changes(superuser_url, metadata, classified, checked)
    assert unnoticed == []
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import MetaData, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from services.chassis.database import async_url
from services.chassis.tlog.checking import check_estate
from services.chassis.tlog.contents import Contents
from services.chassis.tlog.estates import all_estates
from services.chassis.tlog.keys import LogKeys

ROWS_MAX = 4
"""How many rows of a table are taken away, one at a time."""


@dataclass(frozen=True)
class Classified:
    """How a table is bound to the log.

    `deletion` says whether a row that is taken away must be noticed too.
    """

    how: str
    reason: str = ""
    deletion: bool = True

    @property
    def published(self) -> bool:
        """Whether the checker answers for the table."""
        return self.how != "unpublished"


LOGGED = Classified("logged")
"""Each row is what a leaf stands for."""
DERIVED = Classified("derived")
"""The rows follow from logged ones."""
SIGNED = Classified("signed", deletion=False)
"""Each row is signed by itself: it can be taken away, and neither changed nor forged."""


def unpublished(reason: str) -> Classified:
    """Classify a table that nobody was promised anything about, and say why."""
    assert reason
    return Classified("unpublished", reason)


@dataclass(frozen=True)
class Classification:
    """The tables of a service, and the columns that are exempt, each ("table.column") with why."""

    tables: Mapping[str, Classified]
    exempt: Mapping[str, str] = field(default_factory=dict)


LOG_TABLES: dict[str, Classified] = {
    "heads": DERIVED,
    "leaves": LOGGED,
    "subtrees": DERIVED,
    "checkpoints": SIGNED,
    "cosignatures": SIGNED,
    "witness_policies": LOGGED,
    "alarms": SIGNED,
    "checks": SIGNED,
}
LOG_EXEMPT: dict[str, str] = {
    "heads.last_at": "only keeps later instants from running backwards; each is signed elsewhere",
    "cosignatures.received_at": "when the line came; the witness's own time is in the line",
}

Check = Callable[[AsyncConnection], Awaitable[list[str]]]
"""Returns the codes of what a check of all estates finds."""


def checking(log_keys: LogKeys, contents: Contents, at: datetime) -> Check:
    """Return the check of every estate that the log's tables name."""

    async def check(connection: AsyncConnection) -> list[str]:
        codes: list[str] = []
        for estate_id in await all_estates(connection):
            keys = log_keys.of(estate_id)
            report = await check_estate(connection, estate_id, keys, contents, at)
            codes += [one.code for one in report.findings]
        return codes

    return check


async def unnoticed_changes(
    superuser_url: str, metadata: MetaData, classified: Classification, check: Check
) -> list[str]:
    """Return every change that the check passes over, and whatever was not put to the test."""
    unnoticed = [
        f"{name}: classified, but no such table"
        for name in classified.tables.keys() - metadata.tables
    ]
    unnoticed += [
        f"{name}: not classified" for name in metadata.tables.keys() - classified.tables.keys()
    ]
    published = [
        (table, classified.tables[table.name])
        for table in metadata.sorted_tables
        if table.name in classified.tables and classified.tables[table.name].published
    ]
    async with _unguarded(superuser_url, [table for table, _ in published]) as connection:
        before = await check(connection)
        assert before == [], f"the check must pass before anything is changed: {before}"
        for table, how in published:
            for name, statement in await _changes(connection, table, how):
                if name not in classified.exempt and not await _noticed(
                    connection, statement, check
                ):
                    unnoticed.append(f"{name}: {statement}")
    return sorted(unnoticed)


@asynccontextmanager
async def _unguarded(url: str, tables: list[Table]) -> AsyncIterator[AsyncConnection]:
    """Open a transaction in which nothing guards the tables; it is rolled back at the end."""
    engine = create_async_engine(async_url(url), poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text("SET session_replication_role = replica"))
        for table in tables:
            await connection.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER ALL"))
        constraints = await connection.execute(
            text(
                "SELECT conrelid::regclass::text, conname FROM pg_constraint"
                " WHERE connamespace = 'public'::regnamespace"
                " AND contype IN ('c', 'f', 'p', 'u', 'x')"
                " ORDER BY contype IN ('p', 'u')"
            )
        )
        for table_name, constraint in constraints.all():
            # A foreign key rests on another table's key, and may be gone with it.
            drop = f'ALTER TABLE {table_name} DROP CONSTRAINT IF EXISTS "{constraint}" CASCADE'
            await connection.execute(text(drop))
        unique = await connection.scalars(
            text(
                "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class ON pg_class.oid ="
                " indexrelid WHERE indisunique AND relnamespace = 'public'::regnamespace"
            )
        )
        for index in unique.all():
            await connection.execute(text(f"DROP INDEX {index}"))
        yield connection
        await connection.rollback()
    await engine.dispose()


async def _noticed(connection: AsyncConnection, statement: str, check: Check) -> bool:
    """Make one change, check, and take it back."""
    change = await connection.begin_nested()
    try:
        changed = await connection.execute(text(statement))
        assert changed.rowcount == 1, statement
        return bool(await check(connection))
    finally:
        await change.rollback()


async def _changes(
    connection: AsyncConnection, table: Table, how: Classified
) -> list[tuple[str, str]]:
    """Return the changes to be tried on a table, each under the name that may exempt it."""
    ids = await connection.scalars(text(f"SELECT ctid::text FROM {table.name} LIMIT {ROWS_MAX}"))
    rows = list(ids)
    if not rows:
        # Refused by every database, so the table is listed until a test fills it.
        return [(f"{table.name}.", f"UPDATE {table.name} SET no_row_to_change = 1")]
    types = await _types(connection, table)
    changes = [
        (f"{table.name}.{column}", statement)
        for column, kind in types.items()
        for statement in await _column_changes(connection, table.name, column, kind)
    ]
    if how.deletion:
        deleted = f"DELETE FROM {table.name} WHERE ctid = '{{}}'"
        changes += [(f"{table.name}.deleted", deleted.format(row)) for row in rows]
    changes.append((f"{table.name}.forged", _forgery(table, types, rows[0])))
    return changes


async def _types(connection: AsyncConnection, table: Table) -> dict[str, str]:
    query = text(
        "SELECT attname, format_type(atttypid, atttypmod), attgenerated <> '' FROM pg_attribute"
        " WHERE attrelid = CAST(:name AS regclass) AND attnum > 0 AND NOT attisdropped"
    )
    found = await connection.execute(query, {"name": table.name})
    return {name: kind for name, kind, generated in found.all() if not generated}


async def _column_changes(
    connection: AsyncConnection, table: str, column: str, kind: str
) -> list[str]:
    quoted = f'"{column}"'
    query = f"SELECT ctid::text FROM {table} WHERE {quoted} IS NOT NULL LIMIT 1"
    row = (await connection.execute(text(query))).scalar_one_or_none()
    if row is None:
        filled = f"UPDATE {table} SET {quoted} = {_filled(kind)} "
        return [filled + f"WHERE ctid = (SELECT min(ctid) FROM {table})"]
    values = [_changed(quoted, kind)]
    other = f"SELECT {quoted} FROM {table} WHERE {quoted} IS DISTINCT FROM changed.{quoted} LIMIT 1"
    differing = f"SELECT count(DISTINCT {quoted}::text) > 1 FROM {table}"
    if (await connection.execute(text(differing))).scalar_one():
        values.append(f"({other})")
    nullable = text(
        "SELECT NOT attnotnull FROM pg_attribute"
        " WHERE attrelid = CAST(:table AS regclass) AND attname = :column"
    )
    if (await connection.execute(nullable, {"table": table, "column": column})).scalar_one():
        values.append("NULL")
    return [
        f"UPDATE {table} AS changed SET {quoted} = {value} WHERE ctid = '{row}'" for value in values
    ]


def _changed(column: str, kind: str) -> str:
    """Return the expression of another value of a column's type, as near as may be."""
    if kind.endswith("[]"):
        return f"{column} || {column} || {_filled(kind)}"
    name = kind.partition("(")[0]
    near = {
        "uuid": "gen_random_uuid()",
        "boolean": f"NOT {column}",
        "text": f"{column} || 'x'",
        "character varying": f"{column} || 'x'",
        "bytea": (
            f"CASE WHEN length({column}) = 0 THEN '\\\\x00'::bytea"
            f" ELSE set_byte({column}, length({column}) - 1,"
            f" get_byte({column}, length({column}) - 1) # 1) END"
        ),
        "date": f"{column} + 1",
        "jsonb": f"jsonb_build_array({column})",
        "json": f"json_build_array({column})",
        "interval": f"{column} + interval '1 microsecond'",
    }
    if name.startswith("time"):
        return f"{column} + interval '1 microsecond'"
    return near.get(name, f"{column} + 1")


def _filled(kind: str) -> str:
    """Return some value of a type, for a column that holds none."""
    if kind.endswith("[]"):
        return f"ARRAY[{_filled(kind[:-2])}]::{kind}"
    name = kind.partition("(")[0]
    samples = {
        "uuid": "gen_random_uuid()",
        "boolean": "true",
        "text": "'x'",
        "character varying": "'x'",
        "bytea": "'\\\\x00'::bytea",
        "jsonb": "'[]'::jsonb",
        "json": "'[]'::json",
        "interval": "interval '1 second'",
        "date": "date '2026-01-01'",
        "time without time zone": "time '12:00'",
    }
    if name.startswith("timestamp"):
        return "now()"
    return samples.get(name, "1")


def _forgery(table: Table, types: Mapping[str, str], row: str) -> str:
    """Return the statement that adds a copy of a row under a key of its own."""
    keys = [column.name for column in table.primary_key.columns]
    own = [name for name in keys if name != "estate_id"] or keys
    names = ", ".join(f'"{name}"' for name in types)
    values = ", ".join(
        _forged_key(table.name, name, types[name]) if name in own else f'"{name}"' for name in types
    )
    return (
        f"INSERT INTO {table.name} ({names}) SELECT {values} FROM {table.name} WHERE ctid = '{row}'"
    )


def _forged_key(table: str, column: str, kind: str) -> str:
    if kind in {"bigint", "integer", "smallint"}:
        return f'(SELECT max("{column}") + 1 FROM {table})'
    return _changed(f'"{column}"', kind)
