"""One of two processes that publish on one estate: url, estate, and the imports to publish."""

import asyncio
import sys
import uuid
from zoneinfo import ZoneInfo

import httpx

from services.chassis.clock import SystemClock
from services.chassis.database import Database
from services.chassis.neighbours import Neighbour
from services.chassis.once import Once
from services.chassis.tlog.keys import LogKeys
from services.chassis.tlog.witnesses import Witnesses
from services.ledger.actions.parts import Parts
from services.ledger.actions.publish_import import publish_import
from services.ledger.clients.voting import VotingClient

LOG_KEYS = LogKeys("ledger", bytes(range(32)))


def _nothing(_answer: object) -> bytes:
    return b""


async def main(url: str, estate_id: str, *import_ids: str) -> None:
    """Publish each import."""
    database = Database(url)
    async with httpx.AsyncClient() as nobody:
        parts = Parts(
            begin=database.begin,
            clock=SystemClock(),
            voting=VotingClient(Neighbour("voting", nobody, str)),
            zone=ZoneInfo("Asia/Shanghai"),
            log_keys=LOG_KEYS,
            witnesses=Witnesses(),
        )
        for import_id in import_ids:
            once = Once("a process", str(uuid.uuid4()), b"", 201, _nothing)
            await publish_import(parts, once, estate_id, import_id)
        await parts.witnesses.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
