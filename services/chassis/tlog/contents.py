"""What a service says its log must hold: one expectation for each row that was ever logged.

The checker replays the log by itself. That the service's own rows say what the leaves stand for,
only the service can tell: it derives each record anew from its rows.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy import Executable, Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.telemetry import log
from services.chassis.tlog.keys import EstateKeys
from services.proofs.leaf import Kind, Record

T = TypeVar("T")
CHUNK_ROWS = 1000
"""How many rows of a table are in memory at a time."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be: a stable code, where it is, and two sentences.

    `key` names the row inside `table` for people, never by anything personal.
    """

    code: str
    zh: str
    en: str
    position: int | None = None
    table: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What the leaf at a position must be, derived anew from a row and not from the leaf.

    `public_key` is the device key that the row keeps; without one the service's own record key of
    the estate must have signed. `signature` is compared where the row keeps a copy of it.
    """

    position: int
    record: Record
    table: str
    key: str
    public_key: bytes | None = None
    signature: bytes | None = None


class Contents(Protocol):
    """What one service logs, derived anew from its rows."""

    @property
    def kinds(self) -> frozenset[Kind]:
        """The kinds that the service puts into its logs itself, so without `Kind.WITNESSES`."""
        ...

    def expected(
        self, connection: AsyncConnection, estate_id: str, keys: EstateKeys
    ) -> AsyncIterator[Expected | Finding]:
        """Yield what every leaf of these kinds must be, in the order of positions, streaming.

        Findings about a row (an attestation that does not hold, a column that contradicts the
        signed document) are yielded as they are met, anywhere between. Several tables are put in
        order with `in_order`; rows come from `rows_of`.
        """
        ...

    def further(
        self, connection: AsyncConnection, estate_id: str, keys: EstateKeys
    ) -> AsyncIterator[Finding]:
        """Yield what is wrong with rows that follow from logged ones (totals, copies, indexes)."""
        ...


async def rows_of(connection: AsyncConnection, query: Executable) -> AsyncIterator[Row[Any]]:
    """Yield the rows of a query through a cursor, `CHUNK_ROWS` in memory at a time.

    Several may be open at once on the connection of one transaction.
    """
    streamed = await connection.stream(query, execution_options={"yield_per": CHUNK_ROWS})
    try:
        async for row in streamed:
            yield row
    finally:
        await streamed.close()


async def guarded(stream: AsyncIterator[T], broken: Callable[[Exception], T]) -> AsyncIterator[T]:
    """Yield what comes; whatever a changed row breaks in its reader is said instead of raised.

    Otherwise a row that nobody can read would keep the checker from saying anything at all. That
    the database is away is no finding.
    """
    try:
        async for one in stream:
            yield one
    except (DBAPIError, PoolTimeout, OSError):
        raise
    except Exception as failed:  # noqa: BLE001 - a forged row may break its reader in any way
        log.error("contents unreadable", extra={"kind": type(failed).__name__}, exc_info=failed)
        yield broken(failed)


async def in_order(
    *streams: AsyncIterator[Expected | Finding],
) -> AsyncIterator[Expected | Finding]:
    """Merge streams, each in the order of positions, into one; findings pass at once."""
    waiting: list[tuple[Expected, AsyncIterator[Expected | Finding]]] = []
    drawn = list(streams)
    while drawn or waiting:
        for stream in drawn:
            async for one in stream:
                if isinstance(one, Expected):
                    waiting.append((one, stream))
                    break
                yield one
        if not waiting:
            return
        first = min(range(len(waiting)), key=lambda index: waiting[index][0].position)
        expected, stream = waiting.pop(first)
        yield expected
        drawn = [stream]
