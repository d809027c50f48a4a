"""No column of what the ledger publishes can be changed without the checker noticing."""

from collections.abc import AsyncIterator

import pytest

from services.chassis.database import Database
from services.chassis.tlog.witnesses import Witnesses
from services.ledger.store.log_contents import LedgerContents
from services.ledger.store.tables import metadata
from services.proofs.checkpoint import sign_checkpoint
from tests.ledger.conftest import LOG_KEYS, NOW
from tests.ledger.people import Estate, done
from tests.ledger.spoilt import SpoiltLedger, spoilt_ledger
from tests.support.clocks import ClockStoppedAt
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
from tests.support.witnesses import StrictWitness, reachable

CLASSIFIED = Classification(
    tables={
        **LOG_TABLES,
        "entries": LOGGED,
        "legs": DERIVED,
        "statements": LOGGED,
        "spending_limits": LOGGED,
        "sheet_imports": unpublished(
            "what was prepared; an entry's document names the import that it came from"
        ),
        "drafts": unpublished("still changes, and goes when it is published"),
        "category_authorities": unpublished(
            "a convenience of whoever prepares; what an expense rests on stands in its entry"
        ),
        "retries": unpublished("answers for callers who ask again; nothing else reads them"),
    },
    exempt=LOG_EXEMPT,
)


@pytest.fixture(scope="module")
def full(databases: Databases) -> SpoiltLedger:
    return spoilt_ledger(databases, "ledger_full")


@pytest.fixture(scope="module")
async def database(full: SpoiltLedger) -> AsyncIterator[Database]:
    made = Database(full.app_url)
    yield made
    await made.close()


@pytest.fixture
def witness(clock: ClockStoppedAt) -> StrictWitness:
    return StrictWitness("witness.example", clock)


@pytest.fixture
def witnesses(witness: StrictWitness) -> Witnesses:
    return reachable(witness)


async def fill(estate: Estate, witness: StrictWitness, entries: int) -> None:
    """Publish, have witnessed, checked and alarmed whatever can be."""
    keys = LOG_KEYS.of(estate.id)
    witness.trust(keys.log_key)
    await estate.open()
    await estate.allow()
    await estate.allow(uses=9)
    await estate.usual_defaults()
    rows = (f"2026-01-08,收入,利息,{one + 1}.00,示例银行,S{one}" for one in range(entries))
    await estate.published(
        *rows,
        "2026-02-01,支出,维修更新,1.50,工程队,Z1,换灯",
        "2026-03-06,支出,经营成本-能耗,9.75,供电公司,Z2",
    )
    done(await estate.publish_half_year())
    await estate.reverse((await estate.entries())[-2]["entry_id"])
    chosen = {"witnesses": [witness.name], "quorum": 1}
    for quorum in (1, 0):
        chosen["quorum"] = quorum
        done(await estate.send("POST", "/log/witness-policies", chosen, role="committee"))
        done(await estate.send("POST", "/log/cosignatures", role="committee"))
    await estate.published("2026-05-02,收入,利息,1.00,示例银行,S900")
    done(await estate.publish_half_year())
    done(await estate.send("POST", "/log/cosignatures", role="committee"))
    forked = sign_checkpoint(keys.tree, 2, estate.id.encode()[:32])
    sighting = {"checkpoint": forked.encoded()}
    assert (await estate.send("POST", "/log/sightings", sighting)).status_code == 409
    assert await estate.findings() == []


async def test_no_published_column_changes_unnoticed(
    full: SpoiltLedger,
    witness: StrictWitness,
    estate: Estate,
    other_estate: Estate,
) -> None:
    await fill(estate, witness, entries=260)
    await fill(other_estate, witness, entries=2)
    check = checking(LOG_KEYS, LedgerContents(), NOW)
    unnoticed = await unnoticed_changes(full.superuser_url, metadata, CLASSIFIED, check)
    assert unnoticed == []
