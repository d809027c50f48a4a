"""Receipts and bundles of the running service, judged by the verifier that outsiders run."""

import json
from pathlib import Path

import pytest

from services.proofs.canonical import read_canonical, sha256_hex
from services.proofs.leaf import Kind, read_record
from tests.ledger.outsider import Outsider
from tests.ledger.people import Estate, done, problem


async def filled(estate: Estate) -> None:
    await estate.allow()
    await estate.open()
    await estate.default(REPAIR_RENEWAL="RULES_LIMIT")
    await estate.published(*(f"2026-01-08,收入,利息,30.62,示例银行,S{one}" for one in range(5)))
    await estate.published("2026-02-01,支出,维修更新,1.50,工程队,Z1")
    done(await estate.publish_half_year())
    await estate.reverse((await estate.entries())[0]["entry_id"])
    await estate.published("2026-06-01,收入,利息,2.00,示例银行,S9")
    done(await estate.publish_half_year())


async def receipt_of(estate: Estate, entry: dict[str, object]) -> bytes:
    return done(await estate.get(f"/entries/{entry['entry_id']}/receipt")).content


async def bundle_of(estate: Estate) -> bytes:
    reply = done(await estate.get("/bundle"))
    assert reply.headers["content-type"] == "application/jsonl"
    return reply.content


async def test_every_entry_has_a_receipt_that_outsiders_accept(
    estate: Estate, tmp_path: Path
) -> None:
    await filled(estate)
    outsider = await Outsider.of(estate, tmp_path)
    for entry in await estate.entries():
        content = await receipt_of(estate, entry)
        assert outsider.receipt(content).failed == []
        receipt = json.loads(content)
        record = read_record(receipt["record"].encode())
        assert record.subject == entry["entry_id"]
        assert record.sha256.hex() == entry["document_sha256"]
        assert receipt["leaf_index"] == entry["leaf_index"]
        expected = Kind.REVERSAL if entry["kind"] == "REVERSAL" else Kind.ENTRY
        assert record.kind is expected


async def test_a_document_binds_who_booked_without_telling(estate: Estate) -> None:
    await estate.open()
    entry = (await estate.entries())[0]
    written = json.loads(await receipt_of(estate, entry))["document"]
    document = read_canonical(written.encode())
    assert isinstance(document, dict)
    assert "subject-property_manager" not in written
    expected = sha256_hex([entry["entry_id"], "subject-property_manager"])
    assert (document["version"], document["booked_by_sha256"]) == (2, expected)


async def test_a_changed_receipt_and_another_entrys_are_refused(
    estate: Estate, tmp_path: Path
) -> None:
    await filled(estate)
    outsider = await Outsider.of(estate, tmp_path)
    newest, other = (await estate.entries())[:2]
    receipt = json.loads(await receipt_of(estate, newest))
    changed = receipt | {"document": receipt["document"].replace("200", "201")}
    assert changed != receipt
    swapped = receipt | {"leaf_index": other["leaf_index"]}
    assert outsider.receipt(json.dumps(changed).encode()).failed == [
        "the record names the document's hash"
    ]
    assert outsider.receipt(json.dumps(swapped).encode()).failed == [
        "the record is in the log at its place"
    ]


async def test_a_receipt_of_another_estate_proves_nothing_here(
    estate: Estate, other_estate: Estate, tmp_path: Path
) -> None:
    for one in (estate, other_estate):
        await one.open()
    outsider = await Outsider.of(estate, tmp_path)
    content = await receipt_of(other_estate, (await other_estate.entries())[0])
    assert outsider.receipt(content).status == 1


async def test_a_receipt_is_shown_under_the_checkpoint_that_one_holds(
    estate: Estate, tmp_path: Path
) -> None:
    await filled(estate)
    outsider = await Outsider.of(estate, tmp_path)
    opening = (await estate.entries())[-1]
    path = f"/entries/{opening['entry_id']}/receipt"
    newest = (await estate.get(path)).json()["checkpoint"]
    assert newest.splitlines()[1] == "12"
    held = done(await estate.get(f"{path}?size=2"))
    assert held.json()["checkpoint"].splitlines()[1] == "2"
    assert outsider.receipt(held.content).status == 0
    # The first holds the limits alone, none ends among entries published together, 13 is to come.
    for size in (1, 4, 13):
        reply = await estate.get(f"{path}?size={size}")
        assert problem(reply) == (404, "ledger/no-such-checkpoint")
    unknown = f"/entries/{opening['entry_id'][:-4]}0000/receipt"
    assert problem(await estate.get(unknown)) == (404, "ledger/no-such-entry")


async def test_the_whole_ledger_is_recomputed_from_its_bundle(
    estate: Estate, tmp_path: Path
) -> None:
    await filled(estate)
    outsider = await Outsider.of(estate, tmp_path)
    receipt = await receipt_of(estate, (await estate.entries())[3])
    judged = outsider.bundle(await bundle_of(estate), receipt)
    assert (judged.status, judged.failed) == (0, [])
    closing = await estate.balance()
    said = f"{closing // 100}.{closing % 100:02d} after 9 entries"
    assert judged.found("the balance") == [said]
    assert len(judged.found("a published half-year")) == 2


CHANGES = {
    "another amount": (b"3062", b"3063", "contents have the hashes that the leaves name"),
    "another category": (b"INTEREST", b"INTEREZT", "contents have the hashes that the leaves name"),
    "another kind": (b"REVERSAL", b"REVERSED", "contents have the hashes that the leaves name"),
    "a longer signature": (
        b'"signature":"',
        b'"signature":"00',
        "the lines are whole, in order and complete",
    ),
    "another service": (
        b'"service":"ledger"',
        b'"service":"voting"',
        "the bundle is of this estate's log",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_bundle_with_one_thing_changed_is_refused_at_the_step(
    estate: Estate, tmp_path: Path, change: str
) -> None:
    await filled(estate)
    outsider = await Outsider.of(estate, tmp_path)
    bundle = await bundle_of(estate)
    old, new, step = CHANGES[change]
    assert old in bundle
    judged = outsider.bundle(bundle.replace(old, new, 1))
    assert (judged.status, judged.failed) == (1, [step])


async def test_a_bundle_that_lacks_a_line_is_refused(estate: Estate, tmp_path: Path) -> None:
    await filled(estate)
    outsider = await Outsider.of(estate, tmp_path)
    lines = (await bundle_of(estate)).splitlines(keepends=True)
    for missing in range(len(lines)):
        fewer = b"".join(lines[:missing] + lines[missing + 1 :])
        assert outsider.bundle(fewer).status == 1


async def test_a_large_bundle_comes_whole(estate: Estate, tmp_path: Path) -> None:
    await estate.open()
    await estate.published(*(f"2026-01-08,收入,利息,1.00,示例银行,S{one}" for one in range(1100)))
    outsider = await Outsider.of(estate, tmp_path)
    bundle = await bundle_of(estate)
    assert len(bundle.splitlines()) == 1 + 1101 + 1
    assert outsider.bundle(bundle).status == 0


async def test_an_estate_that_published_nothing_has_no_bundle(estate: Estate) -> None:
    assert problem(await estate.get("/bundle")) == (404, "ledger/no-such-log")


@pytest.mark.parametrize("role", ["dependent", "verified", "person"])
async def test_proofs_are_for_whoever_reads_the_entries(estate: Estate, role: str) -> None:
    await estate.open()
    entry = (await estate.entries())[0]["entry_id"]
    for path in ("/bundle", f"/entries/{entry}/receipt"):
        assert (await estate.get(path, role)).status_code == 403


async def test_an_owner_of_another_estate_gets_neither_bundle_nor_receipt(
    estate: Estate, other_estate: Estate
) -> None:
    await estate.open()
    entry = (await estate.entries())[0]["entry_id"]
    async with other_estate.client("owner") as stranger:
        for path in ("bundle", f"entries/{entry}/receipt"):
            reply = await stranger.get(f"http://service/v1/estates/{estate.id}/ledger/{path}")
            assert reply.status_code == 403
