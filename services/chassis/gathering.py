"""Gathers the calls of one key and does them together, so that many share one transaction.

One group of a key is under way at a time. Calls that come meanwhile wait and make up the next one;
there is no timer, so a call that comes alone is done at once. Nothing here outlives the process: a
call counts as done only when its answer is given.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from services.chassis.database import Meaning, meaning_of

K = TypeVar("K", bound=Hashable)
C = TypeVar("C")
A = TypeVar("A")
TOGETHER_MAX = 512
WAITING_MAX = 4096
LANE_MAX = 2048


class TooBusy(Exception):
    """Too many calls wait already, or the process is ending; nothing was done."""

    zh = "当前请求过多，请稍后重试。"
    en = "Too many requests are waiting; nothing was done, ask again shortly."
    headers: ClassVar = {"retry-after": "1"}


class OutcomeUnknown(Exception):
    """The connection broke at the commit: it may be done; the same call again finds out."""

    zh = "连接中断，结果未知；请以相同编号和内容重新提交，不会重复办理。"
    en = "The outcome is unknown; send the same again, it is done once."
    headers: ClassVar = {"retry-after": "2"}


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting(Generic[C, A]):
    """A call, and where its answer or its failure goes."""

    call: C
    answer: "asyncio.Future[A]"


class Gathering(Generic[K, C, A]):
    """Hands groups of calls to `act`, which answers each, in their order.

    A call whose sender gives up while it waits is withdrawn. Once taken it is done, and its answer
    is lost: who wants to know asks again.
    """

    def __init__(
        self,
        act: Callable[[K, Sequence[C]], Awaitable[Sequence[A]]],
        *,
        together_max: int = TOGETHER_MAX,
        lane_max: int = LANE_MAX,
        waiting_max: int = WAITING_MAX,
    ) -> None:
        """Take up to `together_max` calls at once, and let only so many wait.

        Of one key `lane_max` wait, so that a crowd at one leaves room for others, and of all keys
        `waiting_max`.
        """
        self._act = act
        self._together_max = together_max
        self._lane_max = lane_max
        self._waiting_max = waiting_max
        self._waiting: dict[K, deque[_Waiting[C, A]]] = {}
        self._workers: dict[K, asyncio.Task[None]] = {}
        self._count = 0
        self._closed = False

    async def ask(self, key: K, call: C) -> A:
        """Return the answer to a call.

        Raises:
            TooBusy: nothing was done.
            OutcomeUnknown: it may have been done.
        """
        lane = self._waiting.get(key, ())
        if self._closed or self._count >= self._waiting_max or len(lane) >= self._lane_max:
            raise TooBusy
        one: _Waiting[C, A] = _Waiting(call, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(key, deque()).append(one)
        self._count += 1
        if key not in self._workers:
            # In a context of its own: the work is not one caller's, and must not bear his trace.
            work = asyncio.create_task(self._work(key), context=contextvars.Context())
            self._workers[key] = work
        return await one.answer

    async def drain(self) -> None:
        """Take no more calls, and return when all that were taken up have their answers."""
        self._closed = True
        while self._workers:
            await asyncio.wait(self._workers.values())

    async def _work(self, key: K) -> None:
        group: list[_Waiting[C, A]] = []
        try:
            while group := self._next(key):
                await self._do(key, group)
        finally:
            # No other worker of this key can have begun, so who still waits waits for this one.
            del self._workers[key]
            # Only a worker that was stopped leaves anybody without an answer.
            for one in group:
                _fail(one.answer, OutcomeUnknown())
            for one in self._waiting.pop(key, ()):
                self._count -= 1
                _fail(one.answer, TooBusy())

    def _next(self, key: K) -> list[_Waiting[C, A]]:
        """Take the next group from those that still wait; forget a key for which nobody does."""
        waiting = self._waiting[key]
        group: list[_Waiting[C, A]] = []
        while waiting and len(group) < self._together_max:
            one = waiting.popleft()
            self._count -= 1
            if not one.answer.done():
                group.append(one)
        if not group:
            del self._waiting[key]
        return group

    async def _do(self, key: K, group: list[_Waiting[C, A]]) -> None:
        try:
            answers = await self._act(key, [one.call for one in group])
            answered = list(zip(group, answers, strict=True))
        except Exception as failed:  # noqa: BLE001 - it is handed to everyone who waits for it
            told = _told(failed)
            if told is failed and len(group) > 1:
                # It may be the contents of one call that fail: by halves, it harms only itself.
                middle = len(group) // 2
                await self._do(key, group[:middle])
                await self._do(key, group[middle:])
                return
            for one in group:
                _fail(one.answer, told)
            return
        for one, answer in answered:
            if not one.answer.done():
                one.answer.set_result(answer)


def _told(failed: Exception) -> Exception:
    """Return what those hear who wait for work that failed."""
    meaning = meaning_of(failed)
    if meaning is Meaning.PASSING:
        told: Exception = TooBusy()
    elif meaning is Meaning.LOST:
        told = OutcomeUnknown()
    else:
        return failed
    told.__cause__ = failed
    return told


def _fail(answer: "asyncio.Future[A]", told: Exception) -> None:
    if not answer.done():
        answer.set_exception(told)
