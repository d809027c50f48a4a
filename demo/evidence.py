"""What owners check for themselves, offline: receipts, the whole count, the whole ledger.

The verifier runs as a program of its own, as it would on an owner's machine: it is handed files and
asks nobody.
"""

import asyncio
import json
import re
import sys
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
    async with story.tell.step("receipts", "业主离线核验回执 / Ten owners verify their receipts"):
        receipts = await _receipts(story, folder)
        keys = ("--keys", str(folder / "voting-keys.json"))
        verdicts = [await _verify("receipt", str(one), *keys) for one in receipts]
        verified = sum(verdict.accepted for verdict in verdicts)
        _say_steps(story, verdicts[0])
    async with story.tell.step("bundle", "导出并复算整个表决 / The ballot is recounted offline"):
        bundle = folder / "ballot.jsonl"
        reader = story.receipts[0][0].access
        await story.door.download(f"{story.ballot}/bundle", reader, bundle)
        told = [word for one in receipts for word in ("--receipt", str(one))]
        recounted = await _verify("bundle", str(bundle), *keys, *told)
        _say_steps(story, recounted)
    async with story.tell.step("tampering", "改动一个字节 / One byte is changed"):
        changed = _with_one_byte_changed(bundle)
        refused = await _verify("bundle", str(changed), *keys)
        step = refused.failed_step
        story.tell.say(f"  {step['number']}. {step['zh']} / {step['en']}: {step['detail']}")
    async with story.tell.step("ledger_bundle", "复算全部账目 / The ledger is recomputed offline"):
        books = folder / "ledger.jsonl"
        await story.door.download(f"{story.estate}/ledger/bundle", story.owners[0].access, books)
        ledger_keys = ("--keys", str(folder / "ledger-keys.json"))
        _say_steps(story, balanced := await _verify("bundle", str(books), *ledger_keys))
    checkpoint = await story.door.text(f"{story.estate}/log/checkpoint")
    ledger_checkpoint = await story.door.text(f"{story.estate}/ledger/log/checkpoint")
    story.told["log"] = {
        "voting_size": _size(checkpoint),
        "ledger_size": _size(ledger_checkpoint),
        "checkpoint": checkpoint,
        "receipts_verified": verified,
        "bundle_verified": recounted.accepted and balanced.accepted,
        "tampered_refused": not refused.accepted,
        "tampered_step": step["en"],
    }


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
    """Make one flat a little larger in a copy of the bundle."""
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
