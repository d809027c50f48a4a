"""Whoever runs the database rewrites the books; each attack, and what catches it."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.chassis.database import Database
from services.chassis.tlog import append
from services.ledger.store import documents
from services.proofs.leaf import Kind, Leaf
from services.proofs.tree import CompactRange, leaf_hash
from tests.ledger.conftest import LOG_KEYS, NOW
from tests.ledger.outsider import Outsider
from tests.ledger.people import Estate, done, problem

ROW = "estate_id = $1 AND number = $2"
LEGS = f"estate_id = $1 AND entry_id = (SELECT entry_id FROM entries WHERE {ROW})"
CONTENTS = "contents have the hashes that the leaves name"
LINES = "the lines are whole, in order and complete"
ROOT = "all leaves together lead to the checkpoint's root"


@pytest.fixture
async def estate(estate: Estate) -> Estate:
    """An estate with eight leaves: limits, five entries, a statement, and a reversal."""
    await estate.allow()
    await estate.open()
    rows = (f"2026-0{one}-08,收入,利息,{one}0.00,示例银行,S{one}" for one in range(1, 5))
    await estate.published(*rows)
    done(await estate.publish_half_year())
    newest = (await estate.entries())[0]
    await estate.reverse(newest["entry_id"])
    assert await estate.findings() == []
    return estate


@pytest.fixture
async def outsider(estate: Estate, tmp_path: Path) -> Outsider:
    return await Outsider.of(estate, tmp_path)


async def judged(estate: Estate, outsider: Outsider) -> list[str]:
    """Return the steps at which the service's own bundle fails now."""
    return outsider.bundle(done(await estate.get("/bundle")).content).failed


async def checkpoint_of(estate: Estate) -> str:
    return done(await estate.get("/log/checkpoint")).text


async def sighted(estate: Estate, checkpoint: str) -> tuple[int, str]:
    """Return what an app is told that shows the last checkpoint that it saw."""
    reply = await estate.send("POST", "/log/sightings", {"checkpoint": checkpoint})
    return (reply.status_code, "") if reply.is_success else problem(reply)


async def test_a_header_is_edited(
    estate: Estate, outsider: Outsider, superuser: asyncpg.Connection
) -> None:
    await superuser.execute(f"UPDATE entries SET counterparty = 'x' WHERE {ROW}", estate.id, 3)
    assert await estate.findings() == ["columns-contradict-document", "row-differs"]
    # The bundle shows documents, and the document is whole.
    assert await judged(estate, outsider) == []


async def test_a_leg_is_edited_and_the_amount_with_it(
    estate: Estate, superuser: asyncpg.Connection
) -> None:
    await superuser.execute(
        f"UPDATE legs SET amount_fen = 2 * amount_fen WHERE {LEGS}", estate.id, 3
    )
    assert "legs-of-another-amount" in await estate.findings()
    await superuser.execute(
        f"UPDATE entries SET amount_fen = 2 * amount_fen WHERE {ROW}", estate.id, 3
    )
    findings = await estate.findings()
    assert findings.count("row-differs") == 2
    assert {"columns-contradict-document", "figures-contradict-document"} <= set(findings)


async def test_an_entry_is_edited_with_its_document(
    estate: Estate, outsider: Outsider, superuser: asyncpg.Connection
) -> None:
    forged = "convert_to(replace(convert_from(document, 'UTF8'), '2000', '2001'), 'UTF8')"
    statement = "UPDATE legs SET amount_fen = amount_fen + sign(amount_fen)::integer WHERE " + LEGS
    await superuser.execute(statement, estate.id, 3)
    await superuser.execute(
        f"UPDATE entries SET amount_fen = 2001, document = {forged} WHERE {ROW}", estate.id, 3
    )
    shown = (await estate.entries())[3]
    assert (shown["amount_fen"], shown["bank_fen"]) == (2001, 2001)
    findings = await estate.findings()
    assert "row-differs" in findings
    assert "columns-contradict-document" not in findings
    assert await judged(estate, outsider) == [CONTENTS]


async def test_a_leg_is_added_to_no_entry(estate: Estate, superuser: asyncpg.Connection) -> None:
    stray = (
        "INSERT INTO legs (estate_id, entry_id, leg_number, account, occurred_on, amount_fen)"
        " VALUES ($1, gen_random_uuid(), 1, 'BANK', '2026-01-01', 5)"
    )
    await superuser.execute(stray, estate.id)
    findings = await estate.findings()
    assert "stray-leg" in findings


async def test_an_entry_is_deleted_and_its_leaf(
    estate: Estate, outsider: Outsider, superuser: asyncpg.Connection
) -> None:
    position = await _deleted(superuser, estate, 3)
    findings = set(await estate.findings())
    assert {"number-out-of-order", "figures-contradict-document"} <= findings
    assert "leaf-without-row" in findings
    assert await judged(estate, outsider) == [LINES]
    await superuser.execute(
        "DELETE FROM leaves WHERE estate_id = $1 AND position = $2", estate.id, position
    )
    assert "leaf-missing" in await estate.findings()
    assert await judged(estate, outsider) == [LINES]


async def test_a_reversal_is_hidden(
    estate: Estate, outsider: Outsider, superuser: asyncpg.Connection
) -> None:
    await _deleted(superuser, estate, 6)
    # The entry that it took back looks as if it stood.
    assert (await estate.entries())[0]["reversed_by"] is None
    assert await estate.findings() == ["leaf-without-row"]
    assert await judged(estate, outsider) == [LINES]


async def test_the_tail_is_cut(
    estate: Estate, outsider: Outsider, superuser: asyncpg.Connection
) -> None:
    remembered = await checkpoint_of(estate)
    receipt = done(await estate.get(f"/entries/{(await estate.entries())[0]['entry_id']}/receipt"))
    await _deleted(superuser, estate, 6)
    await _cut(superuser, estate.id, size=7)
    # What is left is whole, down to a signed checkpoint: what was seen before tells.
    assert await judged(estate, outsider) == []
    assert await estate.findings() == ["log-shrank"]
    assert await sighted(estate, remembered) == (409, "ledger/log-forked")
    # An owner's receipt still proves what the books do not hold any more.
    assert outsider.receipt(receipt.content).status == 0
    bundle = done(await estate.get("/bundle")).content
    assert outsider.bundle(bundle, receipt.content).status == 1
    # Even when the earlier checks are gone too.
    await superuser.execute("DELETE FROM checks WHERE estate_id = $1", estate.id)
    assert await sighted(estate, remembered) == (409, "ledger/log-forked")


async def test_an_entry_is_inserted_in_the_middle(
    estate: Estate, outsider: Outsider, superuser: asyncpg.Connection
) -> None:
    copied = ", ".join(await _columns(superuser, "entries", "entry_id", "number", "position"))
    for table, column in (("entries", "number"), ("entries", "position"), ("leaves", "position")):
        moved = (
            f"UPDATE {table} SET {column} = {column} + 1000 WHERE estate_id = $1 AND {column} > 3"
        )
        await superuser.execute(moved, estate.id)
        back = (
            f"UPDATE {table} SET {column} = {column} - 999 WHERE estate_id = $1 AND {column} > 999"
        )
        await superuser.execute(back, estate.id)
    await superuser.execute(
        f"INSERT INTO entries (entry_id, number, position, {copied})"
        f" SELECT gen_random_uuid(), 4, 4, {copied} FROM entries WHERE {ROW}",
        estate.id,
        3,
    )
    findings = set(await estate.findings())
    assert {"leaf-missing", "row-without-leaf"} <= findings
    assert await judged(estate, outsider) == [LINES]


async def test_a_statement_is_edited(
    estate: Estate, outsider: Outsider, superuser: asyncpg.Connection
) -> None:
    forged = "convert_to(replace(convert_from(document, 'UTF8'), ':4000,', ':4001,'), 'UTF8')"
    query = f"UPDATE statements SET document = {forged} WHERE estate_id = $1 RETURNING document"
    assert b":4001," in await superuser.fetchval(query, estate.id)
    assert await estate.findings() == ["figures-contradict-document"]
    assert await judged(estate, outsider) == [CONTENTS]


async def test_a_leaf_is_signed_by_another_key(
    estate: Estate, outsider: Outsider, superuser: asyncpg.Connection
) -> None:
    document = await superuser.fetchval(f"SELECT document FROM entries WHERE {ROW}", estate.id, 3)
    entry_id = str(json.loads(document)["entry_id"])
    forger = LOG_KEYS.of(str(entry_id))
    leaf = forger.sign_content(Kind.ENTRY, entry_id, document)
    await superuser.execute(
        "UPDATE leaves SET signature = $2, public_key = $3, hash = $4"
        " WHERE estate_id = $1 AND subject = $5",
        *(estate.id, leaf.signature, leaf.public_key, leaf_hash(leaf.encoded()), entry_id),
    )
    assert "leaf-by-another-key" in await estate.findings()
    assert ROOT in await judged(estate, outsider)


async def test_whoever_holds_the_keys_recomputes_the_whole_chain(
    estate: Estate, outsider: Outsider, superuser: asyncpg.Connection, database: Database
) -> None:
    remembered = await checkpoint_of(estate)
    entry_id = (await estate.entries())[3]["entry_id"]
    receipt = done(await estate.get(f"/entries/{entry_id}/receipt")).content
    await superuser.execute(
        f"UPDATE legs SET amount_fen = amount_fen + sign(amount_fen)::integer WHERE {LEGS}",
        *(estate.id, 3),
    )
    forged = "convert_to(replace(convert_from(document, 'UTF8'), '2000', '2001'), 'UTF8')"
    await superuser.execute(
        f"UPDATE entries SET amount_fen = 2001, document = {forged} WHERE {ROW}", estate.id, 3
    )
    await superuser.execute("DELETE FROM statements WHERE estate_id = $1", estate.id)
    await _recomputed(superuser, database, estate.id)
    await superuser.execute("DELETE FROM checks WHERE estate_id = $1", estate.id)
    # With the service's keys the lie is perfect, to everybody who remembers nothing.
    assert await estate.findings() == []
    assert await judged(estate, outsider) == []
    # An app that saw a checkpoint, and an owner who kept a receipt, know better.
    assert await sighted(estate, remembered) == (409, "ledger/log-forked")
    bundle = done(await estate.get("/bundle")).content
    assert outsider.bundle(bundle, receipt).status == 1


async def _deleted(superuser: asyncpg.Connection, estate: Estate, number: int) -> int:
    await superuser.execute(f"DELETE FROM legs WHERE {LEGS}", estate.id, number)
    position: int = await superuser.fetchval(
        f"DELETE FROM entries WHERE {ROW} RETURNING position", estate.id, number
    )
    return position


async def _columns(superuser: asyncpg.Connection, table: str, *but: str) -> list[str]:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0"
    return [
        row["attname"] for row in await superuser.fetch(query, table) if row["attname"] not in but
    ]


async def _cut(superuser: asyncpg.Connection, estate_id: str, *, size: int) -> None:
    """Take the log back to an earlier size, as whoever knows its arithmetic would."""
    rows = await superuser.fetch(
        "SELECT hash FROM leaves WHERE estate_id = $1 AND position < $2 ORDER BY position",
        *(estate_id, size),
    )
    kept = CompactRange().extended([row["hash"] for row in rows])
    for table, column, first in (("leaves", "position", size), ("checkpoints", "size", size + 1)):
        cut = f"DELETE FROM {table} WHERE estate_id = $1 AND {column} >= $2"
        await superuser.execute(cut, estate_id, first)
    shorter = "UPDATE heads SET size = $2, range = $3 WHERE estate_id = $1"
    await superuser.execute(shorter, estate_id, size, kept.encoded())


async def _recomputed(superuser: asyncpg.Connection, database: Database, estate_id: str) -> None:
    """Log everything that is stored anew, with the service's own keys."""
    keys = LOG_KEYS.of(estate_id)
    async with database.begin() as connection:
        stored = await documents.between(connection, estate_id, 0, 1000)
    for table in ("leaves", "subtrees", "checkpoints", "heads"):
        await superuser.execute(f"DELETE FROM {table} WHERE estate_id = $1", estate_id)
    leaves = [
        _leaf(keys.sign_content, estate_id, json.loads(stored[at]), stored[at])
        for at in sorted(stored)
    ]
    for new, old in enumerate(sorted(stored)):
        for table in ("entries", "spending_limits"):
            moved = f"UPDATE {table} SET position = $2 WHERE estate_id = $1 AND position = $3"
            await superuser.execute(moved, estate_id, new, old)
    async with database.begin() as connection:
        head = await append.lock(connection, estate_id)
        await append.append(connection, head, leaves, keys=keys, at=NOW)


def _leaf(sign: Any, estate_id: str, document: dict[str, Any], content: bytes) -> Leaf:
    kind = Kind.LIMITS
    if "kind" in document:
        kind = Kind.REVERSAL if document["kind"] == "REVERSAL" else Kind.ENTRY
    leaf: Leaf = sign(kind, document.get("entry_id", estate_id), content)
    return leaf
