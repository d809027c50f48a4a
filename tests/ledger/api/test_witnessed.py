"""Receipts and bundles of an estate that has chosen witnesses."""

from pathlib import Path

import pytest

from services.chassis.tlog.witnesses import Witnesses
from tests.ledger.conftest import LOG_KEYS
from tests.ledger.outsider import Outsider
from tests.ledger.people import Estate, done
from tests.support.clocks import ClockStoppedAt
from tests.support.witnesses import StrictWitness, reachable

COSIGNED = "enough witnesses cosigned the checkpoint"


@pytest.fixture
def witness(clock: ClockStoppedAt) -> StrictWitness:
    return StrictWitness("witness.example", clock)


@pytest.fixture
def witnesses(witness: StrictWitness) -> Witnesses:
    return reachable(witness)


async def size_of(estate: Estate, path: str) -> int:
    """Return the size of the checkpoint of a receipt."""
    return int(done(await estate.get(path)).json()["checkpoint"].splitlines()[1])


async def test_what_is_handed_out_carries_the_cosignatures_that_are_needed(
    estate: Estate, witness: StrictWitness, tmp_path: Path
) -> None:
    witness.trust(LOG_KEYS.of(estate.id).log_key)
    await estate.open()
    chosen = {"witnesses": [witness.name], "quorum": 1}
    done(await estate.send("POST", "/log/witness-policies", chosen, role="street_office"))
    done(await estate.send("POST", "/log/cosignatures", role="street_office"))
    outsider = await Outsider.of(estate, tmp_path)
    await estate.published("2026-01-08,收入,利息,30.62,,S1")
    newer, older = (f"/entries/{one['entry_id']}/receipt" for one in await estate.entries())
    # The witness has seen two leaves; what came after it is proved, and not witnessed yet.
    assert (await size_of(estate, older), await size_of(estate, newer)) == (2, 3)
    judged = outsider.receipt(done(await estate.get(older)).content)
    assert (judged.failed, judged.found(COSIGNED)) == ([], [witness.name])
    assert outsider.receipt(done(await estate.get(newer)).content).failed == [COSIGNED]
    bundle = done(await estate.get("/bundle")).content
    assert outsider.bundle(bundle).status == 0
    assert len(bundle.splitlines()) == 1 + 2 + 1
    done(await estate.send("POST", "/log/cosignatures", role="street_office"))
    assert outsider.receipt(done(await estate.get(newer)).content).status == 0
    bundle = done(await estate.get("/bundle")).content
    assert (outsider.bundle(bundle).status, len(bundle.splitlines())) == (0, 1 + 3 + 1)


@pytest.mark.parametrize("role", ["property_manager", "owner"])
async def test_who_is_watched_does_not_choose_who_watches(estate: Estate, role: str) -> None:
    await estate.open()
    chosen: dict[str, object] = {"witnesses": [], "quorum": 0}
    for path, body in (("witness-policies", chosen), ("cosignatures", None), ("checks", None)):
        reply = await estate.send("POST", f"/log/{path}", body, role=role)
        assert reply.status_code == 403
