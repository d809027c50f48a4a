"""`make bench`: how long the main job's large requests take, as ratios to what the disk allows.

The limit of an import is the same lines copied into one table of the same database and committed;
that of verifying a ballot are its bare signatures. Results go to bench/results.json and, as a
table, to standard output.
"""

import asyncio
import csv
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
from tqdm import tqdm

from bench.appender import compare_appender
from bench.verify_bundle import verify_bundle
from demo import timeline
from demo.__main__ import ONE_ADDRESS_FOR_ALL
from demo.cast import BUREAU, STAFF
from demo.door import Door
from demo.people import Outside
from demo.plot import Story
from demo.sheets import Folder
from demo.story import found_estate
from demo.telling import Telling
from launcher.stack import Choices, Stack

RUNS = 5
FOLDER = Folder(Path("demo/zijin"))
RESULTS = Path("bench/results.json")


async def timed(act: Callable[[], Awaitable[object]]) -> float:
    """Return how many seconds one call took."""
    started = time.perf_counter()
    await act()
    return time.perf_counter() - started


async def new_estate(story: Story) -> str:
    """Found one more estate with the story's staff, and return its path."""
    body = {
        "name": "测量小区",
        "district_code": "330106",
        "street_code": "330106001000",
        "governing_body": "PROPERTY_MANAGEMENT_COMMITTEE",
        "zone": "Asia/Shanghai",
    }
    made = await story.door.send("POST", "/v1/estates", BUREAU.access, body)
    path = f"/v1/estates/{made['estate_id']}"
    for role, granter in (("street_office", BUREAU), ("property_manager", STAFF["street_office"])):
        me = await story.door.get("/v1/me", STAFF[role].access)
        grant = {"account_id": me["account_id"], "role": role}
        await story.door.send("POST", f"{path}/staff", granter.access, grant)
    return path


async def copied(url: str, lines: list[tuple[str, ...]]) -> float:
    """Return how many seconds PostgreSQL takes to copy and commit the register's lines."""
    connection = await asyncpg.connect(url)
    columns = ", ".join(f"c{i} text" for i in range(len(lines[0])))
    await connection.execute(f"CREATE TABLE copied ({columns})")

    async def copy() -> None:
        async with connection.transaction():
            await connection.copy_records_to_table("copied", records=lines)

    try:
        return await timed(copy)
    finally:
        await connection.execute("DROP TABLE copied")
        await connection.close()


async def one_round(story: Story, url: str, lines: list[tuple[str, ...]]) -> dict[str, float]:
    """Return the seconds of each large request on a fresh estate, and of the limit."""
    estate = await new_estate(story)
    manager, street = STAFF["property_manager"].access, STAFF["street_office"].access
    messy, clean = FOLDER.messy_register.read_bytes(), FOLDER.register.read_bytes()
    door = story.door
    seconds = {
        "copy": await copied(url, lines),
        "register_check": await timed(
            lambda: door.upload(f"{estate}/register-checks", manager, messy)
        ),
        "register_import": await timed(
            lambda: door.upload(f"{estate}/register-imports", manager, clean)
        ),
    }
    body: dict[str, Any] = {}
    await door.send("POST", f"{estate}/register-sign-off", street, body)
    seconds["electorate"] = await timed(lambda: door.get(f"{estate}/electorate", street))
    return seconds


async def measure(stack: Stack) -> list[dict[str, float]]:
    """Return the seconds of each round."""
    timeline.move(stack, timeline.BEGINS)
    with FOLDER.register.open(encoding="utf-8-sig", newline="") as sheet:
        lines = [tuple(row) for row in csv.reader(sheet)][1:]
    async with aiohttp.ClientSession() as session, Door(stack.urls["gateway"]) as door:
        outside = Outside(stack.urls, stack.control_secret, session)
        story = Story(door, outside, stack, FOLDER, Telling(stack.check))
        await found_estate(story)
        url = stack.full_environment()["IDENTITY_MIGRATION_URL"]
        rounds = tqdm(range(RUNS), desc="bench", disable=None)
        return [await one_round(story, url, lines) for _ in rounds]


def table(rounds: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return median, spread and ratio to the limit of each figure."""
    limit = statistics.median(one["copy"] for one in rounds)
    figures = {}
    for name in rounds[0]:
        seen = [one[name] for one in rounds]
        middle = statistics.median(seen)
        figures[name] = {
            "median_seconds": round(middle, 4),
            "min_seconds": round(min(seen), 4),
            "max_seconds": round(max(seen), 4),
            "over_copy": round(middle / limit, 2),
        }
    return figures


def main() -> None:
    """Run the command line."""
    with tempfile.TemporaryDirectory() as folder:
        choices = Choices(Path(folder), FOLDER.register, extra=ONE_ADDRESS_FOR_ALL)
        with Stack(choices) as stack:
            figures = table(asyncio.run(measure(stack)))
    verified = verify_bundle()
    results = figures | {"verify_bundle": verified} | compare_appender()
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    sys.stdout.write(f"{'':18}{'median s':>10}{'min':>10}{'max':>10}{'over copy':>11}\n")
    for name, held in figures.items():
        cells = "".join(f"{held[f'{kind}_seconds']:>10.4f}" for kind in ("median", "min", "max"))
        sys.stdout.write(f"{name:18}{cells}{held['over_copy']:>11.1f}\n")
    sys.stdout.write("verify_bundle\n")
    for name, figure in verified.items():
        sys.stdout.write(f"  {name:24}{figure:>12}\n")


if __name__ == "__main__":
    main()
