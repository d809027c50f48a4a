"""No question of a vote, a turnout or a count reads all votes: each has its index."""

import re
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest_asyncio
from sqlalchemy import event
from sqlalchemy.exc import NoResultFound
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from services.chassis.database import async_url
from services.proofs.announced import Schedule
from services.voting.domain.casting import BallotPaper, CastVote, WaitingVote
from services.voting.domain.signing import read_signed
from services.voting.store import ballots, electorates, papers, spans, votes
from tests.support.postgres import Databases
from tests.voting.devices import device
from tests.voting.domain.papers import BALLOT_ID, numbered, written
from tests.voting.hall import CLOSES, NOTICE, OPENS
from tests.voting.superuser import unguarded

TABLES = ("votes", "entry_holders", "electorate_entries", "leaves", "device_keys")
ESTATE = numbered("estate", 1)
# Forty estates of five hundred votes each; the one asked about is an ordinary one among them.
FILL = [
    """CREATE TEMP TABLE made AS
       SELECT md5('estate' || e)::uuid AS estate_id, md5('ballot' || e)::uuid AS ballot_id,
              md5('entry' || e || ' ' || n)::uuid AS entry_id, e, n
       FROM generate_series(1, 40) e, generate_series(1, 500) n""",
    """INSERT INTO electorate_entries
       SELECT estate_id, ballot_id, entry_id, 'OWNERS', 8000, 1 FROM made""",
    """INSERT INTO entry_holders
       SELECT estate_id, ballot_id, 'holder ' || n, entry_id FROM made""",
    """INSERT INTO votes (estate_id, vote_id, ballot_id, entry_id, area_centi, channel, cast_by,
                          position, cast_at, document, document_sha256)
       SELECT estate_id, gen_random_uuid(), ballot_id, entry_id, 8000, 'PHONE', 'holder ' || n, n,
              now(), repeat('x', 300)::bytea, decode(repeat('00', 32), 'hex') FROM made""",
    """INSERT INTO leaves (estate_id, position, kind, subject, sha256, signature, public_key, hash)
       SELECT estate_id, n, 'vote', ballot_id, sha256((e || ' ' || n)::bytea),
              decode(repeat('00', 64), 'hex'), sha256(n::text::bytea), sha256(n::text::bytea)
       FROM made""",
    """INSERT INTO device_keys SELECT estate_id, sha256(n::text::bytea), 'OWNER', 'holder ' || n,
              'x', decode(repeat('00', 64), 'hex'), now() FROM made""",
    "ANALYZE electorate_entries, entry_holders, votes, leaves, device_keys",
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def full(databases: Databases) -> AsyncIterator[str]:
    """A database with many estates' votes; emptied again, for other tests count rows."""
    async with unguarded(databases.superuser_url("voting")) as connection:
        for statement in FILL:
            await connection.execute(statement)
    yield databases.app_url("voting")
    async with unguarded(databases.superuser_url("voting")) as connection:
        for table in TABLES:
            await connection.execute(
                f"DELETE FROM {table} WHERE estate_id IN "
                "(SELECT md5('estate' || e)::uuid FROM generate_series(1, 40) e)"
            )


async def test_every_question_is_answered_by_an_index(full: str) -> None:
    engine = create_async_engine(async_url(full))
    asked: list[tuple[str, tuple[object, ...]]] = []

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def note(
        _c: object, _cursor: object, statement: str, values: tuple[object, ...], *_: object
    ) -> None:
        asked.append((statement, values))

    schedule = Schedule("Asia/Shanghai", NOTICE, OPENS.date(), CLOSES.date())
    paper = BallotPaper(ESTATE, BALLOT_ID, (), schedule, follow_offered=True, attesters=frozenset())
    document, phone = written(ballot_id=BALLOT_ID), device(ESTATE, "a")
    signature = phone.sign(BALLOT_ID, document).signature
    waiting = WaitingVote(read_signed(document, signature, phone.attestation), paper, by="a")
    cast = CastVote(waiting.vote, "a", NOTICE, 7)
    async with engine.connect() as connection:
        await votes.standings(connection, ESTATE, [waiting])
        await votes.turnout(connection, ESTATE, BALLOT_ID)
        await votes.cast_by(connection, ESTATE, BALLOT_ID, "a")
        vote_id = waiting.vote.vote_id
        await votes.one_cast_by(connection, ESTATE, BALLOT_ID, vote_id=vote_id, holder="a")
        with suppress(NoResultFound):
            await votes.signed(connection, ESTATE, cast)
        await spans.read(connection, ESTATE, BALLOT_ID, first=0, end=100)
        await spans.votes_stored(connection, ESTATE, BALLOT_ID)
        await electorates.held_by(connection, ESTATE, BALLOT_ID, "a")
        await electorates.roll(connection, ESTATE, BALLOT_ID)
        await electorates.slice_of(connection, ESTATE, BALLOT_ID, after=None, limit=100)
        await papers.find(connection, ESTATE, BALLOT_ID)
        await ballots.find(connection, ESTATE, BALLOT_ID)
        questions = list(asked)
        plans = [await _plan(connection, *question) for question in questions]
    await engine.dispose()
    assert len(plans) == 16
    for (statement, _), plan in zip(questions, plans, strict=True):
        for table in TABLES:
            assert f"Seq Scan on {table}" not in plan, f"{statement}\n{plan}"


async def test_one_owner_is_found_without_reading_the_roll_even_just_after_a_freeze(
    full: str, databases: Databases
) -> None:
    """The tables have no statistics then; every row that a question touches is counted."""
    admin = await asyncpg.connect(databases.superuser_url("voting"))
    for table in TABLES:
        await admin.execute(f"DELETE FROM pg_statistic WHERE starelid = '{table}'::regclass")
        await admin.execute("SELECT pg_clear_relation_stats('public', $1)", table)
    query = "SELECT md5('estate1')::uuid::text, md5('ballot1')::uuid::text"
    estate_id, ballot_id = await admin.fetchrow(query)
    await admin.close()
    engine = create_async_engine(async_url(full))
    asked: list[tuple[str, tuple[object, ...]]] = []

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def note(
        _c: object, _cursor: object, statement: str, values: tuple[object, ...], *_: object
    ) -> None:
        asked.append((statement, values))

    async with engine.connect() as connection:
        assert len(await electorates.held_by(connection, estate_id, ballot_id, "holder 77")) == 1
        plans = [await _plan(connection, *one, analyze=True) for one in list(asked)]
    await engine.dispose()
    counted = re.compile(r"actual rows=([0-9.]+)")
    touched = [float(rows) for plan in plans for rows in counted.findall(plan)]
    assert max(touched) <= 2


async def _plan(
    connection: AsyncConnection,
    statement: str,
    values: tuple[object, ...],
    *,
    analyze: bool = False,
) -> str:
    how = "EXPLAIN (ANALYZE, TIMING OFF)" if analyze else "EXPLAIN"
    explained = await connection.exec_driver_sql(f"{how} {statement}", values)
    return "\n".join(row[0] for row in explained)
