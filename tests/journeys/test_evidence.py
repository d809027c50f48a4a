"""What owners, neighbours and witnesses can check, from a vote to its recount, over HTTP."""

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.devices import vote_document
from demo.sheets import Owner
from launcher.stack import WITNESS
from services.proofs.checkpoint import read_checkpoint
from tests.journeys.conftest import Owners
from tests.journeys.estate import ITEM, Ballot, Estate
from tests.support.whole import Whole, done, problem

SCAN = "5c" * 32


@dataclass
class Assembly:
    """A counted ballot: Anna voted by phone, Bela on paper; and what Anna's app was answered."""

    ballot: Ballot
    receipt: dict[str, Any]
    paper: dict[str, Any]


async def log_text(estate: Estate, path: str) -> str:
    reply = await estate.ask("GET", f"/log/{path}", None)
    assert reply.status_code == 200, reply.text
    return reply.text


async def appoint_witness(estate: Estate) -> None:
    """The street office chooses its witness, whose operator is shown the log's key."""
    body = {"witnesses": [WITNESS], "quorum": 1}
    done(await estate.ask("POST", "/log/witness-policies", estate.street, json=body))
    keys = json.loads(await log_text(estate, "keys"))
    await estate.whole.outside.show_log_to_witness(keys["log_key"])


@pytest.fixture(scope="module")
async def assembly(whole: Whole, estate: Estate, owners: Owners) -> Assembly:
    await appoint_witness(estate)
    await estate.equip(estate.convener)
    drafted = await estate.draft(ITEM, openings="OWNERS")
    said = done(await estate.announce(drafted["ballot_id"]))
    ballot = Ballot.of(estate, drafted, said)
    whole.move_to(ballot.opens_at + timedelta(hours=9))
    anna = ballot.document(await ballot.entry_of(owners.anna))
    receipt = done(await ballot.cast(owners.anna, anna))
    choices = dict.fromkeys(ballot.item_ids, "AGAINST")
    paper = vote_document(
        ballot.ballot_id, await ballot.entry_of(owners.bela), choices, evidence_sha256=SCAN
    )
    entered = done(await ballot.cast(estate.convener, paper))
    whole.move_to(ballot.closes_at + timedelta(hours=9))
    done(await estate.ask("POST", f"{ballot.path}/result", estate.convener))
    done(await estate.ask("POST", "/log/cosignatures", estate.street))
    return Assembly(ballot, receipt, entered)


async def check(*words: str) -> tuple[int, list[dict[str, Any]]]:
    """Run the verifier as an outsider does, on files."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.proofs.check", *words, "--json"),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, json.loads(said)["steps"]


async def keys_file(estate: Estate, folder: Path) -> Path:
    file = folder / "keys.json"
    file.write_text(await log_text(estate, "keys"))
    return file


async def receipt_of(assembly: Assembly, who: Owner, receipt: dict[str, Any]) -> Any:
    path = f"{assembly.ballot.path}/votes/{receipt['vote_id']}/receipt"
    return await assembly.ballot.estate.ask("GET", path, who)


async def test_the_answer_to_a_vote_is_a_receipt_that_an_outsider_accepts(
    estate: Estate, assembly: Assembly, tmp_path: Path
) -> None:
    keys = await keys_file(estate, tmp_path)
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(assembly.receipt["receipt"]))
    status, steps = await check("receipt", str(file), "--keys", str(keys))
    # The first receipt is as old as the vote: no witness had seen the log grow by then.
    assert [step["en"] for step in steps if step["verdict"] == "FAIL"] == [
        "enough witnesses cosigned the checkpoint"
    ]
    assert status == 1


async def test_a_fresh_receipt_leads_to_a_checkpoint_that_the_witness_cosigned(
    estate: Estate, owners: Owners, assembly: Assembly, tmp_path: Path
) -> None:
    keys = await keys_file(estate, tmp_path)
    fresh = done(await receipt_of(assembly, owners.anna, assembly.receipt))
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(fresh))
    status, steps = await check("receipt", str(file), "--keys", str(keys))
    assert status == 0, steps
    assert fresh["record"] == assembly.receipt["receipt"]["record"]
    changed = json.dumps(fresh).replace("AGREE", "AGAINST")
    file.write_text(changed)
    status, steps = await check("receipt", str(file), "--keys", str(keys))
    assert status == 1


async def test_nobody_else_reads_a_receipt(
    whole: Whole, estate: Estate, owners: Owners, assembly: Assembly
) -> None:
    async with whole.unchanged():
        for other in (owners.bela, owners.carl, estate.convener, estate.street):
            reply = await receipt_of(assembly, other, assembly.receipt)
            assert problem(reply)[0] == 404
        official = await receipt_of(assembly, estate.convener, assembly.paper)
    assert problem(official)[0] == 404


async def test_an_owner_recounts_the_ballot_and_a_changed_byte_is_named(
    estate: Estate, owners: Owners, assembly: Assembly, tmp_path: Path
) -> None:
    keys = await keys_file(estate, tmp_path)
    reply = await estate.ask("GET", f"{assembly.ballot.path}/bundle", owners.carl)
    assert reply.status_code == 200
    bundle = tmp_path / "ballot.jsonl"
    bundle.write_bytes(reply.content)
    (attester,) = done(await estate.whole.ask("GET", "/v1/attesters"))["attesters"]
    pinned = ("--keys", str(keys), "--attester", attester, "--strict")
    status, steps = await check("bundle", str(bundle), *pinned)
    assert status == 0, [step for step in steps if step["verdict"] != "PASS"]
    bundle.write_bytes(reply.content.replace(b"AGAINST", b"ABSTAIN", 1))
    status, steps = await check("bundle", str(bundle), "--keys", str(keys))
    assert status == 1
    assert steps[-1]["verdict"] == "FAIL"


async def test_the_result_says_by_which_channel_people_voted(
    estate: Estate, owners: Owners, assembly: Assembly
) -> None:
    result = await estate.get(f"{assembly.ballot.path}/result", owners.anna)
    assert result["by_channel"] == {"PAPER": 1, "PHONE": 1, "TELEPHONE": 0}
    (entry,) = (await estate.get(f"{assembly.ballot.path}/entries/mine", owners.bela))["entries"]
    assert entry["voted"] is True
    assert "PAPER" in entry.values()


async def test_anybody_mirrors_the_log_without_a_token_and_finds_no_choice_in_it(
    estate: Estate, assembly: Assembly, tmp_path: Path
) -> None:
    keys = await keys_file(estate, tmp_path)
    note = await log_text(estate, "checkpoint")
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "checkpoint").write_text(note)
    width = read_checkpoint(note).size
    mirrored = b""
    for level in ("0", "entries"):
        path = f"tile/{level}/000.p/{width}"
        reply = await estate.ask("GET", f"/log/{path}", None)
        assert reply.status_code == 200, reply.text
        assert "immutable" in reply.headers["cache-control"]
        file = tmp_path / "mirror" / path
        file.parent.mkdir(parents=True)
        file.write_bytes(reply.content)
        mirrored += reply.content
    status, steps = await check("log", str(tmp_path / "mirror"), "--keys", str(keys))
    assert status == 0, steps
    for word in (b"AGREE", b"AGAINST", assembly.receipt["entry_id"].encode()):
        assert word not in mirrored


async def test_an_app_that_remembers_a_checkpoint_is_answered_with_consistency(
    whole: Whole, estate: Estate, assembly: Assembly, tmp_path: Path
) -> None:
    seen = {"checkpoint": assembly.receipt["receipt"]["checkpoint"]}
    async with whole.unchanged():
        answer = done(await estate.ask("POST", "/log/sightings", None, json=seen))
    old, new, proof = (tmp_path / name for name in ("old", "new", "proof"))
    old.write_text(assembly.receipt["receipt"]["checkpoint"])
    new.write_text(answer["checkpoint"])
    proof.write_text(json.dumps(answer))
    keys = await keys_file(estate, tmp_path)
    words = ("consistency", str(old), str(new), "--keys", str(keys), "--proof", str(proof))
    status, steps = await check(*words)
    assert status == 0, steps


async def test_a_checkpoint_that_the_log_never_signed_raises_no_alarm(
    whole: Whole, estate: Estate, elsewhere: Estate, assembly: Assembly
) -> None:
    forged = assembly.receipt["receipt"]["checkpoint"].replace("\n", "\n1", 1)
    for body in ({"checkpoint": forged}, {"checkpoint": "nothing"}):
        async with whole.unchanged():
            reply = await estate.ask("POST", "/log/sightings", None, json=body)
        assert problem(reply)[0] == 422
    # Another estate's log has another key, so this is no checkpoint of its.
    async with whole.unchanged():
        seen = {"checkpoint": assembly.receipt["receipt"]["checkpoint"]}
        reply = await elsewhere.ask("POST", "/log/sightings", None, json=seen)
    assert problem(reply)[0] in {404, 422}


async def test_the_checker_finds_nothing_and_says_so_to_everybody(
    estate: Estate, assembly: Assembly
) -> None:
    assert assembly.receipt["position"] > 0
    checked = done(await estate.ask("POST", "/log/checks", estate.street))
    assert checked["passed"] is True, checked["findings"]
    told = json.loads(await log_text(estate, "checks"))
    assert told["checks"][0]["check_id"] == checked["check_id"]


async def test_owners_and_managers_choose_no_witnesses(
    whole: Whole, estate: Estate, owners: Owners
) -> None:
    body = {"witnesses": [], "quorum": 0}
    for who in (owners.anna, estate.manager):
        async with whole.unchanged():
            reply = await estate.ask("POST", "/log/witness-policies", who, json=body)
        assert problem(reply)[0] == 403
    unknown = {"witnesses": ["witness.example/somebody"], "quorum": 1}
    async with whole.unchanged():
        reply = await estate.ask("POST", "/log/witness-policies", estate.street, json=unknown)
    assert problem(reply)[0] in {409, 422}
