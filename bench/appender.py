"""`python -m bench.appender`: votes a second through the appender, beside what PostgreSQL can do.

All of it is on one estate, the worst case, with a commit that is on the disk before anything is
answered. `pgbench` does the same reads and writes on the same tables, with their triggers and
references: once behind the estate's locked head row, as positions without gaps need it, and once
without any head, where nothing waits for anything. No HTTP is in these figures, and no signature
is checked, because that is done before a vote waits. Written as ratios to bench/results.json.
"""

import asyncio
import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop
from tqdm import tqdm

from bench.ballot_hall import Hall, open_hall
from bench.pgbench import FREE, HEAD_ROW, Pgbench
from migrations import prepare
from services.chassis.embedded import Cluster
from services.chassis.gathering import TOGETHER_MAX
from services.voting.domain.casting import LoggedVote

RUNS = 3
SECONDS = 3
CLIENTS = (1, 16, 64)
RESULTS = Path("bench/results.json")
_PEOPLE = {1: 5_000, 16: 15_000, 64: 25_000}


async def through_appender(hall: Hall, clients: int, *, together_max: int) -> float:
    """Return how many votes a second `clients` get answered."""
    ballot = await hall.ballot(_PEOPLE[clients] if together_max > 1 else _PEOPLE[1])
    gathering = hall.gathering(together_max)
    left = iter(ballot.votes)
    answered = 0
    started = time.perf_counter()

    async def client() -> None:
        nonlocal answered
        for waiting in left:
            verdict = await gathering.ask(ballot.estate_id, waiting)
            assert isinstance(verdict, LoggedVote)
            answered += 1
            if time.perf_counter() - started > SECONDS:
                return

    await asyncio.gather(*(client() for _ in range(clients)))
    rate = answered / (time.perf_counter() - started)
    await gathering.drain()
    return rate


async def one_round(hall: Hall, pgbench: Pgbench) -> dict[str, float]:
    """Return votes a second of everything, in one run."""
    rates: dict[str, float] = {}
    for clients in CLIENTS:
        rates[f"appender_{clients}"] = await through_appender(
            hall, clients, together_max=TOGETHER_MAX
        )
        rates[f"head_row_{clients}"] = await pgbench.rate(HEAD_ROW, clients, SECONDS)
        rates[f"free_{clients}"] = await pgbench.rate(FREE, clients, SECONDS)
    rates["one_commit_each_64"] = await through_appender(hall, 64, together_max=1)
    return rates


async def measure(cluster: Cluster, folder: Path, urls: dict[str, str]) -> list[dict[str, float]]:
    """Return the rates of each round."""
    async with open_hall(urls["VOTING_DATABASE_URL"]) as hall:
        # As in the service: what lives until the end is out of the collector's sight.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        pgbench = await Pgbench.prepared(cluster, urls, folder)
        return [await one_round(hall, pgbench) for _ in tqdm(range(RUNS), disable=None)]


def database_urls(cluster: Cluster, folder: Path) -> dict[str, str]:
    """Create voting's database with its roles, and return how to reach it."""
    passwords = prepare.kept_passwords(folder / "passwords.json")
    asyncio.run(prepare.create(cluster.admin_url(), passwords))
    urls = prepare.urls(cluster.admin_url(), passwords)
    prepare.upgrade("voting", urls["VOTING_MIGRATION_URL"])
    return urls


def ratios(rounds: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return the medians of the rounds' own ratios, so that a slow minute weighs on both sides."""

    def over(above: str, below: str) -> float:
        return round(statistics.median(one[above] / one[below] for one in rounds), 2)

    return {
        "appender_over_pgbench_head_row": over("appender_64", "head_row_64"),
        "appender_over_pgbench_free": over("appender_64", "free_64"),
        # One client's rate is one over its latency.
        "appender_latency_over_pgbench_1_client": over("head_row_1", "appender_1"),
        "vote_over_commit_per_vote": over("appender_64", "one_commit_each_64"),
    }


def votes_per_second() -> list[dict[str, float]]:
    """Return the rates of each round, on a PostgreSQL of their own."""
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        cluster = Cluster(folder / "postgres")
        cluster.start()
        try:
            urls = database_urls(cluster, folder)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                return runner.run(measure(cluster, folder, urls))
        finally:
            cluster.stop()


def compare_appender() -> dict[str, float]:
    """Print the rates, and return the ratios."""
    rounds = votes_per_second()
    sys.stdout.write(f"{'votes a second':24}{'median':>10}{'min':>10}{'max':>10}\n")
    for name in rounds[0]:
        seen = sorted(one[name] for one in rounds)
        cells = "".join(f"{one:>10.0f}" for one in (statistics.median(seen), seen[0], seen[-1]))
        sys.stdout.write(f"{name:24}{cells}\n")
    found = ratios(rounds)
    sys.stdout.writelines(f"{name:40}{value:>8.2f}\n" for name, value in found.items())
    return found


def main() -> None:
    """Run the command line."""
    found = compare_appender()
    written = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(json.dumps(written | found, indent=1) + "\n")


if __name__ == "__main__":
    main()
