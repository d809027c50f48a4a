"""The embedded cluster: one owner at a time, durable settings, gone with its owner."""

import asyncio
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from services.chassis.embedded import Cluster, ClusterBusy


async def asked(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def test_it_starts_again_on_the_same_data_and_nobody_else_may_meanwhile(tmp_path: Path) -> None:
    with Cluster(tmp_path) as cluster:
        asyncio.run(asked(cluster.admin_url(), "CREATE DATABASE kept"))
        with pytest.raises(ClusterBusy):
            Cluster(tmp_path).start()
    with Cluster(tmp_path) as again:
        url = again.admin_url("kept")
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"):
            assert asyncio.run(asked(url, f"SHOW {setting}")) == "on"


def test_a_killed_owner_leaves_no_server(tmp_path: Path) -> None:
    program = (
        "import sys, os, signal, pathlib\n"
        "from services.chassis.embedded import Cluster\n"
        "cluster = Cluster(pathlib.Path(sys.argv[1]))\n"
        "cluster.start()\n"
        "print(cluster.admin_url(), flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert run.returncode == -9

    async def gone() -> None:
        while True:
            try:
                await asked(run.stdout.strip(), "SELECT 1")
            except (OSError, asyncpg.PostgresError):
                return

    asyncio.run(asyncio.wait_for(gone(), 30))


def test_a_wrong_password_does_not_enter(tmp_path: Path) -> None:
    with Cluster(tmp_path) as cluster:
        wrong = cluster.admin_url().replace("postgres:", "postgres:x")
        with pytest.raises(asyncpg.InvalidPasswordError):
            asyncio.run(asked(wrong, "SELECT 1"))
