"""`python -m bench.verify_bundle`: a ballot of 100,000 votes, verified by its outsider's command.

The limit is the bare cost of the signatures that must be checked, two for each vote, measured in
the same run. It is compared in seconds of processors, so that other work on the machine does not
show in the ratio; seconds on the wall are what a citizen waits. The bundle is made once and kept in
.data/.
"""

import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import psutil
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tqdm import tqdm

from services.proofs.bundle import MEMORY_EACH_BYTES_MAX, MEMORY_PER_ENTRY_BYTES_MAX
from tests.support.bundles import Cast, Scene, encoded, public_of

VOTES = 100_000
SECONDS_MAX = 30.0
FOLDER = Path(".data/bench")
_LOOK_SECONDS = 0.02
_SAMPLE = 4_000


def verify_bundle(votes: int = VOTES) -> dict[str, float]:
    """Return seconds, memory and their limits of verifying a ballot of so many votes."""
    bundle, keys = _made(votes)
    command = [sys.executable, "-m", "services.proofs.check", "bundle", str(bundle), "--strict"]
    command += ["--keys", str(keys), "--attester", public_of("identity").hex()]
    seconds, cpu_seconds, peak_bytes = _watched(command)
    cores = os.cpu_count() or 1
    bare_seconds = 2 * votes * _seconds_each()
    bound_bytes = (cores + 1) * MEMORY_EACH_BYTES_MAX + votes * MEMORY_PER_ENTRY_BYTES_MAX
    return {
        "votes": votes,
        "cores": cores,
        "seconds": round(seconds, 2),
        "seconds_max": SECONDS_MAX,
        "cpu_seconds": round(cpu_seconds, 2),
        "signatures_cpu_seconds": round(bare_seconds, 2),
        "over_signatures": round(cpu_seconds / bare_seconds, 2),
        "peak_mib": round(peak_bytes / 2**20),
        "peak_mib_max": round(bound_bytes / 2**20),
    }


def _made(votes: int) -> tuple[Path, Path]:
    """Return a bundle of so many votes and the keys of its log; made if it is not there."""
    # Named for what makes it, so that a bundle of an older form is made again.
    made_by = Path("tests/support/bundles.py").read_bytes()
    name = f"{votes}-{hashlib.sha256(made_by).hexdigest()[:12]}"
    bundle, keys = FOLDER / f"{name}.jsonl", FOLDER / f"{name}.keys.json"
    if not keys.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        scene = Scene()
        scene.paper.owners = votes
        letters = ("AA", "AD", "DA", "NF", "FA")
        owners = tqdm(range(votes), desc="votes", disable=None)
        scene.paper.cast = [Cast(owner, letters[owner % 5]) for owner in owners]
        bundle.write_bytes(encoded(scene.play().lines()))
        keys.write_text(scene.log.keys().encoded())
    return bundle, keys


def _watched(command: list[str]) -> tuple[float, float, int]:
    """Return the seconds that a command took, on the wall and of all cores, and its peak memory."""
    started, worked = time.perf_counter(), _worked_by_children()
    with psutil.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak_bytes = 0
        while process.poll() is None:
            peak_bytes = max(peak_bytes, _held(process))
            # Another process's memory is only ever sampled: nothing tells when it peaks.
            time.sleep(_LOOK_SECONDS)
        report = process.stdout.read()
    seconds = time.perf_counter() - started
    if process.returncode != 0:
        raise RuntimeError(f"the bundle did not verify:\n{report}")
    return seconds, _worked_by_children() - worked, peak_bytes


def _worked_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _held(process: psutil.Popen) -> int:
    held = 0
    for one in (process, *process.children(recursive=True)):
        try:
            # Pages that processes share are counted once, as the machine holds them.
            held += one.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return held


def _seconds_each() -> float:
    """Return what one Ed25519 verification costs on one core."""
    key = Ed25519PrivateKey.generate()
    signature, public = key.sign(b"leaf"), key.public_key()
    started = time.process_time()
    for _ in range(_SAMPLE):
        public.verify(signature, b"leaf")
    return (time.process_time() - started) / _SAMPLE


def main() -> None:
    """Run the command line."""
    sys.stdout.write(json.dumps(verify_bundle(), indent=1) + "\n")


if __name__ == "__main__":
    main()
