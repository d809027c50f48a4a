"""A count waits for every vote that was taken in time, however late its commit is."""

import asyncio
from datetime import timedelta

import asyncpg

from services.proofs.canonical import canonical
from services.voting.actions.append_votes import append_votes
from services.voting.domain.casting import CastVote, WaitingVote
from services.voting.domain.vote import read_vote
from services.voting.store import electorates
from tests.support.postgres import Databases
from tests.voting.api.test_ballots import problem
from tests.voting.hall import CLOSES, COMMITTEE, NOON, Hall, owner

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
    vote = read_vote(canonical(await announced.document("ada")))
    hall.clock.move_to(CLOSES - timedelta(microseconds=1))
    async with hall.house.database.begin() as connection:
        found = await electorates.paper_for(
            connection, hall.estate_id, vote.ballot_id, entry_id=vote.entry_id, holder="ada"
        )
        assert found is not None
        assert found[1] is not None
        waiting = WaitingVote(vote, found[0], found[1], cast_by="ada")
        (verdict,) = await append_votes(connection, hall.estate_id, [waiting], clock=hall.clock)
        assert isinstance(verdict, CastVote)
        # Taken in time and not committed yet, when the ballot closes and the count is asked for.
        hall.clock.move_to(CLOSES)
        counting = asyncio.create_task(hall.post(f"{announced.path}/result", COMMITTEE))
        await _until_somebody_waits(databases.superuser_url("voting"))
        assert not counting.done()
    result = await counting
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
