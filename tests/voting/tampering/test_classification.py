"""Every table of voting is bound to the log, and every change of every column is noticed."""

import asyncio
import uuid

import asyncpg
import pytest

from migrations import prepare
from services.voting.store.contents import VotingContents
from services.voting.store.tables import metadata
from tests.support.log_tampering import (
    DERIVED,
    LOG_EXEMPT,
    LOG_TABLES,
    LOGGED,
    Classification,
    checking,
    unnoticed_changes,
    unpublished,
)
from tests.support.postgres import Databases
from tests.voting.fakes import SteadyIdentity
from tests.voting.hall import CLOSES, COMMITTEE, FLATS, LOG_KEYS, NOON, Hall, House

_IN_EVERY_SERVICE = unpublished("alike in every service; tests/chassis/tlog changes it")
CLASSIFICATION = Classification(
    tables={
        **LOG_TABLES,
        "subtrees": _IN_EVERY_SERVICE,
        "cosignatures": _IN_EVERY_SERVICE,
        "witness_policies": _IN_EVERY_SERVICE,
        "alarms": _IN_EVERY_SERVICE,
        "checks": _IN_EVERY_SERVICE,
        "ballots": LOGGED,
        "items": LOGGED,
        "announcements": LOGGED,
        "electorate_entries": LOGGED,
        "entry_holders": LOGGED,
        "votes": LOGGED,
        "device_keys": DERIVED,
        "results": LOGGED,
        "retries": unpublished("answers that are repeated to who asked; each is judged by itself"),
    },
    exempt={
        **LOG_EXEMPT,
        "ballots.drafted_at": "when a draft was written; what is published begins at its notice",
        "ballots.drafted_by": "who typed a draft; who announced it is in the notice",
        "ballots.forged": "a draft that nobody announced is not published",
        "electorate_entries.units": "told to an owner beside his entry; nothing is counted by it",
        "announcements.electorate_id": "identity's own number for the roll, whose hash is logged",
        "announcements.electorate_frozen_at": "when identity froze the roll, whose hash is logged",
        "results.counted_by": "who asked for a count that comes out the same whoever asks",
    },
)


@pytest.fixture(scope="module")
def lonely(databases: Databases) -> str:
    """A database of voting in which nothing is but what the test puts there."""
    name = "voting_alone"

    async def create() -> None:
        admin = await asyncpg.connect(databases.superuser_url("postgres"))
        await admin.execute(f"CREATE DATABASE {name} OWNER voting_migrator")
        await admin.close()

    asyncio.run(create())
    prepare.upgrade("voting", databases.migrator_url("voting").removesuffix("voting") + name)
    return name


async def _filled(house: House) -> Hall:
    hall = Hall(house, str(uuid.uuid4()))
    house.identity = SteadyIdentity({hall.estate_id: list(FLATS)})
    ballot = await hall.announce("FUND_USE", "OPINION_SURVEY", openings="OWNERS")
    hall.clock.move_to(NOON)
    for name, choice in (("ada", "AGREE"), ("bo", "AGAINST"), ("eva", "FOLLOW_MAJORITY")):
        assert (await ballot.vote(name, choice, "ABSTAIN")).status_code == 201
    document = await ballot.document("cai", channel="PAPER", evidence_sha256="ab" * 32)
    assert (await ballot.send(COMMITTEE, document)).status_code == 201
    hall.clock.move_to(CLOSES)
    assert (await hall.post(f"{ballot.path}/result", COMMITTEE)).status_code == 201
    return hall


async def test_a_superusers_change_of_any_column_is_noticed(
    lonely: str, databases: Databases
) -> None:
    house = House(databases.app_url("voting").removesuffix("voting") + lonely)
    hall = await _filled(house)
    check = checking(LOG_KEYS, VotingContents(), hall.clock.now())
    try:
        superuser = databases.superuser_url(lonely)
        assert await unnoticed_changes(superuser, metadata, CLASSIFICATION, check) == []
    finally:
        await house.close()
