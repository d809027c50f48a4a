"""What a service that keeps logs does beside answering: it collects cosignatures and checks.

Service(..., background=log_work(
    parts,
    contents,
    witness_interval_seconds=settings.witness_interval_seconds,
    check_interval_seconds=settings.check_interval_seconds,
))
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta

from services.chassis.rounds import every
from services.chassis.tlog.checking import check_all
from services.chassis.tlog.contents import Contents
from services.chassis.tlog.parts import KeepsLogs
from services.chassis.tlog.witnessing import collect_all

_LOOKS_PER_INTERVAL = 6
"""How often one looks whether a log is due: several processes share the work that way."""


def log_work(
    parts: KeepsLogs,
    contents: Contents,
    *,
    witness_interval_seconds: float,
    check_interval_seconds: float,
) -> tuple[Callable[[], Awaitable[None]], ...]:
    """Return the tasks for `Service.background`; each goes on until it is cancelled.

    Of several processes one works at a time, and a log is checked once an interval.
    """

    async def collect() -> None:
        await collect_all(parts)

    async def check() -> None:
        await check_all(parts, contents, timedelta(seconds=check_interval_seconds))

    return (
        every(witness_interval_seconds, collect, name="collect cosignatures"),
        every(check_interval_seconds / _LOOKS_PER_INTERVAL, check, name="check logs"),
    )
