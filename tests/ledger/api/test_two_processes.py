"""Two processes publish on one estate: one gapless history, whoever comes first."""

import asyncio
import sys
from pathlib import Path

from tests.ledger.outsider import Outsider
from tests.ledger.people import Estate, done
from tests.support.postgres import Databases

IMPORTS, LINES = 12, 5


async def test_two_processes_make_one_history(
    estate: Estate, databases: Databases, tmp_path: Path
) -> None:
    await estate.open()
    imports = [
        await estate.imported(
            *(f"2026-01-08,收入,利息,1.00,示例银行,S{one}x{line}" for line in range(LINES))
        )
        for one in range(IMPORTS)
    ]
    url = databases.app_url("ledger")
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.ledger.publisher", url, estate.id, *imports[half::2])
        )
        for half in range(2)
    ]
    assert [await one.wait() for one in processes] == [0, 0]
    entries = await estate.entries()
    assert [one["number"] for one in entries] == list(range(1 + IMPORTS * LINES, 0, -1))
    assert [one["leaf_index"] for one in entries] == list(range(IMPORTS * LINES, -1, -1))
    assert await estate.findings() == []
    outsider = await Outsider.of(estate, tmp_path)
    judged = outsider.bundle(done(await estate.get("/bundle")).content)
    assert (judged.status, judged.failed) == (0, [])
