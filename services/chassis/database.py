"""A transaction that commits before the reply leaves.

Actions open it themselves (`async with parts.begin(once) as connection`); a FastAPI dependency
would commit after the answer was sent, and promise what could still fail.
"""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from enum import Enum, auto

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from services.chassis.once import Once

Connection = AsyncConnection
Begin = Callable[..., AbstractAsyncContextManager[Connection]]

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraint names, so that a refusal can tell which one spoke and a migration can name it."""

STATEMENT_TIMEOUT_MILLISECONDS = 15_000
LOCK_TIMEOUT_MILLISECONDS = 5_000


def async_url(url: str) -> str:
    """Return `url` with the one driver that this project uses, however it was spelled."""
    scheme, separator, rest = url.partition("://")
    if separator == "" or scheme.split("+")[0] not in {"postgresql", "postgres"}:
        raise ValueError("the database URL must begin with postgresql://")
    return f"postgresql+asyncpg://{rest}"


class Database:
    """The pool of one service's own database, under its restricted role."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self._engine = create_async_engine(
            async_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_pre_ping=False,
            hide_parameters=True,  # an error's text would quote names and numbers
            connect_args={
                "timeout": 5,
                "server_settings": {
                    "timezone": "UTC",
                    "statement_timeout": str(STATEMENT_TIMEOUT_MILLISECONDS),
                    "lock_timeout": str(LOCK_TIMEOUT_MILLISECONDS),
                },
            },
        )

    @asynccontextmanager
    async def begin(self, once: Once | None = None) -> AsyncGenerator[Connection]:
        """Open a transaction; it commits when the block ends and rolls back when it raises.

        With `once`, the block runs for the first request of its key only.

        Raises:
            Replayed: the request was answered before.
            KeyReused: its key stands for another request.
            CommitLost: the work may be done.
        """
        async with self._engine.connect() as connection, connection.begin() as transaction:
            if once is not None:
                await once.check(connection)
            yield connection
            try:
                await transaction.commit()
            except (DBAPIError, OSError) as failed:
                if _is_broken(failed):
                    raise CommitLost from failed
                raise

    async def revision(self) -> str | None:
        """Return the schema revision that the database is at."""
        async with self._engine.connect() as connection:
            found = await connection.execute(text("SELECT version_num FROM schema_version"))
            return found.scalar_one_or_none()

    async def close(self) -> None:
        """Give every connection back."""
        await self._engine.dispose()


def violated(error: DBAPIError) -> str | None:
    """Return the name of the constraint that an integrity error speaks of."""
    cause: object = error.orig
    while cause is not None:
        name = getattr(cause, "constraint_name", None)
        if isinstance(name, str):
            return name
        cause = getattr(cause, "__cause__", None)
    return None


class CommitLost(OSError):
    """The connection broke after the commit was sent and before it was confirmed."""


class Meaning(Enum):
    """What a failure of the database means for the work that it interrupted."""

    REFUSED = auto()  # something that was to be written is not allowed; nothing was done
    PASSING = auto()  # a wait was too long, the server is full or away; nothing was done
    LOST = auto()  # the connection broke at the commit; the work may be done


# PostgreSQL, appendix A: deadlocks, locks and statements that took too long, a server that is only
# just starting; one that has no room.
_PASSING = frozenset({"40001", "40P01", "55P03", "57014", "57P03"})
_FULL = "53"
_STOPPED = frozenset({"57P01", "57P02"})
_DATA, _INTEGRITY = "22", "23"


def meaning_of(error: Exception) -> Meaning | None:
    """Return what an error of the database means; of any other there is nothing to say."""
    if isinstance(error, CommitLost):
        return Meaning.LOST
    state = _state_of(error)
    if state[:2] in {_DATA, _INTEGRITY}:
        return Meaning.REFUSED
    if state in _PASSING or state[:2] == _FULL or isinstance(error, PoolTimeout):
        return Meaning.PASSING
    # Whatever broke before the commit, PostgreSQL undid.
    return Meaning.PASSING if _is_broken(error) else None


def _is_broken(error: Exception) -> bool:
    """Return whether the connection is gone, and with it the answer to what was last asked."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, OSError)
    state = _state_of(error)
    if state in _PASSING or state[:2] == _FULL:
        return False
    gone = state in _STOPPED or error.connection_invalidated
    return gone or isinstance(error, OperationalError | InterfaceError)


def _state_of(error: Exception) -> str:
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""
