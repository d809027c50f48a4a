"""A count waits for every vote that was taken in time, however late its commit is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import httpx

from services.chassis.database import Connection
from services.proofs.canonical import canonical
from services.voting.actions.append_votes import Appending, append_votes
from services.voting.domain.casting import LoggedVote, WaitingVote
from services.voting.domain.signing import read_signed
from tests.support.postgres import Databases
from tests.voting.api.test_ballots import problem
from tests.voting.hall import CLOSES, COMMITTEE, LOG_KEYS, NOON, Hall, owner

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


async def _until_somebody_waits(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for _ in range(500):
            if await connection.fetchval(WAITING):
                return
            await asyncio.sleep(0.01)
        raise AssertionError("the count did not wait for the vote")
    finally:
        await connection.close()


async def test_a_vote_on_its_way_at_the_close_is_counted(hall: Hall, databases: Databases) -> None:
    announced = await hall.announce("FUND_USE")
    hall.clock.move_to(NOON)
    document = canonical(await announced.document("ada"))
    paper = await hall.house.parts.papers.of(hall.estate_id, announced.ballot_id)
    assert paper is not None
    phone = hall.phone("ada")
    signature = phone.sign(announced.ballot_id, document).signature
    waiting = WaitingVote(read_signed(document, signature, phone.attestation), paper, by="ada")
    counting: list[asyncio.Task[httpx.Response]] = []

    @asynccontextmanager
    async def begin() -> AsyncIterator[Connection]:
        async with hall.house.database.begin() as connection:
            yield connection
            # Taken in time and not committed yet, when the ballot closes and the count is asked
            # for.
            hall.clock.move_to(CLOSES)
            count = hall.post(f"{announced.path}/result", COMMITTEE)
            counting.append(asyncio.create_task(count))
            await _until_somebody_waits(databases.superuser_url("voting"))
            assert not counting[0].done()

    hall.clock.move_to(CLOSES - timedelta(microseconds=1))
    appending = Appending(begin, hall.clock, LOG_KEYS)
    (verdict,) = await append_votes(appending, hall.estate_id, [waiting])
    assert isinstance(verdict, LoggedVote)
    result = await counting[0]
    assert result.status_code == 201
    assert result.json()["people_voted"] == 1


async def test_a_slower_clock_takes_no_vote_after_the_count(hall: Hall) -> None:
    announced = await hall.announce("FUND_USE")
    hall.clock.move_to(NOON)
    document = await announced.document("ada")
    hall.clock.move_to(CLOSES)
    assert (await hall.post(f"{announced.path}/result", COMMITTEE)).status_code == 201
    hall.clock.move_to(CLOSES - timedelta(milliseconds=5))
    late = await announced.send(owner("ada"), document)
    assert problem(late) == (409, "ballot-closed")


async def test_votes_taken_by_two_clocks_have_instants_in_the_order_of_their_positions(
    hall: Hall,
) -> None:
    announced = await hall.announce("FUND_USE")
    hall.clock.move_to(NOON)
    first = (await announced.vote("ada")).json()
    hall.clock.advance(seconds=-1)
    second = (await announced.vote("bo")).json()
    assert first["position"] < second["position"]
    assert second["cast_at"] == first["cast_at"]
