"""Work beside the requests: it goes on after a failure, and ends before what it works with."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from services.chassis.application import Service, application
from services.chassis.rounds import every


class Rounds:
    """Counts its rounds, fails in the first, and tells when enough were done."""

    def __init__(self, enough: int) -> None:
        self._enough = enough
        self.done = 0
        self.reached = asyncio.Event()

    async def work(self) -> None:
        self.done += 1
        if self.done == self._enough:
            self.reached.set()
        if self.done == 1:
            raise OSError("the database was away")


async def lived(
    *background: Callable[[], Awaitable[None]],
    closers: tuple[Callable[[], Awaitable[object]], ...] = (),
    until: asyncio.Event,
) -> None:
    """Run an application for as long as a test needs."""
    service = Service(
        "rounds", "For tests", [], {}, None, None, background=background, closers=closers
    )
    app = application(service)
    async with app.router.lifespan_context(app):
        await asyncio.wait_for(until.wait(), 5)


async def test_a_failure_is_a_line_and_the_next_round_comes(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rounds = Rounds(enough=3)
    await lived(every(0, rounds.work, name="count"), until=rounds.reached)
    assert rounds.done >= 3
    assert [one.message for one in caplog.records] == ["round failed"]


async def test_the_work_ends_before_the_database_closes() -> None:
    begun, ended = asyncio.Event(), []

    async def endless() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("work")

    async def close() -> None:
        ended.append("database")

    await lived(endless, closers=(close,), until=begun)
    assert ended == ["work", "database"]


async def test_no_round_begins_after_the_end() -> None:
    rounds = Rounds(enough=1)
    await lived(every(0, rounds.work, name="count"), until=rounds.reached)
    done = rounds.done
    await asyncio.sleep(0)
    assert rounds.done == done
