"""What the demo says: steps with their seconds, bars where somebody watches, short tables."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from tqdm import tqdm

T = TypeVar("T")
CONCURRENT = 16


@dataclass
class Telling:
    """Tells the story on standard output and remembers how long each step took."""

    check: Callable[[], None]
    seconds: dict[str, float] = field(default_factory=dict)

    @asynccontextmanager
    async def step(self, name: str, title: str) -> AsyncIterator[None]:
        """Time one step; a process that died meanwhile ends the story with its last words."""
        self.say(f"\n▶ {title}")
        started = time.perf_counter()
        try:
            yield
        finally:
            self.check()
        spent = round(time.perf_counter() - started, 2)
        self.seconds[name] = round(self.seconds.get(name, 0.0) + spent, 2)
        self.say(f"  {spent:.2f} s")

    def say(self, line: str) -> None:
        """Say one line."""
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def table(self, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Say a short table."""
        lines = [[str(cell) for cell in row] for row in (header, *rows)]
        widths = [max(_width(line[i]) for line in lines) for i in range(len(header))]
        for line in lines:
            cells = (c + " " * (w - _width(c)) for c, w in zip(line, widths, strict=True))
            self.say("  " + "  ".join(cells).rstrip())

    async def crowd(
        self, title: str, people: Sequence[T], act: Callable[[T], Awaitable[object]]
    ) -> None:
        """Let everybody act, as many at once as the machine likes, with a bar for a watcher.

        The first who fails stops all, and his failure is the one that is raised.
        """
        waiting = iter(people)
        with tqdm(total=len(people), desc=f"  {title}", disable=None, leave=False) as bar:

            async def one_after_another() -> None:
                for person in waiting:
                    await act(person)
                    bar.update()

            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(CONCURRENT, len(people))):
                        group.create_task(one_after_another())
            except ExceptionGroup as failed:
                raise failed.exceptions[0] from None


def _width(text: str) -> int:
    """Return how many columns a terminal gives `text`; Chinese characters take two."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def yuan(fen: int) -> str:
    """Return an amount of fen as yuan with two decimals."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def fen(amount: str) -> int:
    """Return an amount with two decimals as fen."""
    whole, _, cents = amount.partition(".")
    return int(whole) * 100 + int(cents.ljust(2, "0") or 0)


def centi(area_m2: str) -> int:
    """Return an area with two decimals in 0.01 m²."""
    return fen(area_m2)
