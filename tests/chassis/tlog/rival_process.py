"""One of two processes that append to one log: url, estate, how often, and a name."""

import asyncio
import sys

from services.chassis.database import Database
from tests.chassis.tlog.notices import parts_on, publish


async def main(url: str, estate_id: str, turns: str, name: str) -> None:
    database = Database(url)
    parts = parts_on(database)
    for turn in range(int(turns)):
        await publish(parts, estate_id, f"{name} {turn}".encode())
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
