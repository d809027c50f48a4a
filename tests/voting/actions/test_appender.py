"""Votes that come together share a commit, and nothing else: neither a verdict nor a mishap."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from services.chassis.database import Connection, Database
from services.chassis.gathering import OutcomeUnknown, TooBusy
from services.chassis.tlog.append import lock
from services.proofs.canonical import canonical
from services.proofs.checkpoint import read_checkpoint
from services.proofs.tree import check_consistency
from services.voting.actions.append_votes import Appending, append_votes
from services.voting.actions.parts import Parts
from services.voting.domain.casting import CastVote, LoggedVote, WaitingVote
from services.voting.domain.errors import AlreadyVoted, BallotClosed
from services.voting.domain.signing import read_signed
from tests.support.postgres import Databases
from tests.voting.api.test_ballots import problem
from tests.voting.fakes import Flat
from tests.voting.hall import CLOSES, COMMITTEE, LOG_KEYS, NOON, NOTICE, Announced, Hall, owner
from tests.voting.verifier import found_by_checker

PEOPLE = [f"owner-{number}" for number in range(200)]


@pytest.fixture
async def ballot(hall: Hall) -> Announced:
    """An open ballot of two hundred people."""
    hall.identity.flats[hall.estate_id] = [Flat("80.00", (name,)) for name in PEOPLE]
    announced = await hall.announce("FUND_USE")
    hall.clock.move_to(NOON)
    return announced


async def entries(ballot: Announced) -> dict[str, str]:
    """Return everybody's entry in one question."""
    async with ballot.hall.house.database.begin() as connection:
        query = "SELECT holder, entry_id FROM entry_holders WHERE ballot_id = $1"
        raw = await connection.exec_driver_sql(query, (ballot.ballot_id,))
        return {str(row.holder): str(row.entry_id) for row in raw}


async def waiting(ballot: Announced, names: list[str], channel: str = "PHONE") -> list[WaitingVote]:
    """Return a vote of each, ready for its turn; the committee enters what comes on paper."""
    paper = await ballot.hall.house.parts.papers.of(ballot.hall.estate_id, ballot.ballot_id)
    assert paper is not None
    by_name, found = await entries(ballot), []
    by_phone = channel == "PHONE"
    evidence = {} if by_phone else {"evidence_sha256": "ab" * 32}
    for name in names:
        entry_id = by_name[name]
        written = await ballot.document(name, entry_id=entry_id, channel=channel, **evidence)
        document = canonical(written)
        device = ballot.hall.phone(name) if by_phone else ballot.hall.desk(COMMITTEE)
        signature = device.sign(ballot.ballot_id, document).signature
        signed = read_signed(document, signature, device.attestation)
        found.append(WaitingVote(signed, paper, by=signed.attestation.holder))
    return found


async def checkpoints(ballot: Announced, databases: Databases) -> list[int]:
    """Return the sizes of the estate's checkpoints: one for each commit that logged something."""
    connection = await asyncpg.connect(databases.app_url("voting"))
    try:
        query = "SELECT size FROM checkpoints WHERE estate_id = $1 ORDER BY size"
        return [row[0] for row in await connection.fetch(query, ballot.hall.estate_id)]
    finally:
        await connection.close()


class CountedBegin:
    """Opens transactions of a database and counts those that commit."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.commits = 0

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Connection]:
        async with self._database.begin() as connection:
            yield connection
        self.commits += 1


def parts_with(hall: Hall, begin: object) -> Parts:
    """Return the parts of a process of its own on the estate of `hall`."""
    house = hall.house
    return Parts(begin, house.clock, house.parts.identity, "Asia/Shanghai", LOG_KEYS)  # type: ignore[arg-type]  # a begin that watches


async def test_200_votes_at_once_share_few_transactions(
    ballot: Announced, databases: Databases
) -> None:
    begin = CountedBegin(ballot.hall.house.database)
    parts, votes = parts_with(ballot.hall, begin), await waiting(ballot, PEOPLE)
    taken = await asyncio.gather(*(parts.appender.ask(ballot.hall.estate_id, one) for one in votes))
    assert all(isinstance(one, LoggedVote) for one in taken)
    assert begin.commits <= 3
    sizes = await checkpoints(ballot, databases)
    # The announcement's, and one for each commit; the last is over all 200.
    assert len(sizes) == 1 + begin.commits
    assert sizes[-1] == 4 + 200


async def test_a_lone_vote_commits_at_once(ballot: Announced, databases: Databases) -> None:
    begin = CountedBegin(ballot.hall.house.database)
    parts = parts_with(ballot.hall, begin)
    for number, one in enumerate(await waiting(ballot, PEOPLE[:3]), start=1):
        await parts.appender.ask(ballot.hall.estate_id, one)
        assert begin.commits == number
    assert await checkpoints(ballot, databases) == [4, 5, 6, 7]


async def test_duplicates_in_one_group_refuse_only_themselves(ballot: Announced) -> None:
    first, second = (await waiting(ballot, ["owner-1"]), await waiting(ballot, ["owner-1"]))
    other = await waiting(ballot, ["owner-2"])
    group = [*first, *second, *first, *other]
    appender = parts_with(ballot.hall, ballot.hall.house.database.begin).appender
    taken = await asyncio.gather(*(appender.ask(ballot.hall.estate_id, one) for one in group))
    kinds = [type(one) for one in taken]
    assert kinds == [LoggedVote, AlreadyVoted, LoggedVote, LoggedVote]
    # The same id twice in one group is one vote with one receipt.
    assert taken[0] == taken[2]
    assert isinstance(taken[3], LoggedVote)
    assert taken[3].cast.position == 5


class Pausing:
    """Opens transactions that wait before their last statement until they are let go."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        self.backends: list[int] = []

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[Connection]:
        async with self._database.begin() as connection:
            pid = await connection.exec_driver_sql("SELECT pg_backend_pid()")
            self.backends.append(pid.scalar_one())
            yield connection
            self.begun.set()
            await self.go.wait()
            await self.last(connection)

    async def last(self, _connection: Connection) -> None:
        """Do nothing more: what comes next is the commit."""


class PausingOnTheWay(Pausing):
    """Has one more statement to send before the commit."""

    async def last(self, connection: Connection) -> None:
        """Send it."""
        await connection.exec_driver_sql("SELECT 1")


async def test_who_gives_up_before_his_vote_is_taken_has_not_voted(ballot: Announced) -> None:
    begin = Pausing(ballot.hall.house.database)
    parts, votes = parts_with(ballot.hall, begin), await waiting(ballot, PEOPLE[:3])
    asked = [
        asyncio.create_task(parts.appender.ask(ballot.hall.estate_id, one)) for one in votes[:1]
    ]
    await begin.begun.wait()
    asked += [
        asyncio.create_task(parts.appender.ask(ballot.hall.estate_id, one)) for one in votes[1:]
    ]
    await asyncio.sleep(0)
    asked[1].cancel()
    await asyncio.sleep(0)
    begin.go.set()
    await asyncio.gather(*asked, return_exceptions=True)
    voted = await _voted(ballot)
    assert voted == {"owner-0", "owner-2"}


async def test_who_gives_up_after_his_vote_is_taken_has_voted_and_asks_again(
    ballot: Announced,
) -> None:
    begin = Pausing(ballot.hall.house.database)
    parts, (vote,) = parts_with(ballot.hall, begin), await waiting(ballot, ["owner-0"])
    asked = asyncio.create_task(parts.appender.ask(ballot.hall.estate_id, vote))
    await begin.begun.wait()
    asked.cancel()
    begin.go.set()
    await parts.appender.drain()
    assert await _voted(ballot) == {"owner-0"}
    again = ballot.hall.house.parts.appender
    assert isinstance(await again.ask(ballot.hall.estate_id, vote), CastVote)


@pytest.mark.parametrize(
    ("kind", "told"),
    [(Pausing, OutcomeUnknown), (PausingOnTheWay, TooBusy)],
    ids=["at the commit", "before it"],
)
async def test_a_lost_connection_is_said_and_the_same_vote_again_finds_out(
    ballot: Announced, databases: Databases, kind: type[Pausing], told: type[Exception]
) -> None:
    begin = kind(ballot.hall.house.database)
    parts, votes = parts_with(ballot.hall, begin), await waiting(ballot, PEOPLE[:4])
    asked = [asyncio.create_task(parts.appender.ask(ballot.hall.estate_id, one)) for one in votes]
    await begin.begun.wait()
    admin = await asyncpg.connect(databases.superuser_url("voting"))
    await admin.execute("SELECT pg_terminate_backend($1)", begin.backends[0])
    await admin.close()
    begin.go.set()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers] == [told] * 4
    assert await _voted(ballot) == set()
    again = await asyncio.gather(*(parts.appender.ask(ballot.hall.estate_id, one) for one in votes))
    assert all(isinstance(one, LoggedVote) for one in again)
    assert await found_by_checker(ballot.hall) == set()


async def test_a_client_that_waits_too_long_for_the_head_is_told_to_come_again(
    ballot: Announced,
) -> None:
    document = await ballot.document("owner-0")
    async with ballot.hall.house.database.begin() as connection:
        await lock(connection, ballot.hall.estate_id)
        reply = await ballot.send(owner("owner-0"), document)
    assert problem(reply) == (503, "too-busy")
    assert reply.headers["retry-after"] == "1"
    assert (await ballot.send(owner("owner-0"), document)).status_code == 201


async def test_who_finds_no_database_is_told_that_nothing_was_done(ballot: Announced) -> None:
    nowhere = Database("postgresql://nobody:x@127.0.0.1:1/nothing")
    parts, (vote,) = parts_with(ballot.hall, nowhere.begin), await waiting(ballot, ["owner-0"])
    with pytest.raises(TooBusy):
        await parts.appender.ask(ballot.hall.estate_id, vote)
    await nowhere.close()


async def test_co_owners_and_an_official_in_one_group_are_one_vote(ballot: Announced) -> None:
    hall = ballot.hall
    hall.clock.move_to(NOTICE)
    hall.identity.flats[hall.estate_id] = [Flat("80.00", ("eva", "fei"))]
    shared = await hall.announce("FUND_USE")
    hall.clock.move_to(NOON)
    papers = [await waiting(shared, [name], "PAPER") for name in ("eva", "fei")]
    group = [*papers[0], *await waiting(shared, ["eva", "fei"]), *papers[1]]
    appender = parts_with(hall, hall.house.database.begin).appender
    taken = await asyncio.gather(*(appender.ask(hall.estate_id, one) for one in group))
    assert [type(one) for one in taken] == [LoggedVote, AlreadyVoted, AlreadyVoted, AlreadyVoted]
    assert await found_by_checker(hall) == set()


class Readings:
    """A clock that was read beforehand."""

    def __init__(self, *instants: datetime) -> None:
        self._left = [instant.astimezone(UTC) for instant in instants]

    def now(self) -> datetime:
        """Return the next reading."""
        return self._left.pop(0)


async def test_a_group_is_in_time_or_late_as_a_whole_and_no_vote_precedes_an_older_one(
    ballot: Announced,
) -> None:
    house, votes = ballot.hall.house, await waiting(ballot, PEOPLE[:6])
    second = timedelta(seconds=1)
    clock = Readings(CLOSES - second, CLOSES - 60 * second, CLOSES)
    appending = Appending(house.database.begin, clock, LOG_KEYS)
    taken = [
        one
        for group in (votes[:2], votes[2:4], votes[4:])
        for one in await append_votes(appending, ballot.hall.estate_id, group)
    ]
    assert [type(one) for one in taken] == [LoggedVote] * 4 + [BallotClosed] * 2
    # The second group's process had the slower clock.
    instants = {one.cast.cast_at for one in taken if isinstance(one, LoggedVote)}
    assert instants == {CLOSES - second}


async def test_two_processes_on_one_estate_make_one_gapless_history(
    ballot: Announced, databases: Databases
) -> None:
    other = Database(databases.app_url("voting"))
    processes = [
        parts_with(ballot.hall, database.begin) for database in (ballot.hall.house.database, other)
    ]
    votes = await waiting(ballot, PEOPLE)

    async def some(number: int) -> None:
        # Ten at a time, so that the two processes take turns at the head.
        mine = votes[number::2]
        for first in range(0, len(mine), 10):
            group = mine[first : first + 10]
            appender = processes[number].appender
            await asyncio.gather(*(appender.ask(ballot.hall.estate_id, one) for one in group))

    await asyncio.gather(some(0), some(1))
    await other.close()
    sizes = await checkpoints(ballot, databases)
    assert sizes[-1] == 4 + 200
    await _all_consistent(ballot, sizes)
    assert await found_by_checker(ballot.hall) == set()


async def _all_consistent(ballot: Announced, sizes: list[int]) -> None:
    client, path = ballot.hall.house.client, ballot.hall.path
    for old, new in ((old, new) for old in sizes for new in sizes if old < new):
        reply = await client.get(path(f"/log/consistency?old={old}&new={new}"))
        assert reply.status_code == 200, reply.text
        answer = reply.json()
        first, second = (read_checkpoint(answer[name]) for name in ("old_checkpoint", "checkpoint"))
        hashes = [_decoded(one) for one in answer["path"]]
        check_consistency(old, new, hashes, old_root=first.root, root=second.root)


def _decoded(text: str) -> bytes:
    return base64.b64decode(text)


async def _voted(ballot: Announced) -> set[str]:
    async with ballot.hall.house.database.begin() as connection:
        query = "SELECT cast_by FROM votes WHERE ballot_id = $1"
        rows = await connection.exec_driver_sql(query, (ballot.ballot_id,))
        return {row[0] for row in rows}
