"""Calls of one key are done together, and each has its own answer."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import IntegrityError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from services.chassis.database import CommitLost
from services.chassis.gathering import Gathering, OutcomeUnknown, TooBusy


class Refused(Exception):
    """What a database says of one row."""

    sqlstate = "23505"


class Desk:
    """Doubles numbers, a group at a time; it can be held up and told to fail."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.open = asyncio.Event()
        self.open.set()
        self.begun = asyncio.Event()
        self.fails: Exception | None = None
        self.refuses: set[int] = set()
        self.breaks: set[int] = set()

    async def double(self, _key: str, calls: Sequence[int]) -> Sequence[int]:
        self.groups.append(list(calls))
        self.begun.set()
        await self.open.wait()
        if self.fails is not None:
            raise self.fails
        if self.refuses & set(calls):
            raise IntegrityError("insert", None, Refused())
        if self.breaks & set(calls):
            raise ZeroDivisionError
        return [2 * call for call in calls]


@pytest.fixture
async def desk() -> Desk:
    return Desk()


async def held(desk: Desk, gathering: Gathering[str, int, int]) -> asyncio.Task[int]:
    """Return a call that was taken and is not done yet."""
    desk.open.clear()
    first = asyncio.create_task(gathering.ask("one", 1))
    await desk.begun.wait()
    return first


async def settle() -> None:
    """Let every task that can go on go on."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_lone_call_is_done_alone_and_at_once(desk: Desk) -> None:
    gathering = Gathering(desk.double)
    assert await gathering.ask("one", 3) == 6
    assert await gathering.ask("one", 4) == 8
    assert desk.groups == [[3], [4]]


async def test_what_comes_meanwhile_is_done_together_in_its_order(desk: Desk) -> None:
    gathering = Gathering(desk.double, together_max=3)
    first = await held(desk, gathering)
    later = [asyncio.create_task(gathering.ask("one", number)) for number in range(2, 7)]
    await settle()
    desk.open.set()
    assert await asyncio.gather(first, *later) == [2, 4, 6, 8, 10, 12]
    assert desk.groups == [[1], [2, 3, 4], [5, 6]]


async def test_keys_do_not_wait_for_each_other(desk: Desk) -> None:
    gathering = Gathering(desk.double)
    first = await held(desk, gathering)
    other = asyncio.create_task(gathering.ask("other", 5))
    await settle()
    assert desk.groups == [[1], [5]]
    desk.open.set()
    assert (await first, await other) == (2, 10)


async def test_a_call_that_still_waits_is_withdrawn_when_its_sender_gives_up(desk: Desk) -> None:
    gathering = Gathering(desk.double)
    first = await held(desk, gathering)
    second, third = (asyncio.create_task(gathering.ask("one", number)) for number in (2, 3))
    await settle()
    second.cancel()
    await settle()
    desk.open.set()
    assert (await first, await third) == (2, 6)
    assert desk.groups == [[1], [3]]


async def test_a_call_that_was_taken_is_done_although_its_sender_gives_up(desk: Desk) -> None:
    gathering = Gathering(desk.double)
    first = await held(desk, gathering)
    first.cancel()
    await settle()
    desk.open.set()
    assert await gathering.ask("one", 2) == 4
    assert desk.groups == [[1], [2]]


async def test_one_refused_call_harms_only_itself(desk: Desk) -> None:
    gathering = Gathering(desk.double)
    first = await held(desk, gathering)
    desk.refuses = {3}
    later = [asyncio.create_task(gathering.ask("one", number)) for number in (2, 3, 4)]
    await settle()
    desk.open.set()
    answers = await asyncio.gather(first, *later, return_exceptions=True)
    assert [answer for answer in answers if isinstance(answer, int)] == [2, 4, 8]
    assert isinstance(answers[2], IntegrityError)
    assert desk.groups == [[1], [2, 3, 4], [2], [3, 4], [3], [4]]


async def test_one_call_that_breaks_the_work_harms_only_itself(desk: Desk) -> None:
    gathering = Gathering(desk.double)
    first = await held(desk, gathering)
    desk.breaks = {300}
    later = [asyncio.create_task(gathering.ask("one", number)) for number in range(2, 500)]
    await settle()
    desk.open.set()
    answers = await asyncio.gather(first, *later, return_exceptions=True)
    wrong = [(number, answer) for number, answer in enumerate(answers, 1) if answer != 2 * number]
    assert [(number, type(answer)) for number, answer in wrong] == [(300, ZeroDivisionError)]
    # By halves: not one turn for each of five hundred.
    assert len(desk.groups) < 25


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (CommitLost(), OutcomeUnknown),
        # Before the commit was sent there is no doubt: nothing was done.
        (InterfaceError("insert", None, Exception()), TooBusy),
        (ConnectionRefusedError(), TooBusy),
        (TimeoutError(), TooBusy),
        (PoolTimeout(), TooBusy),
        (RuntimeError("a bug"), RuntimeError),
    ],
)
async def test_everybody_is_told_what_a_failure_means(
    desk: Desk, failure: Exception, told: type[Exception]
) -> None:
    gathering = Gathering(desk.double)
    first = await held(desk, gathering)
    second = asyncio.create_task(gathering.ask("one", 2))
    desk.fails = failure
    await settle()
    desk.open.set()
    answers = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(answer) for answer in answers] == [told, told]
    desk.fails = None
    assert await gathering.ask("one", 3) == 6


async def test_no_more_wait_than_there_is_room_for(desk: Desk) -> None:
    gathering = Gathering(desk.double, waiting_max=2)
    first = await held(desk, gathering)
    later = [asyncio.create_task(gathering.ask("one", number)) for number in (2, 3)]
    await settle()
    with pytest.raises(TooBusy) as busy:
        await gathering.ask("one", 4)
    assert busy.value.headers["retry-after"]
    with pytest.raises(TooBusy):
        await gathering.ask("another", 4)
    desk.open.set()
    assert await asyncio.gather(first, *later) == [2, 4, 6]
    assert await gathering.ask("one", 5) == 10


async def test_a_crowd_at_one_key_leaves_room_for_others(desk: Desk) -> None:
    gathering = Gathering(desk.double, lane_max=2, waiting_max=100)
    first = await held(desk, gathering)
    later = [asyncio.create_task(gathering.ask("one", number)) for number in (2, 3)]
    await settle()
    with pytest.raises(TooBusy):
        await gathering.ask("one", 4)
    other = asyncio.create_task(gathering.ask("another", 5))
    await settle()
    desk.open.set()
    assert await asyncio.gather(first, *later, other) == [2, 4, 6, 10]
    assert await gathering.ask("one", 4) == 8


async def test_nothing_is_kept_of_keys_for_which_nobody_waits(desk: Desk) -> None:
    gathering = Gathering(desk.double, waiting_max=1)
    for number in range(50):
        assert await gathering.ask(str(number), number) == 2 * number
    lanes, workers = vars(gathering)["_waiting"], vars(gathering)["_workers"]
    assert (len(lanes), len(workers)) == (0, 0)


async def test_who_waits_for_a_worker_that_is_stopped_is_told(desk: Desk) -> None:
    gathering = Gathering(desk.double, waiting_max=1)
    first = await held(desk, gathering)
    second = asyncio.create_task(gathering.ask("one", 2))
    await settle()
    (worker,) = vars(gathering)["_workers"].values()
    worker.cancel()
    answers = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(answer) for answer in answers] == [OutcomeUnknown, TooBusy]
    desk.open.set()
    assert await gathering.ask("one", 3) == 6


async def test_at_the_end_what_was_taken_up_is_answered_and_nothing_more_taken(
    desk: Desk,
) -> None:
    gathering = Gathering(desk.double)
    first = await held(desk, gathering)
    second = asyncio.create_task(gathering.ask("one", 2))
    await settle()
    draining = asyncio.create_task(gathering.drain())
    await settle()
    assert not draining.done()
    with pytest.raises(TooBusy):
        await gathering.ask("one", 3)
    desk.open.set()
    await draining
    assert (first.result(), second.result()) == (2, 4)
    await gathering.drain()
