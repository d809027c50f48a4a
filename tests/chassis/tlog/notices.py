"""The smallest service that keeps a log: it publishes notices."""

import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import httpx
from fastapi import FastAPI
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Uuid, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.application import Service, application
from services.chassis.database import Begin, Database
from services.chassis.tlog import append
from services.chassis.tlog.append import Logged
from services.chassis.tlog.contents import Expected, Finding, rows_of
from services.chassis.tlog.keys import EstateKeys, LogKeys
from services.chassis.tlog.refusals import LOG_PROBLEMS
from services.chassis.tlog.routes import log_router
from services.chassis.tlog.tables import log_tables
from services.chassis.tlog.witnesses import Witnesses
from services.proofs.leaf import Kind, Leaf, record_of
from tests.support.clocks import ClockStoppedAt
from tests.support.contract import checked_client
from tests.support.tokens import TestIssuer, trust_in

NOW = datetime(2026, 7, 10, 2, 0, 0, 123456, tzinfo=UTC)
SEED = bytes(range(32))
PREFIX = "/v1/estates/{estate_id}/log"
ISSUER = TestIssuer()

metadata = MetaData()
log = log_tables(metadata)
notices = Table(
    "notices",
    metadata,
    Column("estate_id", Uuid(as_uuid=False), primary_key=True),
    Column("notice_id", Uuid(as_uuid=False), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("document", LargeBinary, nullable=False),
    # Follows from the document, as a total follows from its entries.
    Column("length", Integer, nullable=False),
)


class NoticeContents:
    """What the log of notices must hold."""

    kinds = frozenset({Kind.ENTRY})

    async def expected(
        self, connection: AsyncConnection, estate_id: str, _keys: EstateKeys
    ) -> AsyncIterator[Expected | Finding]:
        query = select(notices).where(notices.c.estate_id == estate_id)
        async for row in rows_of(connection, query.order_by(notices.c.position)):
            record = record_of(Kind.ENTRY, row.notice_id, row.document)
            yield Expected(row.position, record, "notices", row.notice_id)

    async def further(
        self, connection: AsyncConnection, estate_id: str, _keys: EstateKeys
    ) -> AsyncIterator[Finding]:
        query = select(notices).where(notices.c.estate_id == estate_id)
        async for row in rows_of(connection, query):
            if row.length != len(row.document):
                yield Finding("length-wrong", "长度不对", "a length is wrong", table="notices")


@dataclass(frozen=True)
class Parts:
    """The parts of the service of notices."""

    begin: Begin
    clock: ClockStoppedAt
    log_keys: LogKeys
    witnesses: Witnesses = field(default_factory=Witnesses)


def parts_on(database: Database, *, seed: bytes = SEED) -> Parts:
    """Return fresh parts on a database, with a clock of their own."""
    return Parts(database.begin, ClockStoppedAt(NOW), LogKeys("notices", seed))


def with_witnesses(parts: Parts, witnesses: Witnesses) -> Parts:
    """Return the parts with other witnesses."""
    return replace(parts, witnesses=witnesses)


async def publish(parts: Parts, estate_id: str, *documents: bytes) -> Logged:
    """Publish notices in one transaction."""
    async with parts.begin() as connection:
        return await publish_in(connection, parts, estate_id, documents)


async def publish_in(
    connection: AsyncConnection, parts: Parts, estate_id: str, documents: Sequence[bytes]
) -> Logged:
    """Publish notices in a transaction that somebody else ends."""
    head = await append.lock(connection, estate_id)
    keys = parts.log_keys.of(estate_id)
    ids = [str(uuid.uuid4()) for _ in documents]
    leaves = [
        keys.sign_content(Kind.ENTRY, one, document)
        for one, document in zip(ids, documents, strict=True)
    ]
    at = head.instant(parts.clock.now())
    logged = await append.append(connection, head, leaves, keys=keys, at=at)
    rows = [
        {
            "estate_id": estate_id,
            "notice_id": one,
            "position": logged.first + number,
            "document": document,
            "length": len(document),
        }
        for number, (one, document) in enumerate(zip(ids, documents, strict=True))
    ]
    await connection.execute(insert(notices), rows)
    return logged


def blank_leaves(estate_id: str, first: int, count: int) -> list[Leaf]:
    """Return leaves that nobody signed, for tests that look at the tree alone."""
    return [
        Leaf(record_of(Kind.ENTRY, estate_id, b"%d" % number), bytes(64), bytes(32))
        for number in range(first, first + count)
    ]


def served(parts: Parts) -> FastAPI:
    """Return the service of notices as an application."""
    router = log_router(
        PREFIX,
        contents=NoticeContents(),
        policy_setters=("street_office", "committee"),
        checkers=("street_office", "auditor"),
    )
    return application(
        Service("notices", "For tests", [router], LOG_PROBLEMS, parts, trust_in(ISSUER))
    )


def client_of(app: FastAPI, estate_id: str, *roles: str) -> httpx.AsyncClient:
    """Return a client with these roles on the estate; without any, it is nobody's."""
    token = ISSUER.inside_token(
        "notices", estate_id=estate_id, roles=roles, subject=str(uuid.uuid4())
    )
    return checked_client(app, token if roles else None)
