"""`python -m demo`: start everything, play the story, print its numbers, keep serving.

The narrative goes to standard output and ends with one JSON object; progress bars and the lines to
try by hand go to standard error.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
from pathlib import Path

import aiohttp

from demo.door import Door, Refused
from demo.people import Outside
from demo.plot import Story
from demo.serving import keep_serving
from demo.sheets import Folder, Unfit
from demo.story import play
from demo.telling import Telling
from launcher.stack import Choices, Stack
from launcher.supervisor import NotReadyInTime, ProcessDied
from services.chassis.embedded import Cluster, ClusterBusy, ClusterFailed

DATA = Path(".data/demo")
# What the last line tells; without a messy sheet there is nothing to tell of it.
NUMBERS = (
    *("estate", "messy_import", "cards", "ballot", "ledger", "log"),
    "refused_other_estate",
)

# A whole estate asks from one address here, where each phone would have its own.
ONE_ADDRESS_FOR_ALL = {
    f"GATEWAY_{name}": "10000000"
    for name in ("SOURCE_PER_MINUTE", "SOURCE_BURST", "SIGN_IN_PER_MINUTE", "SIGN_IN_BURST")
}


# What can go wrong with a machine, a folder or a story; anything else is a mistake of the demo's.
FAILURES = (
    ProcessDied,
    NotReadyInTime,
    ClusterBusy,
    ClusterFailed,
    Refused,
    OSError,
    aiohttp.ClientError,
)


async def _play(stack: Stack, folder: Folder) -> Story:
    tell = Telling(stack.check)
    async with aiohttp.ClientSession() as session, Door(stack.urls["gateway"]) as door:
        outside = Outside(stack.urls, stack.control_secret, session)
        story = Story(door, outside, stack, folder, tell)
        told = await play(story)
    tell.seconds["slowest_request"] = round(door.slowest_seconds, 2)
    tell.say(
        f"\n{door.requests} 次请求，最慢 / slowest: {door.slowest} {door.slowest_seconds:.2f} s"
    )
    numbers = {name: told.get(name) for name in NUMBERS}
    numbers |= {"seconds": tell.seconds}
    tell.say(json.dumps(numbers, ensure_ascii=False))
    return story


def _run(estate: Path, data: Path, *, port: int, once: bool) -> None:
    # The story begins on empty books each time; a run that was left serving is over now.
    _forget(data)
    choices = Choices(
        data,
        estate / "register.csv",
        gateway_port=port,
        extra=ONE_ADDRESS_FOR_ALL,
        # Two thousand people prove their names within a minute: identity may use every core.
        processes={"identity": min(os.cpu_count() or 1, 4)},
    )
    with Stack(choices) as stack:
        sys.stderr.write(f"数据、密钥、日志 / data, keys and logs: {stack.folder}\n")
        story = asyncio.run(_play(stack, Folder(estate)))
        if not once:
            asyncio.run(keep_serving(story))


def _forget(folder: Path) -> None:
    if folder.exists():
        with Cluster(folder / "postgres").alone():
            pass
        shutil.rmtree(folder)


def main() -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(description="Play an estate's story.")
    parser.add_argument("--estate", type=Path, default=Path("demo/zijin"))
    parser.add_argument("--data", type=Path, default=DATA, help="wiped first, then filled")
    # A default that is text goes through `type` as an argument does.
    port = os.environ.get("GATEWAY_PORT", "8080")
    parser.add_argument("--port", type=int, default=port, help="the gateway's; 0 picks a free one")
    parser.add_argument("--once", action="store_true", help="stop everything at the end")
    chosen = parser.parse_args()
    try:
        Folder(chosen.estate).check()
    except Unfit as unfit:
        sys.stderr.write(f"{unfit}\n")
        return 2
    # As Ctrl-C: an ordinary exception would be lost if the signal fell into a callback of the loop.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _run(chosen.estate, chosen.data, port=chosen.port, once=chosen.once)
    except KeyboardInterrupt:
        sys.stderr.write("已停止 / stopped\n")
        return 0 if not chosen.once else 130
    except FAILURES as failed:
        sys.stderr.write(f"\n未能完成 / failed: {failed}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
