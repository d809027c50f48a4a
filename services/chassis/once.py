"""Retried is once: a client-made key on every unsafe call, answered the same way for ever.

The answer is stored in the transaction that did the work, so a crash leaves both or neither. The
same caller with the same key and the same request gets the stored bytes; with another request it
gets a conflict (the IETF draft on the Idempotency-Key header asks for exactly that).
"""

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Header, Request
from pydantic import BaseModel
from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Replayed(Exception):
    """This very request was answered before; here is that answer."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__("answered before")
        self.status = status
        self.body = body


class KeyReused(Exception):
    """The key stands for another request of this caller; nothing was done."""

    zh = "此 Idempotency-Key 已用于另一请求。"
    en = "This Idempotency-Key already stands for another request."


class KeyMissing(Exception):
    """An unsafe call came without a usable `Idempotency-Key`."""

    zh = "请求须带 Idempotency-Key（小写 UUID）。"
    en = "The request needs an Idempotency-Key header holding a lower-case UUID."


class Answer(Protocol):
    """An output body that is built from a domain value."""

    @classmethod
    def of(cls, value: Any) -> BaseModel:  # noqa: ANN401 - each body takes its own value
        """Return the body for `value`."""
        ...


def retries_table(metadata: MetaData) -> Table:
    """Declare the table that keeps answers, in a service's own metadata."""
    return Table(
        "retries",
        metadata,
        Column("caller", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("digest", LargeBinary, nullable=False),
        Column("status", Integer, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    )


_retries = retries_table(MetaData())


@dataclass(frozen=True)
class Once:
    """One unsafe request of one caller, as far as answering it once needs to know it."""

    caller: str
    key: str
    digest: bytes
    status: int
    render: Callable[[Any], bytes]

    async def check(self, connection: AsyncConnection) -> None:
        """Let the first of this caller's requests with this key pass, and wait for its end.

        Raises:
            Replayed: the same request was answered before.
            KeyReused: another request was.
        """
        lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
        await connection.execute(lock, {"name": f"{self.caller} {self.key}"})
        query = select(_retries.c.digest, _retries.c.status, _retries.c.body).where(
            _retries.c.caller == self.caller, _retries.c.key == self.key
        )
        row = (await connection.execute(query)).one_or_none()
        if row is None:
            return
        if row.digest != self.digest:
            raise KeyReused
        raise Replayed(row.status, row.body)

    async def keep(self, connection: AsyncConnection, answer: T) -> T:
        """Store the answer beside the work that it reports, and return it."""
        values = {
            "caller": self.caller,
            "key": self.key,
            "digest": self.digest,
            "status": self.status,
            "body": self.render(answer),
        }
        await connection.execute(_retries.insert().values(values))
        return answer


def checked_key(given: str | None) -> str:
    """Return the key of an `Idempotency-Key` header.

    Raises:
        KeyMissing: there is none, or it is not a lower-case UUID.
    """
    if given is None or not _UUID.fullmatch(given):
        raise KeyMissing
    return given


def once_for(body: type[Answer] | None, *, status: int = 201) -> Callable[..., Awaitable[Once]]:
    """Return the dependency that names a request's key; answers are rendered through `body`.

    `None` stands for an answer without a body (204).
    """

    def render(value: object) -> bytes:
        return body.of(value).model_dump_json().encode() if body else b""

    async def once(
        request: Request, idempotency_key: Annotated[str | None, Header()] = None
    ) -> Once:
        key = checked_key(idempotency_key)
        content = await request.body()
        seen = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
        seen.update(content)
        # The key belongs to its sender: two callers never share an answer. A route therefore
        # declares its caller before its key, or fails loudly at the first request.
        caller = request.state.caller.subject
        return Once(caller, key, seen.digest(), status, render)

    return once
