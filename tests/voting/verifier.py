"""The verifier that anybody runs, on what the real service handed out."""

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from services.chassis.tlog.checking import check_estate, snapshot
from services.proofs.bundle import check_bundle
from services.proofs.check_receipt import Holdings, check_receipt
from services.proofs.receipt import Receipt, read_receipt
from services.proofs.steps import Report, Stopped, Verdict
from services.proofs.trusted_keys import TrustedKeys, read_trusted_keys
from services.voting.store.contents import VotingContents
from tests.voting.fakes import ATTESTER
from tests.voting.hall import LOG_KEYS, Announced, Hall, Person

ATTESTERS = frozenset({ATTESTER.public_key().public_bytes_raw()})


def failures(report: Report) -> list[str]:
    """Return the steps of a report that failed, in English."""
    return [step.en for step in report.steps if step.verdict is Verdict.FAIL]


def withheld(report: Report) -> list[str]:
    """Return the steps of a report that could not be judged, in English."""
    return [step.en for step in report.steps if step.verdict is Verdict.WITHHELD]


async def pinned_keys(hall: Hall) -> TrustedKeys:
    """Return the keys of the estate's log as anybody fetches them, without a token."""
    reply = await hall.house.client.get(hall.path("/log/keys"))
    assert reply.status_code == 200, reply.text
    return read_trusted_keys(reply.text)


def receipt_in(answer: object) -> Receipt:
    """Return the receipt that an answer holds."""
    return read_receipt(json.dumps(answer))


def judged_receipt(receipt: Receipt, keys: TrustedKeys, held: Holdings | None = None) -> Report:
    """Return the report on a receipt."""
    report = Report()
    with suppress(Stopped):
        check_receipt(receipt, keys, held or Holdings(ATTESTERS), report)
    return report


async def bundle(ballot: Announced, who: Person) -> bytes:
    """Return the export of a counted ballot as somebody gets it."""
    reply = await ballot.hall.get(f"{ballot.path}/bundle", who)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-type"] == "application/jsonl"
    return reply.content


def judged_bundle(
    content: bytes, keys: TrustedKeys, folder: Path, receipts: Sequence[Receipt] = ()
) -> Report:
    """Return the report on a bundle."""
    path, report = folder / "bundle.jsonl", Report()
    path.write_bytes(content)
    with suppress(Stopped):
        check_bundle(path, keys, receipts, report, attesters=ATTESTERS)
    return report


async def found_by_checker(hall: Hall) -> set[str]:
    """Return the codes of what the checker finds in an estate."""
    async with hall.house.database.begin() as connection:
        await snapshot(connection)
        report = await check_estate(
            connection,
            hall.estate_id,
            LOG_KEYS.of(hall.estate_id),
            VotingContents(),
            hall.clock.now(),
        )
    return {one.code for one in report.findings}
