"""What owners check for themselves, offline: receipts, the whole count, the whole ledger.

The verifier runs as a program of its own, as it would on an owner's machine: it is handed files and
asks nobody.
"""

import asyncio
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.cast import STAFF
from demo.people import renew, sign_in
from demo.plot import Story
from launcher.stack import WITNESS

VERIFIER = ("-m", "services.proofs.check")
SHOWN = 60
_AREA = re.compile(rb'"area_centi":([0-9])')


@dataclass(frozen=True)
class _Verdict:
    """What the verifier said: its exit status and its steps."""

    status: int
    steps: list[dict[str, Any]]

    @property
    def accepted(self) -> bool:
        """Return whether every step passed."""
        return self.status == 0

    @property
    def failed_step(self) -> dict[str, Any]:
        """Return the step that refused."""
        return next(step for step in self.steps if step["verdict"] == "FAIL")


async def appoint_witness(story: Story) -> None:
    """The street office lets its own witness watch both logs of the estate."""
    street = STAFF["street_office"]
    async with story.tell.step(
        "witness", "街道指定见证人 / The street office appoints its witness"
    ):
        for path in _logs(story):
            policy = {"witnesses": [WITNESS], "quorum": 1}
            await story.door.send("POST", f"{path}/witness-policies", street.access, policy)
            keys = await story.door.get(f"{path}/keys")
            await story.outside.show_log_to_witness(keys["log_key"])


async def prove(story: Story) -> None:
    """Owners check receipts, one recounts ballot and ledger, and one byte is changed."""
    folder = story.stack.folder / "evidence"
    folder.mkdir(exist_ok=True)
    await _collect_cosignatures(story)
    receipts = await _receipts(story, folder)
    (attester,) = (await story.door.get("/v1/attesters"))["attesters"]
    pinned = ("--keys", str(folder / "voting-keys.json"), "--attester", attester, "--strict")
    verified = await _check_receipts(story, receipts, pinned)
    recounted = await _recount(story, folder / "ballot.jsonl", receipts, pinned)
    refused = await _tamper(story, folder / "ballot.jsonl", pinned)
    recomputed = await _recompute(story, folder)
    checkpoint, ledger_checkpoint = [
        await story.door.text(f"{path}/checkpoint") for path in _logs(story)
    ]
    story.told["log"] = {
        "voting_size": _size(checkpoint),
        "ledger_size": _size(ledger_checkpoint),
        "checkpoint": checkpoint,
        "receipts_verified": verified,
        "bundle_verified": recounted.accepted and recomputed.accepted,
        "tampered_refused": not refused.accepted,
        "tampered_step": refused.failed_step["en"],
    }


async def _check_receipts(story: Story, receipts: list[Path], pinned: Sequence[str]) -> int:
    """Let each owner check his own receipt; return how many were accepted."""
    async with story.tell.step("receipts", "业主离线核验回执 / Ten owners verify their receipts"):
        verdicts = []
        for file, (owner, _) in zip(receipts, story.receipts, strict=True):
            own_key = story.devices[owner.phone].public_key.hex()
            words = ("receipt", str(file), *pinned, "--device-key", own_key)
            verdicts.append(await _verify(*words))
        _say_steps(story, verdicts[0])
    return sum(verdict.accepted for verdict in verdicts)


async def _recount(
    story: Story, bundle: Path, receipts: list[Path], pinned: Sequence[str]
) -> _Verdict:
    """Recount the ballot from its bundle, and find the ten receipts in it."""
    async with story.tell.step("bundle", "导出并复算整个表决 / The ballot is recounted offline"):
        await story.door.download(f"{story.ballot}/bundle", story.receipts[0][0].access, bundle)
        held = [word for one in receipts for word in ("--receipt", str(one))]
        verdict = await _verify("bundle", str(bundle), *pinned, *held)
        _say_steps(story, verdict)
    return verdict


async def _tamper(story: Story, bundle: Path, pinned: Sequence[str]) -> _Verdict:
    """Make one flat a little larger in a copy of the bundle, and see which step refuses it."""
    async with story.tell.step("tampering", "改动一个字节 / One byte is changed"):
        verdict = await _verify("bundle", str(_with_one_byte_changed(bundle)), *pinned)
        step = verdict.failed_step
        story.tell.say(f"  {step['number']}. {step['zh']} / {step['en']}: {step['detail']}")
    return verdict


async def _recompute(story: Story, folder: Path) -> _Verdict:
    """Recompute every month and the half-year from the published entries."""
    books, keys = folder / "ledger.jsonl", folder / "ledger-keys.json"
    async with story.tell.step("ledger_bundle", "复算全部账目 / The ledger is recomputed offline"):
        await story.door.download(f"{story.estate}/ledger/bundle", story.owners[0].access, books)
        verdict = await _verify("bundle", str(books), "--keys", str(keys), "--strict")
        _say_steps(story, verdict)
    return verdict


async def _collect_cosignatures(story: Story) -> None:
    """The street office's witness signs where the logs stand."""
    street = STAFF["street_office"]
    async with story.tell.step("witness", "街道见证日志 / The street office's witness cosigns"):
        await sign_in(story.door, story.outside, street)
        for path in _logs(story):
            await story.door.send("POST", f"{path}/cosignatures", street.access)


async def _receipts(story: Story, folder: Path) -> list[Path]:
    """Fetch the keys, and each owner's receipt as of the checkpoint that is published now."""
    for name, path in (("voting", "log"), ("ledger", "ledger/log")):
        keys = await story.door.text(f"{story.estate}/{path}/keys")
        (folder / f"{name}-keys.json").write_text(keys)
    files = []
    for number, (owner, receipt) in enumerate(story.receipts):
        await sign_in(story.door, story.outside, owner)
        path = f"{story.ballot}/votes/{receipt['vote_id']}/receipt"
        file = folder / f"receipt-{number}.json"
        await story.door.download(path, owner.access, file)
        files.append(file)
    await renew(story.door, story.owners[0])
    return files


async def _verify(*words: str) -> _Verdict:
    """Run the verifier on files; it has no network to ask and no database."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *VERIFIER,
        *words,
        "--json",
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    assert process.returncode in {0, 1}, said.decode()
    return _Verdict(process.returncode, json.loads(said)["steps"])


def _with_one_byte_changed(bundle: Path) -> Path:
    content = bytearray(bundle.read_bytes())
    found = _AREA.search(content)
    assert found is not None
    digit = content[found.start(1)]
    content[found.start(1)] = ord("9") if digit != ord("9") else ord("8")
    changed = bundle.with_name("ballot-changed.jsonl")
    changed.write_bytes(content)
    return changed


def _say_steps(story: Story, verdict: _Verdict) -> None:
    for step in verdict.steps[:SHOWN]:
        detail = f": {step['detail']}" if step["detail"] else ""
        story.tell.say(f"  {step['number']:>2}. {step['verdict']:<8} {step['zh']}{detail}")


def _logs(story: Story) -> tuple[str, str]:
    return f"{story.estate}/log", f"{story.estate}/ledger/log"


def _size(checkpoint: str) -> int:
    return int(checkpoint.splitlines()[1])
