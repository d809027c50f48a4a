"""Work that a process does beside answering, again and again until it ends."""

import asyncio
from collections.abc import Awaitable, Callable

from services.chassis.telemetry import log


def every(
    seconds: float, work: Callable[[], Awaitable[object]], *, name: str
) -> Callable[[], Awaitable[None]]:
    """Return a task that does `work` at once and then at this interval; a failure is one line.

    What fails is tried again in the next round: a database that was away must not end the rounds.
    """

    async def rounds() -> None:
        while True:
            try:
                await work()
            except Exception as failed:  # noqa: BLE001 - whatever it is, the next round comes
                log.error(
                    "round failed",
                    extra={"work": name, "kind": type(failed).__name__},
                    exc_info=failed,
                )
            await asyncio.sleep(seconds)

    return rounds
