"""The collector against Debian's `sigsum-witness`: it cosigns growth, no fork and no rollback.

Where the program is missing, tests/proofs/test_outside_tools.py says so, and fails in the gate.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis.clock import SystemClock
from services.chassis.database import Database
from services.chassis.embedded import Cluster
from services.chassis.tlog.publishing import newest_checkpoint
from services.chassis.tlog.witnesses import KnownWitness, Witnesses
from services.chassis.tlog.witnessing import collect
from tests.chassis.tlog.notices import Parts, client_of, parts_on, publish, served, with_witnesses
from tests.chassis.tlog.policies import choose
from tests.support.log_database import LogDatabase, log_database
from tests.support.outside_tools import Witness, missing_packages


@pytest.fixture
def judge(parts: Parts, estate_id: str, tmp_path: Path) -> Iterator[Witness | None]:
    """A running witness of the estate's log, unless the program is not here."""
    if missing_packages():
        yield None
        return
    log = parts.log_keys.of(estate_id).log_key.public_key
    with Witness(tmp_path, log, Ed25519PrivateKey.generate()) as running:
        yield running


@pytest.fixture(scope="module")
def rival_logs(cluster: Cluster) -> LogDatabase:
    """A second database, on which the same operator tells another history."""
    return log_database(cluster, "rival")


@pytest.fixture
async def rival(rival_logs: LogDatabase) -> AsyncIterator[Parts]:
    """The same service with the same seed there."""
    database = Database(rival_logs.app_url)
    yield parts_on(database)
    await database.close()


async def alarms(parts: Parts, estate_id: str) -> list[str]:
    async with client_of(served(parts), estate_id) as client:
        listed = (await client.get(f"/v1/estates/{estate_id}/log/alarms")).json()["alarms"]
    return [one["kind"] for one in listed]


def watched_by(parts: Parts, judge: Witness) -> Parts:
    # The witness signs with the machine's time, and a signature of times to come is not kept.
    parts.clock.move_to(SystemClock().now())
    return with_witnesses(parts, Witnesses([KnownWitness(judge.key, judge.url)]))


async def test_it_cosigns_growth_and_refuses_another_history(
    parts: Parts, rival: Parts, estate_id: str, judge: Witness | None
) -> None:
    if judge is None:
        return
    honest, lying = watched_by(parts, judge), watched_by(rival, judge)
    try:
        await tell_two_histories(honest, lying, estate_id, judge)
    finally:
        await honest.witnesses.close()
        await lying.witnesses.close()


async def tell_two_histories(honest: Parts, lying: Parts, estate_id: str, judge: Witness) -> None:
    await publish(honest, estate_id, b"one", b"two", b"three")
    await choose(honest, estate_id, [judge.key.name], quorum=1)
    assert (await collect(honest, estate_id)).cosigned == (judge.key.name,)
    await publish(honest, estate_id, *(b"%d" % number for number in range(40)))
    assert (await collect(honest, estate_id)).cosigned == (judge.key.name,)
    async with honest.begin() as connection:
        cosigned = await newest_checkpoint(connection, estate_id)
    assert cosigned.cosigned_at(judge.key) > 0
    # A rollback first: the other history is shorter than what the witness has seen.
    await publish(lying, estate_id, b"one", b"other")
    await choose(lying, estate_id, [judge.key.name], quorum=1)
    assert (await collect(lying, estate_id)).cosigned == ()
    # Then a fork: it is longer, and does not begin with it.
    await publish(lying, estate_id, *(b"other %d" % number for number in range(80)))
    assert (await collect(lying, estate_id)).cosigned == ()
    assert set(await alarms(lying, estate_id)) == {"witness-refused"}
    assert await alarms(honest, estate_id) == []
    # And it stands where it stood.
    await publish(honest, estate_id, b"more")
    assert (await collect(honest, estate_id)).cosigned == (judge.key.name,)
